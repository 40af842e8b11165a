//! Reads that may fail without failing the whole: the snapshot before a trigger, and whatever else is optional.

use std::time::Duration;

use anydeploy::{
    DeployRequest, Deployer, DeployerExt, DeploymentId, Dokploy, ErrorKind, HistoryOptions, Identity, LogOptions,
    Outcome, Permission, Phase, ServiceState, Target, TargetKind, VersionSupport, platform,
};
use anydeploy_fakes::{
    DokployQuirk, DokployScript, FakeDokploy, FakeDokployBuilder, Fault, FaultPlan, FaultyNetwork, Pace, RequestKind,
};
use futures::future::join_all;
use serde_json::{Value, json};
use wiremock::matchers::{any, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::dokploy::{manual, paced, quick, request, ticks};

#[tokio::test]
async fn a_row_that_is_done_does_not_hang_on_the_queue_list() {
    let cases = [401, 403, 404, 500].into_iter().flat_map(|status| [(status, false), (status, true)]);
    join_all(cases.map(async |(status, cloud)| {
        let builder = FakeDokploy::builder().quirk(DokployQuirk::QueueListRefused(status));
        let builder = if cloud { builder.quirk(DokployQuirk::Cloud) } else { builder };
        let (fake, dokploy) = paced(builder).await;
        for target in [Target::application(fake.application()), Target::compose(fake.add_git_compose("stack"))] {
            fake.every_deployment(target.id(), DokployScript::succeeds().lasting(15));
            let outcome = dokploy.deploy_and_wait(&DeployRequest::new(target), quick()).await.unwrap();
            assert!(outcome.is_success(), "{status}, cloud: {cloud}: {outcome:?}");
        }
    }))
    .await;
}

#[tokio::test]
async fn a_job_that_waits_behind_a_queue_list_that_is_refused_is_followed_by_its_row() {
    for status in [401, 403, 404, 500] {
        let (fake, dokploy) = manual(FakeDokploy::builder().quirk(DokployQuirk::QueueListRefused(status))).await;
        fake.deploy_by_someone_else(&fake.compose());
        let waiting = dokploy.deploy(&request(&fake.application())).await.unwrap();
        assert_eq!((waiting.identity, waiting.status.phase), (Identity::Pending, Phase::Queued), "{status}");
        ticks(&fake, 30).await;
        let over = dokploy.deployment(&waiting.id).await.unwrap();
        assert_eq!((over.identity, over.status.phase), (Identity::Exact, Phase::Succeeded), "{status}");
    }
}

#[tokio::test]
async fn failed_reads_before_the_trigger_do_not_fail_the_deploy() {
    let faults = [
        Fault::ResetBefore,
        Fault::Status { code: 500, retry_after: None },
        Fault::Status { code: 503, retry_after: None },
        Fault::HtmlPage { code: 502 },
        Fault::HtmlPage { code: 200 },
    ];
    let cases = faults.into_iter().flat_map(|fault| [(fault, TargetKind::Application), (fault, TargetKind::Compose)]);
    join_all(cases.map(async |(fault, kind)| {
        let fake = FakeDokploy::start().await;
        let network =
            FaultyNetwork::before(&fake.url(), FaultPlan::always(fault).on([RequestKind::Read]).limit(5)).unwrap();
        let builder = Dokploy::builder().url(network.url()).token(fake.token());
        let dokploy = builder.grace(Duration::from_secs(6)).build().unwrap();
        let id = if kind == TargetKind::Compose { fake.compose() } else { fake.application() };
        dokploy.deploy(&DeployRequest::new(Target::new(kind, id))).await.unwrap();
        assert_eq!(fake.triggered().len(), 1, "{fault:?}");
    }))
    .await;
}

#[tokio::test]
async fn a_server_that_stays_down_ends_the_deploy_safely_and_untriggered() {
    let fake = FakeDokploy::start().await;
    let down = FaultPlan::always(Fault::Status { code: 503, retry_after: None }).on([RequestKind::Read]);
    let network = FaultyNetwork::before(&fake.url(), down).unwrap();
    let builder = Dokploy::builder().url(network.url()).token(fake.token());
    let dokploy = builder.grace(Duration::from_millis(500)).build().unwrap();
    let error = dokploy.deploy(&request(&fake.application())).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Unavailable, true), "{error}");
    assert!(error.attempts() > 3 && fake.triggered().is_empty(), "{error}");
    // A key that is refused is not tried again, because every try counts.
    let refused = Dokploy::builder().url(fake.url()).token("no-such-key").build().unwrap();
    let error = refused.deploy(&request(&fake.application())).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::UnauthorizedOrRateLimited, 1));
}

#[tokio::test]
async fn a_target_of_the_wrong_kind_is_not_found_before_anything_is_sent() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    for target in [
        Target::application(fake.compose()),
        Target::compose(fake.application()),
        Target::application("no-such-id"),
        Target::compose("no-such-id"),
    ] {
        let error = dokploy.deploy(&DeployRequest::new(target.clone())).await.unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::NotFound, true), "{target}: {error}");
        assert!(error.to_string().contains("kind"), "{error}");
        let history = dokploy.history_of(&target, HistoryOptions::default()).await.unwrap_err();
        assert_eq!(history.kind(), ErrorKind::NotFound);
    }
    assert!(fake.requests().iter().all(|request| request.method.as_str() == "GET"));
}

#[tokio::test]
async fn a_server_before_environments_lists_its_services() {
    for quirk in [None, Some(DokployQuirk::OldServerIgnoresTitle)] {
        let builder = FakeDokploy::builder();
        let (fake, dokploy) = manual(match quirk {
            Some(quirk) => builder.quirk(quirk),
            None => builder,
        })
        .await;
        let shop = fake.add_git_application("shop");
        let services = dokploy.services().await.unwrap();
        let found: Vec<_> = services.iter().map(|one| (one.target.clone(), one.name.as_str(), one.state)).collect();
        let stopped = ServiceState::Stopped;
        assert_eq!(
            found,
            [
                (Target::application(fake.application()), "web", stopped),
                (Target::application(shop), "shop", stopped),
                (Target::compose(fake.compose()), "stack", stopped),
            ],
            "{quirk:?}"
        );
    }
}

async fn services_of(projects: Value) -> anydeploy::Result<usize> {
    let server = MockServer::builder().start().await;
    let answer = ResponseTemplate::new(200).set_body_json(projects);
    Mock::given(path("/api/project.all")).respond_with(answer).mount(&server).await;
    let dokploy = Dokploy::builder().url(server.uri()).token("t").build().unwrap();
    dokploy.services().await.map(|services| services.len())
}

#[tokio::test]
async fn a_list_of_projects_in_no_known_form_is_unsupported_and_not_empty() {
    let project = |more: Value| {
        let mut project = json!({ "projectId": "p", "name": "shop" });
        project.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        project
    };
    let application = json!({ "applicationId": "a", "name": "web", "applicationStatus": "done" });
    assert_eq!(services_of(json!([])).await.unwrap(), 0);
    assert_eq!(services_of(json!([project(json!({ "environments": [] }))])).await.unwrap(), 0);
    assert_eq!(
        services_of(json!([project(json!({ "applications": [application], "compose": [] }))])).await.unwrap(),
        1
    );
    let both = json!({ "applications": [application], "environments": [{ "compose": [{ "composeId": "c" }] }] });
    assert_eq!(services_of(json!([project(both)])).await.unwrap(), 2);
    let error = services_of(json!([project(json!({ "stages": [] }))])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn a_check_says_how_the_version_compares_and_lives_without_one() {
    for (quirk, support) in
        [(None, VersionSupport::Observed), (Some(DokployQuirk::OldServerIgnoresTitle), VersionSupport::Older)]
    {
        let (_fake, dokploy) = manual(quirk.into_iter().fold(FakeDokploy::builder(), FakeDokployBuilder::quirk)).await;
        assert_eq!(dokploy.check().await.unwrap().version_support, support);
    }
    for (status, version) in [(200, "v0.30.7"), (401, ""), (403, ""), (404, "")] {
        let server = MockServer::builder().start().await;
        let member = json!({ "id": "m", "organizationId": "o", "userId": "u", "role": "owner" });
        Mock::given(path("/api/user.get"))
            .respond_with(ResponseTemplate::new(200).set_body_json(member))
            .mount(&server)
            .await;
        let refusal =
            json!({ "message": "You don't have access to this", "code": "UNAUTHORIZED", "data": { "path": "x" } });
        let body = if status == 200 { json!(version) } else { refusal };
        Mock::given(any()).respond_with(ResponseTemplate::new(status).set_body_json(body)).mount(&server).await;
        let check = Dokploy::builder().url(server.uri()).token("t").build().unwrap().check().await.unwrap();
        let expected = if status == 200 { VersionSupport::Newer } else { VersionSupport::Unknown };
        assert_eq!((check.version_support, check.read), (expected, Permission::Granted), "{status}");
    }
}

#[tokio::test]
async fn the_reason_of_a_failure_is_the_line_that_says_it() {
    let (fake, dokploy) = paced(FakeDokploy::builder()).await;
    let cases = [
        (
            Target::application(fake.add_git_application("shop")),
            "fatal: Remote branch nosuch not found in upstream origin\nFail to clone the repository",
            Some("fatal: Remote branch nosuch not found in upstream origin"),
        ),
        (
            Target::compose(fake.compose()),
            "Error response from daemon: pull access denied for x/y\nError: ❌ Docker command failed",
            Some("Error response from daemon: pull access denied for x/y"),
        ),
        (Target::application(fake.application()), "✅ Pulling image completed.", None),
    ];
    for (target, log, reason) in cases {
        fake.every_deployment(target.id(), DokployScript::fails_with(log).without_clone().lasting(15));
        let outcome = dokploy.deploy_and_wait(&DeployRequest::new(target), quick()).await.unwrap();
        let Outcome::Failed(failure) = &outcome else { panic!("{outcome:?}") };
        assert_eq!(failure.log.as_ref().unwrap().reason.as_deref(), reason);
        // The reason is found also where fewer lines are asked for.
        let page = dokploy.logs_of(&failure.deployment.id, LogOptions::tail(1)).await.unwrap();
        assert_eq!((page.lines.len(), page.reason.as_deref()), (1, reason));
    }
}

#[tokio::test]
async fn an_id_made_from_a_row_leads_to_a_deployment_that_something_else_started() {
    let fake = FakeDokploy::builder().pace(Pace::Manual).start().await;
    let dokploy = crate::support::dokploy::deployer(&fake, Duration::from_secs(12));
    for target in [Target::application(fake.application()), Target::compose(fake.compose())] {
        fake.deploy_by_someone_else(target.id());
        ticks(&fake, 10).await;
        let row = fake.triggered().last().unwrap().deployment_id.clone().unwrap();
        let id = Dokploy::deployment_id(&target, &row);
        assert_eq!(id.to_string().parse::<DeploymentId>().unwrap(), id);
        assert_eq!(id.platform(), &platform::DOKPLOY);
        let deployment = dokploy.deployment(&id).await.unwrap();
        assert_eq!((deployment.identity, deployment.status.phase), (Identity::Exact, Phase::Succeeded));
        let unknown = dokploy.deployment(&Dokploy::deployment_id(&target, "no-such-row")).await.unwrap_err();
        assert_eq!(unknown.kind(), ErrorKind::NotFound);
    }
}

#[tokio::test]
async fn a_deployment_that_waits_is_still_seen_in_the_queue_while_the_rows_cannot_be_read() {
    let (fake, _) = manual(FakeDokploy::builder()).await;
    let network = FaultyNetwork::before(&fake.url(), FaultPlan::calm()).unwrap();
    let dokploy = Dokploy::builder().url(network.url()).token(fake.token()).build().unwrap();
    fake.deploy_by_someone_else(&fake.compose());
    let waiting = dokploy.deploy(&request(&fake.application())).await.unwrap();
    for fault in [Fault::Status { code: 503, retry_after: None }, Fault::HtmlPage { code: 502 }, Fault::ResetBefore] {
        network.follow(FaultPlan::always(fault).on([RequestKind::Read]).limit(1));
        let seen = dokploy.deployment(&waiting.id).await.unwrap();
        assert_eq!((seen.identity, seen.status.phase), (Identity::Pending, Phase::Queued), "{fault:?}");
    }
}
