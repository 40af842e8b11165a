//! What reading deployments, the queue and logs shows.

use anydeploy_fakes::DokployScript;
use serde_json::{Value, json};

use super::{application, deploy, each, get, post, queue, rows, still};

#[tokio::test]
async fn a_row_has_twenty_columns() {
    let fake = still().await;
    let web = fake.application();
    deploy(&fake, &web, "t").await;
    fake.advance(1);
    let row = rows(&fake, &web).await.remove(0);
    let expected = [
        "applicationId",
        "backupId",
        "buildServerId",
        "composeId",
        "createdAt",
        "deploymentId",
        "description",
        "errorMessage",
        "finishedAt",
        "isPreviewDeployment",
        "logPath",
        "pid",
        "previewDeploymentId",
        "rollbackId",
        "scheduleId",
        "serverId",
        "startedAt",
        "status",
        "title",
        "volumeBackupId",
    ];
    let mut columns: Vec<&String> = row.as_object().unwrap().keys().collect();
    columns.sort();
    assert_eq!(columns, expected);
    assert_eq!((&row["applicationId"], &row["composeId"]), (&json!(web), &json!(null)));
    assert_eq!(row["deploymentId"].as_str().unwrap().len(), 21);
    assert!(row["createdAt"].as_str().unwrap().ends_with('Z'));
    let app_name = application(&fake, &web).await["appName"].as_str().unwrap().to_owned();
    assert!(row["logPath"].as_str().unwrap().starts_with(&format!("/etc/dokploy/logs/{app_name}/{app_name}-")));
}

#[tokio::test]
async fn an_unknown_application_has_an_empty_list() {
    let fake = still().await;
    let answer = get(&fake, "deployment.all?applicationId=nope").await;
    assert_eq!((answer.status, answer.json()), (200, json!([])));
}

#[tokio::test]
async fn lists_are_newest_first_but_the_applications_own_is_not() {
    let fake = still().await;
    let web = fake.application();
    for title in ["old", "new"] {
        deploy(&fake, &web, title).await;
        fake.advance(10);
    }
    assert_eq!(each(&rows(&fake, &web).await, "title"), ["new", "old"]);
    let own = application(&fake, &web).await;
    assert_eq!(each(own["deployments"].as_array().unwrap(), "title"), ["old", "new"]);
}

#[tokio::test]
async fn only_the_newest_eleven_rows_survive() {
    let fake = still().await;
    let web = fake.application();
    for number in 0..13 {
        deploy(&fake, &web, &format!("{number}")).await;
    }
    fake.advance(1_000);
    let rows = rows(&fake, &web).await;
    assert_eq!((rows.len(), &rows[10]["title"]), (11, &json!("2")));
    assert_eq!(fake.triggered().len(), 13);
}

#[tokio::test]
async fn a_waiting_job_shows_in_the_queue_and_nowhere_else() {
    let fake = still().await;
    let web = fake.application();
    deploy(&fake, &web, "runs").await;
    post(&fake, "application.redeploy", json!({ "applicationId": web, "title": "waits", "description": "tag" })).await;
    fake.advance(1);
    assert_eq!(rows(&fake, &web).await.len(), 1);
    let jobs = queue(&fake).await;
    let job = jobs.iter().find(|job| job["state"] == "waiting").unwrap();
    let data = json!({
        "applicationId": web, "titleLog": "waits", "descriptionLog": "tag", "type": "redeploy",
        "applicationType": "application", "server": false,
    });
    assert_eq!((&job["id"], &job["name"], &job["data"]), (&json!("job-2"), &json!("deployments"), &data));
    assert!(job["timestamp"].is_i64() && job.get("processedOn").is_none());
    let active = jobs.iter().find(|job| job["state"] == "active").unwrap();
    assert!(active["processedOn"].as_i64() >= active["timestamp"].as_i64());
    let href = active["servicePath"]["href"].as_str().unwrap();
    assert!(href.starts_with("/dashboard/project/") && href.ends_with(&format!("/services/application/{web}")));
}

#[tokio::test]
async fn a_log_grows_while_the_deployment_runs() {
    let fake = still().await;
    let web = fake.application();
    fake.next_deployment(&web, DokployScript::succeeds().log(["one", "two"]).lasting(9));
    deploy(&fake, &web, "t").await;
    fake.advance(1);
    let id = rows(&fake, &web).await[0]["deploymentId"].as_str().unwrap().to_owned();
    let path = format!("deployment.readLogs?deploymentId={id}");
    assert_eq!(get(&fake, &path).await.json(), "Initializing deployment\n");
    fake.advance(3);
    assert_eq!(get(&fake, &path).await.json(), "Initializing deployment\none\n");
    fake.advance(20);
    assert_eq!(get(&fake, &path).await.json(), "Initializing deployment\none\ntwo\n");
    assert_eq!(get(&fake, &format!("{path}&tail=1")).await.json(), "two\n");
}

#[tokio::test]
async fn reading_a_log_minds_id_and_tail() {
    let fake = still().await;
    let answer = get(&fake, "deployment.readLogs?deploymentId=nope").await;
    assert_eq!((answer.status, &answer.json()["message"]), (404, &json!("Deployment not found")));
    let answer = get(&fake, "deployment.readLogs?deploymentId=nope&tail=0").await;
    assert_eq!(answer.json()["issues"][0]["message"], "Too small: expected number to be >=1");
    let answer = get(&fake, "deployment.readLogs?deploymentId=nope&tail=abc").await;
    assert_eq!(answer.json()["issues"][0]["received"], "NaN");
}

#[tokio::test]
async fn clearing_deployments_removes_logs_and_keeps_rows() {
    let fake = still().await;
    let web = fake.application();
    deploy(&fake, &web, "t").await;
    fake.advance(10);
    assert_eq!(post(&fake, "application.clearDeployments", json!({ "applicationId": web })).await.text, "true");
    let id = rows(&fake, &web).await[0]["deploymentId"].as_str().unwrap().to_owned();
    assert_eq!(get(&fake, &format!("deployment.readLogs?deploymentId={id}")).await.json(), "\n");
}

#[tokio::test]
async fn the_central_list_holds_applications_and_composes() {
    let fake = still().await;
    let (web, stack) = (fake.application(), fake.compose());
    deploy(&fake, &web, "t").await;
    post(&fake, "compose.deploy", json!({ "composeId": stack })).await;
    fake.advance(50);
    let rows = get(&fake, "deployment.allCentralized").await.json();
    let rows = rows.as_array().unwrap();
    assert_eq!(each(rows, "composeId"), [&json!(stack), &json!(null)]);
    assert_eq!((&rows[0]["application"], &rows[0]["compose"]["name"]), (&Value::Null, &json!("stack")));
    assert_eq!(rows[1]["application"]["environment"]["project"]["name"], "fake");
    let by_compose = get(&fake, &format!("deployment.allByCompose?composeId={stack}")).await.json();
    assert_eq!(by_compose[0]["deploymentId"], rows[0]["deploymentId"]);
}

#[tokio::test]
async fn deployments_by_type_carry_their_rollback() {
    let fake = still().await;
    let web = fake.application();
    let keep = json!({ "applicationId": web, "rollbackActive": true, "rollbackRegistryId": "fake-registry" });
    assert_eq!(post(&fake, "application.update", keep).await.text, "true");
    deploy(&fake, &web, "t").await;
    fake.advance(10);
    let row = get(&fake, &format!("deployment.allByType?id={web}&type=application")).await.json()[0].clone();
    assert_eq!(row["rollback"]["rollbackId"], row["rollbackId"]);
    let body = json!({ "rollbackId": row["rollbackId"] });
    assert_eq!(post(&fake, "rollback.rollback", body.clone()).await.text, "");
    assert_eq!(rows(&fake, &web).await.len(), 1);
    assert_eq!(post(&fake, "rollback.delete", body.clone()).await.json()["deployment"]["title"], "t");
    let answer = post(&fake, "rollback.rollback", body).await;
    assert_eq!((answer.status, &answer.json()["message"]), (400, &json!("Error input: Rolling back")));
    assert_eq!(get(&fake, &format!("deployment.allByType?id={web}&type=nosuch")).await.status, 400);
}

#[tokio::test]
async fn a_preview_is_redeployed_in_the_line_of_its_application() {
    let fake = still().await;
    let web = fake.application();
    let preview = fake.add_preview(&web, 7, "feature");
    fake.set_concurrency(2);
    deploy(&fake, &web, "t").await;
    let answer = post(&fake, "previewDeployment.redeploy", json!({ "previewDeploymentId": preview })).await;
    assert_eq!(answer.text, "true");
    let waiting = queue(&fake).await.into_iter().find(|job| job["state"] == "waiting").unwrap();
    assert_eq!(waiting["data"]["applicationType"], "application-preview");
    assert_eq!(waiting["data"]["applicationId"], json!(web));
    fake.advance(50);
    let all = get(&fake, &format!("previewDeployment.all?applicationId={web}")).await.json();
    let row = &all[0]["deployments"][0];
    assert_eq!((&row["applicationId"], &row["previewDeploymentId"]), (&Value::Null, &json!(preview)));
    assert_eq!((&all[0]["previewStatus"], &all[0]["pullRequestNumber"]), (&json!("done"), &json!("7")));
    assert_eq!(rows(&fake, &web).await.len(), 1);
}
