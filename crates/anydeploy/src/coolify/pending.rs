//! What the id of a deployment says, as text and as a value.

use chrono::TimeDelta;

use super::row::Row;
use super::status::is_active;
use crate::adapter::{Timestamps, parse_timestamp};
use crate::{Action, DeploymentId, Error, ErrorKind, Identity, Result, Revision, Target, platform};

/// The id of the row, or the phantom id that Coolify answered with.
const ROW: &str = "deployment";
/// The commit that was asked for.
const ASKED_COMMIT: &str = "asked_commit";
/// The image tag that was asked for.
const ASKED_TAG: &str = "asked_tag";
/// Set if Coolify merged the request into another deployment; its value is the number of the pull request.
const MERGED: &str = "unconfirmed";
/// Set if Coolify accepted a deployment whose row was not read yet: when it did.
const ACCEPTED_AT: &str = "accepted";
/// When a trigger was answered whose answer holds no id of a stored row: that of a service or database never does.
const ANSWERED_AT: &str = "since";
/// Set if the service or database ran before the trigger, and was never seen down afterwards.
const RAN: &str = "ran";
/// When the service or database was last seen starting or running because of the trigger.
const UP: &str = "up";
/// What the trigger did, if it did not deploy.
const ACTION: &str = "action";
/// The commit that ran before a restart, which may ship another one.
const WAS: &str = "was";

/// A deployment of an application, as its id names it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pending {
    /// The id of the row; of a request that was merged, the phantom id.
    pub(super) uuid: String,
    /// The version that was asked for, to be compared with the one that ran.
    pub(super) asked: Revision,
    pub(super) action: Action,
    /// The commit that ran before a restart, if it is known.
    pub(super) was: Option<String>,
    pub(super) stage: Stage,
}

/// How far a deployment is known.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stage {
    /// Its row was read, and was identified so.
    Known(Identity),
    /// It was accepted at this time under the id, and not read back yet.
    Accepted(Timestamps),
    /// Coolify merged the request into another deployment, which was not found yet.
    Merged(Merged),
}

impl Pending {
    /// A row that Coolify lists.
    pub(super) fn row(uuid: &str) -> Self {
        Self::row_of(uuid, Action::Deploy)
    }

    /// A row that Coolify lists, and what it says that it does.
    pub(super) fn row_of(uuid: &str, action: Action) -> Self {
        let stage = Stage::Known(Identity::Exact);
        Self { uuid: uuid.to_owned(), asked: Revision::Configured, action, was: None, stage }
    }

    /// Reads an id.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if it names no deployment.
    pub(super) fn of(id: &DeploymentId) -> Result<Self> {
        let uuid = id.require(ROW)?.to_owned();
        let text = |key| id.get(key).map(str::to_owned);
        let asked = text(ASKED_COMMIT).map(Revision::Commit).or_else(|| text(ASKED_TAG).map(Revision::ImageTag));
        let merged = id.get(MERGED).and_then(|number| number.parse().ok()).map(|pull_request| {
            let image_tag = text(ASKED_TAG);
            Merged { pull_request, image_tag, answered_at: Timestamps::read(id, ANSWERED_AT) }
        });
        let identified = [Identity::Adopted, Identity::Inferred];
        let identity = identified.into_iter().find(|identity| id.get(identity.as_str()).is_some());
        let stage = match (merged, Timestamps::read(id, ACCEPTED_AT)) {
            (Some(merged), _) => Stage::Merged(merged),
            (None, Some(at)) => Stage::Accepted(at),
            (None, None) => Stage::Known(identity.unwrap_or(Identity::Exact)),
        };
        Ok(Self { uuid, asked: asked.unwrap_or_default(), action: action_of(id), was: text(WAS), stage })
    }

    /// The id.
    pub(super) fn id(&self, target: &Target) -> DeploymentId {
        let id = DeploymentId::new(platform::COOLIFY, target.clone()).with(ROW, &self.uuid);
        let id = match &self.stage {
            Stage::Known(identity @ (Identity::Adopted | Identity::Inferred)) => id.with(identity.as_str(), "1"),
            Stage::Known(_) => id,
            Stage::Accepted(at) => at.write(id, ACCEPTED_AT),
            Stage::Merged(merged) => {
                let id = id.with(MERGED, merged.pull_request.to_string());
                merged.answered_at.iter().fold(id, |id, at| at.write(id, ANSWERED_AT))
            }
        };
        let id = match &self.asked {
            Revision::Commit(commit) => id.with(ASKED_COMMIT, commit),
            Revision::ImageTag(tag) => id.with(ASKED_TAG, tag),
            _ => id,
        };
        let id = with_action(id, self.action);
        self.was.iter().fold(id, |id, commit| id.with(WAS, commit))
    }

    /// The same request once it is known which row it led to.
    pub(super) fn known_as(&self, uuid: &str, identity: Identity) -> Self {
        Self { uuid: uuid.to_owned(), stage: Stage::Known(identity), ..self.clone() }
    }

    /// How it was found out which row it is.
    pub(super) fn identity(&self) -> Identity {
        match self.stage {
            Stage::Known(identity) => identity,
            Stage::Accepted(_) | Stage::Merged(_) => Identity::Exact,
        }
    }

    /// The request, if Coolify merged it into another deployment that was not found yet.
    pub(super) fn merged(&self) -> Option<&Merged> {
        match &self.stage {
            Stage::Merged(merged) => Some(merged),
            Stage::Known(_) | Stage::Accepted(_) => None,
        }
    }
}

/// The action that an id names; a word of a later release counts as none.
fn action_of(id: &DeploymentId) -> Action {
    let named = |action: &&Action| id.get(ACTION) == Some(action.as_str());
    Action::ALL.iter().find(named).copied().unwrap_or_default()
}

/// The id with an action, if it is another than deploying.
fn with_action(id: DeploymentId, action: Action) -> DeploymentId {
    if action == Action::Deploy { id } else { id.with(ACTION, action.as_str()) }
}

/// A request that Coolify merged into another deployment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Merged {
    pub(super) pull_request: i64,
    pub(super) image_tag: Option<String>,
    /// The time of the trigger's answer, if the server dated it.
    pub(super) answered_at: Option<Timestamps>,
}

impl Merged {
    /// Whether Coolify can have taken the request for this row: one of the same application, pull request and image tag
    /// that was queued or in progress when the trigger was answered (4.3.11).
    pub(super) fn may_stand_for(&self, row: &Row) -> bool {
        // The date of an answer has whole seconds.
        let second = TimeDelta::seconds(1);
        let answered_at = self.answered_at.and_then(Timestamps::date);
        let at = |text: &Option<String>| text.as_deref().and_then(parse_timestamp);
        let began_later =
            at(&row.created_at).zip(answered_at).is_some_and(|(began, answered_at)| began - answered_at > second);
        let last_sign = at(&row.updated_at).or_else(|| at(&row.finished_at));
        let was_alive = is_active(row)
            || last_sign.zip(answered_at).is_some_and(|(sign, answered_at)| answered_at - sign <= second);
        // A row of production has no tag, and a preview that is asked for without one takes the last.
        let tag = row.docker_registry_image_tag.as_deref();
        let is_same_tag = self.image_tag.as_deref().is_none_or(|asked| tag.is_none_or(|tag| tag == asked));
        row.pull_request_id.unwrap_or(0) == self.pull_request && is_same_tag && was_alive && !began_later
    }
}

/// The start of a service or database, as its id names it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Start {
    /// When it was accepted; missing in an id that names the target alone.
    pub(super) answered_at: Option<Timestamps>,
    /// It may still be shown as running for what it did before.
    pub(super) ran: bool,
    /// When it was last seen starting or running because of the trigger.
    pub(super) up: Option<Timestamps>,
    pub(super) action: Action,
}

impl Start {
    /// Reads an id.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if its time is not readable.
    pub(super) fn of(id: &DeploymentId) -> Result<Self> {
        let answered_at = Timestamps::read(id, ANSWERED_AT);
        if answered_at.is_none() && id.get(ANSWERED_AT).is_some() {
            let message = format!("the deployment id `{id}` holds no time in `{ANSWERED_AT}`");
            return Err(Error::new(ErrorKind::InvalidInput, message).with_platform(platform::COOLIFY));
        }
        Ok(Self { answered_at, ran: id.get(RAN).is_some(), up: Timestamps::read(id, UP), action: action_of(id) })
    }

    /// The id.
    pub(super) fn id(&self, target: &Target) -> DeploymentId {
        let id = DeploymentId::new(platform::COOLIFY, target.clone());
        let id = self.answered_at.iter().fold(id, |id, at| at.write(id, ANSWERED_AT));
        let id = if self.ran { id.with(RAN, "1") } else { id };
        let id = self.up.iter().fold(id, |id, at| at.write(id, UP));
        with_action(id, self.action)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn an_id_is_read_and_written_as_the_same_text() {
        for text in [
            "coolify:application:web?deployment=d1",
            "coolify:application:web?deployment=d1&adopted=1&asked_tag=1.2",
            "coolify:application:web?deployment=d1&inferred=1&asked_commit=abc1234",
            "coolify:application:web?deployment=d1&accepted=7.9",
            "coolify:application:web?deployment=d1&unconfirmed=3&since=7.9&asked_tag=1.2",
            "coolify:application:web?deployment=d1&action=restart&was=abc1234",
            "coolify:application:web?deployment=d1&inferred=1&asked_commit=abc1234&action=rollback",
        ] {
            let id: DeploymentId = text.parse().unwrap();
            assert_eq!(Pending::of(&id).unwrap().id(id.target()).to_string(), text);
        }
        for text in [
            "coolify:service:db?since=7.9&ran=1&up=8.9",
            "coolify:database:db?since=7",
            "coolify:service:db",
            "coolify:service:db?since=7.9&ran=1&action=redeploy",
        ] {
            let id: DeploymentId = text.parse().unwrap();
            assert_eq!(Start::of(&id).unwrap().id(id.target()).to_string(), text);
        }
        let nameless: DeploymentId = "coolify:application:web?accepted=7".parse().unwrap();
        assert_eq!(Pending::of(&nameless).unwrap_err().kind(), ErrorKind::InvalidInput);
    }

    #[test]
    fn a_request_may_stand_for_what_was_alive_when_it_was_answered() {
        let answered_at = Timestamps::dated(Some("Sun, 22 Nov 2026 15:40:24 GMT"));
        let merged = Merged { pull_request: 7, image_tag: Some("1.2".to_owned()), answered_at };
        let may_stand_for = |details: Value| {
            let mut row = json!({ "deployment_uuid": "d", "status": "finished", "pull_request_id": 7 });
            row.as_object_mut().unwrap().extend(details.as_object().unwrap().clone());
            merged.may_stand_for(&serde_json::from_value(row).unwrap())
        };
        let (before, same, after) = ("2026-11-22T15:40:20Z", "2026-11-22T15:40:23Z", "2026-11-22T15:40:30Z");
        assert!(may_stand_for(json!({ "status": "in_progress", "created_at": before })));
        assert!(may_stand_for(json!({ "created_at": before, "updated_at": same })), "it ended in the same second");
        assert!(may_stand_for(json!({ "created_at": before, "finished_at": after })));
        assert!(!may_stand_for(json!({ "created_at": before, "updated_at": before })), "it was over");
        assert!(!may_stand_for(json!({ "status": "queued", "created_at": after })), "it was stored later");
        assert!(!may_stand_for(json!({ "status": "queued", "pull_request_id": 8 })));
        assert!(!may_stand_for(json!({ "status": "queued", "docker_registry_image_tag": "1.3" })));
        assert!(may_stand_for(json!({ "status": "queued", "docker_registry_image_tag": "1.2" })));
    }
}
