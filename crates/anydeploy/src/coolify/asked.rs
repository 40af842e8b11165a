//! What a trigger asks for, as far as it decides which rows may belong to it.

use chrono::TimeDelta;
use coolify_client::types::{DeployByTagOrUuidParams, Deployment as Row};
use serde::{Deserialize, Serialize};

use super::resource::ANSWERED_AT;
use crate::clock::Timestamps;
use crate::time::parse_timestamp;
use crate::{Adoption, DeployRequest, DeploymentId, Error, ErrorKind, Phase, Result, Revision, platform};

/// The commit that was asked for, in an id.
const ASKED_COMMIT: &str = "asked_commit";

/// The image tag that was asked for, in an id.
const ASKED_TAG: &str = "asked_tag";

/// Set if Coolify merged the request into another deployment; its value is the number of the pull request.
const MERGED: &str = "unconfirmed";

/// Set if Coolify accepted a deployment whose row was not read yet: when it did.
const ACCEPTED_AT: &str = "accepted";

/// The largest number of a pull request; a larger one is a 500 (4.3.11), which would leave it open whether anything was
/// done.
const MAX_PULL_REQUEST: u64 = 2_147_483_647;

/// What a trigger asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// 0 is production.
    pub(super) pull_request: i64,
    pub(super) force: bool,
    /// The commit that a rollback deploys.
    pub(super) commit: Option<String>,
    pub(super) image_tag: Option<String>,
    pub(super) adoption: Adoption,
}

impl Asked {
    /// What a request asks for.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] and [`ErrorKind::Unsupported`] for what Coolify cannot do, or would do as something
    /// else.
    pub(super) fn of(request: &DeployRequest) -> Result<Self> {
        let number = request.pull_request();
        if number.is_some_and(|number| number > MAX_PULL_REQUEST) {
            let message = format!("there is no pull request of a number above {MAX_PULL_REQUEST}");
            return Err(Error::new(ErrorKind::InvalidInput, message).with_platform(platform::COOLIFY));
        }
        let unsupported = |what: &str| Err(Error::unsupported(platform::COOLIFY, what));
        let mut asked = Self {
            pull_request: number.and_then(|number| i64::try_from(number).ok()).unwrap_or(0),
            force: request.no_cache(),
            commit: None,
            image_tag: None,
            adoption: request.adoption(),
        };
        match request.revision() {
            Revision::ImageTag(tag) if number.is_some() => asked.image_tag = Some(tag.clone()),
            Revision::ImageTag(_) => {
                return unsupported("an image tag without a pull request; set the application's tag first");
            }
            // Coolify goes to a commit by a rollback, which takes neither (4.3.11).
            Revision::Commit(_) | Revision::Deployed if number.is_some() => {
                return unsupported("a given commit for a pull request");
            }
            Revision::Commit(_) | Revision::Deployed if asked.force => {
                return unsupported("building a given commit without the cache");
            }
            Revision::Commit(commit) => asked.commit = Some(commit.clone()),
            // Which commit was deployed last is read later.
            Revision::Configured | Revision::Deployed => {}
            _ => return unsupported("this revision"),
        }
        Ok(asked)
    }

    /// The parameters of the trigger; all go into the query, which every version since 4.0 beta 298 reads.
    pub(super) fn parameters(&self, uuid: &str) -> DeployByTagOrUuidParams {
        DeployByTagOrUuidParams {
            uuid: Some(uuid.to_owned()),
            // Before 4.2.0 the text `false` was taken for true, so it is never sent.
            force: self.force.then_some(true),
            // `pr` is older than `pull_request_id` and means the same.
            pr: Some(self.pull_request).filter(|number| *number > 0),
            docker_tag: self.image_tag.clone(),
            tag: None,
        }
    }

    /// The id with the version that was asked for, so that a later read can compare it with the one that ran.
    pub(super) fn note(&self, mut id: DeploymentId) -> DeploymentId {
        if let Some(commit) = &self.commit {
            id = id.with(ASKED_COMMIT, commit.clone());
        }
        if let Some(tag) = &self.image_tag {
            id = id.with(ASKED_TAG, tag.clone());
        }
        id
    }

    /// Whether a row is what the trigger asks for; older versions do not report all of it.
    pub(super) fn may_be(&self, row: &Row) -> bool {
        let rolls_back = row.rollback == Some(true);
        let is_same_commit = self.commit.as_ref().is_none_or(|commit| row.commit.as_ref() == Some(commit));
        let tag = row.docker_registry_image_tag.as_deref();
        row.is_api != Some(false)
            && row.is_webhook != Some(true)
            && row.restart_only != Some(true)
            && rolls_back == self.commit.is_some()
            && is_same_commit
            && self.is_same_place(row)
            && self.image_tag.as_deref().is_none_or(|asked| tag.is_none_or(|tag| tag == asked))
            && row.force_rebuild.is_none_or(|force| force == self.force)
    }

    /// Whether a row is for the same pull request, or like the trigger for none.
    pub(super) fn is_same_place(&self, row: &Row) -> bool {
        row.pull_request_id.unwrap_or(0) == self.pull_request
    }
}

/// The version that was asked for, as an id has it.
pub(super) fn asked_revision(id: &DeploymentId) -> Revision {
    match (id.get(ASKED_COMMIT), id.get(ASKED_TAG)) {
        (Some(commit), _) => Revision::Commit(commit.to_owned()),
        (None, Some(tag)) => Revision::ImageTag(tag.to_owned()),
        (None, None) => Revision::Configured,
    }
}

/// The id of another deployment, which is to be compared with the same version.
pub(super) fn with_revision_of(mut id: DeploymentId, from: &DeploymentId) -> DeploymentId {
    for key in [ASKED_COMMIT, ASKED_TAG] {
        if let Some(value) = from.get(key) {
            id = id.with(key, value);
        }
    }
    id
}

/// The id of a deployment that was accepted at this time, and whose row was not read yet.
pub(super) fn accepted(id: DeploymentId, at: Timestamps) -> DeploymentId {
    at.write(id, ACCEPTED_AT)
}

/// When the deployment of an id was accepted whose row was not read yet.
pub(super) fn accepted_at(id: &DeploymentId) -> Option<Timestamps> {
    Timestamps::read(id, ACCEPTED_AT)
}

/// A request that Coolify merged into another deployment, which was not found yet.
#[derive(Clone, Debug)]
pub(super) struct MergedRequest {
    pub(super) pull_request: i64,
    pub(super) image_tag: Option<String>,
    /// The time of the trigger's answer, if the server dated it.
    pub(super) answered_at: Option<Timestamps>,
}

impl MergedRequest {
    pub(super) fn note(&self, id: DeploymentId) -> DeploymentId {
        let id = id.with(MERGED, self.pull_request.to_string());
        match self.answered_at {
            Some(answered_at) => answered_at.write(id, ANSWERED_AT),
            None => id,
        }
    }

    /// Reads it from an id, if the request was merged into a deployment that was not found yet.
    pub(super) fn of(id: &DeploymentId) -> Option<Self> {
        let pull_request = id.get(MERGED)?.parse().ok()?;
        let image_tag = id.get(ASKED_TAG).map(str::to_owned);
        Some(Self { pull_request, image_tag, answered_at: Timestamps::read(id, ANSWERED_AT) })
    }

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

/// Whether a deployment is queued or in progress.
pub(super) fn is_active(row: &Row) -> bool {
    matches!(super::phase(&row.status), Phase::Queued | Phase::Running)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn asked(pull_request: i64, commit: Option<&str>, image_tag: Option<&str>) -> Asked {
        let (commit, image_tag) = (commit.map(str::to_owned), image_tag.map(str::to_owned));
        Asked { pull_request, force: false, commit, image_tag, adoption: Adoption::Fresh }
    }

    fn row(details: &Value) -> Row {
        let mut row = json!({"deployment_uuid": "d", "status": "queued", "pull_request_id": 7});
        row.as_object_mut().unwrap().extend(details.as_object().unwrap().clone());
        serde_json::from_value(row).unwrap()
    }

    #[test]
    fn what_others_started_in_another_way_does_not_fit() {
        let fits = |details: Value| asked(7, None, None).may_be(&row(&details));
        assert!(fits(json!({})), "an old version reports nothing");
        assert!(fits(json!({"is_api": true, "is_webhook": false, "force_rebuild": false})));
        for other in [
            json!({"is_api": false}),
            json!({"is_webhook": true}),
            json!({"restart_only": true}),
            json!({"rollback": true}),
            json!({"force_rebuild": true}),
            json!({"pull_request_id": 0}),
            json!({"pull_request_id": null}),
        ] {
            assert!(!fits(other.clone()), "{other}");
        }
    }

    #[test]
    fn a_rollback_is_known_by_its_commit_and_a_preview_by_its_tag() {
        let to = asked(0, Some("abc1234"), None);
        let of = |details: Value| to.may_be(&row(&details));
        assert!(of(json!({"pull_request_id": 0, "rollback": true, "commit": "abc1234"})));
        assert!(!of(json!({"pull_request_id": 0, "rollback": true, "commit": "abc1235"})));
        assert!(!of(json!({"pull_request_id": 0, "rollback": false, "commit": "abc1234"})));
        let tagged = asked(7, None, Some("1.2"));
        assert!(tagged.may_be(&row(&json!({"docker_registry_image_tag": "1.2"}))));
        assert!(tagged.may_be(&row(&json!({}))), "an older version does not report the tag");
        assert!(!tagged.may_be(&row(&json!({"docker_registry_image_tag": "1.3"}))));
        let twin = MergedRequest { pull_request: 7, image_tag: Some("1.2".to_owned()), answered_at: None };
        assert!(!twin.may_stand_for(&row(&json!({"docker_registry_image_tag": "1.3"}))));
    }
}
