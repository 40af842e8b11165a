//! What a hub knows of one watch, and hands to it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::{Deployment, DeploymentId, Result};

/// For how long an answer of the batch speaks for a deployment.
///
/// It is long, because a used-up rate limit slows batches down; it bounds how long a watch relies on a hub whose runtime is
/// not driven any more.
const COVERED_FOR: Duration = Duration::from_mins(5);

/// What a hub knows of one watch, and hands to it.
#[derive(Debug)]
pub(super) struct Slot {
    state: Mutex<State>,
    /// Wakes the watch.
    pub(super) news_came: Notify,
}

#[derive(Debug)]
struct State {
    /// The best id that is known.
    id: DeploymentId,
    news: Option<News>,
    /// A batch was made since the watch joined.
    was_polled: bool,
    /// The last batch said something of the deployment, and the next one is expected before this.
    covered_until: Option<Instant>,
}

/// What a batch said.
#[derive(Debug)]
pub(super) enum News {
    /// This.
    Read(Box<Result<Deployment>>),
    /// Nothing: the deployment has to be read alone.
    Left,
}

impl Slot {
    pub(super) fn new(id: DeploymentId) -> Self {
        let state = State { id, news: None, was_polled: false, covered_until: None };
        Self { state: Mutex::new(state), news_came: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn id(&self) -> DeploymentId {
        self.state().id.clone()
    }

    /// Takes the better id that a read alone has found.
    pub(super) fn set_id(&self, id: &DeploymentId) {
        self.state().id.clone_from(id);
    }

    /// Takes what a batch said; what it said before and was not taken yet is out of date.
    pub(super) fn deliver(&self, answer: Option<Result<Deployment>>) {
        let mut state = self.state();
        let is_new = !std::mem::replace(&mut state.was_polled, true);
        match answer {
            Some(answer) => {
                if let Ok(deployment) = &answer {
                    state.id = deployment.id.clone();
                }
                state.covered_until = Instant::now().checked_add(COVERED_FOR);
                state.news = Some(News::Read(Box::new(answer)));
            }
            // What no batch holds is read at the watch's own intervals, after the first time.
            None if state.covered_until.take().is_some() || is_new => state.news = Some(News::Left),
            None => return,
        }
        drop(state);
        self.news_came.notify_one();
    }

    /// Makes the watch read alone, unless something is there for it already.
    pub(super) fn wake(&self) {
        self.state().news.get_or_insert(News::Left);
        self.news_came.notify_one();
    }

    /// No batch comes any more.
    pub(super) fn uncover(&self) {
        self.state().covered_until = None;
        self.news_came.notify_one();
    }

    pub(super) fn take_news(&self) -> Option<News> {
        self.state().news.take()
    }

    /// When the watch has to read alone, if no batch says anything until then; `due` is when it would by itself, and the
    /// first batch comes before `first_batch` if the hub is driven.
    pub(super) fn alone_at(&self, due: Instant, first_batch: Option<Instant>) -> Instant {
        let state = self.state();
        match state.covered_until {
            Some(until) => until.max(due),
            None if !state.was_polled => first_batch.map_or(due, |batch| batch.max(due)),
            None => due,
        }
    }

    pub(super) fn is_covered(&self) -> bool {
        self.state().covered_until.is_some()
    }
}
