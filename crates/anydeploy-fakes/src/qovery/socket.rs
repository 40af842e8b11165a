//! The socket of a deployment's log: the entries of the newest execution, and then what is added.
//!
//! What no client shows is inferred: that the socket does not end with the deployment, and how it refuses.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Platform;
use super::execution::Execution;
use super::quirk::QoveryQuirk;
use super::state::State;
use crate::request::ReceivedRequest;
use crate::socket::{Frame, Script};

pub(super) const PATH: &str = "/deployment/logs";

/// How many entries stand in one message at most.
const MESSAGE_ENTRIES: usize = 100;

/// After how many entries the first socket is cut ([`QoveryQuirk::SocketCuts`]).
const CUT_ENTRIES: usize = 5;

/// One socket.
pub(super) struct Listener {
    platform: Arc<Platform>,
    environment: Option<String>,
    /// How many entries it brings before it is cut.
    cut_at: usize,
    /// The execution whose entries come, by its place among all, and how many of them were sent.
    execution: Option<usize>,
    sent: usize,
    brought: usize,
    /// The tick at which there was nothing more to send; `None` before it is opened.
    read: Option<u64>,
}

impl Listener {
    pub(super) fn new(platform: Arc<Platform>, request: &ReceivedRequest) -> Self {
        let mut state = platform.state();
        state.sockets += 1;
        let cuts = state.quirks.has(QoveryQuirk::SocketCuts);
        let cut_at = if cuts { CUT_ENTRIES * state.sockets } else { usize::MAX };
        let is = |name: &str, id: &str| request.query_parameter(name).as_deref() == Some(id);
        let environment = request.query_parameter("environment").filter(|id| {
            is("organization", &state.organization.id)
                && is("project", &state.project.id)
                && is("cluster", &state.cluster.id)
                && state.environment(id).is_some()
        });
        drop(state);
        Self { platform, environment, cut_at, execution: None, sent: 0, brought: 0, read: None }
    }

    /// Entries that were not sent yet, in messages.
    fn messages(&mut self, state: &mut State, entries: &[Value]) -> Vec<Frame> {
        let mut frames = Vec::new();
        let left = self.cut_at - self.brought;
        for message in entries[..entries.len().min(left)].chunks(MESSAGE_ENTRIES) {
            let text = Value::from(message).to_string();
            state.socket_bytes += text.len();
            self.brought += message.len();
            frames.push(Frame::Text(text));
        }
        self.sent += entries.len();
        if entries.len() > left {
            frames.push(Frame::Cut);
        }
        frames
    }
}

impl Script for Listener {
    fn news(&mut self) -> Vec<Frame> {
        let platform = Arc::clone(&self.platform);
        let mut state = platform.state();
        let Some(environment) = self.environment.as_deref().and_then(|id| state.environment(id)) else {
            return vec![Frame::Close(Some((1007, "permission denied")))];
        };
        if state.quirks.has(QoveryQuirk::SocketsRefuse) {
            return vec![Frame::Close(Some((1008, "invalid token")))];
        }
        let tick = state.tick;
        let is_opened = self.read.is_none();
        if self.read.replace(tick) == Some(tick) {
            return Vec::new();
        }
        let shown = |index: &usize| state.executions.get(*index).is_some_and(|execution| execution.shows(tick));
        let shown: Vec<usize> = environment.executions.iter().copied().filter(shown).collect();
        let mut frames = Vec::new();
        if is_opened {
            self.execution = shown.last().copied();
            // Messages of this form tell the console what it has to read again.
            frames.push(Frame::Text(json!({ "entity": ["deployment"], "id": environment.id }).to_string()));
        }
        let from = shown.iter().position(|index| Some(*index) == self.execution).unwrap_or(0);
        for index in shown.into_iter().skip(from) {
            if self.execution.replace(index) != Some(index) {
                self.sent = 0;
            }
            let entries = state.executions.get(index).map(|execution: &Execution| state.entries(execution, self.sent));
            frames.extend(self.messages(&mut state, &entries.unwrap_or_default()));
            if frames.last() == Some(&Frame::Cut) {
                break;
            }
        }
        frames
    }
}
