//! Reading, planning and writing variables.

use std::time::Duration;

use anydeploy::{
    Applied, Change, Coolify, DeployerExt, DesiredVariable, DesiredVariables, ErrorKind, Origin, PlanOptions, Target,
    VariableScope, VariableValue,
};
use anydeploy_fakes::{CoolifyAbility, CoolifyQuirk, FakeCoolify, Fault, RequestKind};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{behind, written};
use crate::support::coolify::{deployer, manual};

fn all(fake: &FakeCoolify) -> [Target; 3] {
    [Target::application(fake.application()), Target::service(fake.service()), Target::database(fake.database())]
}

async fn apply(coolify: &Coolify, target: &Target, desired: &DesiredVariables, options: PlanOptions) -> Applied {
    let plan = coolify.plan_variables(target, desired, options).await.unwrap();
    coolify.apply_variables(&plan).await.unwrap()
}

/// The values of a target's own variables, by key.
async fn values(coolify: &Coolify, target: &Target) -> Vec<(String, String)> {
    let set = coolify.variables_of(target).await.unwrap();
    let runtime = set.variables.into_iter().filter(|variable| variable.scope == VariableScope::Runtime);
    runtime
        .map(|variable| match variable.value {
            VariableValue::Known(value) => (variable.key, value.expose().to_owned()),
            _ => (variable.key, "hidden".to_owned()),
        })
        .collect()
}

/// The items of the last bulk that was sent.
fn sent(fake: &FakeCoolify) -> Vec<Value> {
    let requests = fake.requests();
    let bulk = requests.iter().rfind(|request| request.path.ends_with("/envs/bulk")).unwrap();
    bulk.json().unwrap()["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_dotenv_text_is_planned_applied_and_read_back_and_the_second_plan_is_empty() {
    let text = "PLAIN=a b # why\nEMPTY=\nQUOTED='a # $b'\nLINES=\"one\\ntwo\"\nUNI=\"ä \\\"x\\\" \\\\ €\"\n";
    for target in 0..3 {
        let (fake, coolify) = manual(FakeCoolify::builder()).await;
        let target = &all(&fake)[target];
        let desired = DesiredVariables::from_dotenv(text).unwrap();
        let applied = apply(&coolify, target, &desired, PlanOptions::merge()).await;
        assert_eq!(applied.written, ["PLAIN", "EMPTY", "QUOTED", "LINES", "UNI"], "{target}");
        let mut expected: Vec<_> = desired.iter().map(|one| (one.key.clone(), one.value.expose().to_owned())).collect();
        let mut read = values(&coolify, target).await;
        expected.sort();
        read.sort();
        assert_eq!(read, expected, "{target}");
        for options in [PlanOptions::merge(), PlanOptions::exact()] {
            let plan = coolify.plan_variables(target, &desired, options).await.unwrap();
            assert!(plan.is_empty(), "{plan:?}");
            let requests = fake.requests().len();
            assert_eq!(coolify.apply_variables(&plan).await.unwrap(), Applied::new());
            assert_eq!(fake.requests().len(), requests, "an empty plan sends nothing");
        }
    }
}

#[tokio::test]
async fn a_change_never_leaves_out_a_value_or_a_flag() {
    for target in 0..3 {
        let (fake, coolify) = manual(FakeCoolify::builder()).await;
        let target = &all(&fake)[target];
        fake.set_variable(target.id(), "A", "old");
        apply(&coolify, target, &DesiredVariables::new().set("A", "new").set("B", ""), PlanOptions::merge()).await;
        for item in sent(&fake) {
            for field in ["key", "value", "is_literal", "is_multiline", "is_shown_once"] {
                assert!(item.get(field).is_some_and(|value| !value.is_null()), "{target} {field} {item}");
            }
        }
        assert_eq!(
            values(&coolify, target).await,
            [("A".to_owned(), "new".to_owned()), ("B".to_owned(), String::new())]
        );
    }
}

#[tokio::test]
async fn a_change_of_a_multi_line_variable_sends_every_flag() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    let lines = DesiredVariables::new().set("KEY", "-----BEGIN\nabc");
    apply(&coolify, &web, &lines, PlanOptions::merge()).await;
    // Without the flag, the server would fail.
    let applied = apply(&coolify, &web, &DesiredVariables::new().set("KEY", "short"), PlanOptions::merge()).await;
    assert_eq!(applied.written, ["KEY"]);
    assert_eq!((&sent(&fake)[0]["is_multiline"], &sent(&fake)[0]["value"]), (&true.into(), &"short".into()));
}

#[tokio::test]
async fn a_literal_variable_stays_literal_and_a_secret_one_secret() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    let first = DesiredVariables::new()
        .with(DesiredVariable::new("LITERAL", "a$b").with_literal(true).with_comment("why"))
        .with(DesiredVariable::new("SECRET", "hunter2").with_secret(true));
    let applied = apply(&coolify, &web, &first, PlanOptions::merge()).await;
    // What is shown once is hidden from everybody.
    assert_eq!((applied.written, applied.unverified), (vec!["LITERAL".to_owned()], vec!["SECRET".to_owned()]));
    let second = DesiredVariables::new().set("LITERAL", "c$d").set("SECRET", "hunter3");
    let plan = coolify.plan_variables(&web, &second, PlanOptions::merge()).await.unwrap();
    let changes: Vec<_> = plan.writes().map(|entry| entry.change).collect();
    assert_eq!(changes, [Change::Change, Change::Rewrite]);
    coolify.apply_variables(&plan).await.unwrap();
    let set = coolify.variables_of(&web).await.unwrap();
    let literal = set.get("LITERAL", &VariableScope::Runtime).unwrap();
    assert_eq!((literal.literal, literal.comment.as_deref()), (Some(true), Some("why")));
    assert!(set.get("SECRET", &VariableScope::Runtime).unwrap().secret);
}

#[tokio::test]
async fn whether_a_value_is_literal_is_a_change_by_itself() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let wanted = |literal| DesiredVariables::new().with(DesiredVariable::new("PRICE", "5$").with_literal(literal));
    for target in &all(&fake) {
        apply(&coolify, target, &wanted(false), PlanOptions::merge()).await;
        let plan = coolify.plan_variables(target, &wanted(true), PlanOptions::merge()).await.unwrap();
        assert_eq!(plan.writes().map(|entry| entry.change).collect::<Vec<_>>(), [Change::Change], "{target}");
        assert_eq!(coolify.apply_variables(&plan).await.unwrap().written, ["PRICE"], "{target}");
        assert_eq!((&sent(&fake)[0]["is_literal"], &sent(&fake)[0]["value"]), (&true.into(), &"5$".into()));
        for options in [PlanOptions::merge(), PlanOptions::exact()] {
            assert!(coolify.plan_variables(target, &wanted(true), options).await.unwrap().is_empty(), "{target}");
        }
        // What is not asked for stays.
        let alike = DesiredVariables::new().set("PRICE", "5$");
        assert!(coolify.plan_variables(target, &alike, PlanOptions::merge()).await.unwrap().is_empty(), "{target}");
    }
}

#[tokio::test]
async fn a_bulk_that_breaks_half_way_names_what_was_saved() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    fake.set_variable(web.id(), "OLD", "x");
    let desired = DesiredVariables::new().set("A", "1").set("B", "2").set("C", "3");
    let plan = coolify.plan_variables(&web, &desired, PlanOptions::exact()).await.unwrap();
    fake.break_variables_after(1);
    let error = coolify.apply_variables(&plan).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Incomplete, false), "{error}");
    let partial = error.partial().unwrap();
    assert_eq!(
        (&*partial.written, &*partial.not_written),
        (&["A".to_owned()][..], &["B", "C", "OLD"].map(str::to_owned)[..])
    );
    assert!(error.to_string().contains("written: A; not written: B, C, OLD"), "{error}");
    // The next plan has what is left.
    let plan = coolify.plan_variables(&web, &desired, PlanOptions::exact()).await.unwrap();
    let left: Vec<_> = plan.writes().map(|entry| &*entry.key).collect();
    assert_eq!(left, ["OLD", "B", "C"]);
}

#[tokio::test]
async fn a_bulk_of_which_nothing_was_saved_is_safe_to_repeat() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    let plan =
        coolify.plan_variables(&web, &DesiredVariables::new().set("A", "1"), PlanOptions::merge()).await.unwrap();
    fake.break_variables_after(0);
    let error = coolify.apply_variables(&plan).await.unwrap_err();
    assert!(error.is_safe_to_repeat() && error.kind() != ErrorKind::Incomplete, "{error}");
    assert_eq!(error.partial().unwrap().not_written, ["A"]);
}

#[tokio::test]
async fn a_removed_variable_leaves_its_preview_twin_and_says_so() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    apply(&coolify, &web, &DesiredVariables::new().set("GONE", "1").set("KEPT", "2"), PlanOptions::merge()).await;
    let desired = DesiredVariables::new().set("KEPT", "2");
    let plan = coolify.plan_variables(&web, &desired, PlanOptions::exact()).await.unwrap();
    let [entry] = &plan.writes().collect::<Vec<_>>()[..] else { panic!("{plan:?}") };
    assert_eq!((&*entry.key, entry.change), ("GONE", Change::Remove));
    assert!(entry.warning.as_ref().is_some_and(|warning| warning.contains("copy for previews")), "{entry:?}");
    assert_eq!(coolify.apply_variables(&plan).await.unwrap().removed, ["GONE"]);
    let set = coolify.variables_of(&web).await.unwrap();
    assert!(set.get("GONE", &VariableScope::Runtime).is_none() && set.get("GONE", &VariableScope::Preview).is_some());
}

#[tokio::test]
async fn a_variable_of_previews_is_another_one() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    apply(&coolify, &web, &DesiredVariables::new().set("A", "1"), PlanOptions::merge()).await;
    let preview = DesiredVariables::new().set("A", "2").in_scope(&VariableScope::Preview);
    let applied = apply(&coolify, &web, &preview, PlanOptions::exact()).await;
    assert_eq!(applied.written, ["A (preview)"]);
    assert_eq!(values(&coolify, &web).await, [("A".to_owned(), "1".to_owned())]);
}

#[tokio::test]
async fn an_apply_after_a_change_is_a_conflict_and_writes_nothing() {
    for target in 0..3 {
        let (fake, coolify) = manual(FakeCoolify::builder()).await;
        let target = &all(&fake)[target];
        fake.set_variable(target.id(), "OTHER", "1");
        let desired = DesiredVariables::new().set("A", "1");
        let plan = coolify.plan_variables(target, &desired, PlanOptions::merge()).await.unwrap();
        fake.set_variable(target.id(), "OTHER", "2");
        let error = coolify.apply_variables(&plan).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        assert!(written(&fake).is_empty());
    }
}

#[tokio::test]
async fn a_lost_apply_is_read_back() {
    for target in 0..3 {
        let (fake, _) = manual(FakeCoolify::builder()).await;
        let (_network, coolify) = behind(&fake, Fault::ResetAfter, RequestKind::Write);
        let target = &all(&fake)[target];
        let applied = apply(&coolify, target, &DesiredVariables::new().set("A", "1"), PlanOptions::merge()).await;
        assert_eq!((applied.written, written(&fake)), (vec!["A".to_owned()], vec!["set A".to_owned()]));
    }
}

#[tokio::test]
async fn a_read_that_fails_after_a_lost_apply_was_found_takes_nothing_back() {
    let server = MockServer::start().await;
    let envs = "/api/v1/applications/web/envs";
    let rows = |value| {
        let row = json!({ "uuid": "row", "key": "A", "value": value, "real_value": value, "is_buildtime": true });
        ResponseTemplate::new(200).set_body_json(json!([row]))
    };
    // Before the plan and before the write; then once, after which the server fails.
    for (value, times) in [("0", 2), ("1", 1)] {
        Mock::given(method("GET")).and(path(envs)).respond_with(rows(value)).up_to_n_times(times).mount(&server).await;
    }
    let failing = ResponseTemplate::new(500).set_body_json(json!({ "message": "Server Error" }));
    Mock::given(method("GET")).and(path(envs)).respond_with(failing).mount(&server).await;
    let silent = ResponseTemplate::new(201).set_delay(Duration::from_mins(1));
    let write = Mock::given(method("PATCH")).and(path(format!("{envs}/bulk"))).respond_with(silent).expect(1);
    write.mount(&server).await;

    let builder = Coolify::builder().url(server.uri()).token("1|t").timeout(Duration::from_millis(500));
    let coolify = builder.grace(Duration::from_millis(600)).build().unwrap();
    let desired = DesiredVariables::new().set("A", "1");
    let applied = apply(&coolify, &Target::application("web"), &desired, PlanOptions::merge()).await;
    assert_eq!(applied.unverified, ["A"]);
}

#[tokio::test]
async fn a_lost_apply_of_which_nothing_shows_says_what_was_not_written_and_is_sent_once() {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    let (_network, coolify) = behind(&fake, Fault::ResetBefore, RequestKind::Write);
    let web = Target::application(fake.application());
    let plan =
        coolify.plan_variables(&web, &DesiredVariables::new().set("A", "1"), PlanOptions::merge()).await.unwrap();
    let error = coolify.apply_variables(&plan).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::NoAnswer, false), "{error}");
    assert_eq!(error.partial().unwrap().not_written, ["A"]);
    assert!(written(&fake).is_empty());
}

#[tokio::test]
async fn a_lost_removal_after_a_write_is_looked_up_as_well() {
    let (fake, direct) = manual(FakeCoolify::builder()).await;
    let database = Target::database(fake.database());
    fake.set_variable(database.id(), "OLD", "1");
    fake.set_variable(database.id(), "A", "1");
    let desired = DesiredVariables::new().set("A", "1");
    let plan = direct.plan_variables(&database, &desired, PlanOptions::exact()).await.unwrap();
    let (_network, coolify) = behind(&fake, Fault::SilenceAfter, RequestKind::Write);
    assert_eq!(coolify.apply_variables(&plan).await.unwrap().removed, ["OLD"]);
    assert_eq!(written(&fake), ["delete OLD"]);
}

#[tokio::test]
async fn what_coolify_made_is_never_removed() {
    for target in 0..3 {
        let (fake, coolify) = manual(FakeCoolify::builder()).await;
        let target = &all(&fake)[target];
        for key in ["SERVICE_URL_WEB", "NIXPACKS_NODE_VERSION", "MINE"] {
            fake.set_variable(target.id(), key, "x");
        }
        let options = PlanOptions::exact().with_allow_empty(true);
        let plan = coolify.plan_variables(target, &DesiredVariables::new(), options).await.unwrap();
        let removed: Vec<_> = plan.writes().map(|entry| &*entry.key).collect();
        assert_eq!(removed, ["MINE"], "{target}");
        coolify.apply_variables(&plan).await.unwrap();
        let set = coolify.variables_of(target).await.unwrap();
        let left = set.variables.iter().filter(|variable| variable.scope == VariableScope::Runtime);
        assert!(left.clone().count() == 2 && left.into_iter().all(|variable| variable.origin == Origin::Platform));
    }
}

#[tokio::test]
async fn an_empty_set_needs_a_flag_and_nothing_is_written() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    fake.set_variable(web.id(), "A", "1");
    for options in [PlanOptions::merge(), PlanOptions::exact()] {
        let error = coolify.plan_variables(&web, &DesiredVariables::new(), options).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
    assert!(written(&fake).is_empty());
}

#[tokio::test]
async fn of_two_rows_of_one_key_the_first_is_removed_before_the_second_is_changed() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    fake.add_duplicate_variable(web.id(), "DUP", ["1", "2"]);
    let desired = DesiredVariables::new().set("DUP", "3");
    let error = coolify.plan_variables(&web, &desired, PlanOptions::merge()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous, "{error}");
    apply(&coolify, &web, &desired, PlanOptions::exact()).await;
    assert_eq!(values(&coolify, &web).await, [("DUP".to_owned(), "3".to_owned())]);
    assert_eq!(written(&fake), ["delete DUP", "set DUP"]);
}

#[tokio::test]
async fn a_token_that_may_not_read_values_rewrites_them_and_says_that_they_are_unverified() {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    let token = fake.add_token(&[CoolifyAbility::Read, CoolifyAbility::Write]);
    let coolify = deployer(&fake, &token);
    let web = Target::application(fake.application());
    fake.set_variable(web.id(), "A", "1");
    let plan =
        coolify.plan_variables(&web, &DesiredVariables::new().set("A", "1"), PlanOptions::merge()).await.unwrap();
    assert_eq!(plan.writes().map(|entry| entry.change).collect::<Vec<_>>(), [Change::Rewrite]);
    let applied = coolify.apply_variables(&plan).await.unwrap();
    assert_eq!((applied.written.len(), applied.unverified), (0, vec!["A".to_owned()]));
}

#[tokio::test]
async fn values_are_printed_nowhere() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    fake.set_variable(web.id(), "OLD", "hunter1");
    let desired = DesiredVariables::new().set("A", "hunter2").set("OLD", "hunter3");
    let plan = coolify.plan_variables(&web, &desired, PlanOptions::merge()).await.unwrap();
    let set = coolify.variables_of(&web).await.unwrap();
    fake.break_variables_after(1);
    let error = coolify.apply_variables(&plan).await.unwrap_err();
    for text in [
        format!("{plan:?} {set:?} {desired:?} {error:?} {error}"),
        serde_json::to_string(&plan).unwrap(),
        serde_json::to_string(&set).unwrap(),
        serde_json::to_string(&error).unwrap(),
    ] {
        assert!(!text.contains("hunter"), "{text}");
    }
}

#[tokio::test]
async fn what_coolify_would_store_as_something_else_is_refused_before_anything_is_sent() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    for desired in [
        DesiredVariables::new().set("A-B", "1"),
        DesiredVariables::new().set("A", " 1"),
        DesiredVariables::new().set("A", "1").in_scope(&VariableScope::Build),
    ] {
        let error = coolify.plan_variables(&web, &desired, PlanOptions::merge()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{desired:?}");
    }
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn variables_of_production_and_previews_in_turn_make_one_row_each() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    let desired: DesiredVariables = ["A", "B"]
        .into_iter()
        .flat_map(|key| {
            let preview = DesiredVariable::new(key, "preview").with_scope(VariableScope::Preview);
            [DesiredVariable::new(key, "production"), preview]
        })
        .collect();
    let applied = apply(&coolify, &web, &desired, PlanOptions::merge()).await;
    assert_eq!(applied.written, ["A", "B", "A (preview)", "B (preview)"]);
    let set = coolify.variables_of(&web).await.unwrap();
    assert_eq!(set.variables.len(), 4);
    assert!(coolify.plan_variables(&web, &desired, PlanOptions::exact()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_variable_that_a_change_would_hide_from_the_build_is_not_changed() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    fake.set_variable(web.id(), "A", "old");
    for quirk in [CoolifyQuirk::BulkDropsFlags, CoolifyQuirk::OldBuildFlag] {
        fake.enable(quirk);
    }
    let desired: DesiredVariables = [DesiredVariable::new("A", "new")].into_iter().collect();
    let plan = coolify.plan_variables(&web, &desired, PlanOptions::merge()).await.unwrap();
    let error = coolify.apply_variables(&plan).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Unsupported, true), "{error}");
    assert_eq!(values(&coolify, &web).await, [("A".to_owned(), "old".to_owned())]);
    let added: DesiredVariables = [DesiredVariable::new("B", "new")].into_iter().collect();
    assert_eq!(apply(&coolify, &web, &added, PlanOptions::merge()).await.written, ["B"]);
    // Those of a service or database have no such flag.
    for other in &all(&fake)[1..] {
        fake.set_variable(other.id(), "A", "old");
        assert_eq!(apply(&coolify, other, &desired, PlanOptions::merge()).await.written, ["A"], "{other}");
    }
}

#[tokio::test]
async fn an_attribute_that_the_server_drops_is_no_conflict_and_what_was_written_is_named() {
    let (fake, coolify) = manual(FakeCoolify::builder().quirk(CoolifyQuirk::BulkDropsFlags)).await;
    let web = Target::application(fake.application());
    let cases = [
        (DesiredVariable::new("LINES", "one\ntwo"), "is_multiline"),
        (DesiredVariable::new("SECRET", "x").with_secret(true), "is_shown_once"),
        (DesiredVariable::new("NOTED", "x").with_comment("why"), "comment"),
    ];
    for (wanted, attribute) in cases {
        fake.set_variable(web.id(), "OLD", "x");
        let key = wanted.key.clone();
        let desired: DesiredVariables = [wanted, DesiredVariable::new("PLAIN", attribute)].into_iter().collect();
        let plan = coolify.plan_variables(&web, &desired, PlanOptions::exact()).await.unwrap();
        let error = coolify.apply_variables(&plan).await.unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Incomplete, false), "{error}");
        assert!(error.to_string().contains(attribute), "{error}");
        let partial = error.partial().unwrap();
        assert!(["PLAIN", "OLD"].iter().all(|done| partial.written.iter().any(|key| key == done)), "{error}");
        assert_eq!(partial.not_written, [key], "{error}");
    }
}

#[tokio::test]
async fn an_empty_comment_is_none() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    for target in &all(&fake) {
        for comment in ["why", ""] {
            let wanted = DesiredVariable::new("NOTED", "x").with_comment(comment);
            let applied = apply(&coolify, target, &[wanted].into_iter().collect(), PlanOptions::merge()).await;
            assert_eq!(applied.written, ["NOTED"], "{target} {comment:?}");
        }
        let set = coolify.variables_of(target).await.unwrap();
        assert_eq!(set.get("NOTED", &VariableScope::Runtime).unwrap().comment, None, "{target}");
    }
}
