//! Coolify: a list of what runs, a read of each deployment, and 200 requests a minute.

use std::sync::Arc;
use std::time::Duration;

use anydeploy::{Coolify as Adapter, Deployer, DeploymentId, Result, Target};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::limit::Budget;
use super::platform::{Answer, Platform};
use super::scene::Scene;

pub(super) struct Coolify;

impl Platform for Coolify {
    fn name(&self) -> &'static str {
        "coolify"
    }

    fn budget(&self) -> Option<Budget> {
        Some(Budget { requests: 200, per: Duration::from_mins(1) })
    }

    fn ideal(&self, _: &Scene) -> (usize, Duration) {
        (1, Duration::from_secs(2))
    }

    fn answer(
        &self,
        scene: &Scene,
        path: &str,
        _: &str,
        now: Duration,
        date: &dyn Fn(Duration) -> DateTime<Utc>,
    ) -> Option<Answer> {
        let row = |number: usize| {
            let end = scene.ends()[number];
            let finished_at = scene.is_over(number, now).then(|| stamp(date(end)));
            json!({
                "id": number,
                "application_id": scene.place_of(number).to_string(),
                "application_name": format!("application-{number}"),
                "commit": "HEAD",
                "created_at": stamp(date(Duration::ZERO)),
                "deployment_uuid": uuid(number),
                "deployment_url": format!("/project/p/environment/e/application/a/deployment/{}", uuid(number)),
                "finished_at": finished_at,
                "force_rebuild": false,
                "is_api": true,
                "is_webhook": false,
                "pull_request_id": 0,
                "restart_only": false,
                "rollback": false,
                "server_id": 0,
                "server_name": "localhost",
                "status": if finished_at.is_some() { "finished" } else { "in_progress" },
                "updated_at": stamp(date(now.min(end))),
            })
        };
        match path.strip_prefix("/api/v1/deployments")?.split('/').collect::<Vec<_>>()[..] {
            [""] => {
                let active = (0..scene.ends().len()).filter(|number| !scene.is_over(*number, now));
                Some(Answer::json(&Value::Array(active.map(row).collect())))
            }
            ["", uuid] => {
                let number = number(uuid).filter(|number| *number < scene.ends().len())?;
                Some(Answer::json(&row(number)).reading(number))
            }
            ["", "applications", application] => {
                let place = application.strip_prefix('a')?.parse().ok()?;
                let rows: Vec<Value> = scene.of_place(place).map(row).collect();
                Some(Answer::json(&json!({ "count": rows.len(), "deployments": rows })))
            }
            _ => None,
        }
    }

    fn deployer(&self, origin: &str) -> Result<Arc<dyn Deployer>> {
        Ok(Arc::new(Adapter::builder().url(origin).token("1|a-token-of-the-bench").build()?))
    }

    fn id(&self, scene: &Scene, deployment: usize) -> DeploymentId {
        let target = Target::application(format!("a{}", scene.place_of(deployment)));
        Adapter::deployment_id(&target, &uuid(deployment))
    }

    fn path(&self, _: &Scene, deployment: usize) -> String {
        format!("/api/v1/deployments/{}", uuid(deployment))
    }

    fn is_over(&self, _: usize, answer: &Value) -> bool {
        answer["status"] == "finished"
    }
}

fn uuid(number: usize) -> String {
    format!("d{number:023}")
}

fn number(uuid: &str) -> Option<usize> {
    uuid.strip_prefix('d')?.parse().ok()
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}
