//! Which version a deploy body asks for, and in which form each kind takes it.

use serde_json::Value;

use super::action::Action;
use super::call::{Object, text};
use super::kind::QoveryServiceKind as Kind;
use super::reply::Refusal;

/// The version in a deploy body of a service of this kind, in `DeployAllRequest` or alone.
///
/// Without one the service keeps what it has. That two exclusive keys are refused is inferred: the published document
/// only says in prose that they exclude each other.
pub(super) fn version(kind: Kind, body: &Object) -> Result<Option<String>, Refusal> {
    let keys: &[&str] = match kind {
        Kind::Application | Kind::Terraform => &["git_commit_id"],
        Kind::Container => &["image_tag"],
        Kind::CronJob | Kind::LifecycleJob => &["image_tag", "git_commit_id"],
        Kind::Helm | Kind::HelmFromGit => &["chart_version", "git_commit_id"],
        Kind::Database => &[],
    };
    for key in keys {
        if body.get(*key).is_some_and(|value| !value.is_string() && !value.is_null()) {
            return Err(Refusal::bad_request(format!("{key} must be a text.")));
        }
    }
    let mut given = keys.iter().filter_map(|key| text(body, key).map(|version| (*key, version)));
    let Some((key, version)) = given.next() else { return Ok(None) };
    if given.next().is_some() {
        return Err(Refusal::bad_request(format!("{} exclude each other.", keys.join(" and "))));
    }
    // Which of the two keys applies follows from the service's source.
    let fits = match kind {
        Kind::CronJob => key == "image_tag",
        Kind::LifecycleJob | Kind::HelmFromGit => key == "git_commit_id",
        Kind::Helm => key == "chart_version",
        _ => true,
    };
    if fits {
        Ok(Some(version.to_owned()))
    } else {
        Err(Refusal::bad_request(format!("{key} does not fit the source.")))
    }
}

/// The action a terraform body asks for; absent or null plans and applies.
pub(super) fn terraform_action(body: &Object) -> Result<Action, Refusal> {
    match body.get("action").unwrap_or(&Value::Null) {
        Value::Null => Ok(Action::Deploy),
        Value::String(word) if word == "PLAN" => Ok(Action::DryRun),
        Value::String(word) if word == "FORCE_UNLOCK" => Ok(Action::ForceUnlock),
        Value::String(word) if word == "MIGRATE_STATE" => Ok(Action::MigrateState),
        _ => Err(Refusal::bad_request("Unknown terraform action.")),
    }
}

/// What a `forceEvent` makes of a deployment: nothing if the job does not have the event.
pub(super) fn forced(kind: Kind, event: Option<&str>) -> Result<Option<Action>, Refusal> {
    let known: &[&str] = match kind {
        Kind::CronJob | Kind::LifecycleJob => &["START", "STOP", "DELETE", "CRON"],
        Kind::Helm | Kind::HelmFromGit => &["DIFF"],
        _ => return Ok(Some(Action::Deploy)),
    };
    match event {
        None => Ok(Some(Action::Deploy)),
        Some(event) if !known.contains(&event) => Err(Refusal::bad_request(format!("Unknown event {event}."))),
        Some("DIFF") => Ok(Some(Action::DryRun)),
        Some(event) => {
            let has = if kind == Kind::CronJob { event == "CRON" } else { matches!(event, "START" | "DELETE") };
            Ok(has.then_some(Action::Deploy))
        }
    }
}
