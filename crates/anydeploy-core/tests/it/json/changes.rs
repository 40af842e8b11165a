//! The JSON forms of what changes what runs: actions, settings, states, versions and variables.

use anydeploy_core::{
    Ability, Action, Applied, Capabilities, DeployRequest, DesiredState, DesiredVariable, DesiredVariables, Error,
    ErrorKind, Origin, Partial, Phase, PlanOptions, Platform, RanRevision, RequestOption, RollbackObstacle,
    RollbackPoint, RollbackTarget, RunState, ServiceState, Setting, StateChange, Target, TargetKind, Variable,
    VariablePlan, VariableScope, VariableSet, VariableValue,
};
use serde::{Deserialize, Deserializer, de};
use serde_json::json;

use super::{COMMIT, deployment, golden, moment, read, written};

fn abc() -> Target {
    Target::application("abc")
}

fn version() -> RollbackTarget {
    let point = RollbackPoint::new(COMMIT, RanRevision::Commit(COMMIT.into())).with_newest(Some("d2".into()));
    RollbackTarget::new(abc(), point)
}

#[test]
fn a_request_with_an_action_or_a_setting() {
    golden!("request_restart", &DeployRequest::restart(abc()));
    golden!("request_rollback", &DeployRequest::rollback(&version()).with_reason("1.4.3 is slow"));
    let set = DeployRequest::new(abc()).with_setting(Setting::ImageTag("1.28".into()));
    golden!("request_set_image_tag", &set);
    let branch = DeployRequest::new(abc()).with_setting(Setting::Branch("next".into()));
    for request in [DeployRequest::redeploy(abc()), branch] {
        assert_eq!(written(&request)["v"], 2);
        assert_eq!(read::<DeployRequest>(written(&request)).unwrap(), request);
    }
}

/// What a release without actions and settings reads of a request: any version but the first is refused.
#[derive(Debug, Deserialize)]
struct EarlierRequest {
    #[serde(deserialize_with = "version_one")]
    v: u64,
}

fn version_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    match u64::deserialize(deserializer)? {
        1 => Ok(1),
        other => Err(de::Error::custom(format!("version {other} of this value is not known"))),
    }
}

#[test]
fn an_earlier_release_refuses_what_it_would_deploy_instead() {
    for (file, is_read) in [
        (include_str!("../../golden/v1/request.json"), true),
        (include_str!("../../golden/v1/request_minimal.json"), true),
        (include_str!("../../golden/v1/request_restart.json"), false),
        (include_str!("../../golden/v1/request_rollback.json"), false),
        (include_str!("../../golden/v1/request_set_image_tag.json"), false),
    ] {
        match serde_json::from_str::<EarlierRequest>(file) {
            Ok(request) => assert!(is_read && request.v == 1, "{file}"),
            Err(refused) => assert!(!is_read && refused.to_string().contains("version 2"), "{refused}: {file}"),
        }
    }
}

#[test]
fn a_plain_request_of_the_second_version_is_read_and_written_as_the_first() {
    let request: DeployRequest = read(json!({ "v": 2, "target": "application:abc", "action": "deploy" })).unwrap();
    assert_eq!(request, DeployRequest::new(abc()));
    assert_eq!(written(&request)["v"], 1);
    let unknown = read::<DeployRequest>(json!({ "v": 2, "target": "application:abc", "action": "explode" }));
    assert!(unknown.unwrap_err().contains("unknown variant `explode`, expected one of `deploy`"));
}

#[test]
fn a_deployment_with_an_action_and_a_note() {
    let restarted = deployment(Phase::Succeeded, "DONE")
        .with_revision(RanRevision::Commit(COMMIT.into()))
        .with_action(Action::Restart)
        .with_note(Some("the restart shipped\na newer commit".into()));
    golden!("deployment_restarted", &restarted);
    let masked = restarted.with_note(Some("token=hunter2-hunter2".into()));
    assert!(!masked.note.unwrap().contains("hunter2"));
}

#[test]
fn states_and_versions() {
    let under_way = deployment(Phase::Queued, "QUEUED");
    let change = StateChange::new(abc(), DesiredState::Stopped, ServiceState::Running).with_sent(true);
    golden!("state_change", &change.with_under_way(vec![under_way.id.clone()]));
    let change = StateChange::new(abc(), DesiredState::Running, ServiceState::Stopped).with_sent(true);
    golden!("state_change_with_deployment", &change.with_deployment(Some(under_way.clone())));
    let busy = RunState::new(ServiceState::Starting, "restarting:unknown")
        .with_busy(Some("a deployment is under way".into()))
        .with_under_way(vec![under_way.id.clone()]);
    assert_eq!(busy.to_string(), "starting (restarting:unknown), a deployment is under way");
    golden!("run_state", &busy);
    golden!("run_state_minimal", &RunState::new(ServiceState::Running, "running"));
    let tag = || RollbackPoint::new("v7", RanRevision::ImageTag("v7".into())).with_newest(Some("d2".into()));
    let full = RollbackTarget::new(abc(), tag())
        .with_deployment(Some(under_way.id))
        .with_title(Some("release 1.4.2".into()))
        .with_deployed_at(Some(moment("2026-01-02T03:04:05Z")))
        .with_current(Some(false))
        .with_builds(Some(true))
        .with_obstacle(Some(RollbackObstacle::ImageGone));
    golden!("rollback_target", &full);
    let minimal = RollbackTarget::new(abc(), RollbackPoint::new("v7", RanRevision::Unverified));
    golden!("rollback_target_minimal", &minimal);
}

#[test]
fn an_error_with_what_was_written() {
    let partial = Partial::new(vec!["PORT".into()], vec!["LOG".into(), "MODE".into()], vec!["KEY".into()]);
    let error = Error::new(ErrorKind::Incomplete, "a variable was refused")
        .with_platform(Platform::new("alpha"))
        .with_partial(Some(partial));
    golden!("error_incomplete", &error);
    assert_eq!(
        error.to_string(),
        "alpha: a variable was refused; written: PORT; not written: LOG, MODE; not known: KEY; \
         read the state, and plan what is left"
    );
    assert!(!error.is_safe_to_repeat() && !error.is_transient() && !error.is_ambiguous());
    golden!("error_obstacle", &RollbackObstacle::ImageGone.to_error());
}

#[test]
fn capabilities_with_actions_and_abilities() {
    // Those that there were when the golden file was made.
    const ABILITIES: [Ability; 11] = [
        Ability::Start,
        Ability::Stop,
        Ability::Rollback,
        Ability::Variables,
        Ability::Previews,
        Ability::Domains,
        Ability::DeployByTag,
        Ability::DeployTogether,
        Ability::History,
        Ability::Cancel,
        Ability::Logs,
    ];
    let capabilities = Capabilities::new()
        .with_kind(TargetKind::Application, &[RequestOption::SetImageTag, RequestOption::SetBranch])
        .with_action(TargetKind::Application, Action::Restart, &[])
        .with_action(TargetKind::Application, Action::Redeploy, &[RequestOption::NoCache])
        .with_action(TargetKind::Application, Action::Rollback, &[])
        .with_abilities(TargetKind::Application, &ABILITIES)
        .with_abilities(TargetKind::Database, &[Ability::Stop]);
    golden!("capabilities_abilities", &capabilities);
}

/// A plan with each kind of change.
fn plan() -> VariablePlan {
    let present = vec![
        Variable::new("LOG", "info-hunter2"),
        Variable::new("KEY", VariableValue::Hidden),
        Variable::new("MODE", "fast-hunter2"),
        Variable::new("OLD", "hunter2"),
        Variable::new("ALPHA_URL", "https://hunter2").with_origin(Origin::Platform),
    ];
    let token = DesiredVariable::new("TOKEN", "hunter2").with_scope(VariableScope::Build);
    let desired =
        DesiredVariables::new().set("MODE", "fast-hunter2").set("LOG", "hunter2").set("KEY", "hunter2").with(token);
    let plan = VariableSet::new(abc(), present).plan(&desired, PlanOptions::exact()).unwrap();
    plan.with_warnings(|entry, _| (entry.key == "LOG").then(|| "the next restart builds".to_owned()))
}

#[test]
fn a_plan_is_written_without_values_and_what_was_applied_by_key() {
    let file = include_str!("../../golden/v1/plan.json");
    assert_eq!(serde_json::to_string_pretty(&plan()).unwrap(), file.trim_end());
    golden!("plan_options", &PlanOptions::exact().with_allow_empty(true));
    let applied = Applied::new()
        .with_written(vec!["PORT".into()])
        .with_removed(vec!["OLD".into()])
        .with_unverified(vec!["KEY".into()])
        .with_note(Some("the preview keeps its own value of `OLD`".into()));
    golden!("applied", &applied);
}

#[test]
fn no_value_of_a_variable_is_printed() {
    let plan = plan();
    let desired = plan.entries().iter().find_map(|entry| plan.desired(entry)).unwrap();
    let json = serde_json::to_string(&(plan.base(), &plan)).unwrap();
    for text in [format!("{plan:?} {plan:#?}"), format!("{desired:?}"), json] {
        assert!(!text.contains("hunter2"), "{text}");
    }
    let value = &desired.value;
    assert_eq!(format!("{value} {value:?} {value:>12}"), "[redacted] [redacted]   [redacted]");
}
