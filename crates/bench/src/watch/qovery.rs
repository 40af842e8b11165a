//! Qovery: the statuses of an environment, its history, and 1,000 requests an hour.

use std::sync::Arc;
use std::time::Duration;

use anydeploy::{Deployer, DeploymentId, Qovery as Adapter, Result, Target, TargetKind};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::limit::Budget;
use super::platform::{Answer, Platform};
use super::scene::Scene;

/// One execution an environment, which deploys all of its services.
pub(super) struct Qovery;

impl Platform for Qovery {
    fn name(&self) -> &'static str {
        "qovery"
    }

    fn budget(&self) -> Option<Budget> {
        Some(Budget { requests: 1000, per: Duration::from_hours(1) })
    }

    fn ideal(&self, scene: &Scene) -> (usize, Duration) {
        // Four fifths of the budget, less one read of the history for each deployment.
        let longest = scene.ends().iter().max().copied().unwrap_or_default().as_secs_f64();
        let rounds = 800_usize.saturating_sub(scene.ends().len()).max(1) as f64 / scene.places() as f64;
        (scene.places(), Duration::from_secs_f64((longest / rounds).max(8.0)))
    }

    fn answer(
        &self,
        scene: &Scene,
        path: &str,
        _: &str,
        now: Duration,
        date: &dyn Fn(Duration) -> DateTime<Utc>,
    ) -> Option<Answer> {
        let (environment, list) = path.strip_prefix("/environment/")?.split_once('/')?;
        let place = number(environment).filter(|place| *place < scene.places())?;
        let is_over = scene.of_place(place).all(|number| scene.is_over(number, now));
        let whole = if is_over { "DEPLOYED" } else { "DEPLOYING" };
        match list {
            "statuses" => {
                let status = |number: usize| {
                    let is_over = scene.is_over(number, now);
                    json!({
                        "id": service(number),
                        "state": if is_over { "DEPLOYED" } else { "DEPLOYING" },
                        "service_deployment_status": "UP_TO_DATE",
                        "is_part_last_deployment": true,
                        "status_details": {
                            "action": "DEPLOY",
                            "status": if is_over { "SUCCESS" } else { "ONGOING" },
                            "sub_action": "NONE",
                        },
                        "deployment_requests_count": 0,
                        "execution_id": execution(place),
                        "last_deployment_date": date(now.min(scene.ends()[number])),
                    })
                };
                let services: Vec<Value> = scene.of_place(place).map(status).collect();
                Some(Answer::json(&json!({
                    "environment": {
                        "id": environment,
                        "state": whole,
                        "last_deployment_id": execution(place),
                        "last_deployment_state": whole,
                        "last_deployment_date": date(now),
                    },
                    "applications": [], "containers": services, "databases": [], "helms": [], "jobs": [],
                    "terraforms": [],
                })))
            }
            "deploymentHistoryV2" => {
                let service = |number: usize| {
                    let is_over = scene.is_over(number, now);
                    json!({
                        "identifier": {
                            "name": format!("container-{number}"),
                            "service_id": service(number),
                            "service_type": "CONTAINER",
                            "execution_id": execution(place),
                        },
                        "status": if is_over { "DEPLOYED" } else { "DEPLOYING" },
                        "details": { "image_name": "web", "tag": "1.0", "arguments": [] },
                        "status_details": {
                            "action": "DEPLOY",
                            "status": if is_over { "SUCCESS" } else { "ONGOING" },
                            "sub_action": "NONE",
                        },
                    })
                };
                let services: Vec<Value> = scene.of_place(place).map(service).collect();
                let entry = json!({
                    "identifier": { "execution_id": execution(place), "environment_id": environment },
                    "auditing_data": {
                        "created_at": date(Duration::ZERO), "updated_at": date(now),
                        "triggered_by": "the bench", "origin": "API",
                    },
                    "status": whole,
                    "action_status": if is_over { "SUCCESS" } else { "ONGOING" },
                    "trigger_action": "DEPLOY",
                    "stages": [{ "name": "DEFAULT", "status": if is_over { "DONE" } else { "ONGOING" },
                        "services": services }],
                });
                Some(Answer::json(&json!({ "page": 1, "page_size": 50, "results": [entry] })))
            }
            "deploymentQueue" => Some(Answer::json(&json!({ "results": [] }))),
            _ => None,
        }
    }

    fn deployer(&self, origin: &str) -> Result<Arc<dyn Deployer>> {
        Ok(Arc::new(Adapter::builder().url(origin).token("qov_a-token-of-the-bench").build()?))
    }

    fn id(&self, scene: &Scene, deployment: usize) -> DeploymentId {
        let place = scene.place_of(deployment);
        let target = Target::new(TargetKind::Container, service(deployment)).in_environment(environment(place));
        Adapter::deployment_id(&target, &environment(place), &execution(place))
    }

    fn path(&self, scene: &Scene, deployment: usize) -> String {
        format!("/environment/{}/statuses", environment(scene.place_of(deployment)))
    }

    fn is_over(&self, deployment: usize, answer: &Value) -> bool {
        let id = service(deployment);
        let services = answer["containers"].as_array().map(Vec::as_slice).unwrap_or_default();
        services.iter().any(|service| service["id"] == *id && service["state"] == "DEPLOYED")
    }
}

fn environment(place: usize) -> String {
    format!("e0000000-0000-4000-8000-{place:012}")
}

fn service(number: usize) -> String {
    format!("50000000-0000-4000-8000-{number:012}")
}

fn execution(place: usize) -> String {
    format!("{}-1", environment(place))
}

fn number(environment: &str) -> Option<usize> {
    environment.strip_prefix("e0000000-0000-4000-8000-")?.parse().ok()
}
