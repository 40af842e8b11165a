//! Which rows a search takes for the trigger's, case by case.

use serde_json::{Value, json};

use super::*;
use crate::{DeployRequest, Revision, Target, Timing};

/// The second at which the baseline was read, and counted one row.
const BASELINE: i64 = 1_795_000_000;

fn iso(second: i64) -> String {
    chrono::DateTime::from_timestamp(second, 0).unwrap().to_rfc3339()
}

fn page(second: i64, count: i64, rows: &[Value]) -> Page {
    let date = chrono::DateTime::from_timestamp(second, 0).unwrap().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let rows = rows.iter().map(|row| serde_json::from_value(row.clone()).unwrap()).collect();
    Page { rows, count: Some(count), at: Timestamps::dated(Some(&date)), is_whole: true }
}

/// A row that was made so long after the baseline, and is over.
fn row(uuid: &str, after: i64, details: &Value) -> Value {
    let at = iso(BASELINE + after);
    let mut row = json!({ "deployment_uuid": uuid, "status": "finished", "created_at": at, "updated_at": at });
    row.as_object_mut().unwrap().extend(details.as_object().unwrap().clone());
    row
}

/// What a search finds among these rows, the newest first, of which the last `known` were there before.
fn found(request: &DeployRequest, overlaps: bool, known: usize, rows: &[Value]) -> String {
    let asked = Asked::of(request).unwrap();
    let count = |rows: usize| i64::try_from(rows).unwrap();
    let baseline = Baseline::of(page(BASELINE, count(known), &[]));
    match find(&page(BASELINE, count(rows.len()), rows), &asked, &baseline, overlaps, Timing::DEFAULT.acted_on_within())
    {
        Finding::Row(row) => row.deployment_uuid.clone(),
        Finding::NotFound => "nothing".to_owned(),
        Finding::Ambiguous(why) | Finding::Unresolved(why) if why == MERGED => "maybe merged".to_owned(),
        Finding::Ambiguous(_) | Finding::Unresolved(_) => "undecided".to_owned(),
    }
}

fn request() -> DeployRequest {
    DeployRequest::new(Target::application("web"))
}

#[test]
fn a_row_is_the_triggers_if_it_was_made_before_the_trigger_could_not_be_acted_on_any_more() {
    // The fence, the timeout of a request and the settling, and with the skew of the clocks.
    let acted_on = 10 + 30 + 30;
    for (after, expected) in [(0, "a"), (acted_on, "a"), (acted_on + 120, "a"), (acted_on + 121, "nothing")] {
        assert_eq!(found(&request(), false, 0, &[row("a", after, &json!({}))]), expected, "{after} s");
    }
    let late = row("late", acted_on + 121, &json!({}));
    assert_eq!(found(&request(), false, 0, &[late, row("a", 1, &json!({}))]), "a");
}

#[test]
fn a_row_that_another_trigger_of_this_program_may_have_made_decides_nothing() {
    let one = row("a", 1, &json!({}));
    assert_eq!(found(&request(), true, 0, std::slice::from_ref(&one)), "undecided");
    assert_eq!(found(&request(), false, 0, &[row("b", 2, &json!({})), one]), "undecided");
    assert_eq!(found(&request(), true, 0, &[]), "nothing");
}

#[test]
fn a_row_of_another_place_or_of_another_way_to_deploy_is_not_the_triggers() {
    assert_eq!(found(&request(), false, 0, &[row("a", 1, &json!({ "pull_request_id": 7 }))]), "nothing");
    let by_hand = row("hand", 2, &json!({ "is_api": false }));
    assert_eq!(found(&request(), false, 0, &[by_hand.clone(), row("a", 1, &json!({}))]), "a");
    assert_eq!(found(&request(), false, 0, std::slice::from_ref(&by_hand)), "maybe merged");
    let without_cache = request().with_no_cache(true);
    let others = [by_hand, row("api", 1, &json!({ "force_rebuild": false }))];
    assert_eq!(found(&without_cache, false, 0, &others), "nothing", "Coolify merges no request without the cache");
    let rollback = request().with_revision(Revision::Commit("abc1234".into()));
    assert_eq!(found(&rollback, false, 0, &others), "nothing", "Coolify merges no rollback");
}

#[test]
fn what_ran_before_may_stand_for_a_request_only_if_the_caller_accepts_it() {
    let any = request().with_adoption(Adoption::Any);
    let running = row("old", -600, &json!({ "status": "in_progress" }));
    let ended_later = row("old", -600, &json!({ "updated_at": iso(BASELINE + 5) }));
    let over = row("old", -600, &json!({}));
    for (request, row, expected) in [
        (&any, &running, "maybe merged"),
        (&any, &ended_later, "maybe merged"),
        (&any, &over, "nothing"),
        (&request(), &running, "nothing"),
        (&any.clone().with_no_cache(true), &running, "nothing"),
    ] {
        assert_eq!(found(request, false, 1, std::slice::from_ref(row)), expected, "{request:?} {row}");
    }
}
