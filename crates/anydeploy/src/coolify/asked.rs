//! What a trigger asks for, as far as it decides which rows may belong to it.

use coolify_client::types::DeployByTagOrUuidParams;
use serde::{Deserialize, Serialize};

use super::pending::{Merged, Pending, Stage};
use super::row::Row;
use super::setting;
use crate::adapter::Timestamps;
use crate::{Action, Adoption, DeployRequest, Error, ErrorKind, Result, Revision, platform};

/// The largest number of a pull request; a larger one is a 500 (4.3.11), which would leave it open whether anything was
/// done.
const MAX_PULL_REQUEST: u64 = 2_147_483_647;

/// What a trigger asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Asked {
    /// 0 is production.
    pub(super) pull_request: i64,
    pub(super) force: bool,
    /// The commit that a rollback deploys.
    pub(super) commit: Option<String>,
    pub(super) image_tag: Option<String>,
    pub(super) adoption: Adoption,
    /// What is done; left out if it is a deployment, as in the intents of releases that only deployed.
    #[serde(default, skip_serializing_if = "is_deploy")]
    pub(super) action: Action,
    /// The commit that ran before a restart, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) was: Option<String>,
    /// The image tag that the application is set to, for which the trigger has no parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) set_tag: Option<String>,
}

impl Asked {
    /// What a request asks for.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] and [`ErrorKind::Unsupported`] for what Coolify cannot do, or would do as something
    /// else.
    pub(super) fn of(request: &DeployRequest) -> Result<Self> {
        let number = request.pull_request();
        check_pull_request(number.unwrap_or_default())?;
        let unsupported = |what: &str| Err(Error::unsupported(platform::COOLIFY, what));
        let mut asked = Self {
            pull_request: number.and_then(|number| i64::try_from(number).ok()).unwrap_or(0),
            force: request.no_cache(),
            commit: None,
            image_tag: None,
            adoption: request.adoption(),
            action: request.action(),
            was: None,
            set_tag: None,
        };
        if let Some(setting) = request.setting() {
            setting::check(setting)?;
            if number.is_some() {
                return unsupported("a setting of the application for the preview of a pull request");
            }
        }
        match request.revision() {
            // Coolify stores such a deployment, breaks before it runs, and never runs another of the pull request (since 4.1.2).
            Revision::ImageTag(tag) if number.is_some() && !setting::is_tag(tag) => {
                let message = format!("Coolify takes no image tag such as `{tag}`");
                return Err(Error::new(ErrorKind::InvalidInput, message).with_platform(platform::COOLIFY));
            }
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
            Revision::Configured | Revision::Deployed => {
                asked.commit = request.rollback_point().map(|point| point.id.clone());
            }
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

    /// The version that was asked for.
    pub(super) fn revision(&self) -> Revision {
        match (&self.commit, self.image_tag.as_ref().or(self.set_tag.as_ref())) {
            (Some(commit), _) => Revision::Commit(commit.clone()),
            (None, Some(tag)) => Revision::ImageTag(tag.clone()),
            (None, None) => Revision::Configured,
        }
    }

    /// A deployment under this id, at this stage.
    pub(super) fn pending(&self, uuid: &str, stage: Stage) -> Pending {
        let (asked, was) = (self.revision(), self.was.clone());
        Pending { uuid: uuid.to_owned(), asked, action: self.action, was, stage }
    }

    /// The request, once Coolify has merged it into another deployment.
    pub(super) fn merged(&self, answered_at: Option<Timestamps>) -> Merged {
        Merged { pull_request: self.pull_request, image_tag: self.image_tag.clone(), answered_at }
    }

    /// Whether a row has the revision and options that the trigger asked for; older versions do not report all of them.
    pub(super) fn may_be(&self, row: &Row) -> bool {
        let rolls_back = row.rollback == Some(true);
        let is_same_commit = self.commit.as_ref().is_none_or(|commit| row.commit.as_ref() == Some(commit));
        let tag = row.docker_registry_image_tag.as_deref();
        row.is_api != Some(false)
            && row.is_webhook != Some(true)
            && row.restart_only.is_none_or(|restart| restart == self.is_restart())
            && rolls_back == self.commit.is_some()
            && is_same_commit
            && self.is_same_place(row)
            && self.image_tag.as_deref().is_none_or(|asked| tag.is_none_or(|tag| tag == asked))
            && row.force_rebuild.is_none_or(|force| force == self.force)
    }

    /// Whether it is sent as a restart; everything else that Coolify has is a deployment or a rollback.
    pub(super) fn is_restart(&self) -> bool {
        self.action == Action::Restart
    }

    /// Whether a row is for the same pull request, or like the trigger for none.
    pub(super) fn is_same_place(&self, row: &Row) -> bool {
        row.pull_request_id.unwrap_or(0) == self.pull_request
    }
}

/// Refuses a number that no pull request has, as Coolify breaks with it.
pub(super) fn check_pull_request(number: u64) -> Result<()> {
    if number <= MAX_PULL_REQUEST {
        return Ok(());
    }
    let message = format!("there is no pull request of a number above {MAX_PULL_REQUEST}");
    Err(Error::new(ErrorKind::InvalidInput, message).with_platform(platform::COOLIFY))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is that of serde's `skip_serializing_if`")]
fn is_deploy(action: &Action) -> bool {
    *action == Action::Deploy
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn asked(pull_request: i64, commit: Option<&str>, image_tag: Option<&str>) -> Asked {
        let (commit, image_tag) = (commit.map(str::to_owned), image_tag.map(str::to_owned));
        let (action, adoption) = (Action::Deploy, Adoption::Fresh);
        Asked { pull_request, force: false, commit, image_tag, adoption, action, was: None, set_tag: None }
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
    fn a_restart_is_known_by_the_row_that_says_so() {
        let restart = Asked { action: Action::Restart, ..asked(7, None, None) };
        let fits = |details: Value| restart.may_be(&row(&details));
        assert!(fits(json!({"restart_only": true})));
        assert!(fits(json!({})), "an old version reports nothing");
        for other in [json!({"restart_only": false}), json!({"restart_only": true, "rollback": true})] {
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
    }
}
