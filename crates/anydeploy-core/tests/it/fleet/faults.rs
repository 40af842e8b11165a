//! Faults of the platform: what is tried again, and what is never sent twice.

use anydeploy_core::fleet::{CheckpointStore, MemberStage, Triggered};
use anydeploy_core::{Capabilities, Error, ErrorKind, Method};

use super::*;

/// The capabilities without the one that makes a lost trigger found again.
fn without_correlation(platform: &MemoryDeployer) -> Capabilities {
    let mut capabilities = platform.capabilities();
    capabilities.correlates = false;
    capabilities
}

#[tokio::test(start_paused = true)]
async fn what_had_no_effect_is_tried_again() {
    let table = [
        (Method::Prepare, ErrorKind::Unavailable),
        (Method::Send, ErrorKind::RateLimited),
        (Method::Send, ErrorKind::NotTriggered),
        (Method::Send, ErrorKind::IntentExpired),
        (Method::Deployment, ErrorKind::Unavailable),
    ];
    for (method, kind) in table {
        let platform = platform(1);
        platform.fail_next(method, Error::new(kind, "staged"));
        let (report, _) = read(fleet(plan(1), &platform).run(MemoryCheckpoint::new())).await;
        assert!(report.is_success(), "{method:?} {kind}: {report}");
        assert_eq!(triggers(&platform, 1), [1], "{method:?} {kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_will_not_get_better_fails_at_once() {
    let table = [
        (Method::Prepare, ErrorKind::NotFound, Triggered::No),
        (Method::Send, ErrorKind::PermissionDenied, Triggered::No),
        (Method::Send, ErrorKind::Undecidable, Triggered::Unknown),
        (Method::Send, ErrorKind::Unavailable, Triggered::Unknown),
    ];
    for (method, kind, triggered) in table {
        let platform = platform(2);
        platform.fail_next(method, Error::new(kind, "staged"));
        let mut plan = plan(2).with_waves(Waves::Limit(Amount::Count(1)));
        plan.max_failures = Amount::Count(1);
        let (report, _) = read(fleet(plan, &platform).run(MemoryCheckpoint::new())).await;
        assert_eq!(letters(&report), "-x", "{method:?} {kind}: {report}");
        assert_eq!(report.members[0].at.triggered(), triggered, "{method:?} {kind}");
        assert!(platform.triggered().is_empty(), "{method:?} {kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_trigger_whose_answer_is_lost_is_not_sent_again() {
    let platform = platform(1);
    let capabilities = without_correlation(&platform);
    let platform = platform.with_capabilities(capabilities);
    platform.lose_next_answer(Method::Send);
    let (report, _) = read(fleet(plan(1), &platform).run(MemoryCheckpoint::new())).await;
    assert_eq!(report.members[0].at.triggered(), Triggered::Unknown);
    assert_eq!((letters(&report).as_str(), triggers(&platform, 1)), ("-", vec![1]));
}

#[tokio::test(start_paused = true)]
async fn an_earlier_deployment_is_awaited_first() {
    let platform = platform(1).with_merging();
    let target = Target::application("m0");
    platform.deploy(&DeployRequest::new(target.clone())).await.unwrap();
    platform.advance(1);
    let (report, _) = read(fleet(plan(1), &platform).run(MemoryCheckpoint::new())).await;
    assert!(report.is_success(), "{report}");
    assert_eq!(triggers(&platform, 1), [2], "the earlier one, and the member's own");
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_is_not_over_in_time_is_a_failure_with_its_id() {
    let platform = platform(1);
    platform.next(&Target::application("m0"), Script::Hangs);
    let (report, _) = read(fleet(plan(1), &platform).run(MemoryCheckpoint::new())).await;
    assert_eq!(letters(&report), "-");
    assert!(matches!(report.members[0].at.triggered(), Triggered::Yes(_)), "{report}");
    assert!(report.to_string().contains("not over after 1800 s"), "{report}");
}

#[tokio::test(start_paused = true)]
async fn a_search_that_decides_nothing_is_no_reason_to_trigger() {
    for kind in [ErrorKind::Undecidable, ErrorKind::NotFound, ErrorKind::PermissionDenied] {
        let (platform, checkpoint, plan) = (platform(1), MemoryCheckpoint::new(), plan(1));
        // Another process stored the intent, and was killed.
        let intent = Box::new(platform.prepare(&plan.members[0].request).await.unwrap());
        checkpoint.begin(&plan).await.unwrap();
        checkpoint.record("m0", &MemberStage::Prepared { intent, before: None }).await.unwrap();
        platform.fail_next(Method::Recover, Error::new(kind, "staged"));
        let (report, _) = read(fleet(plan, &platform).run(checkpoint)).await;
        assert_eq!((letters(&report).as_str(), report.members[0].at.triggered()), ("-", Triggered::Unknown), "{kind}");
        assert!(platform.triggered().is_empty(), "{kind}");
    }
}
