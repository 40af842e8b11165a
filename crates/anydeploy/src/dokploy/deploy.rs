//! Triggers a deployment, and polls for it first.

use std::future;
use std::iter::{repeat, successors};
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use dokploy_client::types::{DeployApplication, DeployCompose};
use futures::future::{Either, select};
use tokio::time::{Instant, timeout};

use super::pending::{OVERLAPS, Pending, QUEUED, SWIFT_TRIGGER};
use super::poll::poll;
use super::read::accepted;
use super::rows::{read_at, to_deployment, unsupported_kind};
use super::{Dokploy, earlier, map_error};
use crate::clock::{Timestamps, checked};
use crate::in_flight::InFlight;
use crate::recovery::may_be_transient;
use crate::{
    Adoption, DeployRequest, Deployer, Deployment, Error, ErrorKind, Identity, Phase, Result, Revision, Target,
    TargetKind, platform,
};

/// The pauses before the first polls, as parts of a second at the usual grace of a minute; the last one repeats while no
/// poll was answered.
///
/// A row appears 20 to 110 ms after its trigger if nothing waits, and the sooner it is read the likelier it still has
/// the tag: a build from git may be over within 250 ms.
const PAUSES: [f64; 5] = [0.0, 0.05, 0.1, 0.2, 0.5];

/// The pause before the first poll while a trigger is being answered, as a part of such a second; from the fifth on it
/// doubles each time.
///
/// An answer takes some tens of milliseconds.
/// A lost answer is known only after the timeout, when the row of a short build from git has lost its tag.
const WHILE_SENT: f64 = 0.03;

/// The shortest and the longest of these pauses.
const WHILE_SENT_AT_LEAST: Duration = Duration::from_millis(15);
const WHILE_SENT_AT_MOST: Duration = Duration::from_secs(6);

/// How long a poll is waited for before the next one is sent beside it, as a part of such a second, and at least: a busy
/// server must not get the more requests the longer it takes.
const PATIENCE: f64 = 0.3;
const PATIENCE_AT_LEAST: Duration = Duration::from_millis(60);

/// From which pause on the queue is read as well: until then a row is all that is worth a read.
const QUEUE_FROM: f64 = 0.4;

/// What is known of a trigger first.
enum Sent {
    /// Its answer came at this time by the server's clock.
    Answered(Option<Timestamps>),
    /// Its deployment appeared before the answer.
    Found(Box<Deployment>),
}

impl Dokploy {
    pub(super) async fn trigger(&self, request: &DeployRequest) -> Result<Deployment> {
        refuse_revision(request.revision())?;
        request.check(&platform::DOKPLOY, &self.capabilities())?;
        let place = self.client.http().base_url();
        let mut in_flight = InFlight::begin(place, request.target(), self.grace / 2);
        let started = Instant::now();
        let baseline = self.baseline(request.target()).await?;
        if let Some(deployment) = self.recover_earlier(request, &baseline).await? {
            let is_fresh = deployment.status.phase == Phase::Queued || request.adoption() == Adoption::Any;
            return if is_fresh { Ok(deployment) } else { Err(delivered_late(deployment)) };
        }
        let mut pending = Pending::new(&baseline.rows);
        pending.set_title(request.reason());
        in_flight.set_key(pending.nonce());
        in_flight.sent();
        let sent = self.send_and_poll(request, &pending).await;
        pending.overlaps = in_flight.has_overlap();
        let deployed = match sent {
            Ok(Sent::Answered(answered_at)) => {
                pending.last_seen_at = checked(answered_at, baseline.at);
                pending.swift = started.elapsed() <= SWIFT_TRIGGER;
                let title = request.reason().map(str::to_owned);
                let deployment = pending.to_deployment(request.target(), accepted()).with_title(title);
                Ok(self.first_polls(deployment).await)
            }
            Ok(Sent::Found(mut deployment)) => {
                if pending.overlaps && !deployment.identity.is_resolved() {
                    deployment.id = deployment.id.with(OVERLAPS, "1");
                }
                Ok(*deployment)
            }
            Err(error) if error.is_safe_to_repeat() => Err(error),
            Err(lost) => {
                in_flight.lost();
                self.recover(request.target(), &pending, baseline, lost).await
            }
        };
        if let Err(error) = &deployed
            && error.kind() == ErrorKind::NotTriggered
        {
            earlier::remember(place, request, pending, Instant::now() + self.grace);
        }
        match &deployed {
            // A later read of it has to know whether a concurrent trigger began in the meantime.
            Ok(deployment) if !deployment.identity.is_resolved() => in_flight.end_pending(self.grace),
            Err(error) if !error.is_safe_to_repeat() => drop(in_flight),
            _ => in_flight.end(),
        }
        deployed
    }

    /// Sends the trigger once, and polls for its deployment until the answer comes.
    async fn send_and_poll(&self, request: &DeployRequest, pending: &Pending) -> Result<Sent> {
        let sent = pin!(self.send(request, pending.correlation_tag()));
        let found = pin!(self.poll_while_sent(request.target(), pending));
        match select(sent, found).await {
            Either::Left((answered, _)) => answered.map(Sent::Answered),
            // A row or job with its tag proves that the trigger was acted on, and the answer would say no more.
            Either::Right((deployment, _)) => Ok(Sent::Found(Box::new(deployment))),
        }
    }

    /// Polls until the deployment of a trigger appears that is not answered yet.
    async fn poll_while_sent(&self, target: &Target, pending: &Pending) -> Deployment {
        let second = self.grace / 60;
        let first = second.mul_f64(WHILE_SENT).clamp(WHILE_SENT_AT_LEAST, WHILE_SENT_AT_MOST);
        let longest = second.mul_f64(6.0).clamp(first, WHILE_SENT_AT_MOST);
        let growing = successors(Some(first * 2), |pause| Some((*pause * 2).min(longest)));
        let pauses = [first; 4].into_iter().chain(growing);
        let started = Instant::now();
        let with_queue = || started.elapsed() >= second.mul_f64(QUEUE_FROM);
        let poll_once = || self.poll_once(target, pending, with_queue());
        match poll(pauses, second.mul_f64(PATIENCE).max(PATIENCE_AT_LEAST), poll_once, |seen| seen).await {
            Some(deployment) => deployment,
            None => future::pending().await,
        }
    }

    /// Finds the row or, if the queue is read as well, the job with the tag of a trigger.
    async fn poll_once(&self, target: &Target, pending: &Pending, with_queue: bool) -> Option<Deployment> {
        let rows = self.rows(target).await.ok()?;
        if let Some(row) = pending.tagged(&rows.rows) {
            return Some(to_deployment(target, row, Identity::Exact));
        }
        if !with_queue {
            return None;
        }
        let queue = self.queue(target).await.ok()??;
        let job = queue.waiting(&pending.correlation_tag())?;
        Some(self.queued(target, pending.clone(), job, &queue, &rows).await)
    }

    /// Sends the trigger, and returns the time of its answer by the server's clock.
    async fn send(&self, request: &DeployRequest, tag: String) -> Result<Option<Timestamps>> {
        let (id, title) = (request.target().id(), request.reason().map(str::to_owned));
        // An empty body, `true` or any other JSON with a 2xx is an acceptance, by version and edition.
        let answered = match request.target().kind() {
            TargetKind::Application => {
                let mut body = DeployApplication::new(id);
                (body.title, body.description) = (title, Some(tag));
                self.client.application_deploy(&body).await
            }
            TargetKind::Compose => {
                let mut body = DeployCompose::new(id);
                (body.title, body.description) = (title, Some(tag));
                self.client.compose_deploy(&body).await
            }
            other => return Err(unsupported_kind(other)),
        };
        let reply = answered.map_err(map_error)?;
        self.edition.answered(reply.value());
        Ok(read_at(&reply))
    }

    /// Polls a few times within a second: the row may appear at once, and may lose the tag soon after.
    ///
    /// While no poll is answered, it goes on for ten seconds, because a job that was never seen proves nothing later.
    async fn first_polls(&self, accepted_deployment: Deployment) -> Deployment {
        let second = self.grace / 60;
        let pauses = PAUSES.into_iter().chain(repeat(0.5)).map(|part| second.mul_f64(part));
        let first_id = accepted_deployment.id.clone();
        let newest = Mutex::new(accepted_deployment);
        let newest = || newest.lock().unwrap_or_else(PoisonError::into_inner);
        let (started, mut answered) = (Instant::now(), false);
        let read = || {
            let id = newest().id.clone();
            async move { self.read(&id).await }
        };
        let polls = poll(pauses, second.mul_f64(PATIENCE).max(PATIENCE_AT_LEAST), read, |seen| match seen {
            Ok(seen) => {
                answered |= seen.status != accepted() || seen.id != first_id;
                let waits = seen.status.phase == Phase::Queued && seen.status != accepted();
                let mut newest = newest();
                // A poll that was overtaken by another one may know less.
                if seen.identity.is_resolved() || newest.id.get(QUEUED).is_none() || seen.id.get(QUEUED).is_some() {
                    *newest = seen;
                }
                let is_late = answered && started.elapsed() >= second.mul_f64(0.8);
                (newest.identity.is_resolved() || waits || is_late).then_some(())
            }
            // The deployment is accepted whatever a read says; the watch that follows reports why it failed.
            Err(error) => (!may_be_transient(&error)).then_some(()),
        });
        // Running out of time is no failure: the watch goes on from what was seen.
        let _ = timeout(second * 10, polls).await;
        newest().clone()
    }
}

/// The error of a request whose earlier try was given up, then delivered late, and has begun to deploy.
///
/// That deployment cannot contain what was set after it began.
fn delivered_late(earlier: Deployment) -> Error {
    let message = "an earlier try of the same request was delivered late and has begun, and nothing new was triggered";
    Error::new(ErrorKind::AlreadyRunning, message).with_platform(platform::DOKPLOY).with_last(Some(earlier))
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
