//! Databases: six engines, each with procedures of its own name, and no row of anything.

use anydeploy_fakes::{DokployDatabase, DokployKey, DokployOperation, DokployQuirk, DokployScript, FakeDokploy};
use serde_json::{Value, json};

use super::{Answer, get, get_as, post, queue, still};

fn id_field(engine: DokployDatabase) -> String {
    format!("{}Id", engine.word())
}

async fn verb(fake: &FakeDokploy, engine: DokployDatabase, id: &str, verb: &str) -> Answer {
    post(fake, &format!("{}.{verb}", engine.word()), json!({ id_field(engine): id, "appName": "any" })).await
}

async fn status(fake: &FakeDokploy, engine: DokployDatabase, id: &str) -> Value {
    let word = engine.word();
    get(fake, &format!("{word}.one?{}={id}", id_field(engine))).await.json()["applicationStatus"].clone()
}

fn message(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["message"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn every_engine_is_deployed_stopped_started_and_reloaded_within_the_request() {
    let fake = still().await;
    for engine in DokployDatabase::ALL {
        let id = fake.add_database(engine, "db");
        let answer = verb(&fake, engine, &id, "deploy").await;
        assert_eq!((answer.status, &answer.json()["applicationStatus"]), (200, &json!("idle")), "as it was before");
        for (word, expected, replicas) in [("stop", "idle", 0), ("start", "done", 1), ("reload", "done", 1)] {
            assert_eq!(verb(&fake, engine, &id, word).await.status, 200, "{engine:?} {word}");
            assert_eq!((status(&fake, engine, &id).await, fake.replicas(&id)), (json!(expected), replicas));
        }
    }
    assert!(queue(&fake).await.is_empty());
    assert!(fake.triggered().iter().all(|truth| truth.deployment_id.is_none() && truth.ended_at.is_some()));
}

#[tokio::test]
async fn a_refusal_of_the_engine_is_answered_by_each_procedure_in_its_own_way() {
    let (fake, engine) = (still().await, DokployDatabase::Postgres);
    let id = fake.add_database(engine, "db");
    let (code, said) = message(&verb(&fake, engine, &id, "reload").await);
    assert!(code == 500 && said.starts_with("Command execution failed") && said.contains("not found"), "{said}");
    fake.next_deployment(&id, DokployScript::fails_with("pull access denied").lasting(0));
    let (code, said) = message(&verb(&fake, engine, &id, "deploy").await);
    assert_eq!((code, said.as_str()), (500, "Error on deploy postgresError: pull access denied"));
    assert_eq!(status(&fake, engine, &id).await, "error");
    verb(&fake, engine, &id, "deploy").await;
    // Half of a reload was done.
    fake.enable(DokployQuirk::EngineRefuses(DokployOperation::Reload));
    assert_eq!(verb(&fake, engine, &id, "reload").await.status, 500);
    assert_eq!((status(&fake, engine, &id).await, fake.replicas(&id)), (json!("idle"), 0));
    // A refused start leaves the status, a refused stop does not show.
    fake.enable(DokployQuirk::EngineRefuses(DokployOperation::Start));
    assert_eq!(verb(&fake, engine, &id, "start").await.status, 500);
    assert_eq!(status(&fake, engine, &id).await, "idle");
    fake.disable(DokployQuirk::EngineRefuses(DokployOperation::Start));
    verb(&fake, engine, &id, "start").await;
    fake.enable(DokployQuirk::EngineRefuses(DokployOperation::Stop));
    assert_eq!(verb(&fake, engine, &id, "stop").await.status, 200);
    assert_eq!((status(&fake, engine, &id).await, fake.replicas(&id)), (json!("idle"), 1));
}

#[tokio::test]
async fn a_gateway_does_not_wait_for_a_slow_pull_which_goes_on() {
    let (fake, engine) = (still().await, DokployDatabase::Redis);
    let id = fake.add_database(engine, "cache");
    fake.next_deployment(&id, DokployScript::succeeds().lasting(5));
    assert_eq!(verb(&fake, engine, &id, "deploy").await.status, 504);
    assert_eq!((status(&fake, engine, &id).await, fake.replicas(&id)), (json!("running"), 0));
    fake.advance(5);
    assert_eq!((status(&fake, engine, &id).await, fake.replicas(&id)), (json!("done"), 1));
}

#[tokio::test]
async fn the_list_of_projects_shows_owners_the_ids_of_databases_alone() {
    let fake = still().await;
    let id = fake.add_database(DokployDatabase::Mysql, "orders");
    let first = |projects: Value| projects[0]["environments"][0]["mysql"].clone();
    assert_eq!(first(get(&fake, "project.all").await.json()), json!([{ "mysqlId": id }]));
    let member = fake.add_key(DokployKey::member().with_access_to(&id));
    let shown = first(get_as(&fake, &member, "project.all").await.json());
    assert_eq!(shown, json!([{ "mysqlId": id, "name": "orders", "applicationStatus": "idle" }]));
    let project = get(&fake, "project.all").await.json()[0]["projectId"].as_str().unwrap().to_owned();
    let environments = get(&fake, &format!("environment.byProjectId?projectId={project}")).await.json();
    assert_eq!(environments[0]["mysql"][0]["name"], "orders");
}
