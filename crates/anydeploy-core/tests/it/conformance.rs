//! The conformance suite on the platform in memory: bare, behind pointers and layers, with less on offer, and broken.

mod broken;
mod harness;

use std::collections::BTreeSet;
use std::sync::Arc;

use anydeploy_core::testing::MemoryDeployer;
use anydeploy_core::testing::conformance::{self, NotKept, Through, cases};
use anydeploy_core::{Capabilities, Deployer, Retry, TargetKind};

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
        conformance::run(&Through::new(&memory, |deployer| Arc::new(Retry::new(deployer)))).await,
        conformance::run(&Through::new(&memory, |deployer| Arc::new(Retry::new(Retry::new(deployer))))).await,
    ];
    for report in reports {
        assert!(report.is_kept(), "{report}");
        assert_eq!(report.kept().len(), cases().len(), "{report}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_offered_is_skipped_with_the_reason_and_seen_to_be_refused() {
    let bare = MemoryDeployer::new().with_capabilities(Capabilities::new(&[TargetKind::Application]));
    let report = conformance::run(&Memory::new(bare, |platform| Arc::new(platform))).await;
    assert!(report.is_kept(), "{report}");
    let skipped = [
        "history_is_newest_first_and_limited",
        "a_log_is_cut_to_its_end",
        "a_service_is_the_one_asked_for",
        "services_list_what_can_be_deployed",
        "a_good_credential_is_told_as_good",
        "a_cancel_takes_effect_or_says_why_not",
        "cancelling_what_is_over_is_a_conflict",
    ];
    assert_eq!(report.skipped(), skipped, "{report}");
    let reasons = report.entries.iter().filter_map(|entry| entry.verdict.as_ref().err());
    assert!(reasons.clone().count() > 0);
    for reason in reasons {
        assert!(matches!(reason, NotKept::Skipped(why) if why.ends_with("is not offered")), "{reason}");
    }
}

#[test]
fn cases_have_names_and_rules_of_their_own() {
    let names: BTreeSet<_> = cases().iter().map(|case| case.name).collect();
    let rules: BTreeSet<_> = cases().iter().map(|case| case.rule).collect();
    assert_eq!((names.len(), rules.len()), (cases().len(), cases().len()));
}

#[tokio::test(start_paused = true)]
async fn each_broken_deployer_is_caught_by_the_case_for_it() {
    for (fault, case) in broken::FAULTS {
        let mut offered = MemoryDeployer::new().capabilities();
        // A platform where a lost answer cannot be looked for is the one where blind retries do harm.
        offered.reconcile = !matches!(fault, Fault::RepeatsBlindly | Fault::CallsALostAnswerSafe);
        offered.commit = !matches!(fault, Fault::RefusesWhatItOffers);
        let platform = MemoryDeployer::new().with_capabilities(offered);
        let report = conformance::run(&Memory::new(platform, |platform| Arc::new(Broken::new(platform, *fault)))).await;
        assert!(report.broken().contains(case), "{fault:?} was not caught by {case}:\n{report}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_case_can_fail() {
    let caught: BTreeSet<&str> = broken::FAULTS.iter().map(|(_, case)| *case).collect();
    let never: Vec<&str> = cases().iter().map(|case| case.name).filter(|name| !caught.contains(name)).collect();
    assert_eq!(never, Vec::<&str>::new(), "no broken deployer shows that these cases can fail");
}
