//! Variables: read with their levels, planned without showing a value, written once, and read back.

use anydeploy::{
    Change, DeployerExt, DesiredVariable, DesiredVariables, ErrorKind, Origin, PlanOptions, Target, TargetKind,
    VariableValue,
};
use anydeploy_fakes::{FakeQovery, Fault, FaultPlan, RequestKind};
use serde_json::json;

use crate::support::qovery::{behind, manual, writes};

fn web_of(fake: &FakeQovery) -> Target {
    Target::application(fake.application())
}

fn desired(pairs: &[(&str, &str)]) -> DesiredVariables {
    pairs.iter().map(|(key, value)| DesiredVariable::new(*key, *value)).collect()
}

fn own(fake: &FakeQovery, parent: &str) -> Vec<(String, String)> {
    let mut own = fake.variables(parent);
    own.sort();
    own
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn variables_are_read_with_where_they_stand() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let web = fake.application();
    fake.add_built_in(&web, "QOVERY_APPLICATION_ID", "x");
    fake.set_variable(&fake.project(), "REGION", "eu");
    fake.set_variable(&fake.environment(), "MODE", "test");
    fake.set_variable(&web, "PORT", "80");
    fake.set_secret(&web, "TOKEN", "hunter2");
    let set = qovery.variables_of(&web_of(&fake)).await.unwrap();
    let seen: Vec<_> = set.variables.iter().map(|one| (&*one.key, one.origin.clone(), one.secret)).collect();
    let expected = [
        ("QOVERY_APPLICATION_ID", Origin::Platform, false),
        ("REGION", Origin::Inherited("project".into()), false),
        ("MODE", Origin::Inherited("environment".into()), false),
        ("PORT", Origin::User, false),
        ("TOKEN", Origin::User, true),
    ];
    assert_eq!(seen, expected);
    assert_eq!((&set.variables[3].value, &set.variables[4].value), (&"80".into(), &VariableValue::Hidden));
    let printed = format!("{set:?} {}", json!(set));
    assert!(!printed.contains("hunter2") && !printed.contains("eu\""), "{printed}");
    let whole = qovery.variables_of(&Target::environment(fake.environment())).await.unwrap();
    let origins: Vec<_> = whole.variables.iter().map(|one| one.origin.clone()).collect();
    assert_eq!(origins, [Origin::Inherited("project".into()), Origin::User]);
}

#[tokio::test]
async fn a_plan_is_applied_once_and_the_second_plan_is_empty() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let targets = [
        Target::application(fake.application()),
        Target::new(TargetKind::Container, fake.container()),
        Target::new(TargetKind::Job, fake.add_job("job")),
        Target::new(TargetKind::Helm, fake.add_helm("helm")),
        Target::new(TargetKind::Terraform, fake.add_terraform("bucket")),
        Target::environment(fake.environment()),
    ];
    let text = "A='1 # one'\nB=\"two\\nlines $HOME\"\nC=\nD=grün\n";
    let wanted = DesiredVariables::from_dotenv(text).unwrap();
    for target in targets {
        fake.set_variable(target.id(), "B", "old");
        fake.set_variable(target.id(), "GONE", "1");
        let plan = qovery.plan_variables(&target, &wanted, PlanOptions::exact()).await.unwrap();
        let changes: Vec<_> = plan.entries().iter().filter(|one| one.change.writes()).map(|one| one.change).collect();
        let expected = [Change::Change, Change::Remove, Change::Add, Change::Add, Change::Add];
        assert_eq!(changes, expected, "{target}");
        let applied = qovery.apply_variables(&plan).await.unwrap();
        assert_eq!((applied.written.len(), &*applied.removed), (4, &["GONE".to_owned()][..]), "{target}");
        let expected = pairs(&[("A", "1 # one"), ("B", "two\nlines $HOME"), ("C", ""), ("D", "grün")]);
        assert_eq!(own(&fake, target.id()), expected, "{target}");
        let before = fake.requests().len();
        let again = qovery.plan_variables(&target, &wanted, PlanOptions::exact()).await.unwrap();
        assert!(again.is_empty());
        qovery.apply_variables(&again).await.unwrap();
        assert_eq!(fake.requests().len(), before + 1, "an empty plan sends nothing");
        for (key, _) in own(&fake, target.id()) {
            let is_of_target = |write: &&anydeploy_fakes::FakeWrite| write.target == target.id();
            let writes = fake.writes();
            let of_key = writes.iter().filter(is_of_target).filter(|write| write.what == format!("set {key}"));
            assert_eq!(of_key.count(), 1, "{target} {key}");
        }
        for (key, _) in own(&fake, target.id()) {
            fake.remove_variable(&fake.set_variable(target.id(), &key, ""));
        }
    }
}

#[tokio::test]
async fn an_inherited_variable_is_overridden_and_not_edited() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.set_variable(&fake.project(), "MODE", "production");
    let nearest = fake.set_variable(&fake.environment(), "MODE", "test");
    let plan =
        qovery.plan_variables(&web_of(&fake), &desired(&[("MODE", "debug")]), PlanOptions::exact()).await.unwrap();
    qovery.apply_variables(&plan).await.unwrap();
    assert_eq!(own(&fake, &fake.application()), pairs(&[("MODE", "debug")]));
    assert_eq!(own(&fake, &fake.environment()), pairs(&[("MODE", "test")]));
    assert_eq!(writes(&fake), [format!("POST /variable/{nearest}/override")]);
    // It is the target's own now, and can be changed and removed.
    let plan =
        qovery.plan_variables(&web_of(&fake), &desired(&[("MODE", "trace")]), PlanOptions::merge()).await.unwrap();
    qovery.apply_variables(&plan).await.unwrap();
    assert_eq!(own(&fake, &fake.application()), pairs(&[("MODE", "trace")]));
    let nothing = PlanOptions::exact().with_allow_empty(true);
    let plan = qovery.plan_variables(&web_of(&fake), &DesiredVariables::new(), nothing).await.unwrap();
    assert_eq!(qovery.apply_variables(&plan).await.unwrap().removed, ["MODE"]);
    assert_eq!(own(&fake, &fake.environment()), pairs(&[("MODE", "test")]), "what stands above is never removed");
}

#[tokio::test]
async fn what_the_platform_made_is_never_removed_and_what_stands_elsewhere_never_changed() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let web = fake.application();
    fake.add_built_in(&web, "QOVERY_HOST", "x");
    let region = fake.set_variable(&fake.project(), "REGION", "eu");
    fake.add_alias(&web, "PLACE", &region);
    let nothing = PlanOptions::exact().with_allow_empty(true);
    let plan = qovery.plan_variables(&web_of(&fake), &DesiredVariables::new(), nothing).await.unwrap();
    let changes: Vec<_> = plan.entries().iter().map(|one| (&*one.key, one.change)).collect();
    assert_eq!(changes, [("QOVERY_HOST", Change::Protected), ("REGION", Change::Protected), ("PLACE", Change::Remove)]);
    let error =
        qovery.plan_variables(&web_of(&fake), &desired(&[("PLACE", "us")]), PlanOptions::merge()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("`PLACE`"), "{error}");
}

#[tokio::test]
async fn what_qovery_would_refuse_is_refused_by_its_key_before_anything_is_sent() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    for key in ["1A", "_A", "A-B", "A.B", "QOVERY_X", "qovery_x"] {
        let error =
            qovery.plan_variables(&web_of(&fake), &desired(&[(key, "1")]), PlanOptions::merge()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{key}");
        assert!(error.to_string().contains(key), "{error}");
    }
    let empty =
        qovery.plan_variables(&web_of(&fake), &DesiredVariables::new(), PlanOptions::exact()).await.unwrap_err();
    assert_eq!(empty.kind(), ErrorKind::InvalidInput, "an empty set needs a flag");
    let database = Target::new(TargetKind::Database, fake.add_database("db"));
    assert_eq!(qovery.variables_of(&database).await.unwrap_err().kind(), ErrorKind::Unsupported);
    fake.set_secret(&fake.application(), "TOKEN", "x");
    let open = DesiredVariables::new().with(DesiredVariable::new("TOKEN", "y").with_secret(false));
    let error = qovery.plan_variables(&web_of(&fake), &open, PlanOptions::merge()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "secrecy cannot be changed");
    fake.set_variable(&fake.environment(), "KEY", "x");
    let closed = DesiredVariables::new().with(DesiredVariable::new("KEY", "y").with_secret(true));
    let error = qovery.plan_variables(&web_of(&fake), &closed, PlanOptions::merge()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "an override has no secrecy of its own");
    assert!(fake.writes().is_empty());
}

#[tokio::test]
async fn a_secret_is_written_and_reported_as_unverified() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let secret = |value: &str| DesiredVariables::new().with(DesiredVariable::new("TOKEN", value).with_secret(true));
    for (value, change) in [("one", Change::Add), ("two", Change::Rewrite)] {
        let plan = qovery.plan_variables(&web_of(&fake), &secret(value), PlanOptions::merge()).await.unwrap();
        assert_eq!(plan.writes().map(|one| one.change).collect::<Vec<_>>(), [change]);
        let applied = qovery.apply_variables(&plan).await.unwrap();
        assert_eq!((applied.written.len(), &*applied.unverified), (0, &["TOKEN".to_owned()][..]));
        assert_eq!(own(&fake, &fake.application()), pairs(&[("TOKEN", value)]));
        assert!(!format!("{plan:?} {} {applied:?}", json!(plan)).contains(&format!("\"{value}\"")));
    }
}

#[tokio::test]
async fn an_apply_after_a_change_is_a_conflict_and_writes_nothing() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let changes: [fn(&FakeQovery); 3] = [
        |fake| drop(fake.set_variable(&fake.application(), "OTHER", "2")),
        |fake| drop(fake.set_variable(&fake.environment(), "MODE", "3")),
        |fake| fake.remove_variable(&fake.set_variable(&fake.application(), "OTHER", "2")),
    ];
    for change in changes {
        fake.set_variable(&fake.application(), "OTHER", "1");
        let plan =
            qovery.plan_variables(&web_of(&fake), &desired(&[("PORT", "80")]), PlanOptions::merge()).await.unwrap();
        change(&fake);
        let error = qovery.apply_variables(&plan).await.unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Conflict, true), "{error}");
    }
    assert!(fake.writes().is_empty());
}

#[tokio::test]
async fn a_partial_import_names_what_is_missing() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let wanted = desired(&[("A", "1"), ("B", "2"), ("C", "3")]);
    let plan = qovery.plan_variables(&web_of(&fake), &wanted, PlanOptions::merge()).await.unwrap();
    fake.limit_next_import(2);
    let error = qovery.apply_variables(&plan).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Incomplete, false));
    let partial = error.partial().unwrap();
    assert_eq!((&*partial.written, &*partial.not_written), (&["A".into(), "B".into()][..], &["C".into()][..]));
    // What is left is planned and written.
    let plan = qovery.plan_variables(&web_of(&fake), &wanted, PlanOptions::merge()).await.unwrap();
    assert_eq!(qovery.apply_variables(&plan).await.unwrap().written, ["C"]);
}

#[tokio::test]
async fn a_lost_apply_is_read_back_and_never_sent_twice() {
    for (fault, acts) in [(Fault::ResetAfter, true), (Fault::ResetBefore, false)] {
        let plan = FaultPlan::always(fault).on([RequestKind::Write]).limit(1);
        let (fake, _network, qovery) = behind(FakeQovery::builder(), plan).await;
        let secret = DesiredVariable::new("TOKEN", "x").with_secret(true);
        let wanted = desired(&[("A", "1"), ("B", "2")]).with(secret);
        fake.set_variable(&fake.application(), "B", "old");
        let plan = qovery.plan_variables(&web_of(&fake), &wanted, PlanOptions::merge()).await.unwrap();
        match qovery.apply_variables(&plan).await {
            Ok(applied) => {
                assert!(acts);
                assert_eq!(
                    (&*applied.written, &*applied.unverified),
                    (&["B".into(), "A".into()][..], &["TOKEN".into()][..])
                );
            }
            Err(error) => {
                assert!(!acts && error.kind() == ErrorKind::NoAnswer && !error.is_safe_to_repeat(), "{error}");
                let partial = error.partial().unwrap();
                assert_eq!((partial.unknown.len(), &*partial.not_written), (2, &["B".into()][..]), "{error}");
                assert_eq!(own(&fake, &fake.application()), pairs(&[("B", "old")]));
            }
        }
        let mut written: Vec<_> = fake.writes().into_iter().map(|write| write.what).collect();
        let count = written.len();
        written.dedup();
        assert_eq!(written.len(), count, "no key is written twice");
    }
}

#[tokio::test]
async fn a_file_stays_at_its_path_and_a_template_is_said_to_be_one() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.set_file(&fake.application(), "CONFIG", "/etc/app.toml", "a = 1");
    let wanted = desired(&[("CONFIG", "a = 2"), ("URL", "https://{{HOST}}/")]);
    let plan = qovery.plan_variables(&web_of(&fake), &wanted, PlanOptions::merge()).await.unwrap();
    let warnings: Vec<_> = plan.writes().map(|entry| entry.warning.clone().unwrap()).collect();
    assert!(warnings[0].contains("/etc/app.toml") && warnings[1].contains("{{NAME}}"), "{warnings:?}");
    qovery.apply_variables(&plan).await.unwrap();
    let set = qovery.variables_of(&web_of(&fake)).await.unwrap();
    assert_eq!(set.variables[0].details["mount_path"], "/etc/app.toml");
}

#[tokio::test]
async fn an_edit_keeps_the_comment_and_the_switch_of_a_file_that_were_not_desired() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let web = fake.application();
    let config = fake.set_file(&web, "CONFIG", "/etc/app.toml", "a = 1");
    fake.describe_variable(&config, "of the app", Some(true));
    fake.describe_variable(&fake.set_variable(&web, "PORT", "80"), "where it listens", None);
    let wanted = desired(&[("CONFIG", "a = 2"), ("PORT", "81")]);
    let plan = qovery.plan_variables(&web_of(&fake), &wanted, PlanOptions::merge()).await.unwrap();
    assert_eq!(qovery.apply_variables(&plan).await.unwrap().written, ["CONFIG", "PORT"]);
    let set = qovery.variables_of(&web_of(&fake)).await.unwrap();
    let comments: Vec<_> = set.variables.iter().map(|one| one.comment.as_deref()).collect();
    assert_eq!(comments, [Some("of the app"), Some("where it listens")]);
    assert_eq!(set.variables[0].details["enable_interpolation_in_file"], true);
    // A comment that is desired takes the place of the old one.
    let wanted = DesiredVariables::new().with(DesiredVariable::new("PORT", "82").with_comment("the port"));
    let plan = qovery.plan_variables(&web_of(&fake), &wanted, PlanOptions::merge()).await.unwrap();
    qovery.apply_variables(&plan).await.unwrap();
    let set = qovery.variables_of(&web_of(&fake)).await.unwrap();
    assert_eq!(set.variables[1].comment.as_deref(), Some("the port"));
}

#[tokio::test]
async fn an_override_of_a_file_keeps_its_switch() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let config = fake.set_file(&fake.environment(), "CONFIG", "/etc/app.toml", "a = {{A}}");
    fake.describe_variable(&config, "", Some(true));
    let wanted = desired(&[("CONFIG", "b = {{B}}")]);
    let plan = qovery.plan_variables(&web_of(&fake), &wanted, PlanOptions::merge()).await.unwrap();
    qovery.apply_variables(&plan).await.unwrap();
    let set = qovery.variables_of(&web_of(&fake)).await.unwrap();
    let own = set.variables.iter().find(|one| one.origin == Origin::User).unwrap();
    assert_eq!(own.details["enable_interpolation_in_file"], true);
}

#[tokio::test]
async fn what_an_override_above_overrides_is_overridden_and_an_alias_is_refused() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let root = fake.set_variable(&fake.project(), "MODE", "production");
    fake.add_override(&fake.environment(), &root, "test");
    let plan =
        qovery.plan_variables(&web_of(&fake), &desired(&[("MODE", "debug")]), PlanOptions::merge()).await.unwrap();
    assert_eq!(qovery.apply_variables(&plan).await.unwrap().written, ["MODE"]);
    assert_eq!(writes(&fake), [format!("POST /variable/{root}/override")]);
    assert_eq!(own(&fake, &fake.application()), pairs(&[("MODE", "debug")]));
    fake.add_alias(&fake.environment(), "KIND", &root);
    let error =
        qovery.plan_variables(&web_of(&fake), &desired(&[("KIND", "x")]), PlanOptions::merge()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("`KIND`") && error.to_string().contains("alias"), "{error}");
}
