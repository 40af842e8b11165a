//! Which revision an execution ran, and whether it is the one that was to run.

use serde_json::{Map, Value};

use super::pending::Pending;
use super::snapshot::filled;
use crate::{Deployment, Phase, RanRevision};

/// The revision in the details of a service that the history lists.
///
/// A job that is built from git has a commit and the tag of the image that was built, so the commit decides (document of
/// 2026-08-20, line 21837; the console matches the commit first).
pub(super) fn ran_in(details: &Map<String, Value>) -> RanRevision {
    let text = |value: Option<&Value>| filled(value.and_then(Value::as_str)).map(str::to_owned);
    let commit = text(details.get("commit").and_then(|commit| commit.get("git_commit_id")));
    let version = text(details.get("repository").and_then(|repository| repository.get("chart_version")));
    let unbuilt = || text(details.get("tag")).map(RanRevision::ImageTag).or(version.map(RanRevision::ChartVersion));
    commit.map(RanRevision::Commit).or_else(unbuilt).unwrap_or_default()
}

/// The deployment with the revision that it ran, once it is over.
pub(super) fn with_ran(mut deployment: Deployment, ran: RanRevision) -> Deployment {
    if let RanRevision::Commit(commit) = &ran {
        deployment.commit = Some(commit.clone());
    }
    if deployment.status.is_terminal() { deployment.with_revision(ran) } else { deployment }
}

/// The deployment, failed if it succeeded with another revision than the one that was to run.
pub(super) fn verified(deployment: Deployment, pending: &Pending) -> Deployment {
    let was = deployment.status.phase;
    let verified = deployment.verified_against(&pending.revision);
    if verified.status.phase == was {
        return verified;
    }
    let why = match (pending.is_revision_read, pending.may_be_merged()) {
        (true, _) => "the latter is what was configured when it was triggered",
        (false, true) => "Qovery may have merged the request into another one",
        (false, false) => return verified,
    };
    let reason = verified.reason.as_ref().map(|reason| format!("{reason}; {why}"));
    verified.with_reason(reason)
}

/// The deployment, failed because something else was done under its id.
pub(super) fn failed_as(deployment: Deployment, what: &str) -> Deployment {
    let mut failed =
        deployment.with_reason(Some(format!("Qovery lists `{what}` for it, which is not what was asked for")));
    failed.status.phase = Phase::Failed;
    failed
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Revision, Target};

    fn ran(details: &Value) -> RanRevision {
        ran_in(details.as_object().unwrap())
    }

    #[test]
    fn the_details_of_each_kind_tell_the_revision() {
        let commit = json!({"git_commit_id": "abc1234"});
        assert_eq!(ran(&json!({"commit": commit})), RanRevision::Commit("abc1234".into()));
        assert_eq!(ran(&json!({"image_name": "web", "tag": "1.2"})), RanRevision::ImageTag("1.2".into()));
        assert_eq!(ran(&json!({"tag": "built-7", "commit": commit})), RanRevision::Commit("abc1234".into()));
        assert_eq!(ran(&json!({"repository": {"chart_version": "4.1"}})), RanRevision::ChartVersion("4.1".into()));
        for nothing in
            [json!({}), json!({"tag": ""}), json!({"commit": {"git_commit_id": ""}}), json!({"commit": null})]
        {
            assert_eq!(ran(&nothing), RanRevision::Unverified, "{nothing}");
        }
    }

    #[test]
    fn another_revision_than_the_one_of_the_id_is_a_failure_that_says_so() {
        let named = |revision| Pending { revision, ..Pending::listed(&Target::application("web"), "env", "e1") };
        let deployed = |pending: &Pending, ran: &RanRevision| {
            verified(with_ran(pending.to_deployment(Phase::Succeeded, "DEPLOYED"), ran.clone()), pending)
        };
        let asked = named(Revision::Commit("0123456789".into()));
        let other = RanRevision::Commit("fedcba9876".into());
        let failed = deployed(&asked, &other);
        assert_eq!(failed.status.phase, Phase::Failed);
        assert!(failed.reason.unwrap().contains("fedcba9876"));
        let merged = deployed(&asked.clone().inferred(), &other).reason.unwrap();
        assert!(merged.contains("merged"), "{merged}");
        let read = deployed(&Pending { is_revision_read: true, ..asked.clone() }, &other).reason.unwrap();
        assert!(read.contains("configured"), "{read}");
        let same = deployed(&asked, &RanRevision::Commit("0123456789abcdef".into()));
        assert_eq!((same.status.phase, same.commit.as_deref()), (Phase::Succeeded, Some("0123456789abcdef")));
        assert_eq!(deployed(&named(Revision::ImageTag("1".into())), &other).status.phase, Phase::Succeeded);
        assert_eq!(deployed(&named(Revision::Configured), &other).status.phase, Phase::Succeeded, "none was named");
    }
}
