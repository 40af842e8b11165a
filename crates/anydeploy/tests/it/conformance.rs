//! The conformance suite on each adapter against its fake server: bare, behind the retry layer, and behind a pointer.

mod coolify;
mod dokploy;
mod line;
mod qovery;

use std::sync::Arc;

use anydeploy::testing::conformance::{self, Harness, NotKept, Report, Through};
use anydeploy::{Deployer, DeployerExt, Retry};

use coolify::OnCoolify;
use dokploy::OnDokploy;
use qovery::OnQovery;

/// The fakes of Coolify and Dokploy have their servers' own words alone.
const COOLIFY_SKIPS: &[&str] = &["an_unknown_word_ends_nothing"];
/// Dokploy saves all variables by one request, and makes none itself.
const DOKPLOY_SKIPS: &[&str] = &[
    "an_unknown_word_ends_nothing",
    "a_half_written_apply_names_both_halves",
    "what_the_platform_made_is_never_removed",
];
/// The fake of Qovery does not record these options of a request.
const QOVERY_SKIPS: &[&str] = &[
    "what_was_deployed_is_taken_or_refused",
    "a_commit_of_values_is_taken_or_refused",
    "a_job_event_is_taken_or_refused",
];

/// Prints the skipped cases with their reasons, and checks that every other rule about what is offered is kept.
#[expect(clippy::print_stdout, reason = "a skip is no failure, so that nothing else would show its reason")]
fn all_kept(report: &Report, skips: &[&str]) {
    for entry in &report.entries {
        if let Err(NotKept::NotOffered(reason) | NotKept::Skipped(reason)) = &entry.verdict {
            println!("skipped {}: {reason}", entry.name);
        }
    }
    assert!(report.is_kept(), "{report}");
    assert_eq!(report.not_staged(), skips, "{report}");
}

fn retrying(deployer: Arc<dyn Deployer>) -> Arc<dyn Deployer> {
    Arc::new(deployer.layered(Retry::new()))
}

fn pointed_at(deployer: Arc<dyn Deployer>) -> Arc<dyn Deployer> {
    Arc::new(deployer)
}

async fn through(harness: &dyn Harness, layer: fn(Arc<dyn Deployer>) -> Arc<dyn Deployer>) -> Report {
    conformance::run(&Through::new(harness, layer)).await
}

#[tokio::test]
async fn the_coolify_adapter_keeps_every_rule() {
    all_kept(&conformance::run(&OnCoolify::start().await).await, COOLIFY_SKIPS);
}

#[tokio::test]
async fn the_coolify_adapter_keeps_every_rule_behind_the_retry_layer() {
    all_kept(&through(&OnCoolify::start().await, retrying).await, COOLIFY_SKIPS);
}

#[tokio::test]
async fn the_coolify_adapter_keeps_every_rule_behind_a_pointer() {
    all_kept(&through(&OnCoolify::start().await, pointed_at).await, COOLIFY_SKIPS);
}

#[tokio::test]
async fn the_dokploy_adapter_keeps_every_rule() {
    all_kept(&conformance::run(&OnDokploy::start().await).await, DOKPLOY_SKIPS);
}

#[tokio::test]
async fn the_dokploy_adapter_keeps_every_rule_behind_the_retry_layer() {
    all_kept(&through(&OnDokploy::start().await, retrying).await, DOKPLOY_SKIPS);
}

#[tokio::test]
async fn the_dokploy_adapter_keeps_every_rule_behind_a_pointer() {
    all_kept(&through(&OnDokploy::start().await, pointed_at).await, DOKPLOY_SKIPS);
}

#[tokio::test]
async fn the_qovery_adapter_keeps_every_rule() {
    all_kept(&conformance::run(&OnQovery::start().await).await, QOVERY_SKIPS);
}

#[tokio::test]
async fn the_qovery_adapter_keeps_every_rule_behind_the_retry_layer() {
    all_kept(&through(&OnQovery::start().await, retrying).await, QOVERY_SKIPS);
}

#[tokio::test]
async fn the_qovery_adapter_keeps_every_rule_behind_a_pointer() {
    all_kept(&through(&OnQovery::start().await, pointed_at).await, QOVERY_SKIPS);
}
