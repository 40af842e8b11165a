//! A trigger on Dokploy: what is read before it, how it is sent, and how its deployment is searched for.

use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use uuid::Uuid;

use super::baseline::{Baseline, baseline};
use super::infer::{Others, is_ambiguous, note_others};
use super::pending::{Pending, SWIFT_TRIGGER, row_of};
use super::queue::is_over;
use super::row::to_deployment;
use super::rows::{Newest, Rows};
use super::search::{Finding, find, is_over_by, may_have_waited};
use super::send::{Sent, first_polls, send_and_poll};
use super::status::{accepted, of_job};
use super::{Dokploy, earlier};
use crate::adapter::{Answer, Left, Remembered, Resolution, Trigger, Turn, checked, may_be_transient, retry_briefly};
use crate::{
    DeployRequest, Deployer, Deployment, Error, Identity, Platform, Result, Revision, Target, Timing, platform,
};

/// What is sent, and what was read before it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Plan {
    /// The unique part of the correlation tag.
    nonce: String,
    baseline: Baseline,
    /// When the read of the baseline began, in the process that read it.
    #[serde(skip)]
    began: Option<Instant>,
}

impl Plan {
    /// What is known of the deployment before the answer.
    fn pending(&self, request: &DeployRequest, overlaps: bool) -> Pending {
        let mut pending = Pending::new(&self.nonce, self.baseline.newest.created, request.reason());
        pending.overlaps = overlaps;
        pending
    }
}

/// What earlier polls of a search saw.
#[derive(Default)]
pub(super) struct Seen {
    /// The newest row that was read before the queue of the present poll; at first that of the baseline.
    before: Option<Newest>,
    others: Others,
}

/// The triggers of one instance.
#[derive(Clone, Copy, Debug)]
pub(super) struct DokployTrigger<'a>(pub(super) &'a Dokploy);

impl Trigger for DokployTrigger<'_> {
    const PLATFORM: Platform = platform::DOKPLOY;
    // A poll costs two reads, each of which counts twice against the limit of the key.
    const PAUSES: u32 = 4;

    type Plan = Plan;
    type Seen = Seen;

    fn timing(&self) -> &Timing {
        &self.0.timing
    }

    async fn plan(&self, request: &DeployRequest) -> Result<(Turn, Plan)> {
        refuse_revision(request.revision())?;
        request.check(&platform::DOKPLOY, &self.0.capabilities())?;
        let target = request.target();
        let turn = Turn::take(&self.0.api.place(target), target).await;
        let began = Some(Instant::now());
        let baseline = baseline(self.0, target).await?;
        let nonce = Uuid::new_v4().simple().to_string();
        Ok((turn, Plan { nonce, baseline, began }))
    }

    fn place(&self, request: &DeployRequest, _: &Plan) -> (String, Target) {
        (self.0.api.place(request.target()), request.target().clone())
    }

    async fn earlier(&self, request: &DeployRequest, _: &Plan) -> Result<Option<Deployment>> {
        earlier::find(self.0, request).await
    }

    async fn post(&self, request: &DeployRequest, plan: &Plan, turn: &Turn) -> Answer {
        let mut pending = plan.pending(request, turn.overlap().is_some());
        match send_and_poll(self.0, request, &pending).await {
            Ok(Sent::Answered(answered_at)) => {
                pending.last_seen_at = checked(answered_at, plan.baseline.newest.read_at);
                pending.swift = plan.began.is_some_and(|began| began.elapsed() <= SWIFT_TRIGGER);
                let title = request.reason().map(str::to_owned);
                let deployment = pending.to_deployment(request.target(), accepted()).with_title(title);
                Answer::accepted(first_polls(self.0, deployment).await)
            }
            Ok(Sent::Found(deployment)) => Answer::Accepted(deployment),
            Err(error) => Answer::of_error(error),
        }
    }

    /// Reads the queue and then the rows: a job is in the queue before the trigger is answered and leaves it after the
    /// last change of its row, so that one of the two shows it at any moment.
    async fn search(
        &self,
        request: &DeployRequest,
        plan: &Plan,
        turn: &Turn,
        seen: &mut Seen,
        is_ours: bool,
    ) -> Result<Resolution> {
        let target = request.target();
        let queue = retry_briefly(|| self.0.api.queue(target)).await;
        let rows = retry_briefly(|| self.0.api.rows(target)).await?;
        let mut pending = plan.pending(request, turn.overlap().is_some());
        if let Some(row) = pending.tagged(&rows.rows) {
            return Ok(Resolution::found(to_deployment(target, row, Identity::Exact)));
        }
        let queue = match queue {
            Ok(Some(queue)) => queue,
            Ok(None) => return Ok(Resolution::Unreadable("this version of Dokploy does not show what waits")),
            Err(error) if may_be_transient(&error) => return Err(error),
            Err(_) => return Ok(Resolution::Unreadable("what waits cannot be read")),
        };
        if let Some(job) = queue.tagged(&pending.correlation_tag()) {
            if is_over(job) {
                pending.last_seen_at = checked(queue.at, rows.at);
                pending.note_start(job);
            } else {
                let before = seen.before.unwrap_or(plan.baseline.newest);
                pending.note_job(job, &queue, Some(before), Some(&rows.rows));
            }
            let deployment = pending.to_deployment(target, of_job(job));
            return Ok(Resolution::found(deployment.with_title(job.data.title_log.clone())));
        }
        note_others(&mut seen.others, &pending, &rows.rows);
        seen.before = Some(rows.newest());
        if !is_ours {
            return search_elsewhere(self.0, target, plan, &pending, &rows, &seen.others).await;
        }
        Ok(if is_ambiguous(&pending, &rows.rows, &seen.others) {
            Resolution::Ambiguous("the rows do not show any more who started one of the new deployments")
        } else {
            Resolution::NotFound
        })
    }

    fn left(&self, plan: &Plan, deployment: &Deployment) -> Option<Left> {
        match deployment.identity {
            Identity::Pending => Some(Left::new(self.0.timing.lost_after).with_key(&*plan.nonce)),
            // Nothing proves that it is not that of another trigger.
            Identity::Inferred => {
                let row = row_of(&deployment.id);
                Some(Left::default().with_key(&*plan.nonce).with_deployment(row.as_deref()))
            }
            _ => None,
        }
    }

    fn was_not_acted_on(&self, request: &DeployRequest, plan: Plan) {
        earlier::remember(self.0, request, plan.pending(request, false));
    }
}

/// What the rows prove to a process that has not seen what happened since the trigger.
async fn search_elsewhere(
    dokploy: &Dokploy,
    target: &Target,
    plan: &Plan,
    pending: &Pending,
    rows: &Rows,
    others: &Others,
) -> Result<Resolution> {
    let (baseline, timing) = (&plan.baseline, &dokploy.timing);
    Ok(match find(pending, baseline, &rows.rows, others, timing) {
        Finding::Row(row)
            if Remembered::of(&dokploy.api.place(target)).is_of_another(&row.deployment_id, &plan.nonce) =>
        {
            Resolution::Ambiguous("the only deployment that it may have started counts as that of another trigger")
        }
        Finding::Row(_) if !is_over_by(baseline, rows.at, timing) => {
            Resolution::Unresolved("the trigger may still be sent, and a deployment of another caller ended just now")
        }
        Finding::Row(row) => Resolution::likely(to_deployment(target, row, Identity::Inferred)),
        Finding::Ambiguous(why) => Resolution::Ambiguous(why),
        Finding::Late => match retry_briefly(|| dokploy.api.all_rows()).await {
            Ok(all) if !may_have_waited(target, baseline, &all, timing) => Resolution::NotFound,
            Err(error) if may_be_transient(&error) => return Err(error),
            _ => Resolution::Ambiguous("it may have waited, and a later row may be its own"),
        },
        Finding::NotFound => Resolution::NotFound,
    })
}

/// Refuses what no call of Dokploy 0.30.2 does, with what to do instead.
fn refuse_revision(revision: &Revision) -> Result<()> {
    let what = match revision {
        Revision::ImageTag(_) => "deploying a given image tag; set the image by `application.update`, then deploy",
        Revision::Commit(_) => {
            "deploying a given commit: it clones the head of the configured branch or tag; push a tag and configure that \
             instead"
        }
        // A rebuild fetches nothing: it takes the sources that the last clone left on the disk, also that of a deployment
        // which failed, and the image that is configured by now.
        Revision::Deployed => {
            "deploying once more what was deployed last: a rebuild takes what is on the server's disk, which may be of a \
             deployment that failed, and the image that is configured now"
        }
        _ => return Ok(()),
    };
    Err(Error::unsupported(platform::DOKPLOY, what))
}
