//! The one queue of the whole server: what waits, what runs, and how clients see both.

use serde_json::{Value, json};

use super::job::{Job, Order, Stage};
use super::script::Ending;
use super::service::{Kind, Target};
use super::state::{REMOTE, State};
use super::triggered::{DokployJobState, DokployOperation, DokployOrigin, DokployTriggered};

impl State {
    /// Accepts a deployment: no row, no id, only a job.
    pub(super) fn enqueue(&mut self, order: Order) {
        let Some(service) = self.service_mut(&order.target) else { return };
        let mut script = service.scripts.pop_front().unwrap_or_else(|| service.usual.clone());
        let group = service.group();
        if !service.has_source() {
            // A service without a source is accepted like any other and fails at once.
            script.ending = Ending::Error(None);
            script.ticks = 0;
            script.cloned = false;
        }
        // A webhook's commit message has always been the title.
        let keeps = self.quirks.keeps_title() || order.origin == DokployOrigin::Webhook;
        let kept_text = |text: &Option<String>| text.clone().filter(|text| keeps && !text.is_empty());
        let title = match (order.target.kind, order.redeploy) {
            (Kind::Preview, _) => "Rebuild Preview Deployment",
            (_, true) => "Rebuild deployment",
            (_, false) => "Manual deployment",
        };
        self.queue.last += 1;
        self.queue.jobs.push(Job {
            number: self.queue.last,
            target: order.target.clone(),
            group,
            // Only a webhook leaves out which server the service lies on.
            remote: self.quirks.remote && order.origin != DokployOrigin::Webhook,
            redeploy: order.redeploy,
            // An empty title counts as none.
            title: kept_text(&order.title).unwrap_or_else(|| title.to_owned()),
            description: kept_text(&order.description).unwrap_or_default(),
            timestamp: self.wall.timestamp_millis(),
            processed_on: None,
            stage: Stage::Waiting,
            due: u64::MAX,
            script,
            row: None,
            settings: None,
            entry: self.ledger.len(),
        });
        self.ledger.push(DokployTriggered {
            deployment_id: None,
            target: order.target.id,
            title: order.title,
            description: order.description,
            operation: if order.redeploy { DokployOperation::Redeploy } else { DokployOperation::Deploy },
            origin: order.origin,
            sender: order.sender,
            state: DokployJobState::Waiting,
            ended_at: None,
        });
        self.start_jobs();
    }

    /// Takes waiting jobs from the queue; nothing shows that they ever were there.
    pub(super) fn drop_waiting(&mut self, of: impl Fn(&Job) -> bool) {
        let jobs = std::mem::take(&mut self.queue.jobs);
        let (removed, kept): (Vec<Job>, Vec<Job>) =
            jobs.into_iter().partition(|job| job.stage == Stage::Waiting && of(job));
        self.queue.jobs = kept;
        for job in removed {
            self.note(job.entry, DokployJobState::Dropped);
        }
    }

    /// The queue as `deployment.queueList` shows it, to everybody and for every service.
    pub(super) fn queue_list(&self) -> Value {
        let (waiting, active): (Vec<&Job>, Vec<&Job>) =
            self.queue.jobs.iter().partition(|job| job.stage == Stage::Waiting);
        let mut jobs: Vec<&Job> = waiting.into_iter().chain(active).collect();
        if self.quirks.cloud {
            jobs.extend(&self.queue.history);
        }
        // The server sorts by time alone: jobs of one millisecond keep their order, the waiting ones first.
        jobs.sort_by_key(|job| std::cmp::Reverse(job.timestamp));
        jobs.into_iter().map(|job| self.listed(job)).collect()
    }

    fn listed(&self, job: &Job) -> Value {
        let mut data = json!({ job.target.kind.id_field(): job.target.id });
        if job.target.kind == Kind::Preview {
            data["applicationId"] = job.group.id.as_str().into();
        }
        data["titleLog"] = job.title.as_str().into();
        data["descriptionLog"] = job.description.as_str().into();
        data["type"] = if job.redeploy { "redeploy" } else { "deploy" }.into();
        data["applicationType"] = job.target.kind.job_word().into();
        data["server"] = job.remote.into();
        if job.remote {
            data["serverId"] = REMOTE.into();
        }
        let state = match (job.stage, self.quirks.cloud) {
            (Stage::Waiting, false) => "waiting",
            (_, false) => "active",
            (_, true) => match self.ledger[job.entry].state {
                DokployJobState::Waiting => "pending",
                DokployJobState::Done => "completed",
                DokployJobState::Error | DokployJobState::NeverStarted => "failed",
                DokployJobState::Cancelled | DokployJobState::Dropped => "cancelled",
                _ => "active",
            },
        };
        let mut listed = json!({
            "id": format!("job-{}", job.number), "name": "deployments", "data": data, "timestamp": job.timestamp,
        });
        if let Some(moment) = job.processed_on {
            listed["processedOn"] = moment.into();
        }
        listed["state"] = state.into();
        listed["servicePath"] = self.service_path(&job.group);
        listed
    }

    fn service_path(&self, target: &Target) -> Value {
        let Some(service) = self.service(target) else { return json!({ "href": null, "label": "—" }) };
        let environment = service.text("environmentId");
        let project = self.environment(environment).map_or(&Value::Null, |environment| &environment["projectId"]);
        let href = format!(
            "/dashboard/project/{}/environment/{environment}/services/{}/{}",
            project.as_str().unwrap_or_default(),
            target.kind.job_word(),
            target.id,
        );
        json!({ "href": href, "label": if target.kind == Kind::Compose { "Compose" } else { "Application" } })
    }
}
