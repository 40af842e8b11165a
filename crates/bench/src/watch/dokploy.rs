//! Dokploy: the rows of an application, one list of all rows, the queue, and no limit that it would name.

use std::sync::Arc;
use std::time::Duration;

use anydeploy::{Deployer, DeploymentId, Dokploy as Adapter, Result, Target};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::limit::Budget;
use super::platform::{Answer, Platform};
use super::scene::Scene;

pub(super) struct Dokploy;

impl Platform for Dokploy {
    fn name(&self) -> &'static str {
        "dokploy"
    }

    fn budget(&self) -> Option<Budget> {
        None
    }

    fn ideal(&self, _: &Scene) -> (usize, Duration) {
        (1, Duration::from_secs(2))
    }

    fn answer(
        &self,
        scene: &Scene,
        path: &str,
        query: &str,
        now: Duration,
        date: &dyn Fn(Duration) -> DateTime<Utc>,
    ) -> Option<Answer> {
        let row = |number: usize| {
            let finished_at = scene.is_over(number, now).then(|| stamp(date(scene.ends()[number])));
            // The server puts the commit into the description when the deployment ends.
            let description = if finished_at.is_some() { "Commit: 5f1c7a90" } else { "" };
            json!({
                "deploymentId": row_id(number),
                "title": "Manual deployment",
                "description": description,
                "status": if finished_at.is_some() { "done" } else { "running" },
                "logPath": format!("/etc/dokploy/logs/web/{}.log", row_id(number)),
                "pid": null,
                "applicationId": application(scene.place_of(number)),
                "composeId": null,
                "serverId": null,
                "isPreviewDeployment": false,
                "createdAt": stamp(date(Duration::ZERO)),
                "startedAt": stamp(date(Duration::ZERO)),
                "finishedAt": finished_at,
                "errorMessage": null,
            })
        };
        match path {
            "/api/deployment.all" => {
                let place = query.strip_prefix("applicationId=app-")?.parse().ok()?;
                Some(Answer::json(&Value::Array(scene.of_place(place).map(row).collect())))
            }
            "/api/deployment.allCentralized" => {
                let with_application = |number| {
                    let mut row = row(number);
                    let id = application(scene.place_of(number));
                    row["application"] = json!({ "applicationId": id, "name": "web", "appName": "web" });
                    row
                };
                Some(Answer::json(&Value::Array((0..scene.ends().len()).map(with_application).collect())))
            }
            // A job stays in the queue until after the last change of its row.
            "/api/deployment.queueList" => {
                let job = |number: usize| {
                    let of = json!({ "applicationId": application(scene.place_of(number)), "titleLog": "Manual deployment" });
                    json!({ "id": number.to_string(), "state": "active", "data": of })
                };
                let running = (0..scene.ends().len()).filter(|number| !scene.is_over(*number, now));
                Some(Answer::json(&Value::Array(running.map(job).collect())))
            }
            "/api/settings.isCloud" => Some(Answer::json(&json!(false))),
            _ => None,
        }
    }

    fn deployer(&self, origin: &str) -> Result<Arc<dyn Deployer>> {
        Ok(Arc::new(Adapter::builder().url(origin).token("a-key-of-the-bench").build()?))
    }

    fn id(&self, scene: &Scene, deployment: usize) -> DeploymentId {
        let target = Target::application(application(scene.place_of(deployment)));
        Adapter::deployment_id(&target, &row_id(deployment))
    }

    fn path(&self, scene: &Scene, deployment: usize) -> String {
        format!("/api/deployment.all?applicationId={}", application(scene.place_of(deployment)))
    }

    fn is_over(&self, deployment: usize, answer: &Value) -> bool {
        let id = row_id(deployment);
        let rows = answer.as_array().map(Vec::as_slice).unwrap_or_default();
        rows.iter().any(|row| row["deploymentId"] == *id && row["status"] == "done")
    }
}

fn application(place: usize) -> String {
    format!("app-{place}")
}

fn row_id(number: usize) -> String {
    format!("row-{number:017}")
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
