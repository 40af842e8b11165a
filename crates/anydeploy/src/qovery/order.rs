//! Resolves a deployment to its execution where only the order of executions decides.

use std::time::Duration;

use qovery_client::types::{
    DeploymentHistoryEnvironmentV2 as Past, DeploymentHistoryService as Part, OrganizationEventOrigin as Origin,
    QueuedDeploymentRequestWithStages as Waiting,
};

use super::action::Action;
use super::pending::{ACCEPTED_AT, AFTER, FIRST, LEFT_QUEUE_AT, NEXT, OVERLAP, REQUEST, SAME_TARGET};
use super::snapshot::HISTORY_PAGE_SIZE;
use super::status::judge_past;
use crate::clock::Timestamps;
use crate::config::TokenScheme;
use crate::time::parse_timestamp;
use crate::{DeploymentId, Phase, Target, TargetKind};

/// The executions that may belong to the deployment, oldest first: those after the last that is known to be another's.
///
/// `past` is newest first.
/// Some of them may have [begun too late](is_later).
/// `None` if the page does not reach back to that last one, so that it proves nothing.
pub(super) fn fitting<'a>(past: &'a [Past], id: &DeploymentId, scheme: TokenScheme) -> Option<Vec<&'a Past>> {
    let newer = match id.get(AFTER) {
        Some(after) => past.iter().position(|entry| entry.identifier.execution_id == after),
        // Without any execution before it, all of them are newer; a full page may lack the oldest.
        None => Some(past.len()).filter(|length| *length < HISTORY_PAGE_SIZE),
    };
    let newer = past.get(..newer?)?;
    Some(newer.iter().rev().filter(|entry| fits(entry, id, scheme)).collect())
}

fn fits(entry: &Past, id: &DeploymentId, scheme: TokenScheme) -> bool {
    let origin = entry.auditing_data.as_ref().and_then(|data| data.origin.as_ref());
    let action = Action::in_id(id);
    let other = part(entry, id.target().id()).is_some_and(|part| action.is_not_of(part));
    !other && action.may_be(entry.trigger_action.as_ref()) && !is_foreign(origin, scheme) && {
        names(entry, id.target())
            || is_nameless(entry)
            // Qovery may leave a target that waited out of its execution, and then the next execution is not its own.
            || id.get(REQUEST).is_some()
    }
}

/// Whether an execution lists no service: when the check before it fails, none is touched.
pub(super) fn is_nameless(entry: &Past) -> bool {
    entry.stages.iter().all(|stage| stage.services.is_empty())
}

/// Whether an execution deployed just the target: one service alone, or several for an environment.
fn is_just(entry: &Past, target: &Target) -> bool {
    let services = entry.stages.iter().map(|stage| stage.services.len()).sum::<usize>();
    names(entry, target) && (services > 1) == (*target.kind() == TargetKind::Environment)
}

/// Whether an execution may have deployed a target.
pub(super) fn may_name(entry: &Past, target: &Target) -> bool {
    names(entry, target) || is_nameless(entry)
}

/// Whether an execution lists a target as deployed.
pub(super) fn names(entry: &Past, target: &Target) -> bool {
    *target.kind() == TargetKind::Environment || part(entry, target.id()).is_some()
}

/// Whether an execution began too late to belong to the deployment.
///
/// A request leaves the queue because its execution begins; a deployment that started at once began when it was
/// accepted.
/// `grace` is how long an accepted deployment may take to appear.
pub(super) fn is_later(entry: &Past, id: &DeploymentId, grace: Duration) -> bool {
    let latest = match (id.get(REQUEST), id.get(NEXT)) {
        (Some(_), _) => Timestamps::read(id, LEFT_QUEUE_AT),
        (None, Some(_)) => Timestamps::read(id, ACCEPTED_AT),
        (None, None) => None,
    };
    let allowed = allowed_seconds(grace);
    let too_late =
        |latest: Timestamps| second(entry).is_some_and(|second| second > latest.server.saturating_add(allowed));
    latest.is_some_and(too_late)
}

/// How far the date of an execution may be from the moment of its request: both are cut to whole seconds, and a busy server
/// may take some.
pub(super) fn allowed_seconds(grace: Duration) -> i64 {
    i64::try_from((grace / 6).as_secs()).unwrap_or(i64::MAX).saturating_add(1)
}

/// Whether a request that waits was not made by a call of this deployer.
pub(super) fn is_others(waiting: &Waiting, scheme: TokenScheme) -> bool {
    is_foreign(waiting.auditing_data.as_ref().and_then(|data| data.origin.as_ref()), scheme)
}

/// Whether an execution has an origin that no call of this deployer has.
fn is_foreign(origin: Option<&Origin>, scheme: TokenScheme) -> bool {
    match origin {
        // A push to git, and Qovery itself.
        Some(Origin::Git | Origin::QoveryInternal) => true,
        // The web console works with the JWT of a person, never with an API token.
        Some(Origin::Console) => scheme == TokenScheme::Token,
        _ => false,
    }
}

/// Resolves the deployment to one of the executions that fit, if that is certain enough.
///
/// `overdue` says that every execution that was started must be listed by now.
pub(super) fn resolve<'a>(fitting: &[&'a Past], id: &DeploymentId, overdue: bool) -> Option<&'a Past> {
    // An execution that does not name the target may still be the right one, if it failed early or left the target out.
    // A later one that names it is certain only if no concurrent trigger may have started it.
    let named = |entry: &&Past| names(entry, id.target());
    let overlaps = id.get(OVERLAP).is_some();
    if overlaps && id.get(REQUEST).is_none() {
        // Two deployments of one service cannot be distinguished. But an execution that starts at once deploys just its
        // own target.
        let is_own = |entry: &&Past| is_just(entry, id.target());
        let is_environment_overlap = id.get(OVERLAP) != Some(SAME_TARGET) && id.get(NEXT).is_some();
        return fitting
            .iter()
            .copied()
            .find(|entry| is_nameless(entry) || is_own(entry))
            .filter(|own| is_environment_overlap && is_own(own));
    }
    let mut fitting = fitting.iter().copied().filter(|entry| overlaps || names(entry, id.target()));
    if id.get(NEXT).is_some() {
        return fitting.next().filter(named);
    }
    let accepted_at = Timestamps::read(id, ACCEPTED_AT)?.server;
    // Within a second or so, the clock does not decide whether an execution is older than the request.
    let mut late =
        fitting.skip_while(|entry| second(entry).is_some_and(|second| second < accepted_at.saturating_sub(1)));
    let first = late.next().filter(named)?;
    let second = second(first)?;
    let alone = overdue && second >= accepted_at && !late.any(|entry| names(entry, id.target()));
    let next = id.get(FIRST).is_some() && second > accepted_at;
    (next || alone).then_some(first)
}

/// The execution that failed in the check before it, if no other can belong to the deployment.
///
/// Such an execution may list no service, so that its place has to decide: it is the first one after the known one, no
/// later one may be the right one, and it was not created before the request.
/// No trigger of this program was concurrent, and those of other programs waited while it ran.
pub(super) fn failed_check<'a>(fitting: &[&'a Past], id: &DeploymentId) -> Option<&'a Past> {
    let (first, later) = fitting.split_first()?;
    let accepted_at = Timestamps::read(id, ACCEPTED_AT)?.server;
    let own = id.get(NEXT).is_some() && id.get(OVERLAP).is_none();
    // Within a second, the clock does not decide whether an execution is older than the request.
    let early = second(first).is_none_or(|second| second < accepted_at.saturating_sub(1));
    let alone = !later.iter().any(|entry| may_name(entry, id.target()));
    (own && alone && !early && is_nameless(first) && judge_past(first) == Phase::Failed).then_some(*first)
}

/// The second in which an execution was created.
pub(super) fn second(entry: &Past) -> Option<i64> {
    let data = entry.auditing_data.as_ref()?;
    Some(parse_timestamp(data.created_at.as_deref()?)?.timestamp())
}

/// What an execution did with a service.
pub(super) fn part<'a>(entry: &'a Past, service: &str) -> Option<&'a Part> {
    entry.stages.iter().flat_map(|stage| &stage.services).find(|part| part.identifier.service_id == service)
}

/// Whether a request that waits may be one that does the same with the same target.
pub(super) fn concerns(waiting: &Waiting, id: &DeploymentId) -> bool {
    let target = id.target();
    Action::in_id(id).may_be(waiting.trigger_action.as_ref()) && {
        *target.kind() == TargetKind::Environment
            || waiting
                .stages
                .iter()
                .flat_map(|stage| &stage.services)
                .any(|service| service.identifier.service_id == target.id())
    }
}

/// Whether no other request that waits may deploy the target of this one.
pub(super) fn is_alone(queue: &[Waiting], request: &str, id: &DeploymentId) -> bool {
    let mut others = queue.iter().filter(|waiting| waiting.identifier.deployment_request_id != request);
    !others.any(|waiting| concerns(waiting, id))
}

/// Whether every other request began to wait after this one.
///
/// Ids sort by age, which Qovery's web console relies on.
pub(super) fn is_oldest(queue: &[Waiting], request: &str) -> bool {
    queue.iter().all(|waiting| waiting.identifier.deployment_request_id.as_str() >= request)
}

/// Whether a request waits.
pub(super) fn is_listed(queue: &[Waiting], request: &str) -> bool {
    queue.iter().any(|waiting| waiting.identifier.deployment_request_id == request)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::pending::id_of;
    use super::*;

    const GRACE: Duration = Duration::from_mins(1);

    fn past(entries: &[Value]) -> Vec<Past> {
        entries.iter().map(|entry| serde_json::from_value(entry.clone()).unwrap()).collect()
    }

    fn entry(execution: &str, action: &str, origin: &str, services: &[&str]) -> Value {
        let parts = services.iter().map(|id| json!({"identifier": {"service_id": id}, "status": "DEPLOYED"}));
        json!({
            "identifier": {"execution_id": execution},
            "auditing_data": {"created_at": "2026-08-20T14:00:05.5Z", "origin": origin},
            "status": "DEPLOYED",
            "trigger_action": action,
            "stages": [{"services": parts.collect::<Vec<_>>()}],
        })
    }

    fn id() -> DeploymentId {
        id_of(&Target::application("web"), "env").with(AFTER, "e1").with(NEXT, "1")
    }

    fn chosen(entries: &[Value], id: &DeploymentId, overdue: bool) -> Option<String> {
        let past = past(entries);
        let mut fitting = fitting(&past, id, TokenScheme::Token).unwrap_or_default();
        fitting.retain(|entry| !is_later(entry, id, GRACE));
        resolve(&fitting, id, overdue).map(|entry| entry.identifier.execution_id.clone())
    }

    #[test]
    fn the_first_fitting_execution_after_the_known_one_is_taken() {
        let entries = [
            entry("e4", "DEPLOY", "API", &["web"]),
            entry("e3", "DEPLOY", "API", &["web", "db"]),
            entry("e2", "DEPLOY", "API", &["db"]),
            entry("e1", "DEPLOY", "API", &["web"]),
        ];
        assert_eq!(chosen(&entries, &id(), false).as_deref(), Some("e3"));
        assert_eq!(chosen(&entries[3..], &id(), true), None);
    }

    #[test]
    fn other_actions_and_other_origins_do_not_fit() {
        for (action, origin) in [("STOP", "API"), ("DELETE", "API"), ("DEPLOY", "GIT"), ("DEPLOY", "CONSOLE")] {
            let entries = [entry("e2", action, origin, &["web"]), entry("e1", "DEPLOY", "API", &["web"])];
            assert_eq!(chosen(&entries, &id(), true), None, "{action} {origin}");
        }
        let past = past(&[entry("e2", "DEPLOY", "CONSOLE", &["web"]), entry("e1", "DEPLOY", "API", &[])]);
        assert_eq!(fitting(&past, &id(), TokenScheme::Bearer).unwrap().len(), 1, "a JWT is what the console uses");
    }

    #[test]
    fn a_failed_check_before_the_deployment_lists_no_service() {
        let entries = [entry("e2", "DEPLOY", "API", &[]), entry("e1", "DEPLOY", "API", &["web"])];
        assert_eq!(chosen(&entries, &id(), false), None, "another one may still be listed");
        assert_eq!(chosen(&entries, &id(), true), None, "it may be for any service of the environment");
        assert_eq!(chosen(&entries, &id().with(REQUEST, "r"), true), None);
        let later = [entry("e3", "DEPLOY", "API", &["web"]), entries[0].clone(), entries[1].clone()];
        assert_eq!(chosen(&later, &id(), true).as_deref(), Some("e3"), "no one else deploys this service");
        let overlaps = id().with(OVERLAP, SAME_TARGET);
        assert_eq!(chosen(&later, &overlaps, true), None, "the check may have been ours");
        let left_out = [later[0].clone(), entry("e2", "DEPLOY", "API", &["api"]), later[2].clone()];
        assert_eq!(chosen(&left_out, &overlaps, true), None, "ours may never have begun");
        let environment = id().with(OVERLAP, "around");
        assert_eq!(chosen(&left_out, &environment, true).as_deref(), Some("e3"));
        assert_eq!(chosen(&later, &environment, true), None, "the check may have been ours");
        let whole = [entry("e4", "DEPLOY", "API", &["api", "web"]), entries[1].clone()];
        assert_eq!(chosen(&whole, &environment, true), None, "the whole environment was deployed");
        assert_eq!(chosen(&left_out, &overlaps.clone().with(REQUEST, "r"), true), None, "it may have been left out");
        assert_eq!(chosen(&left_out, &id().with(REQUEST, "r"), true).as_deref(), Some("e3"));
    }

    #[test]
    fn without_certainty_only_a_single_late_execution_is_taken_once_all_must_show() {
        let accepted_at = |text: &str| parse_timestamp(text).unwrap().timestamp().to_string();
        let unsure = id().without(NEXT).with(ACCEPTED_AT, accepted_at("2026-08-20T14:00:05Z"));
        let one = [entry("e2", "DEPLOY", "API", &["web"]), entry("e1", "DEPLOY", "API", &["web"])];
        assert_eq!(chosen(&one, &unsure, false), None);
        assert_eq!(chosen(&one, &unsure, true).as_deref(), Some("e2"));
        assert_eq!(chosen(&one, &unsure.clone().with(ACCEPTED_AT, accepted_at("2026-08-20T14:00:06Z")), true), None);
        let two = [entry("e3", "DEPLOY", "API", &["web"]), one[0].clone(), one[1].clone()];
        assert_eq!(chosen(&two, &unsure, true), None);
    }

    #[test]
    fn the_first_execution_after_the_request_is_distinguished_from_the_one_before_it_by_the_second() {
        let at = |execution: &str, second: &str| {
            let mut entry = entry(execution, "DEPLOY", "API", &["web"]);
            entry["auditing_data"]["created_at"] = json!(format!("2026-08-20T14:00:{second}.9Z"));
            entry
        };
        let accepted_at = parse_timestamp("2026-08-20T14:00:05Z").unwrap().timestamp().to_string();
        let first = id().without(NEXT).with(FIRST, "1").with(ACCEPTED_AT, accepted_at);
        let known = at("e1", "00");
        let cases = [
            (vec![at("e3", "30"), at("e2", "07"), at("e1x", "02"), known.clone()], Some("e2")),
            (vec![at("e3", "30"), at("e2", "05"), known.clone()], None),
            (vec![at("e3", "30"), at("e2", "04"), known.clone()], None),
            (vec![at("e2", "02"), known], None),
        ];
        for (entries, expected) in cases {
            assert_eq!(chosen(&entries, &first, false).as_deref(), expected, "{entries:?}");
        }
    }

    #[test]
    fn an_execution_may_begin_a_while_after_its_request_and_not_much_later() {
        // A sixth of the grace, and the second that both times are cut to; the entry is of 14:00:05.
        let cases = [("13:59:53", true), ("13:59:54", false), ("14:00:05", false), ("14:00:09", false)];
        for (accepted, later) in cases {
            let time = parse_timestamp(&format!("2026-08-20T{accepted}Z")).unwrap().timestamp().to_string();
            let entry = &past(&[entry("e2", "DEPLOY", "API", &["web"])])[0];
            let started = id().with(ACCEPTED_AT, time.clone());
            let queued = id().with(REQUEST, "r").with(LEFT_QUEUE_AT, time);
            assert_eq!(is_later(entry, &started, GRACE), later, "{accepted}");
            assert_eq!(is_later(entry, &queued, GRACE), later, "{accepted}");
        }
    }

    #[test]
    fn a_check_that_failed_is_ours_only_by_its_place() {
        let accepted_at = |text: &str| parse_timestamp(text).unwrap().timestamp().to_string();
        let nameless = |execution: &str, status: &str| {
            let mut entry = entry(execution, "DEPLOY", "API", &[]);
            entry["status"] = json!(status);
            entry
        };
        let failed = |entries: &[Value], id: &DeploymentId| {
            let past = past(entries);
            let fitting = fitting(&past, id, TokenScheme::Token).unwrap_or_default();
            failed_check(&fitting, id).map(|entry| entry.identifier.execution_id.clone())
        };
        let known = entry("e1", "DEPLOY", "API", &["web"]);
        let ours = id().with(ACCEPTED_AT, accepted_at("2026-08-20T14:00:05Z"));
        let only = [nameless("e2", "DEPLOYMENT_ERROR"), known.clone()];
        assert_eq!(failed(&only, &ours).as_deref(), Some("e2"));
        assert_eq!(failed(&only, &ours.clone().with(OVERLAP, SAME_TARGET)), None);
        assert_eq!(failed(&only, &ours.clone().without(NEXT)), None);
        assert_eq!(
            failed(&only, &ours.clone().with(ACCEPTED_AT, accepted_at("2026-08-20T14:00:07Z"))),
            None,
            "it was there before"
        );
        assert_eq!(failed(&[nameless("e2", "DEPLOYING"), known.clone()], &ours), None);
        let followed = [entry("e3", "DEPLOY", "API", &["web"]), only[0].clone(), known.clone()];
        assert_eq!(failed(&followed, &ours), None, "the one that names the target is ours");
        let other = [entry("e3", "DEPLOY", "API", &["api"]), only[0].clone(), known];
        assert_eq!(failed(&other, &ours).as_deref(), Some("e2"));
    }

    #[test]
    fn a_known_execution_that_left_the_page_proves_nothing() {
        let entries = [entry("e9", "DEPLOY", "API", &["web"])];
        assert!(fitting(&past(&entries), &id(), TokenScheme::Token).is_none());
        assert_eq!(chosen(&entries, &id().without(AFTER), false).as_deref(), Some("e9"));
        let full = vec![entry("e9", "DEPLOY", "API", &["web"]); HISTORY_PAGE_SIZE];
        assert_eq!(chosen(&full, &id().without(AFTER), false), None);
    }
}
