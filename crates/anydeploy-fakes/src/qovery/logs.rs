//! The log of a deployment (v2) and the log of a running service.

use std::borrow::Cow;

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
        let written = execution.map(|execution| self.written(execution)).unwrap_or_default();
        let skipped = written.len().saturating_sub(MAX_LOG_ENTRIES);
        Reply::ok(written.iter().skip(skipped).map(|written| self.entry(written)).collect())
    }

    fn is_newest_failure(&self, environment: &Environment, execution: &Execution) -> bool {
        let newest = self.shown(&environment.executions).find(|e| e.state(self.tick).ends_with("ERROR"));
        newest.is_some_and(|newest| newest.id == execution.id)
    }

    /// The entries of an execution after the first `skipped` ones.
    pub(super) fn entries(&self, execution: &Execution, skipped: usize) -> Vec<Value> {
        self.written(execution).iter().skip(skipped).map(|written| self.entry(written)).collect()
    }

    /// What was written so far, in order.
    fn written<'a>(&'a self, execution: &'a Execution) -> Vec<Written<'a>> {
        if let Some(reason) = &execution.pre_check {
            let environment = self.environment(&execution.environment);
            let name = environment.map_or("", |environment| environment.name.as_str());
            let by = Transmitter { id: &execution.environment, name, kind: "Environment" };
            if !execution.is_over(self.tick) {
                return Vec::new();
            }
            let text = Text::Failure(reason);
            return vec![Written { execution, after: 2, stage: None, step: "PreCheck", by, text }];
        }
        let mut written: Vec<_> = execution.runs.iter().flat_map(|run| self.run_log(execution, run)).collect();
        written.sort_by_key(|written| written.after);
        written
    }

    fn run_log<'a>(&self, execution: &'a Execution, run: &'a Run) -> Vec<Written<'a>> {
        let by = Transmitter { id: &run.service, name: &run.name, kind: run.kind.transmitter() };
        // The steps are those of the engine (59fa717, `events/mod.rs`).
        let waited = run.begins - execution.begins;
        let stage = Some(run.stage);
        let line = |(after, text)| {
            let after = waited + after;
            Written { execution, after, stage, step: "Deploy", by, text: Text::Line(text) }
        };
        let mut entries: Vec<_> = run.lines(self.tick).into_iter().map(line).collect();
        if run.is_over(self.tick) {
            let after = run.end() - execution.begins;
            let (step, by, text) = match &run.script.reason {
                _ if run.is_bystander => {
                    let text = format!("Deployment of {} has been cancelled", run.name);
                    ("Cancelled", by, Text::Line(text.into()))
                }
                Some(reason) if run.cancelled_at.is_none() => {
                    let step = if run.outcome() == "BUILD_ERROR" { "BuiltError" } else { "DeployedError" };
                    let engine = Transmitter { id: &execution.environment, name: "", kind: "TaskManager" };
                    (step, if run.script.by_task_manager { engine } else { by }, Text::Failure(reason))
                }
                _ => ("Terminated", by, Text::Line(format!("{} {}", run.name, run.outcome()).into())),
            };
            entries.push(Written { execution, after, stage, step, by, text });
        }
        entries
    }

    /// `EnvironmentLogs`.
    fn entry(&self, written: &Written<'_>) -> Value {
        let Written { execution, after, stage, step, by, text } = written;
        let time = execution.created_at + Duration::milliseconds(i64::try_from(*after).unwrap_or(i64::MAX / 2));
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
                "transmitter": { "id": by.id, "name": by.name, "type": by.kind },
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

/// What an entry says, and when and by what it was written.
struct Written<'a> {
    execution: &'a Execution,
    /// The milliseconds since the execution began.
    after: u64,
    /// The deployment stage; lines outside of the stages have none.
    stage: Option<u32>,
    step: &'static str,
    by: Transmitter<'a>,
    text: Text<'a>,
}

#[derive(Clone, Copy)]
struct Transmitter<'a> {
    id: &'a str,
    name: &'a str,
    kind: &'static str,
}

enum Text<'a> {
    Line(Cow<'a, str>),
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
