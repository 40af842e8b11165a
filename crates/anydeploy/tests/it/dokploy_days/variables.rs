//! Variables: one text that is saved as a whole.

use anydeploy::{
    Change, DesiredVariable, DesiredVariables, ErrorKind, PlanOptions, VariablePlan, VariableScope, VariableValue,
};
use anydeploy_fakes::{DokployKey, DokployQuirk};

use super::*;

const TEXT: &str = "# top\r\nA = 'one' # why\r\n\r\nexport B=2\r\nTOKEN=hunter2";

/// A server with an application that was deployed, and that has these variables.
async fn with_text(env: &str) -> (FakeDokploy, Dokploy, Target) {
    let (fake, dokploy, web) = deployed().await;
    save(
        &fake,
        &web,
        json!({ "env": env, "buildArgs": "ARG=1", "buildSecrets": "KEY=s3cr3t", "createEnvFile": false }),
    )
    .await;
    (fake, dokploy, web)
}

/// Saves variables as another user does.
async fn save(fake: &FakeDokploy, web: &Target, texts: Value) {
    set(fake, "/api/application.saveEnvironment", "applicationId", web.id(), texts).await;
}

async fn settings(fake: &FakeDokploy, web: &Target) -> Value {
    get(fake, format!("/api/application.one?applicationId={}", web.id())).await
}

fn changes(plan: &VariablePlan) -> Vec<(&str, Change)> {
    plan.writes().map(|entry| (entry.key.as_str(), entry.change)).collect()
}

fn saves(fake: &FakeDokploy) -> usize {
    fake.writes().iter().filter(|write| write.what == "saveEnvironment").count()
}

#[tokio::test]
async fn a_text_keeps_every_other_byte() {
    let (fake, dokploy, web) = with_text(TEXT).await;
    let desired = DesiredVariables::new().set("A", "two words").set("NEW", "a#b").set("B", "2");
    let plan = dokploy.plan_variables(&web, &desired, PlanOptions::merge()).await.unwrap();
    assert_eq!(changes(&plan), [("A", Change::Change), ("NEW", Change::Add)]);
    let applied = dokploy.apply_variables(&plan).await.unwrap();
    assert_eq!((applied.written, applied.removed), (vec!["A".to_owned(), "NEW".to_owned()], vec![]));
    assert!(applied.note.unwrap().contains("restart"));
    let now = settings(&fake, &web).await;
    let expected = "# top\r\nA = two words # why\r\n\r\nexport B=2\r\nTOKEN=hunter2\r\nNEW='a#b'\r\n";
    assert_eq!((&now["env"], &now["buildArgs"]), (&json!(expected), &json!("ARG=1")));
    assert_eq!(now["buildSecrets"], "KEY=s3cr3t");
}

#[tokio::test]
async fn create_env_file_is_sent_as_it_was() {
    for creates in [true, false] {
        let (fake, dokploy, web) = deployed().await;
        save(&fake, &web, json!({ "env": "", "buildArgs": null, "buildSecrets": null, "createEnvFile": creates }))
            .await;
        let plan = dokploy.plan_variables(&web, &DesiredVariables::new().set("A", "1"), PlanOptions::merge()).await;
        dokploy.apply_variables(&plan.unwrap()).await.unwrap();
        let now = settings(&fake, &web).await;
        assert_eq!(
            (&now["createEnvFile"], &now["env"], &now["buildArgs"]),
            (&json!(creates), &json!("A=1\n"), &Value::Null)
        );
    }
}

#[tokio::test]
async fn a_second_plan_is_empty_and_writes_nothing() {
    let (fake, dokploy, web) = with_text(TEXT).await;
    // Neither a comment nor secrecy is kept here, and must not be found missing each time.
    let own = DesiredVariable::new("A", "9").with_secret(true).with_comment("why").with_literal(true);
    let desired = DesiredVariables::from_dotenv("B='x y'\nC=\"l1\\nl2\"\n").unwrap().with(own);
    let plan = dokploy.plan_variables(&web, &desired, PlanOptions::exact()).await.unwrap();
    dokploy.apply_variables(&plan).await.unwrap();
    let again = dokploy.plan_variables(&web, &desired, PlanOptions::exact()).await.unwrap();
    assert!(again.is_empty(), "{again:?}");
    let requests = fake.requests().len();
    dokploy.apply_variables(&again).await.unwrap();
    assert_eq!(fake.requests().len(), requests);
}

#[tokio::test]
async fn what_is_applied_reaches_the_containers_with_the_next_restart() {
    let (fake, dokploy, web) = with_text("OLD=1\n").await;
    let values = [
        ("PLAIN", "x"),
        ("EMPTY", ""),
        ("HASH", "a#b"),
        ("EDGE", " a "),
        ("QUOTE", "it's"),
        ("DOUBLE", "say \"hi\""),
        ("LINES", "a\nb\n"),
        ("DOLLAR", "$A ${B} `c`"),
        ("JSON", "{\"a\":\"it's\"}"),
        ("PATH", "C:\\new\\table"),
        ("CR", "a\rb"),
        ("WIDE", "é漢字🚀"),
        ("EQUALS", "a=b=c"),
        ("BACK", "`x` #"),
    ];
    let desired = values.iter().fold(DesiredVariables::new(), |desired, (key, value)| desired.set(*key, *value));
    let plan = dokploy.plan_variables(&web, &desired, PlanOptions::exact()).await.unwrap();
    let applied = dokploy.apply_variables(&plan).await.unwrap();
    assert_eq!(applied.removed, ["OLD"]);
    assert!(fake.running_variables(web.id()).is_empty(), "saving changes no container");
    dokploy.restart(&web).await.unwrap();
    assert_eq!(fake.running_variables(web.id()), values.map(|(key, value)| (key.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn a_value_that_no_quoting_keeps_is_refused() {
    let (fake, dokploy, web) = with_text(TEXT).await;
    let desired = DesiredVariables::new().set("A", "1").set("ODD", "it's\n\"both\"");
    let error = dokploy.plan_variables(&web, &desired, PlanOptions::merge()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("`ODD`") && !error.to_string().contains("both\""), "{error}");
    let error = dokploy.plan_variables(&web, &DesiredVariables::new().set("ä", "1"), PlanOptions::merge()).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidInput);
    let long = DesiredVariables::new().set("LONG", "x".repeat(1_000_001));
    let error = dokploy.plan_variables(&web, &long, PlanOptions::merge()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(saves(&fake), 1, "the test's own");
}

#[tokio::test]
async fn an_apply_after_a_change_is_a_conflict_and_writes_nothing() {
    let (fake, dokploy, web) = with_text(TEXT).await;
    let plan =
        dokploy.plan_variables(&web, &DesiredVariables::new().set("A", "1"), PlanOptions::merge()).await.unwrap();
    save(&fake, &web, json!({ "env": "A=3", "buildArgs": null, "buildSecrets": null, "createEnvFile": true })).await;
    let error = dokploy.apply_variables(&plan).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.is_safe_to_repeat());
    assert_eq!((settings(&fake, &web).await["env"].as_str(), saves(&fake)), (Some("A=3"), 2));
}

#[tokio::test]
async fn a_lost_save_is_read_back_and_not_sent_again() {
    let (fake, dokploy, web) = with_text(TEXT).await;
    let plan =
        dokploy.plan_variables(&web, &DesiredVariables::new().set("A", "1"), PlanOptions::merge()).await.unwrap();
    let (_network, lossy) = behind(&fake, Fault::ResetAfter, RequestKind::Write);
    assert_eq!(lossy.apply_variables(&plan).await.unwrap().written, ["A"]);
    assert_eq!(saves(&fake), 2);
}

#[tokio::test]
async fn a_save_that_never_arrived_is_safe_to_repeat() {
    let (fake, dokploy, web) = with_text(TEXT).await;
    let plan =
        dokploy.plan_variables(&web, &DesiredVariables::new().set("A", "1"), PlanOptions::merge()).await.unwrap();
    let fault = Fault::Status { code: 502, retry_after: None };
    let (_network, lossy) = behind(&fake, fault, RequestKind::Write);
    let error = lossy.apply_variables(&plan).await.unwrap_err();
    assert!(error.is_safe_to_repeat() && error.to_string().contains("nothing was written"), "{error}");
    assert_eq!(lossy.apply_variables(&plan).await.unwrap().written, ["A"]);
}

#[tokio::test]
async fn an_exact_plan_removes_what_users_set_in_the_scopes_that_it_names() {
    let (fake, dokploy, web) = with_text(TEXT).await;
    let options = PlanOptions::exact();
    let plan = dokploy.plan_variables(&web, &DesiredVariables::new().set("A", "one"), options).await.unwrap();
    assert_eq!(changes(&plan), [("B", Change::Remove), ("TOKEN", Change::Remove)]);
    dokploy.apply_variables(&plan).await.unwrap();
    let now = settings(&fake, &web).await;
    assert_eq!((&now["env"], &now["buildArgs"]), (&json!("# top\r\nA = 'one' # why\r\n\r\n"), &json!("ARG=1")));
    let nothing = DesiredVariables::new();
    let error = dokploy.plan_variables(&web, &nothing, options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let plan = dokploy.plan_variables(&web, &nothing, options.with_allow_empty(true)).await.unwrap();
    assert_eq!(changes(&plan), [("A", Change::Remove)]);
}

#[tokio::test]
async fn the_build_has_arguments_and_secrets_of_its_own() {
    let (fake, dokploy, web) = with_text("").await;
    let set = dokploy.variables_of(&web).await.unwrap();
    let shown: Vec<_> = set.variables.iter().map(|one| (&*one.key, one.scope.as_str(), one.secret)).collect();
    assert_eq!(shown, [("ARG", "build", false), ("KEY", "build", true)]);
    let secret = DesiredVariable::new("NPM", "t0k3n").with_scope(VariableScope::Build).with_secret(true);
    let desired = DesiredVariables::new().set("ARG", "2").in_scope(&VariableScope::Build).with(secret);
    let plan = dokploy.plan_variables(&web, &desired, PlanOptions::merge()).await.unwrap();
    dokploy.apply_variables(&plan).await.unwrap();
    let now = settings(&fake, &web).await;
    assert_eq!((&now["buildArgs"], &now["buildSecrets"]), (&json!("ARG=2"), &json!("KEY=s3cr3t\nNPM=t0k3n\n")));
    // It does not move from the one text to the other.
    let moved = DesiredVariable::new("ARG", "2").with_scope(VariableScope::Build).with_secret(true);
    let error = dokploy.plan_variables(&web, &DesiredVariables::new().with(moved), PlanOptions::merge()).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn a_compose_stack_has_no_variables_of_a_build() {
    let (fake, dokploy, stack) = deployed_compose(json!({ "env": "# c\nA=1\n" })).await;
    let plan =
        dokploy.plan_variables(&stack, &DesiredVariables::new().set("A", "2"), PlanOptions::merge()).await.unwrap();
    assert!(dokploy.apply_variables(&plan).await.unwrap().note.unwrap().contains("redeployment"));
    let now = get(&fake, format!("/api/compose.one?composeId={}", stack.id())).await;
    assert_eq!((&now["env"], &now["createEnvFile"]), (&json!("# c\nA=2\n"), &json!(true)));
    let requests = fake.requests().len();
    for scope in [VariableScope::Build, VariableScope::Preview] {
        let desired = DesiredVariables::new().set("A", "1").in_scope(&scope);
        let error = dokploy.plan_variables(&stack, &desired, PlanOptions::merge()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    }
    assert_eq!(fake.requests().len(), requests);
}

#[tokio::test]
async fn what_the_server_makes_of_a_value_is_a_warning() {
    let (_fake, dokploy, web) = with_text("OWN=1\n").await;
    let literal = DesiredVariable::new("D", "${{OWN}}").with_literal(true);
    let desired = DesiredVariables::new().set("A", "${{OWN}}").set("B", "${{NOPE}}").set("C", "$OWN").with(literal);
    let plan = dokploy.plan_variables(&web, &desired, PlanOptions::merge()).await.unwrap();
    let warned: Vec<_> = plan.writes().map(|entry| (&*entry.key, entry.warning.is_some())).collect();
    assert_eq!(warned, [("A", false), ("B", true), ("C", false), ("D", true)]);
}

#[tokio::test]
async fn values_are_printed_nowhere() {
    let (_fake, dokploy, web) = with_text(TEXT).await;
    let set = dokploy.variables_of(&web).await.unwrap();
    assert_eq!(set.get("TOKEN", &VariableScope::Runtime).unwrap().value, VariableValue::from("hunter2"));
    let desired = DesiredVariables::new().set("TOKEN", "hunter3");
    let plan = dokploy.plan_variables(&web, &desired, PlanOptions::merge()).await.unwrap();
    for shown in [
        format!("{set:?}"),
        serde_json::to_string(&set).unwrap(),
        format!("{plan:?}"),
        serde_json::to_string(&plan).unwrap(),
    ] {
        assert!(!shown.contains("hunter") && shown.contains("TOKEN"), "{shown}");
    }
}

#[tokio::test]
async fn a_member_with_the_service_may_set_variables() {
    let (fake, _, web) = with_text(TEXT).await;
    let key = fake.add_key(DokployKey::member().with_access_to(web.id()));
    let member = Dokploy::builder().url(fake.url()).token(key).build().unwrap();
    let plan = member.plan_variables(&web, &DesiredVariables::new().set("A", "1"), PlanOptions::merge()).await.unwrap();
    assert_eq!(member.apply_variables(&plan).await.unwrap().written, ["A"]);
    let stranger = Dokploy::builder().url(fake.url()).token(fake.add_key(DokployKey::member())).build().unwrap();
    assert_eq!(stranger.variables_of(&web).await.unwrap_err().kind(), ErrorKind::PermissionDenied);
}

#[tokio::test]
async fn a_text_that_the_server_could_not_decrypt_is_neither_read_nor_added_to() {
    // What begins so is stored as it is sent, and what cannot be decrypted comes as it is stored.
    let lost = "enc:v1:q83vEjRWeJCrze8S";
    let texts = |column: &str| {
        let text = |name: &str| json!(if name == column { lost } else { "A=1" });
        let (env, args, secrets) = (text("env"), text("buildArgs"), text("buildSecrets"));
        json!({ "env": env, "buildArgs": args, "buildSecrets": secrets, "createEnvFile": true })
    };
    for column in ["env", "buildArgs", "buildSecrets"] {
        let (fake, dokploy, web) = with_text("A=1").await;
        let desired = DesiredVariables::new().set("NEW", "s3cr3t");
        let plan = dokploy.plan_variables(&web, &desired, PlanOptions::merge()).await.unwrap();
        save(&fake, &web, texts(column)).await;
        let (written, read) = (saves(&fake), fake.requests().len());
        for error in [
            dokploy.variables_of(&web).await.unwrap_err(),
            dokploy.plan_variables(&web, &desired, PlanOptions::merge()).await.unwrap_err(),
            dokploy.apply_variables(&plan).await.unwrap_err(),
        ] {
            assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Unreadable, true), "{error}");
            assert!(error.to_string().contains(column) && error.advice().contains("ENCRYPTION_KEY"), "{error}");
        }
        assert_eq!((saves(&fake), fake.requests().len()), (written, read + 3));
    }
    let (fake, dokploy, stack) = deployed_compose(json!({})).await;
    set(&fake, "/api/compose.saveEnvironment", "composeId", stack.id(), json!({ "env": lost })).await;
    assert_eq!(dokploy.variables_of(&stack).await.unwrap_err().kind(), ErrorKind::Unreadable);
}

#[tokio::test]
async fn a_shared_text_that_the_server_could_not_decrypt_is_not_read_for_references() {
    let (fake, dokploy, web) = with_text("A=${{environment.B}}").await;
    let settings = settings(&fake, &web).await;
    let id = settings["environmentId"].as_str().unwrap();
    set(&fake, "/api/environment.update", "environmentId", id, json!({ "env": "enc:v1:q83vEjRWeJCrze8S" })).await;
    let desired = DesiredVariables::new().set("A", "1");
    let error = dokploy.plan_variables(&web, &desired, PlanOptions::merge()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreadable, "{error}");
}

#[tokio::test]
async fn a_server_without_all_texts_of_an_application_is_refused_at_once() {
    let (fake, dokploy) = manual(FakeDokploy::builder().quirk(DokployQuirk::OldServerIgnoresTitle)).await;
    let web = Target::application(fake.application());
    let error = dokploy.variables_of(&web).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert!(error.to_string().contains("before 0.26.1"), "{error}");
    assert_eq!(fake.requests().len(), 2, "the application, and the version");
    // A compose stack has had its one text all along.
    assert!(dokploy.variables_of(&Target::compose(fake.compose())).await.unwrap().variables.is_empty());
}
