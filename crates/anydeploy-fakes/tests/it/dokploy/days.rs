//! What starts, stops and goes back, and what each of them really does to the service.

use anydeploy_fakes::{DokployJobState, DokployKey, DokployOperation, DokployQuirk, DokployScript, FakeDokploy};
use serde_json::{Value, json};

use super::{Answer, application, deploy, each, get, get_as, post, post_as, queue, rows, still};

async fn verb(fake: &FakeDokploy, application: &str, verb: &str) -> Answer {
    post(fake, &format!("application.{verb}"), json!({ "applicationId": application, "appName": "any" })).await
}

async fn compose_verb(fake: &FakeDokploy, verb: &str) -> Answer {
    post(fake, &format!("compose.{verb}"), json!({ "composeId": fake.compose() })).await
}

async fn compose(fake: &FakeDokploy) -> Value {
    get(fake, &format!("compose.one?composeId={}", fake.compose())).await.json()
}

/// An application that was deployed with these settings.
async fn deployed_with(fake: &FakeDokploy, settings: Value) -> String {
    let web = fake.application();
    let mut body = settings;
    body["applicationId"] = web.clone().into();
    assert_eq!(post(fake, "application.update", body).await.text, "true");
    deploy(fake, &web, "first").await;
    fake.advance(10);
    web
}

async fn deployed(fake: &FakeDokploy) -> String {
    deployed_with(fake, json!({ "replicas": 1 })).await
}

async fn deployed_compose(fake: &FakeDokploy) {
    assert_eq!(compose_verb(fake, "deploy").await.status, 200);
    fake.advance(10);
}

/// An application whose deployments keep their images.
async fn with_rollbacks(fake: &FakeDokploy) -> String {
    deployed_with(fake, json!({ "rollbackActive": true, "rollbackRegistryId": "fake-registry" })).await
}

async fn rows_with_rollbacks(fake: &FakeDokploy, application: &str) -> Vec<Value> {
    let rows = get(fake, &format!("deployment.allByType?type=application&id={application}")).await.json();
    rows.as_array().unwrap().clone()
}

fn message(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["message"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn starting_stopping_and_reloading_leave_no_row_and_no_job() {
    let fake = still().await;
    let web = deployed(&fake).await;
    for (word, status, replicas) in [("stop", "idle", 0), ("start", "done", 1), ("reload", "done", 1)] {
        assert_eq!(verb(&fake, &web, word).await.status, 200, "{word}");
        assert_eq!(
            (&application(&fake, &web).await["applicationStatus"], fake.replicas(&web)),
            (&status.into(), replicas)
        );
    }
    assert_eq!(each(&rows(&fake, &web).await, "title"), ["first"]);
    assert!(queue(&fake).await.is_empty());
    let writes = fake.writes().into_iter().map(|write| (write.what, write.effect)).collect::<Vec<_>>();
    let expected = [("update replicas", false), ("stop", true), ("start", true)];
    assert_eq!(writes, expected.map(|(what, effect)| (what.to_owned(), effect)));
    let reload = &fake.triggered()[1];
    let truth = (reload.operation, reload.state, reload.deployment_id.as_deref());
    assert_eq!(truth, (DokployOperation::Reload, DokployJobState::Done, None));
    assert!(reload.ended_at.is_some());
}

#[tokio::test]
async fn a_stop_during_a_deployment_is_undone_at_its_end() {
    let fake = still().await;
    let web = deployed(&fake).await;
    deploy(&fake, &web, "second").await;
    fake.advance(2);
    assert_eq!(verb(&fake, &web, "stop").await.json()["applicationStatus"], "running");
    assert_eq!((&application(&fake, &web).await["applicationStatus"], fake.replicas(&web)), (&"idle".into(), 0));
    assert_eq!(each(&rows(&fake, &web).await, "status"), ["running", "done"]);
    fake.advance(10);
    assert_eq!((&application(&fake, &web).await["applicationStatus"], fake.replicas(&web)), (&"done".into(), 1));
}

#[tokio::test]
async fn a_start_during_a_deployment_is_done_while_the_row_is_running() {
    let fake = still().await;
    let web = deployed(&fake).await;
    deploy(&fake, &web, "second").await;
    fake.advance(2);
    verb(&fake, &web, "stop").await;
    verb(&fake, &web, "start").await;
    assert_eq!(application(&fake, &web).await["applicationStatus"], "done");
    assert_eq!(each(&rows(&fake, &web).await, "status"), ["running", "done"]);
}

#[tokio::test]
async fn a_start_scales_to_one_and_a_reload_to_the_settings() {
    let fake = still().await;
    let web = deployed_with(&fake, json!({ "replicas": 3 })).await;
    assert_eq!(fake.replicas(&web), 3);
    verb(&fake, &web, "start").await;
    assert_eq!(fake.replicas(&web), 1);
    verb(&fake, &web, "stop").await;
    verb(&fake, &web, "reload").await;
    assert_eq!(fake.replicas(&web), 3);
}

#[tokio::test]
async fn a_reload_before_any_deployment_makes_the_service() {
    let fake = still().await;
    let web = fake.application();
    assert_eq!(verb(&fake, &web, "reload").await.text, "true");
    assert_eq!((fake.replicas(&web), rows(&fake, &web).await.len()), (1, 0));
}

#[tokio::test]
async fn a_refused_reload_is_500_and_the_status_error() {
    let fake = still().await;
    let web = deployed(&fake).await;
    fake.enable(DokployQuirk::EngineRefuses(DokployOperation::Reload));
    assert_eq!(message(&verb(&fake, &web, "reload").await), (500, "Error reloading application".into()));
    assert_eq!(application(&fake, &web).await["applicationStatus"], "error");
    assert_eq!(fake.triggered()[1].state, DokployJobState::Error);
}

#[tokio::test]
async fn a_refused_stop_is_answered_as_if_it_had_worked() {
    let fake = still().await;
    let web = deployed(&fake).await;
    fake.enable(DokployQuirk::EngineRefuses(DokployOperation::Stop));
    assert_eq!(verb(&fake, &web, "stop").await.status, 200);
    assert_eq!((&application(&fake, &web).await["applicationStatus"], fake.replicas(&web)), (&"idle".into(), 1));
}

#[tokio::test]
async fn a_refused_start_is_500_and_leaves_the_status() {
    let fake = still().await;
    let web = deployed(&fake).await;
    verb(&fake, &web, "stop").await;
    fake.enable(DokployQuirk::EngineRefuses(DokployOperation::Start));
    let (status, message) = message(&verb(&fake, &web, "start").await);
    assert!(status == 500 && message.contains("docker service scale"), "{status} {message}");
    assert_eq!(application(&fake, &web).await["applicationStatus"], "idle");
    assert!(fake.writes().iter().all(|write| write.what != "start"));
}

#[tokio::test]
async fn a_compose_that_was_never_deployed_can_neither_start_nor_stop() {
    let fake = still().await;
    for (word, status) in [("stop", "error"), ("start", "idle")] {
        let answer = compose_verb(&fake, word).await;
        assert_eq!(message(&answer), (500, "Command execution failed: spawn /bin/sh ENOENT".into()), "{word}");
        assert_eq!(compose(&fake).await["composeStatus"], status);
    }
}

#[tokio::test]
async fn a_refused_stop_of_a_compose_is_error_and_a_refused_start_idle() {
    let fake = still().await;
    deployed_compose(&fake).await;
    for (word, operation, status) in
        [("stop", DokployOperation::Stop, "error"), ("start", DokployOperation::Start, "idle")]
    {
        fake.enable(DokployQuirk::EngineRefuses(operation));
        assert_eq!(compose_verb(&fake, word).await.status, 500);
        assert_eq!(compose(&fake).await["composeStatus"], status, "{word}");
    }
}

#[tokio::test]
async fn a_stack_is_not_started_and_its_status_says_so_all_the_same() {
    let fake = still().await;
    let stack = json!({ "composeId": fake.compose(), "composeType": "stack" });
    assert_eq!(post(&fake, "compose.update", stack).await.json()["composeType"], "stack");
    deployed_compose(&fake).await;
    compose_verb(&fake, "stop").await;
    assert_eq!(compose_verb(&fake, "start").await.text, "true");
    assert_eq!((&compose(&fake).await["composeStatus"], fake.replicas(&fake.compose())), (&"done".into(), 0));
    assert!(!fake.writes().last().unwrap().effect);
}

#[tokio::test]
async fn a_deployment_that_waits_takes_the_settings_of_the_moment_it_starts() {
    let fake = still().await;
    let web = deployed(&fake).await;
    deploy(&fake, &web, "second").await;
    deploy(&fake, &web, "waits").await;
    fake.advance(2);
    let body = json!({ "applicationId": web, "dockerImage": "registry.example.test/fake:2" });
    post(&fake, "application.update", body).await;
    fake.advance(4);
    assert_eq!(fake.running_image(&web).as_deref(), Some("registry.example.test/fake:1"));
    fake.advance(10);
    assert_eq!(fake.running_image(&web).as_deref(), Some("registry.example.test/fake:2"));
}

#[tokio::test]
async fn the_log_names_the_image_that_a_deployment_pulls_and_a_redeployment_does_not() {
    let fake = still().await;
    let web = deployed(&fake).await;
    verb(&fake, &web, "redeploy").await;
    fake.advance(10);
    let mut pulled = Vec::new();
    for row in rows(&fake, &web).await {
        let id = row["deploymentId"].as_str().unwrap();
        let log = get(&fake, &format!("deployment.readLogs?deploymentId={id}")).await.json();
        pulled.push(log.as_str().unwrap().contains("Pulling registry.example.test/fake:1"));
    }
    assert_eq!(pulled, [false, true]);
}

#[tokio::test]
async fn a_refused_deployment_is_neither_queued_nor_recorded() {
    let fake = still().await;
    fake.refuse_next_deployment();
    let body = json!({ "applicationId": fake.application() });
    assert_eq!(post(&fake, "application.deploy", body.clone()).await.status, 401);
    assert!(fake.triggered().is_empty() && queue(&fake).await.is_empty());
    assert_eq!(post(&fake, "application.deploy", body).await.status, 200);
}

#[tokio::test]
async fn only_deployments_from_git_build() {
    let fake = still().await;
    let web = deployed(&fake).await;
    let site = fake.add_git_application("site");
    deploy(&fake, &site, "t").await;
    fake.advance(10);
    verb(&fake, &site, "reload").await;
    assert_eq!((fake.builds(&web), fake.builds(&site)), (0, 1));
}

#[tokio::test]
async fn a_member_may_stop_and_save_variables_and_not_change_settings() {
    let fake = still().await;
    let web = deployed(&fake).await;
    let key = fake.add_key(DokployKey::member().with_access_to(&web));
    let env =
        json!({ "applicationId": web, "env": "A=1", "buildArgs": null, "buildSecrets": null, "createEnvFile": true });
    assert_eq!(post_as(&fake, &key, "application.saveEnvironment", env).await.text, "true");
    assert_eq!(post_as(&fake, &key, "application.stop", json!({ "applicationId": web })).await.status, 200);
    let update = json!({ "applicationId": web, "dockerImage": "x:2" });
    let answer = post_as(&fake, &key, "application.update", update).await;
    assert_eq!(message(&answer), (401, "unauthorized to access resource \"service\"".into()));
}

#[tokio::test]
async fn saving_variables_needs_all_four_and_null_switches_the_file_off() {
    let fake = still().await;
    let web = fake.application();
    let mut body = json!({ "applicationId": web, "env": "A=1\r\n# c\n", "buildArgs": null, "buildSecrets": "" });
    let answer = post(&fake, "application.saveEnvironment", body.clone()).await;
    assert_eq!((answer.status, &answer.json()["issues"][0]["path"]), (400, &json!(["createEnvFile"])));
    body["createEnvFile"] = Value::Null;
    assert_eq!(post(&fake, "application.saveEnvironment", body).await.text, "true");
    let one = application(&fake, &web).await;
    assert_eq!((&one["env"], &one["buildSecrets"]), (&json!("A=1\r\n# c\n"), &json!("")));
    assert_eq!(one["createEnvFile"], false);
}

#[tokio::test]
async fn a_compose_keeps_the_flag_of_its_file_when_it_is_left_out() {
    let fake = still().await;
    let save = |body: Value| {
        let mut body = body;
        body["composeId"] = fake.compose().into();
        body
    };
    for (body, flag) in [
        (json!({ "env": "A=1", "createEnvFile": false }), false),
        (json!({ "env": "A=2" }), false),
        (json!({ "env": null, "createEnvFile": true }), true),
    ] {
        assert_eq!(post(&fake, "compose.saveEnvironment", save(body)).await.text, "true");
        assert_eq!(compose(&fake).await["createEnvFile"], flag);
    }
    assert_eq!(compose(&fake).await["env"], Value::Null);
}

#[tokio::test]
async fn a_failed_deployment_has_a_rollback_too_and_one_counter_serves_the_server() {
    let fake = still().await;
    let web = with_rollbacks(&fake).await;
    fake.next_deployment(&web, DokployScript::fails_with("no such image"));
    deploy(&fake, &web, "fails").await;
    fake.advance(10);
    let other = fake.add_application("other");
    let keep = json!({ "applicationId": other, "rollbackActive": true, "rollbackRegistryId": "fake-registry" });
    post(&fake, "application.update", keep).await;
    deploy(&fake, &other, "third").await;
    fake.advance(10);
    let rows = rows_with_rollbacks(&fake, &web).await;
    assert_eq!(each(&rows, "status"), ["error", "done"]);
    let versions: Vec<&Value> = rows.iter().map(|row| &row["rollback"]["version"]).collect();
    assert_eq!(versions, [2, 1]);
    assert_eq!(rows_with_rollbacks(&fake, &other).await[0]["rollback"]["version"], 3);
}

#[tokio::test]
async fn one_of_the_two_settings_alone_keeps_nothing() {
    let fake = still().await;
    for settings in [json!({ "rollbackActive": true }), json!({ "rollbackActive": false, "rollbackRegistryId": "r" })] {
        let web = deployed_with(&fake, settings).await;
        assert_eq!(rows(&fake, &web).await[0]["rollbackId"], Value::Null);
    }
}

#[tokio::test]
async fn a_rollback_changes_what_runs_and_nothing_that_the_application_shows() {
    let fake = still().await;
    let web = with_rollbacks(&fake).await;
    let kept = rows_with_rollbacks(&fake, &web).await[0]["rollback"].clone();
    post(&fake, "application.update", json!({ "applicationId": web, "dockerImage": "fake:2" })).await;
    deploy(&fake, &web, "second").await;
    fake.advance(10);
    verb(&fake, &web, "stop").await;
    let before = application(&fake, &web).await;
    assert_eq!(post(&fake, "rollback.rollback", json!({ "rollbackId": kept["rollbackId"] })).await.text, "");
    assert_eq!(application(&fake, &web).await, before);
    assert_eq!(before["applicationStatus"], "idle");
    assert_eq!((json!(fake.running_image(&web)), fake.replicas(&web)), (kept["image"].clone(), 1));
    assert_eq!(fake.triggered()[2].operation, DokployOperation::Rollback);
    verb(&fake, &web, "reload").await;
    assert_eq!(fake.running_image(&web).as_deref(), Some("fake:2"));
}

#[tokio::test]
async fn a_rollback_to_an_image_that_was_never_pushed_is_answered_like_any_other() {
    let fake = still().await;
    let web = with_rollbacks(&fake).await;
    let runs = fake.running_image(&web);
    fake.next_deployment(&web, DokployScript::fails_with("no such image"));
    deploy(&fake, &web, "fails").await;
    fake.advance(10);
    let failed = rows_with_rollbacks(&fake, &web).await[0]["rollbackId"].clone();
    assert_eq!(post(&fake, "rollback.rollback", json!({ "rollbackId": failed })).await.status, 200);
    assert_eq!(fake.running_image(&web), runs);
}

#[tokio::test]
async fn a_rollback_during_a_deployment_is_covered_by_it() {
    let fake = still().await;
    let web = with_rollbacks(&fake).await;
    let kept = rows_with_rollbacks(&fake, &web).await[0]["rollback"].clone();
    deploy(&fake, &web, "during").await;
    fake.advance(2);
    assert_eq!(post(&fake, "rollback.rollback", json!({ "rollbackId": kept["rollbackId"] })).await.status, 200);
    assert_eq!(json!(fake.running_image(&web)), kept["image"]);
    fake.advance(10);
    assert_eq!(fake.running_image(&web).as_deref(), Some("registry.example.test/fake:1"));
}

#[tokio::test]
async fn every_refusal_of_a_rollback_is_the_same_400() {
    let fake = still().await;
    let web = with_rollbacks(&fake).await;
    let body = json!({ "rollbackId": rows(&fake, &web).await[0]["rollbackId"] });
    let member = fake.add_key(DokployKey::member());
    let unknown = post(&fake, "rollback.rollback", json!({ "rollbackId": "nope" })).await;
    let denied = post_as(&fake, &member, "rollback.rollback", body.clone()).await;
    fake.enable(DokployQuirk::EngineRefuses(DokployOperation::Rollback));
    let refused = post(&fake, "rollback.rollback", body).await;
    for answer in [unknown, denied, refused] {
        assert_eq!(message(&answer), (400, "Error input: Rolling back".into()));
    }
    let empty = post(&fake, "rollback.rollback", json!({ "rollbackId": "" })).await;
    assert_eq!(message(&empty), (400, "Input validation failed".into()));
}

#[tokio::test]
async fn deleting_a_rollback_takes_the_row_of_the_deployment_along() {
    let fake = still().await;
    let web = with_rollbacks(&fake).await;
    let body = json!({ "rollbackId": rows(&fake, &web).await[0]["rollbackId"] });
    assert_eq!(post(&fake, "rollback.delete", body.clone()).await.json()["deployment"]["title"], "first");
    assert!(rows(&fake, &web).await.is_empty());
    assert_eq!(message(&post(&fake, "rollback.delete", body).await), (400, "Rollback not found".into()));
}

#[tokio::test]
async fn variables_take_effect_with_a_reload_and_not_with_a_start() {
    let fake = still().await;
    let web = deployed(&fake).await;
    save_env(&fake, &web, "A=1\n").await;
    verb(&fake, &web, "stop").await;
    verb(&fake, &web, "start").await;
    assert!(fake.running_variables(&web).is_empty());
    verb(&fake, &web, "reload").await;
    assert_eq!(fake.running_variables(&web), [("A".to_owned(), "1".to_owned())]);
}

/// Saves the variables of an application.
async fn save_env(fake: &FakeDokploy, application: &str, env: &str) {
    let body = json!({
        "applicationId": application, "env": env, "buildArgs": null, "buildSecrets": null, "createEnvFile": true,
    });
    assert_eq!(post(fake, "application.saveEnvironment", body).await.text, "true");
}

#[tokio::test]
async fn a_text_of_variables_means_what_the_server_was_seen_to_make_of_it() {
    let fake = still().await;
    let web = deployed(&fake).await;
    let env = "# comment one\nA=1\n\nB=\"two words\"\nC='single $A `x`'\nD=\"line1\\nline2\"\nE=\"real\nnewline\"\n\
               F=tail # trailing\n  G = spaced \nexport H=exp\nI=a=b=c\nJ=\"quo\\\"te\"\nK=\nL=é漢字\nM=hash#in\nA=dup\nO\n\
               Q=$A ${A}\n";
    save_env(&fake, &web, env).await;
    assert_eq!(application(&fake, &web).await["env"], env);
    verb(&fake, &web, "reload").await;
    let expected = [
        ("A", "dup"),
        ("B", "two words"),
        ("C", "single $A `x`"),
        ("D", "line1\nline2"),
        ("E", "real\nnewline"),
        ("F", "tail"),
        ("G", "spaced"),
        ("H", "exp"),
        ("I", "a=b=c"),
        ("J", "quo\\\"te"),
        ("K", ""),
        ("L", "é漢字"),
        ("M", "hash"),
        ("Q", "$A ${A}"),
    ];
    assert_eq!(fake.running_variables(&web), expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn references_are_resolved_once_and_in_order() {
    let fake = still().await;
    let web = deployed(&fake).await;
    let project = get(&fake, "project.all").await.json()[0].clone();
    let env = json!({ "projectId": project["projectId"], "env": "PV=p1\nPE=${{environment.EV}}" });
    post(&fake, "project.update", env).await;
    let env = json!({ "environmentId": project["environments"][0]["environmentId"], "env": "EV=e1" });
    post(&fake, "environment.update", env).await;
    save_env(&fake, &web, "A=${{project.PV}}\nB=${{A}}\nC=${{project.PE}}\nF=x-${{project.PV}}-y\nI=${{I}}").await;
    verb(&fake, &web, "reload").await;
    let expected = [("A", "p1"), ("B", "${{project.PV}}"), ("C", "e1"), ("F", "x-p1-y"), ("I", "${{I}}")];
    assert_eq!(fake.running_variables(&web), expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn a_reference_to_nothing_fails_the_deployment_and_the_reload() {
    for (value, line) in [
        ("${{project.NOPE}}", "Invalid project environment variable: project.NOPE"),
        ("${{environment.NOPE}}", "Invalid environment variable: environment.NOPE"),
        ("${{NOPE}}", "Invalid service environment variable: NOPE"),
        ("${{ A }}", "Invalid service environment variable:  A "),
    ] {
        let fake = still().await;
        let web = deployed(&fake).await;
        save_env(&fake, &web, &format!("A=1\nB={value}")).await;
        assert_eq!(message(&verb(&fake, &web, "reload").await), (500, "Error reloading application".into()));
        deploy(&fake, &web, "fails").await;
        fake.advance(10);
        let row = &rows(&fake, &web).await[0];
        assert_eq!(row["status"], "error");
        let id = row["deploymentId"].as_str().unwrap();
        let log = get(&fake, &format!("deployment.readLogs?deploymentId={id}")).await.json();
        assert!(log.as_str().unwrap().contains(line), "{log}");
    }
}

#[tokio::test]
async fn the_containers_show_the_image_that_runs_to_owners_alone() {
    let fake = still().await;
    let nothing = get(&fake, "docker.getContainers").await.json();
    assert_eq!((nothing.as_array().unwrap().len(), &nothing[0]["name"]), (1, &json!("No container name")));
    let web = deployed_with(&fake, json!({ "replicas": 2 })).await;
    let containers = get(&fake, "docker.getContainers").await.json();
    assert_eq!(each(containers.as_array().unwrap(), "image"), [&json!(fake.running_image(&web)); 2]);
    // As in `docker ps -a`, those that ended are listed as well.
    fake.crash(&web);
    let crashed = get(&fake, "docker.getContainers").await.json();
    assert_eq!(each(crashed.as_array().unwrap(), "state"), ["running", "running", "exited", "exited"]);
    fake.enable(DokployQuirk::CrashLoop);
    let between = get(&fake, "docker.getContainers").await.json();
    assert_eq!(each(between.as_array().unwrap(), "state"), ["exited"; 4]);
    fake.disable(DokployQuirk::CrashLoop);
    let app_name = application(&fake, &web).await["appName"].clone();
    assert!(containers[0]["name"].as_str().unwrap().starts_with(app_name.as_str().unwrap()));
    let key = fake.add_key(DokployKey::member().with_access_to(&web));
    assert_eq!(get_as(&fake, &key, "docker.getContainers").await.status, 401);
    fake.enable(DokployQuirk::NoContainers);
    assert_eq!(get(&fake, "docker.getContainers").await.json(), json!([]));
}
