//! The queue: the only list with the deployments that wait.

use std::sync::Arc;

use dokploy_client::types::{Deployment as Row, QueueJob as Job, QueueJobStateEnum};

use super::rows::{created, tag_of};
use crate::adapter::Timestamps;
use crate::{Target, TargetKind};

/// The jobs of the whole instance at one point in time, other people's services included.
#[derive(Clone)]
pub(super) struct Jobs {
    jobs: Arc<[Job]>,
    at: Option<Timestamps>,
}

impl Jobs {
    pub(super) fn new(jobs: Vec<Job>, at: Option<Timestamps>) -> Self {
        Self { jobs: jobs.into(), at }
    }

    /// Those of a target.
    pub(super) fn of(&self, target: &Target) -> Queue {
        Queue { jobs: self.jobs.iter().filter(|job| concerns(job, target)).cloned().collect(), at: self.at }
    }
}

/// The jobs of a target at one point in time; the cloud lists those that are over as well.
pub(super) struct Queue {
    jobs: Vec<Job>,
    /// When they were read.
    pub(super) at: Option<Timestamps>,
}

impl Queue {
    pub(super) fn tagged(&self, tag: &str) -> Option<&Job> {
        self.jobs.iter().find(|job| job.data.description_log.as_deref().is_some_and(|text| text.contains(tag)))
    }

    /// Whether a job waits or runs.
    pub(super) fn is_busy(&self) -> bool {
        self.jobs.iter().any(|job| !is_over(job))
    }

    /// The job with the tag, as long as it waits or runs.
    pub(super) fn waiting(&self, tag: &str) -> Option<&Job> {
        self.tagged(tag).filter(|job| !is_over(job))
    }

    /// The job that was cancelled and that this row belongs to.
    ///
    /// Jobs of one service run one after another, so that a row is that of the last job that started before it.
    pub(super) fn cancelled(&self, row: &Row) -> Option<&Job> {
        let appeared = created(row)?;
        let started = |job: &Job| job.processed_on.filter(|started| *started <= appeared);
        let last = self.jobs.iter().filter(|job| started(job).is_some()).max_by_key(|job| started(job))?;
        Some(last).filter(|job| job.state == QueueJobStateEnum::Cancelled)
    }

    /// The job that waits or runs and has the correlation tag of this row, or its title and description if it has none.
    pub(super) fn same(&self, row: &Row) -> Option<&Job> {
        let tag = row.description.as_deref().and_then(tag_of);
        self.jobs.iter().filter(|job| !is_over(job)).find(|job| {
            let data = &job.data;
            match tag {
                Some(tag) => data.description_log.as_deref().and_then(tag_of) == Some(tag),
                None => data.title_log == row.title && data.description_log == row.description,
            }
        })
    }

    /// The jobs that wait or run, without the one with the tag.
    pub(super) fn others(&self, tag: &str) -> Vec<&Job> {
        let ours = self.tagged(tag).map(|job| &job.id);
        self.jobs.iter().filter(|job| !is_over(job) && Some(&job.id) != ours).collect()
    }
}

/// Whether a job's row is among those of the target; the preview of an application has rows of its own.
fn concerns(job: &Job, target: &Target) -> bool {
    let data = &job.data;
    let id = match target.kind() {
        TargetKind::Application if data.preview_deployment_id.is_none() => &data.application_id,
        TargetKind::Compose => &data.compose_id,
        TargetKind::Preview => &data.preview_deployment_id,
        _ => &None,
    };
    id.as_deref() == Some(target.id())
}

pub(super) fn is_over(job: &Job) -> bool {
    matches!(job.state, QueueJobStateEnum::Completed | QueueJobStateEnum::Failed | QueueJobStateEnum::Cancelled)
}

/// Whether jobs of the same service may run beside this one: a webhook's job for a service on a remote server is put
/// into another partition than the API's.
pub(super) fn may_overlap(job: &Job) -> bool {
    job.data.server == Some(true) || job.data.server_id.is_some()
}

/// The place in the order in which jobs were queued: the milliseconds, and within one the number of the job.
pub(super) fn place(job: &Job) -> (i64, u64) {
    let number = job.id.rsplit('-').next().and_then(|number| number.parse().ok());
    (job.timestamp.unwrap_or_default(), number.unwrap_or_default())
}
