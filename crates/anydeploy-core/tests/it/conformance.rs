//! The conformance suite on the platform in memory: bare, behind pointers and layers, with less on offer, and broken.

mod broken;
mod harness;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anydeploy_core::testing::MemoryDeployer;
use anydeploy_core::testing::conformance::{self, Harness, NotKept, Through, Verdict, cases};
use anydeploy_core::{Capabilities, Deployer, DeployerExt, Group, RequestOption, Retry, TargetKind};
use tokio::time::Instant;

use broken::{Broken, Fault};
use harness::Memory;

fn memory() -> Memory {
    Memory::new(MemoryDeployer::new(), |platform| Arc::new(platform))
}

#[tokio::test(start_paused = true)]
async fn the_platform_in_memory_keeps_every_rule() {
    let report = conformance::run(&memory()).await;
    assert!(report.is_kept(), "{report}");
    assert_eq!(report.skipped(), Vec::<&str>::new(), "{report}");
    assert_eq!(report.kept().len(), cases().len());
}

#[tokio::test(start_paused = true)]
async fn pointers_and_layers_keep_every_rule() {
    let memory = memory();
    let reports = [
        conformance::run(&Through::new(&memory, |deployer| Arc::new(deployer))).await,
        conformance::run(&Through::new(&memory, |deployer| Arc::new(Box::new(deployer)))).await,
        conformance::run(&Through::new(&memory, |deployer| Arc::new(deployer.layered(Retry::new())))).await,
        conformance::run(&Through::new(&memory, |deployer| {
            Arc::new(deployer.layered(Retry::new()).layered(Retry::new()))
        }))
        .await,
    ];
    for report in reports {
        assert!(report.is_kept(), "{report}");
        assert_eq!(report.kept().len(), cases().len(), "{report}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_offered_is_skipped_with_the_reason_and_seen_to_be_refused() {
    let bare = MemoryDeployer::new()
        .with_capabilities(Capabilities::new().with_kind(TargetKind::Application, &[]))
        .without(Group::TwoPhase)
        .without(Group::History)
        .without(Group::Cancel)
        .without(Group::Logs)
        .without(Group::Catalog)
        .without(Group::Lifecycle)
        .without(Group::Rollback)
        .without(Group::Variables)
        .without(Group::Previews)
        .without(Group::Selections)
        .without(Group::Health);
    let report = conformance::run(&Memory::new(bare, |platform| Arc::new(platform))).await;
    assert!(report.is_kept(), "{report}");
    let skipped = [
        "a_success_ran_what_was_asked_for",
        "an_intent_triggers_nothing_until_it_is_sent",
        "an_intent_is_sent_once",
        "an_intent_that_was_sent_is_recovered",
        "an_intent_that_was_not_sent_is_not_triggered",
        "a_restart_is_one_trigger_with_an_identity",
        "a_restart_builds_nothing_where_the_platform_can",
        "a_restart_intent_is_recovered",
        "stopping_what_is_stopped_sends_nothing",
        "starting_what_runs_sends_nothing",
        "a_stop_is_accepted_before_it_is_true",
        "a_stop_during_a_deployment_is_not_reported_as_stopped",
        "an_unknown_state_ends_no_wait",
        "a_lost_stop_is_found_by_the_state_or_open",
        "a_rollback_runs_the_version_that_was_listed",
        "a_rollback_with_an_obstacle_sends_nothing",
        "a_rollback_after_somebody_deployed_is_a_conflict",
        "a_second_plan_is_empty",
        "an_apply_after_a_change_is_a_conflict",
        "a_half_written_apply_names_both_halves",
        "a_lost_apply_is_read_back",
        "what_the_platform_made_is_never_removed",
        "an_empty_set_needs_a_flag",
        "values_are_printed_nowhere",
        "a_set_tag_is_deployed_or_restored",
        "a_setting_changed_by_somebody_else_is_a_conflict",
        "a_paged_history_lists_each_deployment_once",
        "a_query_finds_what_it_means_and_nothing_else",
        "a_preview_is_deleted_once_and_is_gone",
        "a_selection_deploys_each_target_it_names_and_no_other",
        "a_followed_log_is_the_log_and_ends_as_a_watch",
        "what_is_stopped_is_never_healthy",
        "history_is_newest_first_and_limited",
        "a_log_is_cut_to_its_end",
        "a_log_is_that_of_its_own_deployment",
        "a_service_is_the_one_asked_for",
        "services_list_what_can_be_deployed",
        "a_good_credential_is_reported_as_good",
        "a_cancel_takes_effect_or_says_why_not",
        "cancelling_what_is_over_is_a_conflict",
        "a_cancel_stops_nothing_else",
    ];
    assert_eq!((report.skipped(), report.not_staged()), (skipped.to_vec(), vec![]), "{report}");
    let reasons = report.entries.iter().filter_map(|entry| entry.verdict.as_ref().err());
    assert!(reasons.clone().count() > 0);
    for reason in reasons {
        assert!(matches!(reason, NotKept::NotOffered(why) if why.ends_with("is not offered")), "{reason}");
    }
}

#[test]
fn cases_have_names_and_rules_of_their_own() {
    let names: BTreeSet<_> = cases().iter().map(|case| case.name).collect();
    let rules: BTreeSet<_> = cases().iter().map(|case| case.rule).collect();
    assert_eq!((names.len(), rules.len()), (cases().len(), cases().len()));
}

#[tokio::test(start_paused = true)]
async fn a_platform_that_merges_keeps_every_rule() {
    let memory = Memory::new(MemoryDeployer::new().with_merging(), |platform| Arc::new(platform));
    let retrying = Through::new(&memory, |deployer| Arc::new(deployer.layered(Retry::new())));
    for report in [conformance::run(&memory).await, conformance::run(&retrying).await] {
        assert!(report.is_kept(), "{report}");
        assert_eq!(report.kept().len(), cases().len(), "{report}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_platform_whose_answers_take_time_keeps_every_rule() {
    let slow = MemoryDeployer::new().with_latency(Duration::from_millis(70));
    let report = conformance::run(&Memory::new(slow, |platform| Arc::new(platform))).await;
    assert!(report.is_kept(), "{report}");
}

/// The platform of a broken deployer, which lets its fault show.
fn platform_for(fault: Fault) -> MemoryDeployer {
    let mut offered = MemoryDeployer::new().capabilities();
    // Blind retries do harm on a platform where a lost answer cannot be recovered.
    offered.correlates = !fault.needs_lost_answers();
    if fault == Fault::RefusesWhatItOffers {
        offered = offered.without(RequestOption::Commit);
    }
    let platform = MemoryDeployer::new().with_capabilities(offered);
    if fault.needs_merging() { platform.with_merging() } else { platform }
}

async fn verdict_of(name: &str, harness: &dyn Harness) -> Verdict {
    cases().iter().find(|case| case.name == name).unwrap_or_else(|| panic!("no case `{name}`")).run(harness).await
}

#[tokio::test(start_paused = true)]
async fn each_broken_deployer_is_caught_by_the_case_for_it() {
    let mut faults = BTreeSet::new();
    for (fault, case) in broken::FAULTS {
        let harness = Memory::new(platform_for(*fault), |platform| Arc::new(Broken::new(platform, *fault)));
        let verdict = verdict_of(case, &harness).await;
        assert!(matches!(verdict, Err(NotKept::Broken(_))), "{fault:?} was not caught by {case}: {verdict:?}");
        // The case catches the fault, and not the platform.
        let sound = Memory::new(platform_for(*fault), |platform| Arc::new(platform));
        let verdict = verdict_of(case, &sound).await;
        assert!(!matches!(verdict, Err(NotKept::Broken(_))), "{case} is broken without {fault:?}: {verdict:?}");
        faults.insert(format!("{fault:?}"));
    }
    assert!(faults.len() >= 30, "{} faults", faults.len());
}

#[tokio::test(start_paused = true)]
async fn an_option_that_was_dropped_is_caught_by_what_the_deployment_reports() {
    let harness = |fault: Option<Fault>| {
        let build = move |platform| match fault {
            Some(fault) => Arc::new(Broken::new(platform, fault)) as Arc<dyn Deployer>,
            None => Arc::new(platform),
        };
        Memory::new(MemoryDeployer::new(), build).without_requests()
    };
    let report = conformance::run(&harness(None)).await;
    assert!(report.is_kept(), "{report}");
    let unseen = [
        "what_was_deployed_is_taken_or_refused",
        "a_commit_of_values_is_taken_or_refused",
        "a_job_event_is_taken_or_refused",
        "a_terraform_action_is_taken_or_refused",
        "no_cache_is_taken_or_refused",
        "a_branch_is_set_or_refused",
    ];
    assert_eq!(report.skipped(), unseen, "{report}");
    let report = conformance::run(&harness(Some(Fault::DropsItsOptions))).await;
    let caught = [
        "a_commit_is_taken_or_refused",
        "a_reason_is_taken_or_refused",
        "a_pull_request_is_taken_or_refused",
        "a_success_ran_what_was_asked_for",
        "a_preview_is_deleted_once_and_is_gone",
    ];
    assert_eq!(report.broken(), caught, "{report}");
    let report = conformance::run(&harness(Some(Fault::SendsAnotherCommit))).await;
    assert!(report.broken().contains(&"a_commit_is_taken_or_refused"), "{report}");
}

#[tokio::test(start_paused = true)]
async fn a_case_that_hangs_is_broken_within_its_limit_and_has_a_name() {
    let harness = Memory::new(MemoryDeployer::new(), |platform| Arc::new(Broken::new(platform, Fault::NeverAnswers)));
    let started = Instant::now();
    let verdict = verdict_of("deploy_triggers_once", &harness).await;
    let Err(NotKept::Broken(seen)) = verdict else { panic!("{verdict:?}") };
    assert!(seen.contains("60s"), "{seen}");
    assert_eq!((started.elapsed().as_secs(), harness.started()), (60, vec!["deploy_triggers_once"]));
    let report = conformance::run(&harness).await;
    assert!(report.to_string().contains("BROKEN   deploy_triggers_once: it was not over after 60s"), "{report}");
}

#[tokio::test(start_paused = true)]
async fn every_case_is_named_before_it_runs() {
    let memory = memory();
    conformance::run(&memory).await;
    assert_eq!(memory.started(), cases().iter().map(|case| case.name).collect::<Vec<_>>());
}

#[test]
fn every_case_can_fail() {
    let caught: BTreeSet<&str> = broken::FAULTS.iter().map(|(_, case)| *case).collect();
    let never: Vec<&str> = cases().iter().map(|case| case.name).filter(|name| !caught.contains(name)).collect();
    assert_eq!(never, Vec::<&str>::new(), "no broken deployer shows that these cases can fail");
}
