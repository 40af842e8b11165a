//! Resolves a deployment to its execution where only the order of executions decides.

use qovery_client::types::{
    DeploymentHistoryEnvironmentV2 as Past, DeploymentHistoryService as Part, OrganizationEventOrigin as Origin,
};

use super::pending::Pending;
use super::snapshot::HISTORY_PAGE_SIZE;
use super::status::judge_past;
use crate::adapter::{Overlap, parse_timestamp};
use crate::config::TokenScheme;
use crate::{Phase, Target, TargetKind, Timing};

/// The executions after the last that is known to be another's, newest first like `past`.
///
/// `None` if the page does not reach back to that one, so that it proves nothing.
pub(super) fn newer<'a>(past: &'a [Past], after: Option<&str>) -> Option<&'a [Past]> {
    let newer = match after {
        Some(after) => past.iter().position(|entry| entry.identifier.execution_id == after),
        // Without any execution before it, all of them are newer; a full page may lack the oldest.
        None => Some(past.len()).filter(|length| *length < HISTORY_PAGE_SIZE),
    };
    past.get(..newer?)
}

/// The executions that may belong to the deployment, oldest first.
///
/// Some of them may have [begun too late](is_later).
/// `None` as for [`newer`].
pub(super) fn fitting<'a>(past: &'a [Past], pending: &Pending, scheme: TokenScheme) -> Option<Vec<&'a Past>> {
    let newer = newer(past, pending.clues.after.as_deref())?;
    Some(newer.iter().rev().filter(|entry| fits(entry, pending, scheme)).collect())
}

/// Whether an execution may belong to the deployment, by what it did and for whom.
pub(super) fn fits(entry: &Past, pending: &Pending, scheme: TokenScheme) -> bool {
    let (target, action) = (&pending.target, pending.action);
    let origin = entry.auditing_data.as_ref().and_then(|data| data.origin.as_ref());
    let other = part(entry, target.id()).and_then(|part| action.contradicted_by(part.status_details.as_ref()));
    other.is_none() && action.may_be(entry.trigger_action.as_ref()) && !is_foreign(origin, scheme) && {
        may_name(entry, target)
            // Qovery may leave a target that waited out of its execution, and then the next execution is not its own.
            || pending.request.is_some()
    }
}

/// Whether an execution lists no service: when the check before it fails, none is touched.
pub(super) fn is_nameless(entry: &Past) -> bool {
    entry.stages.iter().all(|stage| stage.services.is_empty())
}

/// How many services an execution lists.
pub(super) fn services_in(entry: &Past) -> usize {
    entry.stages.iter().map(|stage| stage.services.len()).sum()
}

/// Whether an execution deployed just the target: one service alone, or several for an environment.
fn is_just(entry: &Past, target: &Target) -> bool {
    names(entry, target) && (services_in(entry) > 1) == (*target.kind() == TargetKind::Environment)
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
pub(super) fn is_later(entry: &Past, pending: &Pending, timing: &Timing) -> bool {
    let latest = match &pending.request {
        Some(_) => pending.clues.left_queue_at,
        None => pending.accepted_at.filter(|_| pending.clues.is_next),
    };
    let latest = latest.map(|latest| latest.server.saturating_add(allowed_seconds(timing)));
    second(entry).zip(latest).is_some_and(|(second, latest)| second > latest)
}

/// How far the date of an execution may be from the moment of its request: both are cut to whole seconds, and a busy server
/// may take some.
pub(super) fn allowed_seconds(timing: &Timing) -> i64 {
    i64::try_from(timing.row_appears.as_secs()).unwrap_or(i64::MAX).saturating_add(1)
}

/// Whether a request or an execution has an origin that no call of this deployer has.
pub(super) fn is_foreign(origin: Option<&Origin>, scheme: TokenScheme) -> bool {
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
pub(super) fn resolve<'a>(fitting: &[&'a Past], pending: &Pending, overdue: bool) -> Option<&'a Past> {
    let (target, clues) = (&pending.target, &pending.clues);
    // An execution that does not name the target may still be the right one, if it failed early or left the target out.
    // A later one that names it is certain only if no other trigger may have started it.
    let named = |entry: &&Past| names(entry, target);
    let overlaps = clues.overlap.is_some();
    if overlaps && pending.request.is_none() {
        // Two deployments of one service cannot be distinguished. But an execution that starts at once deploys just its
        // own target.
        let is_own = |entry: &&Past| is_just(entry, target);
        let is_environment_overlap = clues.overlap == Some(Overlap::Environment) && clues.is_next;
        let first = fitting.iter().copied().find(|entry| is_nameless(entry) || is_own(entry));
        return first.filter(|first| is_environment_overlap && is_own(first));
    }
    let mut fitting = fitting.iter().copied().filter(|entry| overlaps || names(entry, target));
    if clues.is_next {
        return fitting.next().filter(named);
    }
    let accepted_at = pending.accepted_at?.server;
    // Within a second or so, the clock does not decide whether an execution is older than the request.
    let mut late =
        fitting.skip_while(|entry| second(entry).is_some_and(|second| second < accepted_at.saturating_sub(1)));
    let first = late.next().filter(named)?;
    let second = second(first)?;
    let alone = overdue && second >= accepted_at && !late.any(|entry| names(entry, target));
    let next = clues.is_first && second > accepted_at;
    (next || alone).then_some(first)
}

/// The execution that failed in the check before it, if no other can belong to the deployment.
///
/// Such an execution may list no service, so that its place has to decide: it is the first one after the known one, no
/// later one may be the right one, and it was not created before the request.
/// No other trigger of this program may have started it, and those of other programs waited while it ran.
pub(super) fn failed_check<'a>(fitting: &[&'a Past], pending: &Pending) -> Option<&'a Past> {
    let (first, later) = fitting.split_first()?;
    let accepted_at = pending.accepted_at?.server;
    let own = pending.clues.is_next && pending.clues.overlap.is_none();
    // Within a second, the clock does not decide whether an execution is older than the request.
    let early = second(first).is_none_or(|second| second < accepted_at.saturating_sub(1));
    let alone = !later.iter().any(|entry| may_name(entry, &pending.target));
    (own && alone && !early && is_nameless(first) && judge_past(first, pending.action) == Phase::Failed)
        .then_some(*first)
}

/// The second in which an execution was created.
pub(super) fn second(entry: &Past) -> Option<i64> {
    let data = entry.auditing_data.as_ref()?;
    Some(parse_timestamp(data.created_at.as_deref()?)?.timestamp())
}

/// The second of the last change of an execution.
pub(super) fn last_change(entry: &Past) -> Option<i64> {
    let data = entry.auditing_data.as_ref()?;
    Some(parse_timestamp(data.updated_at.as_deref()?)?.timestamp())
}

/// What an execution did with a service.
pub(super) fn part<'a>(entry: &'a Past, service: &str) -> Option<&'a Part> {
    entry.stages.iter().flat_map(|stage| &stage.services).find(|part| part.identifier.service_id == service)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::pending::Clues;
    use super::*;
    use crate::adapter::Timestamps;

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

    /// A deployment that started at once.
    fn started() -> Pending {
        with(|clues| (clues.after, clues.is_next) = (Some("e1".into()), true))
    }

    /// A deployment with these clues.
    fn with(set: impl FnOnce(&mut Clues)) -> Pending {
        let mut pending = Pending::new(Target::application("web"), "env");
        set(&mut pending.clues);
        pending
    }

    fn overlapping(overlap: Overlap) -> Pending {
        let pending = started();
        Pending { clues: Clues { overlap: Some(overlap), ..pending.clues }, ..pending }
    }

    fn with_request(pending: Pending) -> Pending {
        Pending { request: Some("r".into()), ..pending }
    }

    fn time(text: &str) -> Option<Timestamps> {
        let date = parse_timestamp(&format!("2026-08-20T{text}Z")).unwrap().format("%a, %d %b %Y %H:%M:%S GMT");
        Timestamps::dated(Some(&date.to_string()))
    }

    fn accepted_at(time_of: &str, pending: Pending) -> Pending {
        Pending { accepted_at: time(time_of), ..pending }
    }

    fn chosen(entries: &[Value], pending: &Pending, overdue: bool) -> Option<String> {
        let past = past(entries);
        let mut fitting = fitting(&past, pending, TokenScheme::Token).unwrap_or_default();
        fitting.retain(|entry| !is_later(entry, pending, &Timing::DEFAULT));
        resolve(&fitting, pending, overdue).map(|entry| entry.identifier.execution_id.clone())
    }

    #[test]
    fn the_first_fitting_execution_after_the_known_one_is_taken() {
        let entries = [
            entry("e4", "DEPLOY", "API", &["web"]),
            entry("e3", "DEPLOY", "API", &["web", "db"]),
            entry("e2", "DEPLOY", "API", &["db"]),
            entry("e1", "DEPLOY", "API", &["web"]),
        ];
        assert_eq!(chosen(&entries, &started(), false).as_deref(), Some("e3"));
        assert_eq!(chosen(&entries[3..], &started(), true), None);
    }

    #[test]
    fn other_actions_and_other_origins_do_not_fit() {
        for (action, origin) in [("STOP", "API"), ("DELETE", "API"), ("DEPLOY", "GIT"), ("DEPLOY", "CONSOLE")] {
            let entries = [entry("e2", action, origin, &["web"]), entry("e1", "DEPLOY", "API", &["web"])];
            assert_eq!(chosen(&entries, &started(), true), None, "{action} {origin}");
        }
        let past = past(&[entry("e2", "DEPLOY", "CONSOLE", &["web"]), entry("e1", "DEPLOY", "API", &[])]);
        assert_eq!(fitting(&past, &started(), TokenScheme::Bearer).unwrap().len(), 1, "a JWT is what the console uses");
    }

    #[test]
    fn a_failed_check_before_the_deployment_lists_no_service() {
        let entries = [entry("e2", "DEPLOY", "API", &[]), entry("e1", "DEPLOY", "API", &["web"])];
        assert_eq!(chosen(&entries, &started(), false), None, "another one may still be listed");
        assert_eq!(chosen(&entries, &started(), true), None, "it may be for any service of the environment");
        assert_eq!(chosen(&entries, &with_request(started()), true), None);
        let later = [entry("e3", "DEPLOY", "API", &["web"]), entries[0].clone(), entries[1].clone()];
        assert_eq!(chosen(&later, &started(), true).as_deref(), Some("e3"), "no one else deploys this service");
        let overlaps = overlapping(Overlap::Target);
        assert_eq!(chosen(&later, &overlaps, true), None, "the check may have been ours");
        let left_out = [later[0].clone(), entry("e2", "DEPLOY", "API", &["api"]), later[2].clone()];
        assert_eq!(chosen(&left_out, &overlaps, true), None, "ours may never have begun");
        let environment = overlapping(Overlap::Environment);
        assert_eq!(chosen(&left_out, &environment, true).as_deref(), Some("e3"));
        assert_eq!(chosen(&later, &environment, true), None, "the check may have been ours");
        let whole = [entry("e4", "DEPLOY", "API", &["api", "web"]), entries[1].clone()];
        assert_eq!(chosen(&whole, &environment, true), None, "the whole environment was deployed");
        assert_eq!(chosen(&left_out, &with_request(overlaps), true), None, "it may have been left out");
        assert_eq!(chosen(&left_out, &with_request(started()), true).as_deref(), Some("e3"));
    }

    #[test]
    fn without_certainty_only_a_single_late_execution_is_taken_once_all_must_show() {
        let unsure = |time: &str| accepted_at(time, with(|clues| clues.after = Some("e1".into())));
        let one = [entry("e2", "DEPLOY", "API", &["web"]), entry("e1", "DEPLOY", "API", &["web"])];
        assert_eq!(chosen(&one, &unsure("14:00:05"), false), None);
        assert_eq!(chosen(&one, &unsure("14:00:05"), true).as_deref(), Some("e2"));
        assert_eq!(chosen(&one, &unsure("14:00:06"), true), None);
        let two = [entry("e3", "DEPLOY", "API", &["web"]), one[0].clone(), one[1].clone()];
        assert_eq!(chosen(&two, &unsure("14:00:05"), true), None);
    }

    #[test]
    fn the_first_execution_after_the_request_is_distinguished_from_the_one_before_it_by_the_second() {
        let at = |execution: &str, second: &str| {
            let mut entry = entry(execution, "DEPLOY", "API", &["web"]);
            entry["auditing_data"]["created_at"] = json!(format!("2026-08-20T14:00:{second}.9Z"));
            entry
        };
        let first = with(|clues| (clues.after, clues.is_first) = (Some("e1".into()), true));
        let first = accepted_at("14:00:05", first);
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
        // Ten seconds, and the second that both times are cut to; the entry is of 14:00:05.
        let cases = [("13:59:53", true), ("13:59:54", false), ("14:00:05", false), ("14:00:09", false)];
        for (accepted, later) in cases {
            let entry = &past(&[entry("e2", "DEPLOY", "API", &["web"])])[0];
            let queued = with_request(with(|clues| clues.left_queue_at = time(accepted)));
            for pending in [accepted_at(accepted, started()), queued] {
                assert_eq!(is_later(entry, &pending, &Timing::DEFAULT), later, "{accepted}");
            }
        }
    }

    #[test]
    fn a_check_that_failed_is_ours_only_by_its_place() {
        let nameless = |execution: &str, status: &str| {
            let mut entry = entry(execution, "DEPLOY", "API", &[]);
            entry["status"] = json!(status);
            entry
        };
        let failed = |entries: &[Value], pending: &Pending| {
            let past = past(entries);
            let fitting = fitting(&past, pending, TokenScheme::Token).unwrap_or_default();
            failed_check(&fitting, pending).map(|entry| entry.identifier.execution_id.clone())
        };
        let known = entry("e1", "DEPLOY", "API", &["web"]);
        let ours = accepted_at("14:00:05", started());
        let only = [nameless("e2", "DEPLOYMENT_ERROR"), known.clone()];
        assert_eq!(failed(&only, &ours).as_deref(), Some("e2"));
        assert_eq!(failed(&only, &accepted_at("14:00:05", overlapping(Overlap::Target))), None);
        let not_next = accepted_at("14:00:05", with(|clues| clues.after = Some("e1".into())));
        assert_eq!(failed(&only, &not_next), None);
        assert_eq!(failed(&only, &accepted_at("14:00:07", started())), None, "it was there before");
        assert_eq!(failed(&[nameless("e2", "DEPLOYING"), known.clone()], &ours), None);
        let followed = [entry("e3", "DEPLOY", "API", &["web"]), only[0].clone(), known.clone()];
        assert_eq!(failed(&followed, &ours), None, "the one that names the target is ours");
        let other = [entry("e3", "DEPLOY", "API", &["api"]), only[0].clone(), known];
        assert_eq!(failed(&other, &ours).as_deref(), Some("e2"));
    }

    #[test]
    fn a_known_execution_that_left_the_page_proves_nothing() {
        let entries = [entry("e9", "DEPLOY", "API", &["web"])];
        assert!(fitting(&past(&entries), &started(), TokenScheme::Token).is_none());
        let first_ever = with(|clues| clues.is_next = true);
        assert_eq!(chosen(&entries, &first_ever, false).as_deref(), Some("e9"));
        let full = vec![entry("e9", "DEPLOY", "API", &["web"]); HISTORY_PAGE_SIZE];
        assert_eq!(chosen(&full, &first_ever, false), None);
    }
}
