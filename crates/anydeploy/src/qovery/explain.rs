//! What a deployment did: the stages and services that the history lists, with the steps that the log names.
//!
//! The tree is that of Qovery's command line (210d6c6, `environment_deployment_explain.go`), where a step lasts from its
//! first line to its last.

use std::time::Duration;

use qovery_client::types::{
    DeploymentHistoryEnvironmentV2 as Past, DeploymentHistoryService as Part, DeploymentHistoryStage,
    EnvironmentLogs as Entry, StageStatusEnum,
};

use super::api::Api;
use super::outcome::service_in;
use super::pending::Pending;
use super::read::{begun, read};
use super::snapshot::{HISTORY_PAGE_SIZE, LONG_HISTORY_PAGE_SIZE, filled, kind_of};
use super::status::judge_past;
use super::{Qovery, reason};
use crate::adapter::parse_timestamp;
use crate::{
    DeploymentId, DeploymentStatus, ExplainedService, ExplainedStage, ExplainedStep, Explanation, Result, Target,
};

/// The name of the stage that holds what Qovery did for the environment as a whole: the type of those transmitters.
const OF_ENVIRONMENT: &str = "Environment";

/// Explains the execution of a deployment, with all services in it; one that has not begun did nothing.
pub(super) async fn explain(qovery: &Qovery, id: &DeploymentId) -> Result<Explanation> {
    let Some((pending, execution)) = begun(qovery, id).await? else { return Ok(Explanation::default()) };
    let Some(entry) = listed(&qovery.api, &pending.environment, &execution).await? else {
        // The history may be behind, or the execution may never have been.
        read(qovery, pending).await?;
        return Ok(Explanation::default());
    };
    let log = qovery.api.log(&pending.environment, &execution).await?;
    Ok(tree(&pending, &entry, &log))
}

async fn listed(api: &Api, environment: &str, execution: &str) -> Result<Option<Past>> {
    for size in [HISTORY_PAGE_SIZE, LONG_HISTORY_PAGE_SIZE] {
        let past = api.history(environment, size).await?;
        let is_all = past.len() < size;
        let entry = past.into_iter().find(|entry| entry.identifier.execution_id == execution);
        if is_all || entry.is_some() {
            return Ok(entry);
        }
    }
    Ok(None)
}

fn tree(pending: &Pending, entry: &Past, log: &[Entry]) -> Explanation {
    let mut stages: Vec<_> = entry.stages.iter().map(|listed| stage(pending, entry, listed, log)).collect();
    let is_listed = |id: &str| stages.iter().flat_map(|stage| &stage.services).any(|known| known.target.id() == id);
    let general: Vec<_> = log.iter().filter(|line| !transmitter(line).is_some_and(is_listed)).collect();
    // It stands last, so that its sum of what failed does not hide the service that did.
    if !general.is_empty() {
        stages.push(of_environment(pending, entry, &general));
    }
    Explanation::new(stages)
}

fn stage(pending: &Pending, entry: &Past, listed: &DeploymentHistoryStage, log: &[Entry]) -> ExplainedStage {
    let status = listed.status.as_ref().map_or("", StageStatusEnum::as_str);
    let mut stage = ExplainedStage::new(listed.name.as_deref().unwrap_or_default(), status);
    stage.duration = listed.duration.as_deref().and_then(duration);
    stage.services = listed.services.iter().map(|part| service(pending, entry, part, log)).collect();
    stage
}

fn service(pending: &Pending, entry: &Past, part: &Part, log: &[Entry]) -> ExplainedService {
    let (id, kind) = (&part.identifier.service_id, kind_of(part.identifier.service_type.as_ref()));
    let target = Target::new(kind, id).in_environment(&pending.environment);
    let listed = Pending::listed(&target, &pending.environment, &entry.identifier.execution_id);
    let status = service_in(&Pending { action: pending.action, ..listed }, entry).status;
    let own: Vec<_> = log.iter().filter(|line| transmitter(line) == Some(id)).collect();
    let name = filled(part.identifier.name.as_deref()).unwrap_or(id);
    let mut service = ExplainedService::new(target, name, status);
    service.duration = part.total_duration.as_deref().and_then(duration).or_else(|| between(&own));
    service.steps = steps(&own);
    service
}

/// What Qovery did beside the services: the check before the deployment, and the work of its engine.
fn of_environment(pending: &Pending, entry: &Past, lines: &[&Entry]) -> ExplainedStage {
    let mut stage = ExplainedStage::new(OF_ENVIRONMENT, entry.status.as_str());
    let target = Target::environment(&pending.environment);
    let names = lines.iter().filter_map(|line| line.details.as_ref()?.transmitter.as_ref());
    let mut names = names.filter(|transmitter| transmitter.id.as_deref() == Some(target.id()));
    let name = names.find_map(|transmitter| filled(transmitter.name.as_deref())).unwrap_or(target.id()).to_owned();
    let status = DeploymentStatus::new(judge_past(entry, pending.action), entry.status.as_str());
    let mut service = ExplainedService::new(target, name, status);
    service.steps = steps(lines);
    service.duration = between(lines);
    stage.duration = entry.total_duration.as_deref().and_then(duration);
    stage.services = vec![service];
    stage
}

/// The steps of these lines in the order in which they began.
fn steps(lines: &[&Entry]) -> Vec<ExplainedStep> {
    let mut names: Vec<&str> = Vec::new();
    for name in lines.iter().filter_map(|line| filled(reason::step(line))) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    // The error of a step mostly points to lines of other steps, so that the first one gets the cause of all.
    let mut cause = reason::of(lines);
    let step = |name: &str| {
        let own: Vec<_> = lines.iter().copied().filter(|line| reason::step(line) == Some(name)).collect();
        let has_failed = own.iter().any(|line| reason::is_failure(line));
        let error = has_failed.then(|| cause.take().or_else(|| reason::of(&own))).flatten();
        let mut step = ExplainedStep::new(name).with_error(error.as_deref());
        step.duration = between(&own);
        step
    };
    names.into_iter().map(step).collect()
}

fn transmitter(line: &Entry) -> Option<&str> {
    line.details.as_ref()?.transmitter.as_ref()?.id.as_deref()
}

/// The time from the first of these lines to the last.
fn between(lines: &[&Entry]) -> Option<Duration> {
    let times = || lines.iter().filter_map(|line| parse_timestamp(line.timestamp.as_deref()?));
    (times().max()? - times().min()?).to_std().ok()
}

/// Reads an ISO 8601 duration such as `PT12M34S`.
fn duration(text: &str) -> Option<Duration> {
    let mut rest = text.strip_prefix("PT")?;
    let mut seconds = 0.0;
    for (unit, length) in [('H', 3600.0), ('M', 60.0), ('S', 1.0)] {
        if let Some((number, after)) = rest.split_once(unit) {
            seconds += number.parse::<f64>().ok()? * length;
            rest = after;
        }
    }
    Duration::try_from_secs_f64(seconds).ok().filter(|_| rest.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::Phase;

    #[test]
    fn durations_are_those_of_iso_8601() {
        let seconds = |text: &str| duration(text).map(|duration| duration.as_secs_f64());
        assert_eq!(seconds("PT12M34S"), Some(754.0));
        assert_eq!(seconds("PT1H0.5S"), Some(3600.5));
        assert_eq!(seconds("PT0S"), Some(0.0));
        for odd in ["", "12", "PTxS", "PT-1S", "PTNaNS", "PT5", "PT1S2M"] {
            assert_eq!(duration(odd), None, "{odd}");
        }
    }

    fn line(second: u32, by: &str, step: &str, error: Option<&str>) -> Value {
        json!({
            "type": if error.is_some() { "error" } else { "info" },
            "timestamp": format!("2026-08-20T14:00:{second:02}Z"),
            "details": { "transmitter": { "id": by, "name": by, "type": "Application" }, "stage": { "step": step } },
            "message": { "safe_message": "a line" },
            "error": error.map(|error| json!({ "user_log_message": error })),
        })
    }

    fn explained(stages: &Value, log: &[Value]) -> Explanation {
        let entry = serde_json::from_value(json!({
            "identifier": { "execution_id": "e1" }, "status": "DEPLOYMENT_ERROR", "stages": stages,
        }));
        let log: Vec<Entry> = serde_json::from_value(json!(log)).unwrap();
        tree(&Pending::listed(&Target::application("web"), "env", "e1"), &entry.unwrap(), &log)
    }

    fn part(id: &str, status: &str) -> Value {
        json!({
            "identifier": { "service_id": id, "service_type": "APPLICATION", "name": id }, "status": status,
            "status_details": { "action": "DEPLOY" }, "total_duration": "PT9S",
        })
    }

    #[test]
    fn a_step_lasts_from_its_first_line_to_its_last_and_the_first_failed_one_says_why() {
        let stages = json!([{ "name": "api", "status": "ERROR", "services": [part("web", "DEPLOYMENT_ERROR")] }]);
        let log = [
            line(1, "web", "Build", None),
            line(5, "web", "Build", None),
            line(6, "web", "Recap", None),
            line(9, "web", "DeployedError", Some("Deploy of Application failed")),
        ];
        let tree = explained(&stages, &log);
        let service = &tree.stages[0].services[0];
        let steps: Vec<_> = service.steps.iter().map(|step| (step.name.as_str(), step.duration.unwrap())).collect();
        let seconds = Duration::from_secs;
        assert_eq!(steps, [("Build", seconds(4)), ("Recap", seconds(0)), ("DeployedError", seconds(0))]);
        assert_eq!((service.status.phase, service.duration), (Phase::Failed, Some(seconds(9))));
        // The banner points to the recap, whose first event is the cause.
        assert_eq!(tree.first_error().unwrap().2.error.as_deref(), Some("a line"));
    }

    #[test]
    fn without_a_duration_a_service_lasts_from_its_first_line_to_its_last() {
        let mut part = part("web", "DEPLOYED");
        part["total_duration"] = Value::Null;
        let log = [line(1, "web", "Build", None), line(7, "web", "Deploy", None), line(9, "env", "Deploy", None)];
        let tree = explained(&json!([{ "services": [part] }]), &log);
        assert_eq!(tree.stages[0].services[0].duration, Some(Duration::from_secs(6)));
    }

    #[test]
    fn what_says_that_it_was_cancelled_is_no_error() {
        let stages = json!([{ "services": [part("db", "CANCELED"), part("web", "DEPLOYMENT_ERROR")] }]);
        let log = [
            line(1, "db", "Cancelled", Some("Deployment of db has been cancelled")),
            line(2, "web", "DeployedError", Some("exit code 1")),
        ];
        let tree = explained(&stages, &log);
        let (_, service, step) = tree.first_error().unwrap();
        assert_eq!((service.name.as_str(), step.error.as_deref()), ("web", Some("exit code 1")));
        assert_eq!(tree.stages[0].services[0].status.phase, Phase::Failed);
    }

    #[test]
    fn what_the_engine_says_of_the_whole_stands_last() {
        let stages = json!([{ "services": [part("web", "DEPLOYMENT_ERROR")] }]);
        let log = [
            line(0, "env", "LoadConfiguration", None),
            line(2, "web", "DeployedError", Some("exit code 1")),
            line(3, "env", "DeployedError", Some("the deployment failed")),
        ];
        let tree = explained(&stages, &log);
        assert_eq!(tree.first_error().unwrap().2.error.as_deref(), Some("exit code 1"));
        let last = tree.stages.last().unwrap();
        assert_eq!((last.name.as_str(), last.services[0].name.as_str()), ("Environment", "env"));
        assert_eq!(last.services[0].steps.len(), 2);
    }
}
