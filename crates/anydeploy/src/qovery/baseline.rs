//! The state of an environment before a trigger.

use futures::future::try_join;
use serde::{Deserialize, Serialize};

use super::Qovery;
use super::action::Action;
use super::kind::misplaced;
use super::queue::Queue;
use super::revision::check_deployed;
use super::snapshot::{Snapshot, filled};
use crate::clock::Timestamps;
use crate::recovery::retry_briefly;
use crate::{Error, ErrorKind, Result, Revision, Target, TargetKind, platform};

/// What was read before a trigger.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Baseline {
    /// The newest execution of the environment.
    pub(super) last: Option<String>,
    /// The newest execution that the target shows.
    pub(super) last_of_target: Option<String>,
    /// When the two were read.
    pub(super) at: Timestamps,
    pub(super) queue: Queue,
}

impl Baseline {
    fn new(target: &Target, snapshot: &Snapshot, queue: Queue) -> Self {
        let last = snapshot.last().map(str::to_owned);
        let last_of_target = match target.kind() {
            TargetKind::Environment => last.clone(),
            _ => snapshot.service(target).and_then(|status| filled(status.execution_id.as_deref())).map(str::to_owned),
        };
        Self { last, last_of_target, at: snapshot.at, queue }
    }
}

impl Qovery {
    /// Reads the baseline of an action that deploys this revision; the target has to stand in the environment.
    pub(super) async fn baseline(
        &self,
        target: &Target,
        environment: &str,
        action: Action,
        asked: &Revision,
    ) -> Result<Baseline> {
        let rows = retry_briefly(|| self.queue(environment));
        let (snapshot, rows) = try_join(retry_briefly(|| self.snapshot(environment)), rows).await?;
        if *target.kind() != TargetKind::Environment && snapshot.service(target).is_none() {
            self.check_place(target, environment, &snapshot).await?;
        }
        check_deployed(asked, target, &snapshot)?;
        Ok(Baseline::new(target, &snapshot, Queue::of(&rows, target, action, self.scheme)))
    }

    /// Checks that a service which the statuses of an environment do not list is one of this kind in it.
    async fn check_place(&self, target: &Target, environment: &str, snapshot: &Snapshot) -> Result<()> {
        if let Some(kind) = snapshot.kind_of(target.id()) {
            let message = format!("there is no such {}: `{target}` is of kind `{kind}`", target.kind());
            return Err(Error::new(ErrorKind::NotFound, message).with_platform(platform::QOVERY));
        }
        // In another environment the deployment would never be found again.
        if retry_briefly(|| self.row(target)).await?.environment(target)? == environment {
            Ok(())
        } else {
            Err(misplaced(target))
        }
    }
}
