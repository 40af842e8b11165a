//! A trigger on Dokploy: what is read before it, how it is sent, and how its deployment is searched for.

use futures::future::{BoxFuture, FutureExt};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use uuid::Uuid;

use super::baseline::{Baseline, baseline};
use super::cancelled::keeps_jobs;
use super::current::not_yet_decided;
use super::database::DatabaseTrigger;
use super::infer::{Others, is_ambiguous, note_others};
use super::known::Known;
use super::operation::{Asked, Operation, advice};
use super::pending::{Pending, SWIFT_TRIGGER};
use super::queue::is_over;
use super::reload::ReloadTrigger;
use super::rollback::RollbackTrigger;
use super::row::to_deployment;
use super::rows::{Newest, Rows};
use super::search::{Finding, Scope, find};
use super::send::{Sent, first_polls, send_and_poll};
use super::status::{accepted, of_job};
use super::{Dokploy, database, earlier, previews, reload, rollback, setting};
use crate::adapter::{
    Answer, Left, Planner, Remembered, Resolution, Search, Trigger, Turn, checked, may_be_transient, retry_briefly,
};
use crate::{
    DeployRequest, Deployer, Deployment, Error, ErrorKind, Identity, Platform, Result, Revision, Target, TargetKind,
    Timing, platform,
};

/// What is sent, and what was read before it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Plan {
    /// The unique part of the correlation tag.
    nonce: String,
    baseline: Baseline,
    /// The preview that a request for a pull request means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    preview: Option<String>,
    /// What was read before a restart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reload: Option<reload::Before>,
    /// What was read before a rollback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rollback: Option<rollback::Before>,
    /// What was read before something is done with a database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    database: Option<database::Before>,
    /// What was read before a setting is changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    setting: Option<setting::Before>,
    /// When the read of the baseline began, in the process that read it.
    #[serde(skip)]
    began: Option<Instant>,
}

/// Plans the triggers of one instance.
#[derive(Clone, Copy, Debug)]
pub(super) struct DokployPlanner<'a>(pub(super) &'a Dokploy);

impl Planner for DokployPlanner<'_> {
    const PLATFORM: Platform = platform::DOKPLOY;

    type Plan = Plan;

    async fn plan(&self, request: &DeployRequest) -> Result<(Turn, Plan)> {
        refuse_revision(request.revision())?;
        let target = request.target();
        request.check(&platform::DOKPLOY, &self.0.capabilities()).map_err(|error| {
            match advice(target.kind(), request.action()) {
                Some(advice) if error.kind() == ErrorKind::Unsupported => error.with_advice(advice),
                _ => error,
            }
        })?;
        let operation = Operation::of(request.action())?;
        if let Some(setting) = request.setting() {
            setting::check(setting)?;
        }
        let preview = previews::of_request(self.0, request).await?;
        let target = preview.as_ref().unwrap_or(target);
        let turn = Turn::take(&self.0.api.place(target), target).await;
        let began = Some(Instant::now());
        let has_rows = *target.kind() != TargetKind::Database;
        let database = if has_rows { None } else { Some(database::Before::read(self.0, target, operation).await?) };
        let baseline = if has_rows { baseline(self.0, target).await? } else { Baseline::default() };
        let reload = match operation {
            Operation::Reload if has_rows => Some(reload::Before::read(self.0, target).await?),
            _ => None,
        };
        let rollback = match request.rollback_point() {
            Some(point) => Some(rollback::Before::read(self.0, target, point).await?),
            None => None,
        };
        let setting = match request.setting() {
            Some(setting) => Some(setting::Before::read(self.0, target, setting).await?),
            None => None,
        };
        let nonce = Uuid::new_v4().simple().to_string();
        let preview = preview.map(|preview| preview.id().to_owned());
        Ok((turn, Plan { nonce, baseline, preview, reload, rollback, database, setting, began }))
    }

    fn trigger<'a>(&'a self, request: &'a DeployRequest, plan: Plan) -> Box<dyn Trigger + 'a> {
        if let Some(before) = plan.reload {
            return Box::new(ReloadTrigger { dokploy: self.0, request, baseline: plan.baseline, before });
        }
        if let Some(before) = plan.rollback {
            return Box::new(RollbackTrigger { dokploy: self.0, request, baseline: plan.baseline, before });
        }
        if let Some(before) = plan.database {
            return Box::new(DatabaseTrigger::new(self.0, request, before));
        }
        let before = plan.baseline.newest;
        let asked = Asked::of(request);
        let target = match &plan.preview {
            Some(preview) => Target::new(TargetKind::Preview, preview),
            None => request.target().clone(),
        };
        Box::new(DokployTrigger { dokploy: self.0, request, target, asked, plan, before, others: Others::new() })
    }
}

/// The trigger of one request, and what earlier polls of its search saw.
struct DokployTrigger<'a> {
    dokploy: &'a Dokploy,
    request: &'a DeployRequest,
    /// The target of the request, or the preview that it means.
    target: Target,
    asked: Asked,
    plan: Plan,
    /// The newest row that was read before the queue of the present poll; at first that of the baseline.
    before: Newest,
    others: Others,
}

impl Trigger for DokployTrigger<'_> {
    fn timing(&self) -> &Timing {
        &self.dokploy.timing
    }

    fn place(&self) -> (String, Target) {
        (self.dokploy.api.place(&self.target), self.target.clone())
    }

    fn pauses(&self) -> u32 {
        // A poll costs two reads, each of which counts twice against the limit of the key.
        4
    }

    fn earlier<'a>(&'a self, turn: &'a Turn) -> BoxFuture<'a, Result<Option<Deployment>>> {
        earlier::find(self.dokploy, &self.target, self.request, turn).boxed()
    }

    fn post<'a>(&'a self, turn: &'a Turn) -> BoxFuture<'a, Answer> {
        async move {
            match self.post_once(turn).await {
                Answer::Accepted(deployment) => Answer::accepted(self.asked.made(*deployment)),
                other => other,
            }
        }
        .boxed()
    }

    fn search<'a>(&'a mut self, search: Search<'a>) -> BoxFuture<'a, Result<Resolution>> {
        async move {
            Ok(match self.search_once(search).await? {
                Resolution::Found(deployment) => Resolution::found(self.asked.made(*deployment)),
                Resolution::Likely(deployment) => Resolution::likely(self.asked.made(*deployment)),
                other => other,
            })
        }
        .boxed()
    }

    fn left(&self, deployment: &Deployment) -> Option<Left> {
        match Known::of(&deployment.id).ok()? {
            Known::Pending(pending) => Some(Left::new(self.dokploy.timing.lost_after).with_key(pending.nonce())),
            // Nothing proves that it is not that of another trigger.
            Known::Row(row, Identity::Inferred) => {
                Some(Left::default().with_key(&*self.plan.nonce).with_deployment(Some(&row)))
            }
            Known::Row(..) | Known::Reloaded(_) | Known::RolledBack(_) | Known::Applied(_) => None,
        }
    }

    fn set<'a>(&'a mut self, _: &'a Turn) -> BoxFuture<'a, Result<bool>> {
        async move {
            match &self.plan.setting {
                Some(setting) => setting.set(self.dokploy, &self.target).await,
                None => Ok(false),
            }
        }
        .boxed()
    }

    fn unset(&mut self) -> BoxFuture<'_, String> {
        async move {
            match &self.plan.setting {
                Some(setting) => setting.unset(self.dokploy, &self.target).await,
                None => String::new(),
            }
        }
        .boxed()
    }

    fn is_set(&mut self) -> BoxFuture<'_, Result<bool>> {
        async move {
            match &self.plan.setting {
                Some(setting) => setting.is_set(self.dokploy, &self.target).await,
                None => Ok(false),
            }
        }
        .boxed()
    }

    fn was_not_acted_on(&self, turn: &Turn) {
        earlier::remember(self.dokploy, &self.target, self.request, self.pending(turn));
    }
}

impl DokployTrigger<'_> {
    /// What is known of the deployment before the answer.
    fn pending(&self, turn: &Turn) -> Pending {
        let Plan { nonce, baseline, .. } = &self.plan;
        let mut pending = Pending::new(nonce, baseline.newest.created, self.request.reason());
        pending.overlaps = turn.overlap().is_some();
        pending.redeploys = self.asked.operation == Operation::Redeploy;
        pending
    }

    async fn post_once(&self, turn: &Turn) -> Answer {
        let Self { dokploy, request, target, plan, .. } = self;
        let mut pending = self.pending(turn);
        match send_and_poll(dokploy, target, request.reason(), &pending).await {
            Ok(Sent::Answered(answered_at)) => {
                pending.last_seen_at = checked(answered_at, plan.baseline.newest.read_at);
                pending.swift = plan.began.is_some_and(|began| began.elapsed() <= SWIFT_TRIGGER);
                let title = request.reason().map(str::to_owned);
                let deployment = pending.to_deployment(target, accepted()).with_title(title);
                Answer::accepted(first_polls(dokploy, deployment).await)
            }
            Ok(Sent::Found(deployment)) => Answer::Accepted(deployment),
            Err(error) => Answer::of_error(error),
        }
    }

    /// Reads the queue and then the rows: a job is in the queue before the trigger is answered and leaves it after the
    /// last change of its row, so that one of the two shows it at any moment.
    async fn search_once(&mut self, search: Search<'_>) -> Result<Resolution> {
        let (dokploy, target) = (self.dokploy, &self.target);
        let queue = retry_briefly(|| dokploy.api.queue(target)).await;
        let rows = retry_briefly(|| dokploy.api.rows(target)).await?;
        let mut pending = self.pending(search.turn);
        if let Some(row) = pending.tagged(&rows.rows) {
            return Ok(Resolution::found(not_yet_decided(target, row)));
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
                pending.note_job(job, &queue, Some(self.before), Some(&rows.rows));
            }
            let deployment = pending.to_deployment(target, of_job(job));
            return Ok(Resolution::found(deployment.with_title(job.data.title_log.clone())));
        }
        note_others(&mut self.others, &pending, &rows.rows);
        self.before = rows.newest();
        if !search.is_ours {
            return self.search_elsewhere(search, &pending, &rows).await;
        }
        Ok(if is_ambiguous(&pending, &rows.rows, &self.others) {
            Resolution::Ambiguous("the rows do not show any more who started one of the new deployments")
        } else {
            Resolution::NotFound
        })
    }

    /// What the rows prove to a process that has not seen what happened since the trigger.
    async fn search_elsewhere(&self, search: Search<'_>, pending: &Pending, rows: &Rows) -> Result<Resolution> {
        let (dokploy, target) = (self.dokploy, &self.target);
        let scope = Scope::new(&self.plan.baseline, search.acted_on_within, &dokploy.timing);
        let remembered = || Remembered::of(&dokploy.api.place(target));
        let waited = Resolution::Ambiguous("it may have waited, and a later row may be its own");
        Ok(match find(pending, &scope, &rows.rows, &self.others) {
            Finding::Row(row) if remembered().is_of_another(&row.deployment_id, &self.plan.nonce) => {
                let why = "the only deployment that it may have started counts as that of another trigger";
                Resolution::Ambiguous(why)
            }
            Finding::Row(_) if !scope.is_over_by(rows.at) => {
                let why = "the trigger may still be sent, and a deployment of another caller ended just now";
                Resolution::Unresolved(why)
            }
            Finding::Row(row) => Resolution::likely(to_deployment(target, row, Identity::Inferred)),
            Finding::Ambiguous(why) => Resolution::Ambiguous(why),
            Finding::Late => match retry_briefly(|| dokploy.api.all_rows()).await {
                Ok(all) => {
                    let keeps_jobs = keeps_jobs(dokploy, all.iter().map(|row| row.status.as_ref())).await;
                    if scope.may_have_waited(target, &all, keeps_jobs) { waited } else { Resolution::NotFound }
                }
                Err(error) if may_be_transient(&error) => return Err(error),
                Err(_) => waited,
            },
            Finding::NotFound => Resolution::NotFound,
        })
    }
}

/// Refuses what no call of Dokploy 0.30.2 does, with what to do instead.
fn refuse_revision(revision: &Revision) -> Result<()> {
    let what = match revision {
        Revision::ImageTag(_) => {
            "deploying a given image tag without setting it; set it with the request, which changes it for good"
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::stored_intents;
    use crate::platform;

    #[test]
    fn a_plan_that_an_earlier_version_stored_is_read_and_written_alike() {
        for (file, intent) in stored_intents(&platform::DOKPLOY) {
            let stored = &intent.baseline()["plan"];
            let plan = Plan::deserialize(stored).unwrap();
            assert_eq!(&serde_json::to_value(&plan).unwrap(), stored, "{file}");
        }
    }
}
