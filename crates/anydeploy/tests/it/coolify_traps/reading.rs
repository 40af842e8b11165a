//! What can be misread: words, moments, lists, logs.

use std::time::Duration;

use anydeploy::Target;
use anydeploy::{Coolify, Deployer, DeployerExt, DeploymentId, ErrorKind, Identity, LogOptions, Phase, platform};
use anydeploy_fakes::{CoolifyQuirk, CoolifyScript, FakeCoolify};
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::coolify::{manual, quick, request, uuid};

#[tokio::test]
async fn words_that_others_guess_for_an_end_are_none() {
    for word in ["success", "cancelled", "error", "skipped", "FINISHED", "finished ", ""] {
        let server = MockServer::builder().start().await;
        let row = json!({ "deployment_uuid": "d", "status": word });
        Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(row)).mount(&server).await;
        let coolify = Coolify::builder().url(server.uri()).token("1|t").build().unwrap();
        let id = DeploymentId::new(platform::COOLIFY, Target::application("web")).with("deployment", "d");
        let seen = coolify.deployment(&id).await.unwrap();
        assert_eq!((seen.identity, seen.status.phase), (Identity::Exact, Phase::Unknown), "{word:?}");
        assert_eq!(seen.status.raw, word, "the word itself is kept");
        let mut options = quick();
        options.deadline = Duration::from_millis(50);
        assert_eq!(coolify.watch(&id, options).await.unwrap_err().kind(), ErrorKind::TimedOut, "{word:?}");
    }
}

#[tokio::test]
async fn the_active_list_is_an_array_or_an_object_of_the_same_rows() {
    for keyed in [false, true] {
        let builder = FakeCoolify::builder();
        let builder = if keyed { builder.quirk(CoolifyQuirk::ActiveListAsMap) } else { builder };
        let (fake, coolify) = manual(builder).await;
        let first = coolify.deploy(&request(&fake.application())).await.unwrap();
        let second = coolify.deploy(&request(&fake.application()).with_no_cache(true)).await.unwrap();
        let client = coolify_client::Client::new(fake.url(), fake.token()).unwrap();
        let rows = client.list_deployments().await.unwrap().into_value();
        let mut ids: Vec<_> = rows.iter().map(|row| row.deployment_uuid.as_str()).collect();
        let mut expected = [uuid(&first), uuid(&second)];
        ids.sort_unstable();
        expected.sort_unstable();
        assert_eq!(ids, expected, "keyed: {keyed}");
    }
}

#[tokio::test]
async fn head_is_no_commit_until_the_job_has_resolved_it() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let shop = fake.add_git_application("shop");
    let sha = "0123456789012345678901234567890123456789";
    fake.next_deployment(&shop, CoolifyScript::succeeds().resolving_to(sha));
    let deployment = coolify.deploy(&request(&shop)).await.unwrap();
    assert_eq!(deployment.commit, None);
    fake.advance(1);
    assert_eq!(coolify.deployment(&deployment.id).await.unwrap().commit.as_deref(), Some(sha));
}

#[tokio::test]
async fn the_last_status_comes_before_the_moment_of_the_end() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let deployment = coolify.deploy(&request(&fake.application())).await.unwrap();
    fake.advance(3);
    let over = coolify.deployment(&deployment.id).await.unwrap();
    assert_eq!((over.status.phase, over.finished_at), (Phase::Succeeded, None));
    fake.advance(1);
    assert!(coolify.deployment(&deployment.id).await.unwrap().finished_at.is_some());
}

#[tokio::test]
async fn a_log_is_ordered_by_number_shows_no_hidden_line_and_may_lack_the_first_number() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    fake.next_deployment(&fake.application(), CoolifyScript::fails_with("port 80 is taken").log(["one", "two"]));
    let deployment = coolify.deploy(&request(&fake.application())).await.unwrap();
    fake.advance(10);
    let log = coolify.logs_of(&deployment.id, LogOptions::default()).await.unwrap();
    let texts: Vec<_> = log.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(texts[0], "Starting deployment of nginx:1.27 to localhost.");
    assert_eq!(texts[1..3], ["one", "two"]);
    // What Coolify ran on the machine is for debugging, and may hold more than its readers should see.
    assert!(!texts.iter().any(|text| text.starts_with("docker ") || text.starts_with("Error code")), "{texts:?}");
    assert!(texts.last().unwrap().starts_with("Gracefully shutting down build container: "), "{texts:?}");
    assert_eq!(log.reason.as_deref(), Some("port 80 is taken"));
}
