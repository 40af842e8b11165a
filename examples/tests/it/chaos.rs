//! The chaos proof on a few hundred deployments, and the proof that each of its figures can fail.

use std::sync::Arc;
use std::time::Duration;

use anydeploy_fakes::Fault;
use examples::PLATFORMS;
use examples::chaos::{ChaosOptions, ChaosReport, Verb, Wrap, run_together};

use crate::faulty::{FaultyAdapter, Mistake};

#[tokio::test]
async fn a_bad_network_duplicates_loses_and_misreports_nothing() {
    let options = ChaosOptions::new(150, 7).with_callers(75).with_grace(Duration::from_secs(6));
    for report in on_every_platform(&options, |adapter| adapter).await {
        assert!(report.is_right(), "{}\n{}", report.to_json(), report.wrongs.join("\n"));
        // Nothing would be proven if the network were calm, nothing were deployed, or no call had an outcome.
        assert_eq!(report.deploys, 150);
        assert!(report.faults.values().sum::<u64>() > report.requests / 10, "{}", report.to_json());
        assert!(report.triggered > 75 && report.succeeded > 75 && report.failed > 5, "{}", report.to_json());
        // One in two hundred is what thousands of calls show; of so few, these are enough to see that something broke.
        let unresolved = report.undecidable + report.refused + report.timed_out + report.broken_off;
        assert!(unresolved <= report.deploys / 10, "{}\n{}", report.to_json(), report.unresolved.join("\n"));
    }
}

#[tokio::test]
async fn a_late_delivery_is_found_if_it_comes_in_time_and_is_counted_apart_if_not() {
    let options = ChaosOptions::new(60, 7).with_callers(30).with_grace(Duration::from_secs(6)).with_rate(0.4);
    let options = options.with_faults([Fault::LateDelivery]);
    for report in on_every_platform(&options, |adapter| adapter).await {
        assert!(report.is_right(), "{}\n{}", report.to_json(), report.wrongs.join("\n"));
        assert!(report.faults["LateDelivery"] > 0 && report.inferred + report.exact > 30, "{}", report.to_json());
        assert!(report.delivered_late > 0, "{}", report.to_json());
    }
}

#[tokio::test]
async fn an_adapter_that_does_not_wait_for_a_late_delivery_loses_deployments() {
    let wrap: Wrap = |inner| Arc::new(FaultyAdapter { inner, mistake: Mistake::TakesSilenceForRefusal });
    let options = silence().with_faults([Fault::LateDelivery]).with_rate(0.5);
    for report in on_every_platform(&options, wrap).await {
        assert!(report.lost > 0 && !report.is_proof(), "{}", report.to_json());
    }
}

async fn on_every_platform(options: &ChaosOptions, wrap: Wrap) -> Vec<ChaosReport> {
    run_together(PLATFORMS.map(|platform| platform.scene).to_vec(), options, wrap).await.unwrap()
}

/// One call each, and answers that are lost after the server has acted, and nothing else.
///
/// On Coolify a third of the targets is built without the cache; of the others it takes a second request for the first
/// as long as that one is under way.
fn silence() -> ChaosOptions {
    ChaosOptions::new(48, 7).with_callers(48).with_grace(Duration::from_secs(4)).with_faults([Fault::SilenceAfter])
}

#[tokio::test]
async fn an_adapter_that_sends_a_trigger_again_deploys_twice() {
    let wrap: Wrap = |inner| Arc::new(FaultyAdapter { inner, mistake: Mistake::SendsAgain });
    for report in on_every_platform(&silence(), wrap).await {
        assert!(report.duplicated > 0 && !report.is_proof(), "{}", report.to_json());
    }
}

#[tokio::test]
async fn an_adapter_that_takes_silence_for_a_refusal_loses_deployments() {
    let wrap: Wrap = |inner| Arc::new(FaultyAdapter { inner, mistake: Mistake::TakesSilenceForRefusal });
    for report in on_every_platform(&silence(), wrap).await {
        assert!(report.lost > 0 && !report.is_proof(), "{}", report.to_json());
    }
}

#[tokio::test]
async fn an_error_that_hides_what_is_open_is_caught() {
    let wrap: Wrap = |inner| Arc::new(FaultyAdapter { inner, mistake: Mistake::HidesWhatIsOpen });
    for report in on_every_platform(&silence(), wrap).await {
        assert!(has(&report, "an error that hides what is open") && !report.is_proof(), "{}", report.to_json());
    }
}

#[tokio::test]
async fn an_adapter_that_takes_the_newest_deployment_for_its_own_is_caught() {
    let wrap: Wrap = |inner| Arc::new(FaultyAdapter { inner, mistake: Mistake::TakesTheNewest });
    let options = ChaosOptions::new(32, 7).with_callers(32).with_callers_per_target(4).with_rate(0.0);
    for report in on_every_platform(&options, wrap).await {
        // Where the requests of several callers were merged, the newest is their own as well, and shared.
        let newest = ["a foreign id", "a shared id that is not reported as adopted"];
        assert!(newest.iter().any(|wrong| has(&report, wrong)) && !report.is_proof(), "{}", report.to_json());
    }
}

#[tokio::test]
async fn an_adapter_that_takes_progress_for_success_is_caught() {
    let wrap: Wrap = |inner| Arc::new(FaultyAdapter { inner, mistake: Mistake::TakesProgressForSuccess });
    let options = ChaosOptions::new(32, 7).with_callers(32).with_rate(0.0);
    for report in on_every_platform(&options, wrap).await {
        assert!(has(&report, "an outcome before the end"), "{}", report.to_json());
        assert!(has(&report, "a wrong outcome") && !report.is_proof(), "{}", report.to_json());
    }
}

fn has(report: &ChaosReport, misreport: &str) -> bool {
    report.misreports.get(misreport).is_some_and(|calls| *calls > 0)
}

#[tokio::test]
async fn an_adapter_that_deploys_instead_of_a_restart_builds_for_nothing() {
    let wrap: Wrap = |inner| Arc::new(FaultyAdapter { inner, mistake: Mistake::DeploysInstead });
    let options = ChaosOptions::new(16, 7).with_callers(16).with_rate(0.0).with_verb(Verb::Restart);
    for report in on_every_platform(&options, wrap).await {
        assert!(report.built > 0 && !report.is_proof(), "{}", report.to_json());
    }
}

#[tokio::test]
async fn every_other_verb_does_nothing_twice_loses_nothing_and_misreports_nothing() {
    for verb in Verb::ALL.into_iter().filter(|verb| *verb != Verb::Deploy) {
        let options = ChaosOptions::new(18, 7).with_callers(18).with_grace(Duration::from_secs(4)).with_verb(verb);
        for report in on_every_platform(&options, |adapter| adapter).await {
            assert!(report.is_right(), "{}\n{}", report.to_json(), report.wrongs.join("\n"));
            assert_eq!((report.unsupported.as_deref(), report.verb), (None, verb));
            // Nothing would be proven if the network were calm, or nothing were done.
            assert!(report.faults.values().sum::<u64>() > 0 && report.triggered > 6, "{}", report.to_json());
        }
    }
}
