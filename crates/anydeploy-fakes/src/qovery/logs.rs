//! The log of a deployment (v2) and the log of a running service.

use chrono::{Duration, SecondsFormat};
use serde_json::{Value, json};

use super::execution::Execution;
use super::reply::Reply;
use super::run::Run;
use super::service::Service;
use super::stages;
use super::state::{Environment, State};

/// Entries a log call answers with at most (declared).
const MAX_LOG_ENTRIES: usize = 1000;
/// Deployments whose logs are kept, besides the newest failure (documented).
const MAX_KEPT_LOGS: usize = 20;

impl State {
    /// The log of one execution, or of the newest; a bare array. That an unknown one is empty is inferred.
    pub(super) fn deployment_log(&self, environment: &Environment, version: Option<&str>) -> Reply {
        let execution = match version {
            None => self.last_execution(environment),
            Some(version) => self
                .shown(&environment.executions)
                .enumerate()
                .find(|(_, execution)| execution.id == version)
                .filter(|(age, execution)| *age < MAX_KEPT_LOGS || self.is_newest_failure(environment, execution))
                .map(|(_, execution)| execution),
        };
        let entries = execution.map(|execution| self.entries(execution)).unwrap_or_default();
        let skipped = entries.len().saturating_sub(MAX_LOG_ENTRIES);
        Reply::ok(entries.into_iter().skip(skipped).collect())
    }

    fn is_newest_failure(&self, environment: &Environment, execution: &Execution) -> bool {
        let newest = self.shown(&environment.executions).find(|e| e.state(self.tick).ends_with("ERROR"));
        newest.is_some_and(|newest| newest.id == execution.id)
    }

    fn entries(&self, execution: &Execution) -> Vec<Value> {
        if let Some(reason) = &execution.pre_check {
            let environment = self.environment(&execution.environment);
            let name = environment.map_or("", |environment| environment.name.as_str());
            let transmitter = json!({ "id": execution.environment, "name": name, "type": "Environment" });
            if !execution.is_over(self.tick) {
                return Vec::new();
            }
            let written = Written { after: 2, stage: None, step: "PreCheck" };
            return vec![self.entry(execution, written, &transmitter, Text::Failure(reason))];
        }
        let mut entries: Vec<(u64, Value)> =
            execution.runs.iter().flat_map(|run| self.run_log(execution, run)).collect();
        entries.sort_by_key(|(after, _)| *after);
        entries.into_iter().map(|(_, entry)| entry).collect()
    }

    fn run_log(&self, execution: &Execution, run: &Run) -> Vec<(u64, Value)> {
        let transmitter = json!({ "id": run.service, "name": run.name, "type": run.kind.transmitter() });
        // The steps are those of the engine (59fa717, `events/mod.rs`).
        let waited = run.begins - execution.begins;
        let at = |after, step| Written { after, stage: Some(run.stage), step };
        let line = |(after, text): &(u64, String)| {
            let after = waited + after;
            (after, self.entry(execution, at(after, "Deploy"), &transmitter, Text::Line(text)))
        };
        let mut entries: Vec<_> = run.lines(self.tick).iter().map(line).collect();
        if run.is_over(self.tick) {
            let after = run.end() - execution.begins;
            let state = run.outcome();
            let last = match &run.script.reason {
                _ if run.is_bystander => {
                    let text = format!("Deployment of {} has been cancelled", run.name);
                    self.entry(execution, at(after, "Cancelled"), &transmitter, Text::Line(&text))
                }
                Some(reason) if run.cancelled_at.is_none() => {
                    let step = if state == "BUILD_ERROR" { "BuiltError" } else { "DeployedError" };
                    let by_engine = json!({ "id": execution.environment, "name": "", "type": "TaskManager" });
                    let whose = if run.script.by_task_manager { &by_engine } else { &transmitter };
                    self.entry(execution, at(after, step), whose, Text::Failure(reason))
                }
                _ => {
                    let text = format!("{} {state}", run.name);
                    self.entry(execution, at(after, "Terminated"), &transmitter, Text::Line(&text))
                }
            };
            entries.push((after, last));
        }
        entries
    }

    /// `EnvironmentLogs`.
    fn entry(&self, execution: &Execution, written: Written<'_>, transmitter: &Value, text: Text<'_>) -> Value {
        let Written { after, stage, step } = written;
        let time = execution.created_at + Duration::milliseconds(i64::try_from(after).unwrap_or(i64::MAX / 2));
        let (kind, message, error) = match text {
            Text::Line(line) => ("info", json!({ "safe_message": line, "full_details": line }), Value::Null),
            Text::Failure(reason) => (
                "error",
                Value::Null,
                json!({
                    "tag": "FAKE_FAILURE",
                    "user_log_message": reason,
                    "link": "",
                    "hint_message": "",
                    "underlying_error": { "message": reason, "full_details": reason },
                }),
            ),
        };
        json!({
            "type": kind,
            // Qovery's dates go down to nanoseconds.
            "timestamp": time.to_rfc3339_opts(SecondsFormat::Nanos, true),
            "details": {
                "organization_id": self.organization.id,
                "cluster_id": self.cluster.id,
                "execution_id": execution.id,
                "transmitter": transmitter,
                "stage": { "step": step, "id": null, "name": stage.map(stages::name) },
            },
            "message": message,
            "error": error,
        })
    }

    /// What a running application or container wrote.
    pub(super) fn service_log(service: &Service) -> Reply {
        let skipped = service.log.len().saturating_sub(MAX_LOG_ENTRIES);
        Reply::results(service.log.iter().zip(0_u64..).skip(skipped).map(|line| log_line(service, line)).collect())
    }
}

/// When and by what an entry was written.
#[derive(Clone, Copy)]
struct Written<'a> {
    /// The milliseconds since the execution began.
    after: u64,
    /// The deployment stage; lines outside of the stages have none.
    stage: Option<u32>,
    step: &'a str,
}

#[derive(Clone, Copy)]
enum Text<'a> {
    Line(&'a str),
    Failure(&'a str),
}

/// `Log`.
fn log_line(service: &Service, ((time, text), number): (&(chrono::DateTime<chrono::Utc>, String), u64)) -> Value {
    // A line keeps its id from one call to the next.
    let id = format!("{}-{number:012x}", service.id.rsplit_once('-').map_or("", |(head, _)| head));
    json!({
        "id": id,
        "created_at": time.to_rfc3339_opts(SecondsFormat::Nanos, true),
        "message": text,
        "pod_name": format!("{}-0", service.name),
        "version": service.deployed_version,
    })
}
