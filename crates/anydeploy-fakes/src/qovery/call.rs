//! One call to the API: who, with which query and body, on which state.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::action::Action;
use super::execution::User;
use super::quirk::QoveryQuirk;
use super::reply::Refusal;
use super::request::{Request, Wanted};
use super::state::State;
use crate::request::ReceivedRequest;
use crate::sender::Sender;
use crate::write::FakeWrite;

/// A JSON object.
pub(super) type Object = Map<String, Value>;

pub(super) struct Call<'a> {
    pub(super) state: &'a mut State,
    pub(super) user: User,
    pub(super) http: &'a ReceivedRequest,
}

impl Call<'_> {
    pub(super) fn query(&self, name: &str) -> Option<String> {
        self.http.query_parameters().find(|(key, _)| key == name).map(|(_, value)| Cow::into_owned(value))
    }

    /// A flag in the query; it is off if absent.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.query(name).as_deref() == Some("true")
    }

    /// The body of a call that has one: an object, which may be empty.
    ///
    /// No body and JSON `null` are refused: the official CLI gave up sending none.
    pub(super) fn object(&self) -> Result<Object, Refusal> {
        let strict = self.state.quirks.has(QoveryQuirk::BodyRequired);
        let body = &self.http.body;
        if body.is_empty() {
            return if strict { Err(Refusal::bad_request("A body is required.")) } else { Ok(Object::new()) };
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(object)) => Ok(object),
            Ok(Value::Null) if !strict => Ok(Object::new()),
            Ok(_) => Err(Refusal::bad_request("The body must be an object.")),
            Err(_) => Err(Refusal::bad_request("The body is not JSON.")),
        }
    }

    /// The body of a call that may go without one.
    pub(super) fn optional_object(&self) -> Result<Object, Refusal> {
        if self.http.body.is_empty() { Ok(Object::new()) } else { self.object() }
    }

    /// Hands a request to the engine; returns the request id that the answer names, none if it started at once.
    pub(super) fn submit(
        &mut self,
        environment: &str,
        action: Action,
        services: Vec<Wanted>,
    ) -> Result<Option<String>, Refusal> {
        let request = self.request(environment, action, services);
        self.state.submit(request)
    }

    /// Notes what the call has written.
    pub(super) fn write(&mut self, target: &str, what: impl Into<String>, effect: bool) {
        self.state.writes.push(FakeWrite::by(self.http, target, what, effect));
    }

    pub(super) fn request(&mut self, environment: &str, action: Action, services: Vec<Wanted>) -> Request {
        let mut request = Request::new(self.state.ids.request(), environment, action, self.user.clone(), services);
        request.senders = vec![Sender::of(self.http)];
        request
    }
}

/// A text field; empty counts as absent, as the CLI's empty image tag shows.
pub(super) fn text<'a>(object: &'a Object, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}
