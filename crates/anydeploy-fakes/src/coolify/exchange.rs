//! One request that has passed every check of the server.

use serde_json::{Map, Value};

use super::access::{HOME_TEAM, Token};
use super::errors::{self, Refusal};
use super::input::Input;
use super::resource::{Kind, Resource};
use super::state::State;
use crate::request::ReceivedRequest;
use crate::response::Response;
use crate::write::FakeWrite;

/// What a handler sees: an authorised caller, the request, and the server's memory.
pub(super) struct Exchange<'a> {
    pub(super) state: &'a mut State,
    pub(super) caller: &'a Token,
    pub(super) request: &'a ReceivedRequest,
    pub(super) path: &'a [&'a str],
    pub(super) input: Input,
}

impl Exchange<'_> {
    pub(super) fn now(&self) -> u64 {
        self.state.now
    }

    pub(super) fn is_home(&self) -> bool {
        self.caller.team == HOME_TEAM
    }

    pub(super) fn sees_secrets(&self) -> bool {
        self.caller.sees_secrets()
    }

    /// The kind of resource in the path.
    pub(super) fn kind(&self) -> Kind {
        self.path.first().and_then(|segment| Kind::of_path(segment)).unwrap_or(Kind::Application)
    }

    /// Where the resource in the path stands, else the 404 of most routes.
    pub(super) fn position(&self) -> Result<usize, Refusal> {
        self.find().ok_or_else(|| errors::message(404, &format!("{} not found.", self.kind().noun())).into())
    }

    /// The same for the routes that change an application or list its variables: their 404 has no full stop.
    pub(super) fn position_to_write(&self) -> Result<usize, Refusal> {
        if self.kind() == Kind::Application && self.find().is_none() {
            return errors::refuse(404, "Application not found");
        }
        self.position()
    }

    fn find(&self) -> Option<usize> {
        // The server asks its request for `uuid`, and there a field of the query or body precedes the path.
        let uuid = self.input.text("uuid");
        let uuid = uuid.as_deref().or(self.path.get(1).copied())?;
        self.state.position(self.caller.team, Some(self.kind()), uuid)
    }

    pub(super) fn resource(&self, position: usize) -> &Resource {
        &self.state.resources[position]
    }

    pub(super) fn resource_mut(&mut self, position: usize) -> &mut Resource {
        &mut self.state.resources[position]
    }

    /// Keeps what this request writes to the resource at `position`.
    pub(super) fn wrote(&mut self, position: usize, what: impl Into<String>, effect: bool) {
        let target = self.resource(position).uuid.clone();
        let write = FakeWrite::by(self.request, target, what, effect);
        self.state.writes.push(write);
    }

    /// `verb` done, or rather asked for: the server answers before the work begins.
    pub(super) fn requested(&self, verb: &str) -> Response {
        errors::message(200, &format!("{} {verb} request queued.", self.kind().noun()))
    }

    /// A list of what the caller's team owns: another team owns nothing here.
    pub(super) fn list(&self, items: impl FnOnce(&State) -> Vec<Value>) -> Response {
        let items = if self.is_home() { items(self.state) } else { Vec::new() };
        Response::json(200, &Value::Array(items))
    }
}

/// Fields that do not pass, with the reason of each.
#[derive(Default)]
pub(super) struct Wrong(Map<String, Value>);

impl Wrong {
    pub(super) fn field(&mut self, field: &str, text: &str) {
        self.0.insert(field.to_owned(), Value::Array(vec![text.into()]));
    }

    /// Refuses the request if any field is wrong.
    pub(super) fn check(self) -> Result<(), Refusal> {
        if self.0.is_empty() { Ok(()) } else { Err(errors::validation_failed(&self.0).into()) }
    }
}
