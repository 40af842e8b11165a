//! A procedure of the API, and the call that reaches it.

use serde_json::Value;

use super::failure::Failure;
use super::input::Input;
use super::key::Caller;
use super::quirk::Release;
use super::service::{Kind, Service, Target};
use super::state::State;
use crate::request::ReceivedRequest;
use crate::sender::Sender;
use crate::write::FakeWrite;

/// The body of a 200.
pub(super) enum Body {
    /// Zero bytes, although the content type says JSON.
    Empty,
    Json(Value),
}

impl<V: Into<Value>> From<V> for Body {
    fn from(value: V) -> Self {
        Self::Json(value.into())
    }
}

pub(super) type Reply = Result<Body, Failure>;

/// One procedure: queries are GET, mutations are POST.
pub(super) struct Procedure {
    pub(super) name: &'static str,
    pub(super) method: &'static str,
    pub(super) since: Release,
    /// Whether it answers without a session; the router in front wants a key all the same.
    pub(super) public: bool,
    pub(super) run: fn(&mut Call<'_>) -> Reply,
}

impl Procedure {
    pub(super) const fn get(name: &'static str, run: fn(&mut Call<'_>) -> Reply) -> Self {
        Self { name, method: "GET", since: Release(0, 19, 0), public: false, run }
    }

    pub(super) const fn post(name: &'static str, run: fn(&mut Call<'_>) -> Reply) -> Self {
        Self { method: "POST", ..Self::get(name, run) }
    }

    pub(super) const fn since(self, major: u16, minor: u16, patch: u16) -> Self {
        Self { since: Release(major, minor, patch), ..self }
    }

    pub(super) const fn public(self) -> Self {
        Self { public: true, ..self }
    }
}

/// One request that passed the router.
pub(super) struct Call<'a> {
    pub(super) state: &'a mut State,
    pub(super) input: Input,
    pub(super) caller: Caller,
    pub(super) sender: Sender,
    pub(super) request: &'a ReceivedRequest,
}

impl Call<'_> {
    /// The service that the input names by its id.
    pub(super) fn target(&self, kind: Kind) -> Result<Target, Failure> {
        let mut check = self.input.check();
        let id = check.filled(kind.id_field());
        check.finish()?;
        let target = Target::new(kind, &id);
        self.service(&target)?;
        Ok(target)
    }

    /// A service the caller may use. A member is refused before it is known whether the service exists.
    pub(super) fn service(&self, target: &Target) -> Result<&Service, Failure> {
        self.permit(&target.id)?;
        self.state.service(target).ok_or_else(|| Failure::not_found(target.kind.not_found()))
    }

    pub(super) fn permit(&self, service: &str) -> Result<(), Failure> {
        if self.caller.may_use(service) {
            Ok(())
        } else {
            Err(Failure::unauthorized("You don't have access to this service"))
        }
    }

    /// Records a write that the server accepted, and whether it changed anything.
    pub(super) fn note_write(&mut self, target: &Target, what: impl Into<String>, effect: bool) {
        self.state.writes.push(FakeWrite::by(self.request, &target.id, what, effect));
    }

    /// Sets columns of a service, and returns whether that changed any.
    pub(super) fn set_columns(&mut self, target: &Target, columns: impl IntoIterator<Item = (String, Value)>) -> bool {
        let Some(service) = self.state.service_mut(target) else { return false };
        let mut changed = false;
        for (column, value) in columns {
            changed |= service.columns.insert(column, value.clone()).is_none_or(|before| before != value);
        }
        changed
    }

    /// Refuses a member what needs a right that no member of this server has.
    pub(super) fn owners_only(&self, resource: &str) -> Result<(), Failure> {
        if self.caller.is_member() {
            return Err(Failure::unauthorized(format!("unauthorized to access resource {resource:?}")));
        }
        Ok(())
    }
}
