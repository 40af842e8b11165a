//! The JSON form of a plan, of the lines of a journal and of a report.

use std::fmt::Debug;

use anydeploy_core::fleet::{Checkpoint, Directive, MemberStage, Triggered, Until};
use anydeploy_core::{
    Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind, Identity, Intent, Outcome, Phase, Platform, Revision,
    Rollout, WatchOptions,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::*;
use anydeploy_core::fleet::MemberResult;

/// The value is written as the JSON, and the JSON is read as the value.
fn golden<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, json: Value) {
    assert_eq!(serde_json::to_value(value).unwrap(), json);
    assert_eq!(&serde_json::from_value::<T>(json).unwrap(), value);
}

fn id() -> DeploymentId {
    DeploymentId::new(Platform::new("memory"), Target::application("api")).with("deployment", "d1")
}

fn moment() -> DateTime<Utc> {
    "2026-11-30T05:00:00Z".parse().unwrap()
}

#[test]
fn a_plan_is_read_and_written_as_its_file() {
    let request = DeployRequest::new(Target::application("api")).with_revision(Revision::ImageTag("1.4.2".into()));
    let mut plan = FleetPlan::new([
        Member::new("api", "coolify", request).until_healthy(),
        Member::new("web", "dokploy", DeployRequest::new(Target::compose("web"))),
    ])
    .with_waves(Waves::Sizes(vec![Amount::Count(1), Amount::Percent(50)]))
    .with_concurrency(Concurrency::total(8).with_profile("dokploy", 1))
    .with_pause(Duration::from_secs(30))
    .with_gate()
    .with_next_wave(NextWave::Over)
    .with_max_failures(Amount::Percent(25))
    .with_rest(Rest::CancelRunning);
    plan.watch = WatchOptions::within(Duration::from_mins(10));
    let file = include_str!("plan.json");
    assert_eq!(serde_json::from_str::<FleetPlan>(file).unwrap(), plan);
    assert_eq!(serde_json::to_string_pretty(&plan).unwrap(), file.trim_end());
}

#[test]
fn what_is_left_out_of_a_plan_has_its_default() {
    let written = json!({"members": [{"name": "m0", "profile": "memory", "request": {"target": "application:m0"}}]});
    let read: FleetPlan = serde_json::from_value(written).unwrap();
    assert_eq!(read, plan(1).with_waves(Waves::Together));
    assert_eq!(read.members[0].until, Until::Over);
    assert_eq!((read.concurrency.total, read.max_failures), (20, Amount::Count(1)));
    let newer = serde_json::from_value::<FleetPlan>(json!({"v": 2, "members": []})).unwrap_err();
    assert!(newer.to_string().contains("version 2"), "{newer}");
}

#[test]
fn an_amount_is_a_count_or_a_share() {
    golden(&Amount::Count(3), json!(3));
    golden(&Amount::Percent(25), json!("25 %"));
    assert_eq!(serde_json::from_value::<Amount>(json!("25%")).unwrap(), Amount::Percent(25));
    for refused in [json!("a quarter"), json!("101 %"), json!("0 %"), json!(-1), json!(0.25), json!("0")] {
        let error = serde_json::from_value::<Amount>(refused.clone()).unwrap_err();
        assert!(error.to_string().contains("25 %"), "{refused}: {error}");
    }
}

#[test]
fn each_stage_of_a_member_has_its_form() {
    let deployment = || Deployment::new(id(), Identity::Exact, DeploymentStatus::new(Phase::Succeeded, "done"));
    let outcome = || Outcome::Succeeded(deployment());
    let text = id().to_string();
    let done = serde_json::to_value(outcome()).unwrap();
    golden(&MemberStage::Waiting, json!({"stage": "waiting"}));
    golden(
        &MemberStage::Sent { id: id(), sent_at: moment(), before: None },
        json!({"stage": "sent", "id": text, "sent_at": "2026-11-30T05:00:00Z"}),
    );
    golden(
        &MemberStage::Deployed { id: id(), outcome: Box::new(outcome()), before: None },
        json!({"stage": "deployed", "id": text, "outcome": done}),
    );
    let rollout = Box::new(Rollout::new(outcome(), None));
    golden(
        &MemberStage::Done { result: MemberResult::Ended { id: id(), rollout } },
        json!({"stage": "done", "result": {"ended": {"id": text, "rollout": {"v": 1, "outcome": done}}}}),
    );
    golden(
        &MemberStage::Done { result: MemberResult::NotBegun(NotBegun::TooManyFailures) },
        json!({"stage": "done", "result": {"not_begun": "too_many_failures"}}),
    );
    let error = Error::new(ErrorKind::Undecidable, "lost");
    let failed = MemberResult::Failed { triggered: Triggered::Unknown, error: error.clone() };
    golden(
        &MemberStage::Done { result: failed },
        json!({"stage": "done", "result": {"failed": {"triggered": "unknown", "error": error}}}),
    );
    let request = DeployRequest::new(Target::application("api"));
    let intent = Intent::new(Platform::new("memory"), "i1", request, json!({"number": 7}));
    let written = json!({"stage": "prepared", "intent": intent});
    golden(&MemberStage::Prepared { intent: Box::new(intent), before: None }, written);
}

#[test]
fn each_order_has_its_form() {
    golden(&Directive::Go, json!("go"));
    golden(&Directive::Stop(NotBegun::Stopped), json!({"stop": "stopped"}));
    golden(&Directive::Cancel(NotBegun::TooManyFailures), json!({"cancel": "too_many_failures"}));
}

#[test]
fn a_checkpoint_names_its_members() {
    let mut checkpoint = Checkpoint::new(plan(1));
    checkpoint.members.insert("m0".to_owned(), MemberStage::Waiting);
    golden(&checkpoint, json!({"v": 1, "plan": plan(1), "members": {"m0": {"stage": "waiting"}}}));
    checkpoint.directive = Directive::Cancel(NotBegun::Cancelled);
    let order = json!({"cancel": "cancelled"});
    golden(&checkpoint, json!({"v": 1, "plan": plan(1), "order": order, "members": {"m0": {"stage": "waiting"}}}));
}

#[tokio::test(start_paused = true)]
async fn a_report_is_a_table_and_a_value() {
    let platform = platform(3);
    fails(&platform, "m1");
    let report = fleet(plan(3), &platform).run(MemoryCheckpoint::new()).await.unwrap();
    let table = "  1  m0  memory  succeeded\n  1  m1  memory  failed: exit code 1\n  2  m2  memory  not begun: too many others failed\n1 succeeded, 1 failed, 1 not begun";
    assert_eq!(report.to_string(), table);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(serde_json::from_value::<FleetReport>(json).unwrap(), report);
}
