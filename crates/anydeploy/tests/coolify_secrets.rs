//! The token of a Coolify deployer is shown nowhere.
//!
//! It is the one test of its binary, because a subscriber of one thread misses events while other threads have none.

#![cfg(feature = "coolify")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails as the test does")]

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anydeploy::{Coolify, DeployRequest, Deployer, DeployerExt, Target};
use anydeploy_fakes::{FakeCoolify, Pace};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::util::SubscriberInitExt;

const MARKER: &str = "planted-credential-0815";

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_token_is_in_no_debug_no_display_no_error_and_no_trace() {
    let captured = Captured::default();
    let writer = captured.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_writer(move || writer.clone()).finish();
    let _guard = subscriber.set_default();

    let fake = FakeCoolify::builder().pace(Pace::Every(Duration::from_millis(5))).start().await;
    let mut shown = Vec::new();
    for token in [fake.token(), MARKER] {
        let builder = Coolify::builder().url(fake.url()).token(token);
        shown.push(format!("{builder:?}"));
        let qovery = builder.build().unwrap();
        let target = Target::application(fake.application());
        shown.push(format!("{qovery:?}"));
        shown.push(format!("{:?}", qovery.deploy(&DeployRequest::new(target.clone())).await));
        shown.push(format!("{:?}", qovery.check().await));
        match qovery.service(&target).await {
            Ok(service) => shown.push(format!("{service:?}")),
            Err(error) => shown.push(format!("{error} {error:#} {error:?}")),
        }
    }
    let shown = shown.join("\n");
    let traces = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    assert!(traces.contains("deploy-by-tag-or-uuid"), "the traces were captured: {traces}");
    for secret in [fake.token(), MARKER] {
        assert!(!shown.contains(secret), "{shown}");
        assert!(!traces.contains(secret), "{traces}");
    }
}
