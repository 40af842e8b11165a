//! One deployment of an application: its row in the queue and how it proceeds.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::script::{CoolifyScript, Ending};
use crate::request::ReceivedRequest;
use crate::sender::Sender;

/// What was asked of the queue.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    pub(super) task: Task,
    pub(super) pull_request: u64,
    pub(super) image_tag: Option<String>,
    pub(super) force: bool,
    /// Past the queue: started even beside another deployment of the same application.
    pub(super) at_once: bool,
    /// Where it came from; nowhere if the fake fills its own queue.
    pub(super) origin: Option<CoolifyOrigin>,
    pub(super) sender: Sender,
}

impl Order {
    /// What a request with a token asks for.
    pub(super) fn by_api(task: Task, request: &ReceivedRequest) -> Self {
        Self { task, origin: Some(CoolifyOrigin::Api), sender: Sender::of(request), ..Self::default() }
    }

    /// Whether it is stored although the same is queued already.
    pub(super) fn repeats(&self) -> bool {
        self.force || self.at_once || matches!(self.task, Task::Rollback(_))
    }
}

/// What a deployment does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Task {
    #[default]
    Deploy,
    /// Exchanges the container without a build.
    Restart,
    /// Goes back to this commit or image tag.
    Rollback(String),
}

/// Where a deployment came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CoolifyOrigin {
    /// A request with an API token, or
    /// [`FakeCoolify::deploy_by_another_program`](crate::FakeCoolify::deploy_by_another_program).
    Api,
    /// [`FakeCoolify::deploy_by_someone_else`](crate::FakeCoolify::deploy_by_someone_else).
    SomeoneElse,
    /// Coolify itself, see [`CoolifyQuirk::ExtraDestination`](crate::CoolifyQuirk::ExtraDestination).
    ExtraDestination,
}

/// The five words of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Queued,
    InProgress,
    Finished,
    Failed,
    Cancelled,
}

impl Status {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::InProgress => "in_progress",
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled-by-user",
        }
    }

    pub(super) fn is_active(self) -> bool {
        matches!(self, Self::Queued | Self::InProgress)
    }
}

/// Why a deployment is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    Finished,
    Failed(String),
    CancelledInBrowser,
    CancelledByApi,
    /// A restart or upgrade of Coolify fails every active deployment and writes nothing to its log.
    ServerRestarted,
    /// The machine does not work: the row ends without a date.
    NotFunctional,
    /// Its preview was deleted: the row ends without a date.
    PreviewDeleted,
}

/// A row of the deployment queue.
pub(super) struct Deployment {
    pub(super) id: u64,
    pub(super) uuid: String,
    pub(super) application_id: u64,
    pub(super) application_uuid: String,
    pub(super) application_name: String,
    /// What it deploys, as its log names it: fixed when it starts.
    pub(super) source: String,
    /// What `HEAD` turns out to be: fixed when it starts, shown one tick later.
    pub(super) head: Option<String>,
    /// Whether it builds, and does not start an image that is there.
    pub(super) built: bool,
    /// Path of its page in the web interface, without the host.
    pub(super) page: String,
    pub(super) order: Order,
    /// Later requests that were merged into this deployment.
    pub(super) joined: Vec<Sender>,
    /// The commit it was stored with.
    pub(super) asked: String,
    pub(super) script: CoolifyScript,
    pub(super) created: DateTime<Utc>,
    pub(super) started: Option<(u64, DateTime<Utc>)>,
    pub(super) ended: Option<(u64, DateTime<Utc>, End)>,
}

impl Deployment {
    pub(super) fn status(&self) -> Status {
        match (&self.started, &self.ended) {
            (None, None) => Status::Queued,
            (Some(_), None) => Status::InProgress,
            (_, Some((_, _, End::Finished))) => Status::Finished,
            (_, Some((_, _, End::Failed(_) | End::ServerRestarted | End::NotFunctional))) => Status::Failed,
            (_, Some((_, _, End::CancelledInBrowser | End::CancelledByApi | End::PreviewDeleted))) => Status::Cancelled,
        }
    }

    /// The word for its status: the script's own for the end that it describes.
    pub(super) fn word(&self) -> &str {
        let own = self.script.word.as_deref().filter(|_| self.status() == Status::Finished);
        own.unwrap_or(self.status().word())
    }

    pub(super) fn start(&mut self, now: u64, at: DateTime<Utc>) {
        self.started = Some((now, at));
    }

    pub(super) fn end(&mut self, now: u64, at: DateTime<Utc>, end: End) {
        self.ended = Some((now, at, end));
    }

    /// The tick at which it ends by itself, and how.
    pub(super) fn due(&self) -> Option<(u64, End)> {
        let (start, _) = self.started.filter(|_| self.ended.is_none())?;
        let end = match &self.script.ending {
            Ending::Finished => End::Finished,
            Ending::Failed(reason) => End::Failed(reason.clone()),
            Ending::Cancelled => End::CancelledInBrowser,
            Ending::NotFunctional => End::NotFunctional,
            Ending::Never => return None,
        };
        Some((start + self.script.ticks, end))
    }

    /// The job resolves `HEAD` to a commit one tick after its start.
    pub(super) fn commit(&self, now: u64) -> &str {
        let resolved = self.started.is_some_and(|(start, _)| now > start);
        match &self.head {
            Some(commit) if resolved && self.asked == "HEAD" => commit,
            _ => &self.asked,
        }
    }

    /// The tag of the image that it builds or finds.
    pub(super) fn tag(&self) -> &str {
        self.head.as_deref().filter(|_| self.asked == "HEAD").unwrap_or(&self.asked)
    }

    /// The message of its commit, which only a deployment that clones the repository reads.
    fn commit_message(&self, now: u64) -> Option<String> {
        let cloned = self.built && self.started.is_some_and(|(start, _)| now > start);
        self.head.as_ref().filter(|_| cloned).map(|_| format!("The message of {}", self.tag()))
    }

    /// Whether the job has written its last lines, which come after the final status.
    pub(super) fn has_last_lines(&self, now: u64, late: bool) -> bool {
        self.ended.as_ref().is_some_and(|(at, _, _)| !late || now > *at)
    }

    /// The row as the API shows it, without the embedded application.
    pub(super) fn body(&self, now: u64, late: bool, with_logs: bool) -> Map<String, Value> {
        let ended = self.ended.as_ref().map(|(_, at, _)| *at);
        let updated = ended.or(self.started.map(|(_, at)| at)).unwrap_or(self.created);
        // What never ran and what died with the server is never stamped.
        let stamped = self.started.is_some()
            && self.has_last_lines(now, late)
            && !matches!(self.ended, Some((_, _, End::ServerRestarted | End::NotFunctional | End::PreviewDeleted)));
        let job = self.started.map(|_| format!("00000000-0000-4000-8000-{:012}", self.id));
        let additional = u8::from(self.order.origin == Some(CoolifyOrigin::ExtraDestination));
        let row = json!({
            "id": self.id,
            "application_id": self.application_id.to_string(),
            "application_name": self.application_name,
            "build_server_id": null,
            "commit": self.commit(now),
            "commit_message": self.commit_message(now),
            "configuration_hash": null,
            "created_at": stamp(self.created),
            "current_process_id": self.started.map(|_| (4000 + self.id).to_string()),
            "deployment_url": self.page,
            "deployment_uuid": self.uuid,
            "destination_id": additional.to_string(),
            "docker_registry_image_tag": self.order.image_tag,
            "finished_at": ended.filter(|_| stamped).map(stamp),
            "force_rebuild": self.order.force,
            "git_type": null,
            "horizon_job_id": job,
            "horizon_job_worker": self.started.map(|_| "fake"),
            "is_api": self.order.origin == Some(CoolifyOrigin::Api),
            "is_webhook": false,
            "only_this_server": false,
            "pull_request_id": self.order.pull_request,
            "restart_only": self.order.task == Task::Restart,
            "rollback": matches!(self.order.task, Task::Rollback(_)),
            "server_id": additional,
            "server_name": if additional == 0 { "localhost" } else { "additional" },
            "status": self.word(),
            "updated_at": stamp(updated),
        });
        let Value::Object(mut row) = row else { return Map::new() };
        if with_logs {
            row.insert("logs".to_owned(), self.log(now, late).map_or(Value::Null, Value::String));
        }
        row
    }
}

/// A date as the server's models print it.
pub(super) fn stamp(at: DateTime<Utc>) -> String {
    // The columns hold whole seconds, the format has six digits behind them.
    let seconds = at.timestamp();
    DateTime::from_timestamp(seconds, 0).unwrap_or(at).to_rfc3339_opts(SecondsFormat::Micros, true)
}
