//! The socket of a log file: the whole of it, and then what is added.
//!
//! As observed on 0.30.2: every handshake succeeds, and a refusal is a close afterwards; parameters are looked at before the
//! key, which may belong to any member; nothing marks the end; what `tail` says of itself is text like the log.

use std::sync::Arc;

use super::Platform;
use super::state::{REMOTE, State};
use crate::request::ReceivedRequest;
use crate::socket::{Frame, Script};

pub(super) const PATH: &str = "/listen-deployment";

/// How many bytes `tail` reads at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// One socket.
pub(super) struct Listener {
    platform: Arc<Platform>,
    path: Option<String>,
    server: Option<String>,
    key: String,
    /// How many bytes of the file were sent, and after how many the connection is cut.
    sent: usize,
    cut_at: Option<usize>,
    /// How often the file had been truncated when it was opened or begun anew; `None` before it is opened.
    truncations: Option<u64>,
    /// The tick and the state of the file when there was nothing more to send.
    read: Option<(u64, (u64, usize))>,
}

impl Listener {
    pub(super) fn new(platform: Arc<Platform>, request: &ReceivedRequest) -> Self {
        let mut state = platform.state();
        state.sockets += 1;
        let cut_at = state.quirks.socket_cut.map(|bytes| bytes.saturating_mul(state.sockets));
        drop(state);
        let key = request.header("x-api-key").unwrap_or_default().to_owned();
        let (path, server) = (request.query_parameter("logPath"), request.query_parameter("serverId"));
        Self { platform, path, server, key, sent: 0, cut_at, truncations: None, read: None }
    }

    /// Why the socket is closed at once, if it is.
    fn refusal(&self, state: &mut State) -> Option<Vec<Frame>> {
        let close = |code, reason| Some(vec![Frame::Close(Some((code, reason)))]);
        match self.path.as_deref() {
            None | Some("") => return close(4000, "logPath no provided"),
            Some(path) if !path.starts_with("/etc/dokploy/") => return close(4000, "Invalid log path"),
            _ => {}
        }
        if state.keys.verify(&self.key, state.tick).is_none() {
            return Some(vec![Frame::Close(None)]);
        }
        let is_known = |server: &str| state.quirks.remote && server == REMOTE;
        let unknown = self.server.as_deref().filter(|server| !is_known(server));
        unknown.map(|_| vec![Frame::Text("Server not found".to_owned()), Frame::Close(None)])
    }
}

impl Script for Listener {
    fn news(&mut self) -> Vec<Frame> {
        let platform = Arc::clone(&self.platform);
        let mut state = platform.state();
        if self.truncations.is_none()
            && let Some(refusal) = self.refusal(&mut state)
        {
            return refusal;
        }
        // What a remote server says comes as it is.
        let said_by_host = if state.quirks.remote { "" } else { "tail error: " };
        let (path, tick) = (self.path.as_deref().unwrap_or_default(), state.tick);
        let row = state.rows.iter().find(|row| row.log_path == path);
        let log = row.and_then(|row| state.logs.get(&state.log_key(row)));
        let Some(log) = log else {
            if self.truncations.is_some() {
                // The file was removed, which nobody notices who has it open.
                return Vec::new();
            }
            let said = format!(
                "{said_by_host}tail: cannot open '{path}' for reading: No such file or directory\ntail: no files remaining\n"
            );
            return vec![Frame::Text(said), Frame::Close(None)];
        };
        if self.read.replace((tick, log.state())) == Some((tick, log.state())) {
            return Vec::new();
        }
        let text = log.read(tick, usize::MAX, state.quirks.half_lines);
        let is_truncated = self.truncations.replace(log.truncations).is_some_and(|before| before != log.truncations);
        let mut frames = Vec::new();
        if is_truncated || text.len() < self.sent {
            frames.push(Frame::Text(format!("{said_by_host}tail: {path}: file truncated\n")));
            self.sent = 0;
        }
        let end = self.cut_at.map_or(text.len(), |bytes| text.len().min(bytes));
        for chunk in
            text.as_bytes()[self.sent.min(end)..end].chunks(state.quirks.socket_chunk.unwrap_or(CHUNK_BYTES).max(1))
        {
            state.socket_bytes += chunk.len();
            // Each chunk is made text by itself.
            frames.push(Frame::Text(String::from_utf8_lossy(chunk).into_owned()));
        }
        self.sent = self.sent.max(end);
        if end < text.len() {
            frames.push(Frame::Cut);
        }
        frames
    }
}
