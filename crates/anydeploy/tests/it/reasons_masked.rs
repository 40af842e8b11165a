//! A failed build prints secrets, and no outcome of it shows one.

use anydeploy::{DeployerExt, LogOptions, Outcome};
use anydeploy_fakes::{CoolifyScript, DokployScript, FakeCoolify, FakeDokploy, FakeQovery, QoveryScript};

use super::support;

/// Last lines of builds, each with a secret.
const LINES: [&str; 5] = [
    "fatal: Authentication failed for 'https://x-access-token:ghs_hunter2hunter2@github.com/acme/shop'",
    "Error: connect ECONNREFUSED postgres://app:hunter2@db",
    "npm ERR! //registry.npmjs.org/:_authToken=hunter2",
    "error: printf %s 'hunter2' | docker login -u bot --password-stdin ghcr.io",
    "Error: STRIPE_KEY='hunter2' docker build . \u{1b}[31mfailed\u{1b}[0m",
];

fn shows_nothing(outcome: &Outcome) {
    assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
    let shown = format!("{outcome} {outcome:?} {outcome:#?} {:?}", outcome.reason());
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(outcome.reason().unwrap().contains("[redacted]"), "{outcome}");
    assert!(!outcome.to_string().contains(char::is_control), "{outcome:?}");
}

#[tokio::test]
async fn a_failed_build_on_coolify_shows_no_secret() {
    for line in LINES {
        let (fake, coolify) = support::coolify::running(FakeCoolify::builder()).await;
        let id = fake.add_application("shop");
        fake.next_deployment(&id, CoolifyScript::fails_with(line));
        let outcome =
            coolify.deploy_and_wait(&support::coolify::request(&id), support::coolify::quick()).await.unwrap();
        shows_nothing(&outcome);
        // The lines themselves are as they were written.
        let page = coolify.logs_of(&outcome.deployment().unwrap().id, LogOptions::default()).await.unwrap();
        assert!(page.lines.iter().any(|line| line.text.contains("hunter2")), "{page:?}");
        assert!(!format!("{page:?}").contains("hunter2"));
    }
}

#[tokio::test]
async fn a_failed_build_on_dokploy_shows_no_secret() {
    for line in LINES {
        let (fake, dokploy) = support::dokploy::paced(FakeDokploy::builder()).await;
        let id = fake.add_application("shop");
        fake.next_deployment(&id, DokployScript::fails_with(line));
        let outcome =
            dokploy.deploy_and_wait(&support::dokploy::request(&id), support::dokploy::quick()).await.unwrap();
        shows_nothing(&outcome);
    }
}

#[tokio::test]
async fn a_failed_build_on_qovery_shows_no_secret() {
    for line in LINES {
        let (fake, qovery) = support::qovery::running(FakeQovery::builder()).await;
        let request = support::qovery::web(&fake);
        fake.next_deployment(request.target().id(), QoveryScript::fails_with(line));
        let outcome = qovery.deploy_and_wait(&request, support::qovery::quick()).await.unwrap();
        shows_nothing(&outcome);
    }
}
