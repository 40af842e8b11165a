//! Past and present executions of an environment or a service (history v2).

use serde_json::{Value, json};

use super::action::action_status;
use super::execution::Execution;
use super::kind::QoveryServiceKind as Kind;
use super::objects::{ICON, commit};
use super::quirk::QoveryQuirk;
use super::reply::Reply;
use super::run::Run;
use super::service::Service;
use super::stages;
use super::state::{Environment, State};
use super::statuses::stage_status;

impl State {
    /// The environment's executions, newest first.
    pub(super) fn environment_history(&self, environment: &Environment, size: usize) -> Reply {
        let late = if self.quirks.has(QoveryQuirk::LateHistory) { 100 } else { 0 };
        let shown = self.shown(&environment.executions).filter(|one| self.tick >= one.begins + late).take(size);
        Reply::page(size, shown.map(|execution| self.environment_entry(execution)).collect())
    }

    fn environment_entry(&self, execution: &Execution) -> Value {
        let state = execution.state(self.tick);
        let runs = if execution.pre_check.is_none() { execution.runs.as_slice() } else { &[] };
        // Without a service in it an execution still has a stage.
        let mut stages: Vec<&[Run]> = runs.chunk_by(|one, other| one.stage == other.stage).collect();
        if stages.is_empty() {
            stages.push(&[]);
        }
        let stages: Vec<Value> = stages.into_iter().map(|runs| self.stage_entry(execution, runs)).collect();
        json!({
            "identifier": { "execution_id": execution.id, "environment_id": execution.environment },
            "auditing_data": auditing(execution),
            "status": state,
            // `DeploymentHistoryActionStatus` knows no EXECUTING.
            "action_status": match action_status(state) {
                "EXECUTING" => "ONGOING",
                other => other,
            },
            "trigger_action": execution.action.trigger(),
            "total_duration": duration(execution.elapsed(self.tick)),
            "stages": stages,
        })
    }

    fn stage_entry(&self, execution: &Execution, runs: &[Run]) -> Value {
        let begins = runs.iter().map(|run| run.begins).min().unwrap_or(execution.begins);
        let end = runs.iter().map(Run::end).max().unwrap_or(execution.end());
        let going_on = runs.iter().find(|run| !run.is_over(self.tick));
        let states = || runs.iter().map(|run| run.state(self.tick));
        let state = match going_on {
            Some(run) => run.state(self.tick),
            None => states()
                .find(|state| stage_status(state) != "DONE")
                .or(states().next())
                .unwrap_or(execution.state(self.tick)),
        };
        json!({
            "name": stages::name(runs.first().map_or(1, |run| run.stage)),
            "status": stage_status(state),
            "duration": duration(self.tick.min(end).saturating_sub(begins)),
            "services": runs.iter().map(|run| self.service_entry(execution, run)).collect::<Vec<_>>(),
        })
    }

    /// The executions that touched a service, newest first.
    pub(super) fn service_history(&self, service: &Service, size: usize) -> Reply {
        let shown = self.shown(&service.executions);
        let runs = shown.filter_map(|execution| Some((execution, execution.run(&service.id)?))).take(size);
        Reply::page(size, runs.map(|(execution, run)| self.service_entry(execution, run)).collect())
    }

    fn service_entry(&self, execution: &Execution, run: &Run) -> Value {
        let state = run.state(self.tick);
        json!({
            "identifier": {
                "name": run.name,
                "service_id": run.service,
                "service_type": run.kind.word(),
                "execution_id": execution.id,
            },
            "status": state,
            "auditing_data": auditing(execution),
            "details": if self.quirks.has(QoveryQuirk::OmittedDetails) { json!({}) } else { details(execution, run) },
            "status_details": {
                "action": run.action.words().action,
                "status": action_status(state),
                "sub_action": run.action.sub_action(run.kind == Kind::Terraform),
            },
            "icon_uri": ICON,
            "total_duration": duration(self.tick.min(run.end()).saturating_sub(run.begins)),
        })
    }
}

fn auditing(execution: &Execution) -> Value {
    json!({
        "created_at": execution.created_at,
        "updated_at": execution.ended_at.unwrap_or(execution.created_at),
        "triggered_by": execution.user.name,
        "origin": execution.user.origin,
    })
}

/// The details have no tag; which form they take follows from the service's type alone.
fn details(execution: &Execution, run: &Run) -> Value {
    let version = run.version.as_deref().unwrap_or_default();
    let commit = || commit(version, execution.created_at);
    // The name of the build pod is how the shape of an execution id came to be known.
    let pod = format!("build-{}-0", execution.id);
    match run.kind {
        Kind::Application => json!({ "commit": commit(), "build_pod_name": pod }),
        Kind::Container => json!({ "image_name": run.name, "tag": version, "arguments": [] }),
        Kind::CronJob => {
            json!({ "image_name": run.name, "tag": version, "job_type": "CRON", "build_pod_name": null })
        }
        Kind::LifecycleJob => json!({
            "image_name": run.name,
            "tag": version,
            "job_type": "LIFECYCLE",
            "commit": commit(),
            "build_pod_name": pod,
        }),
        Kind::Helm => json!({ "repository": { "chart_name": run.name, "chart_version": version } }),
        Kind::Terraform | Kind::HelmFromGit => json!({ "commit": commit() }),
        Kind::Database => json!({}),
    }
}

/// An ISO 8601 duration; a tick counts as a second.
fn duration(ticks: u64) -> String {
    match (ticks / 60, ticks % 60) {
        (0, seconds) => format!("PT{seconds}S"),
        (minutes, 0) => format!("PT{minutes}M"),
        (minutes, seconds) => format!("PT{minutes}M{seconds}S"),
    }
}
