//! Sends a trigger, and polls for its deployment until a first state is known.

use std::future;
use std::iter::{repeat, successors};
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::future::{Either, select};
use tokio::time::{Instant, timeout};

use super::Dokploy;
use super::current::not_yet_decided;
use super::lists::Lists;
use super::operation::Operation;
use super::pending::{Pending, has_seen_job};
use super::poll::poll;
use super::read::read;
use super::resolve::queued;
use super::status::accepted;
use crate::adapter::{Timestamps, may_be_transient};
use crate::{Deployment, Phase, Result, Target};

/// The pauses before the first polls, as parts of a [second](crate::Timing::second); the last one repeats while no poll was
/// answered.
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
pub(super) enum Sent {
    /// Its answer came at this time by the server's clock.
    Answered(Option<Timestamps>),
    /// Its deployment appeared before the answer.
    Found(Box<Deployment>),
}

/// Sends the trigger once, and polls for its deployment until the answer comes.
pub(super) async fn send_and_poll(
    dokploy: &Dokploy,
    target: &Target,
    reason: Option<&str>,
    pending: &Pending,
) -> Result<Sent> {
    let operation = if pending.redeploys { Operation::Redeploy } else { Operation::Deploy };
    let sent = pin!(dokploy.api.deploy(target, operation, reason, pending.correlation_tag()));
    let found = pin!(poll_while_sent(dokploy, target, pending));
    match select(sent, found).await {
        Either::Left((answered, _)) => answered.map(Sent::Answered),
        // A row or job with its tag proves that the trigger was acted on, and the answer would say no more.
        Either::Right((deployment, _)) => Ok(Sent::Found(Box::new(deployment))),
    }
}

/// Polls until the deployment of a trigger appears that is not answered yet.
async fn poll_while_sent(dokploy: &Dokploy, target: &Target, pending: &Pending) -> Deployment {
    let second = dokploy.timing.second();
    let first = second.mul_f64(WHILE_SENT).clamp(WHILE_SENT_AT_LEAST, WHILE_SENT_AT_MOST);
    let longest = second.mul_f64(6.0).clamp(first, WHILE_SENT_AT_MOST);
    let growing = successors(Some(first * 2), |pause| Some((*pause * 2).min(longest)));
    let pauses = [first; 4].into_iter().chain(growing);
    let started = Instant::now();
    let with_queue = || started.elapsed() >= second.mul_f64(QUEUE_FROM);
    let poll_once = || poll_once(dokploy, target, pending, with_queue());
    match poll(pauses, second.mul_f64(PATIENCE).max(PATIENCE_AT_LEAST), poll_once, |seen| seen).await {
        Some(deployment) => deployment,
        None => future::pending().await,
    }
}

/// Finds the row or, if the queue is read as well, the job with the tag of a trigger.
async fn poll_once(dokploy: &Dokploy, target: &Target, pending: &Pending, with_queue: bool) -> Option<Deployment> {
    let lists = Lists::of(&dokploy.api, [target]);
    let rows = lists.rows(target).await.ok()?;
    if let Some(row) = pending.tagged(&rows.rows) {
        return Some(not_yet_decided(target, row));
    }
    if !with_queue {
        return None;
    }
    let queue = lists.queue(target).await.ok()??;
    let job = queue.waiting(&pending.correlation_tag())?;
    Some(queued(&lists, target, pending.clone(), job, &queue, &rows).await)
}

/// Polls a few times within a second: the row may appear at once, and may lose the tag soon after.
///
/// While no poll is answered, it goes on for ten seconds, because a job that was never seen proves nothing later.
pub(super) async fn first_polls(dokploy: &Dokploy, accepted_deployment: Deployment) -> Deployment {
    let second = dokploy.timing.second();
    let pauses = PAUSES.into_iter().chain(repeat(0.5)).map(|part| second.mul_f64(part));
    let first_id = accepted_deployment.id.clone();
    let newest = Mutex::new(accepted_deployment);
    let newest = || newest.lock().unwrap_or_else(PoisonError::into_inner);
    let (started, mut answered) = (Instant::now(), false);
    let read = || {
        let id = newest().id.clone();
        async move { read(dokploy, &id).await }
    };
    let polls = poll(pauses, second.mul_f64(PATIENCE).max(PATIENCE_AT_LEAST), read, |seen| match seen {
        Ok(seen) => {
            answered |= seen.status != accepted() || seen.id != first_id;
            let waits = seen.status.phase == Phase::Queued && seen.status != accepted();
            let mut newest = newest();
            // A poll that was overtaken by another one may know less.
            if seen.identity.is_resolved() || !has_seen_job(&newest.id) || has_seen_job(&seen.id) {
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
