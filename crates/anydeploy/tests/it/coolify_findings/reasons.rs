//! Why a deployment failed, by Coolify's own log.

use anydeploy::{DeployerExt, LogOptions};
use anydeploy_fakes::{CoolifyScript, FakeCoolify};

use crate::support::coolify::{quick, request, running};

#[tokio::test]
async fn reason_is_what_failed_and_not_what_closes_the_log() {
    let cases = [
        (CoolifyScript::unhealthy(), "New container is not healthy, rolling back to the old container."),
        (
            CoolifyScript::fails_with(
                "Command execution failed (exit code 1): docker exec x bash -c 'git lfs pull'\nError: Cloning into \
                 '/artifacts/x'...\ngit: 'lfs' is not a git command. See 'git --help'.",
            ),
            "git: 'lfs' is not a git command. See 'git --help'.",
        ),
        (CoolifyScript::fails_with("port 80 is taken").log(["Rolling update completed."]), "port 80 is taken"),
    ];
    for (script, reason) in cases {
        let (fake, coolify) = running(FakeCoolify::builder()).await;
        fake.next_deployment(&fake.application(), script);
        let outcome = coolify.deploy_and_wait(&request(&fake.application()), quick()).await.unwrap();
        assert_eq!(outcome.reason(), Some(reason));
    }
}

#[tokio::test]
async fn reason_is_found_above_the_lines_that_were_asked_for() {
    let (fake, coolify) = running(FakeCoolify::builder()).await;
    fake.next_deployment(&fake.application(), CoolifyScript::fails_with("port 80 is taken"));
    let outcome = coolify.deploy_and_wait(&request(&fake.application()), quick()).await.unwrap();
    let page = coolify.logs_of(&outcome.deployment().unwrap().id, LogOptions::tail(1)).await.unwrap();
    assert_eq!((page.lines.len(), page.reason.as_deref()), (1, Some("port 80 is taken")));
}

#[tokio::test]
async fn log_of_a_success_has_no_reason() {
    let (fake, coolify) = running(FakeCoolify::builder()).await;
    fake.next_deployment(&fake.application(), CoolifyScript::succeeds().log(["error: none, really"]));
    let outcome = coolify.deploy_and_wait(&request(&fake.application()), quick()).await.unwrap();
    let page = coolify.logs_of(&outcome.deployment().unwrap().id, LogOptions::default()).await.unwrap();
    assert_eq!(page.reason, None);
}
