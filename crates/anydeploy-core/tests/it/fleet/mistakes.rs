//! Plans that are refused before anything is sent, with all their mistakes at once.

use anydeploy_core::fleet::Mistake;
use anydeploy_core::{ErrorKind, Group, Revision};

use super::*;

/// A mistake as its sentence begins.
fn found(mistakes: &[Mistake]) -> Vec<String> {
    mistakes.iter().map(|mistake| format!("{}.{}", mistake.member.as_deref().unwrap_or("-"), mistake.field)).collect()
}

#[tokio::test]
async fn all_mistakes_are_reported_at_once_and_nothing_is_sent() {
    let platform = platform(4).without(Group::Health);
    let mut plan = plan(4).with_waves(Waves::Sizes(vec![Amount::Count(0)])).with_max_failures(Amount::Percent(101));
    plan.concurrency = Concurrency::total(0).with_profile("gone", 1);
    plan.members[0].name = "m1".to_owned();
    plan.members[1].request = DeployRequest::new(Target::application("m2"));
    plan.members[2].profile = "other".to_owned();
    plan.members[3] = plan.members[3].clone().until_healthy();
    plan.members[3].request = plan.members[3].request.clone().with_revision(Revision::Commit(" ".into()));
    let fleet = fleet(plan, &platform);
    let mistakes = fleet.dry_run().await;
    let expected = [
        "-.waves",
        "-.max_failures",
        "-.concurrency.total",
        "-.concurrency.by_profile.gone",
        "m1.name",
        "m2.profile",
        "m3.request",
        "m3.until",
    ];
    assert_eq!(found(&mistakes), expected, "{mistakes:?}");
    let error = fleet.run(MemoryCheckpoint::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    for mistake in &mistakes {
        assert!(error.to_string().contains(&mistake.to_string()), "{error}");
    }
    assert!(platform.triggered().is_empty());
}

#[tokio::test]
async fn one_target_has_one_member() {
    let platform = platform(2);
    let mut plan = plan(2);
    plan.members[1].request = plan.members[0].request.clone();
    let mistakes = fleet(plan, &platform).dry_run().await;
    assert_eq!(found(&mistakes), ["m1.request.target"]);
}

#[tokio::test]
async fn a_platform_without_two_phases_is_refused() {
    let platform = platform(1).without(Group::TwoPhase);
    let error = fleet(plan(1), &platform).run(MemoryCheckpoint::new()).await.unwrap_err();
    assert!(error.to_string().contains("a trigger in two steps"), "{error}");
    assert_eq!(platform.calls(), 0);
}

#[tokio::test]
async fn cancelling_needs_a_platform_that_cancels() {
    let platform = platform(1).without(Group::Cancel);
    let mistakes = fleet(plan(1).with_rest(Rest::CancelRunning), &platform).dry_run().await;
    assert_eq!(found(&mistakes), ["m0.rest"]);
}

#[tokio::test]
async fn a_dry_run_finds_targets_that_are_not_there() {
    let platform = platform(2);
    let fleet = fleet(plan(3), &platform);
    let mistakes = fleet.dry_run().await;
    assert_eq!(found(&mistakes), ["m2.request.target"]);
    assert!(platform.triggered().is_empty() && platform.writes().is_empty());
}
