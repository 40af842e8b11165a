//! A request that waits in an environment's queue.

use super::action::Action;
use super::execution::User;
use crate::sender::Sender;

/// A service and the version it is to have, if the caller named one.
pub(super) type Wanted = (String, Option<String>);

#[derive(Debug)]
pub(super) struct Request {
    /// The id that the queue lists.
    pub(super) id: String,
    /// One id for each call that it stands for.
    pub(super) ids: Vec<String>,
    pub(super) environment: String,
    pub(super) action: Action,
    pub(super) user: User,
    /// One for each call that it stands for.
    pub(super) senders: Vec<Sender>,
    pub(super) services: Vec<Wanted>,
    pub(super) removes_environment: bool,
}

impl Request {
    pub(super) fn new(id: String, environment: &str, action: Action, user: User, services: Vec<Wanted>) -> Self {
        let (environment, senders) = (environment.to_owned(), vec![Sender::default()]);
        Self { ids: vec![id.clone()], id, environment, action, user, senders, services, removes_environment: false }
    }

    pub(super) fn concerns(&self, service: &str) -> bool {
        self.services.iter().any(|(id, _)| id == service)
    }

    /// Whether `other` is taken in by this one: same user, same action (documented).
    pub(super) fn merges(&self, other: &Self) -> bool {
        self.user == other.user && self.action == other.action && !self.removes_environment
    }

    /// Takes `other` in; a version that it names wins.
    pub(super) fn merge(&mut self, other: Self) {
        self.ids.extend(other.ids);
        self.senders.extend(other.senders);
        self.removes_environment |= other.removes_environment;
        for (id, version) in other.services {
            match self.services.iter_mut().find(|(known, _)| *known == id) {
                Some((_, known)) => *known = version.or(known.take()),
                None => self.services.push((id, version)),
            }
        }
    }
}
