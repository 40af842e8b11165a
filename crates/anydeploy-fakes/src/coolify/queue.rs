//! The rules of the deployment queue: what waits, what starts, what is refused, and what time does to it.

use serde_json::Value;

use super::deployment::{CoolifyOrigin, Deployment, End, Order, Status, Task};
use super::quirk::CoolifyQuirk;
use super::script::Ending;
use super::state::State;

/// The outcome of an order.
pub(super) enum Placed {
    /// Stored under this id.
    Stored(String),
    /// Nothing was stored, since this deployment does the same already.
    Skipped { existing: String },
    /// Nothing was stored, since too many wait.
    Full,
}

impl State {
    /// Puts a deployment of the application at `position` into the queue.
    pub(super) fn place(&mut self, position: usize, order: Order) -> Placed {
        // Coolify checks the length of the queue before it searches for a duplicate.
        let waiting = self.ledger.active().filter(|(_, row)| row.status() == Status::Queued).count();
        if waiting >= self.settings.queue_limit {
            return Placed::Full;
        }
        if !order.repeats()
            && let Some(twin) = self.twin(position, &order)
        {
            return Placed::Skipped { existing: self.ledger.join(twin, order.sender).uuid.clone() };
        }
        let row = self.store(position, order);
        Placed::Stored(self.ledger.row(row).uuid.clone())
    }

    /// The active deployment of the same application, commit, pull request and image tag.
    fn twin(&self, position: usize, order: &Order) -> Option<usize> {
        let (application_id, commit) = (self.resources[position].id, self.commit(position, order));
        let twin = self.ledger.active().find(|(_, row)| {
            row.application_id == application_id
                && row.commit(self.now) == commit
                && row.order.pull_request == order.pull_request
                && row.order.image_tag == order.image_tag
        });
        twin.map(|(row, _)| row)
    }

    /// The commit of a rollback, else the one the application is pinned to, else whatever is newest.
    fn commit(&self, position: usize, order: &Order) -> String {
        let pinned = self.resources[position].patched.get("git_commit_sha").and_then(Value::as_str);
        match &order.task {
            Task::Rollback(commit) => commit.clone(),
            Task::Deploy | Task::Restart => pinned.filter(|commit| !commit.is_empty()).unwrap_or("HEAD").to_owned(),
        }
    }

    pub(super) fn store(&mut self, position: usize, order: Order) -> usize {
        let (uuid, asked) = (self.fresh_id(), self.commit(position, &order));
        let application = &self.resources[position];
        let page = format!(
            "/project/{}/environment/{}/application/{}/deployment/{uuid}",
            application.place.project.uuid, application.place.environment.uuid, application.uuid
        );
        let mut script = self.scripts.entry(application.uuid.clone()).or_default().take();
        if self.quirks.contains(&CoolifyQuirk::ServerUnreachable) {
            // The words are made up; that the job fails is from the server's source.
            script.ending = Ending::Failed("Server is not reachable.".to_owned());
        }
        if self.quirks.contains(&CoolifyQuirk::ServerNotFunctional) {
            (script.ending, script.ticks) = (Ending::NotFunctional, 1);
        }
        let at_once = order.at_once;
        let row = self.ledger.push(Deployment {
            id: self.ledger.next_id(),
            uuid,
            application_id: application.id,
            application_uuid: application.uuid.clone(),
            application_name: application.name.clone(),
            source: String::new(),
            head: None,
            built: false,
            page,
            order,
            joined: Vec::new(),
            asked,
            script,
            created: self.ledger.clock.now(),
            started: None,
            ended: None,
        });
        if at_once || self.may_start(row) {
            self.begin(row, self.now);
        }
        row
    }

    /// Starts a deployment, which reads what its application is set to at that moment and not again.
    fn begin(&mut self, row: usize, now: u64) {
        let deployment = self.ledger.start(row, now);
        deployment.head.clone_from(&deployment.script.commit);
        let Some(application) = self.resources.iter().find(|one| one.uuid == deployment.application_uuid) else {
            return;
        };
        deployment.source = application.source(deployment.order.image_tag.as_deref());
        if !application.from_image {
            // A restart asks the repository anew as well: it ships what was pushed in the meantime.
            deployment.head = deployment.head.take().or_else(|| application.head());
            deployment.built = deployment.order.force || application.repository.must_build(deployment.tag());
        }
    }

    /// What a stop does to the deployments of an application: one that waits for the health check finds its container
    /// gone, and every other one goes on.
    pub(super) fn stop_meets_deployments(&mut self, position: usize) {
        let (application, now) = (self.resources[position].id, self.now);
        let waiting: Vec<usize> = self
            .ledger
            .active()
            .filter(|(_, row)| row.application_id == application && row.order.pull_request == 0)
            .filter(|(_, row)| row.script.health_checked)
            .map(|(row, _)| row)
            .collect();
        for row in waiting {
            let row = self.ledger.row_mut(row);
            if let Some((start, _)) = row.started {
                let gone = "Rolling update failed. Error response from daemon: No such object".to_owned();
                (row.script.ending, row.script.ticks) = (Ending::Failed(gone), now + 2 - start);
            }
        }
    }

    /// One deployment an application and pull request, and no more than the machine builds at a time.
    fn may_start(&self, row: usize) -> bool {
        let candidate = self.ledger.row(row);
        let mut busy = 0;
        for (_, other) in self.ledger.active().filter(|(_, other)| other.status() == Status::InProgress) {
            if other.application_id == candidate.application_id
                && other.order.pull_request == candidate.order.pull_request
            {
                return false;
            }
            busy += 1;
        }
        busy < self.settings.concurrent_builds
    }

    /// Starts whatever may start, oldest first.
    pub(super) fn start_waiting(&mut self, now: u64) {
        let waiting: Vec<usize> =
            self.ledger.active().filter(|(_, row)| row.status() == Status::Queued).map(|(row, _)| row).collect();
        for row in waiting {
            if self.may_start(row) {
                self.begin(row, now);
            }
        }
    }

    /// Lets everything happen that is due up to tick `now`, in its order.
    pub(super) fn catch_up(&mut self, now: u64) {
        while let Some((at, row, end)) = self.next_end().filter(|(at, _, _)| *at <= now) {
            self.now = at;
            self.finish(row, at, end);
            self.start_waiting(at);
        }
        self.now = now;
        while let Some(index) = self.resources.iter().position(|one| one.deleted_at.is_some_and(|at| at <= now)) {
            self.remove(index);
        }
    }

    fn next_end(&self) -> Option<(u64, usize, End)> {
        self.ledger
            .active()
            .filter_map(|(row, deployment)| deployment.due().map(|(at, end)| (at, row, end)))
            .min_by_key(|(at, row, _)| (*at, *row))
    }

    fn finish(&mut self, row: usize, at: u64, end: End) {
        let deployment = self.ledger.row(row);
        let (application, preview) = (deployment.application_uuid.clone(), deployment.order.pull_request > 0);
        let rolled = end == End::Finished && deployment.script.word.is_none() && !preview;
        let last = deployment.order.origin == Some(CoolifyOrigin::ExtraDestination);
        let (tag, built) = (deployment.tag().to_owned(), deployment.built);
        let restart = deployment.order.task == Task::Restart;
        self.ledger.end(row, at, end);
        let polls = self.settings.container_polls;
        if rolled && let Some(application) = self.resource_mut(&application) {
            application.repository.built(&tag);
            // A restart that found its image ends without a poll of the containers.
            match polls.after(at) {
                Some(poll) if restart && !built && !application.from_image => application.run_from(at, poll),
                _ => application.roll(at, polls),
            }
        }
        if rolled && !last && self.has(CoolifyQuirk::ExtraDestination) {
            let position = self.resources.iter().position(|resource| resource.uuid == application);
            let order = Order { at_once: true, origin: Some(CoolifyOrigin::ExtraDestination), ..Order::default() };
            position.map(|position| self.store(position, order));
        }
    }

    /// Cancels an active deployment and lets the next one in.
    pub(super) fn cancel(&mut self, row: usize) {
        self.ledger.end(row, self.now, End::CancelledByApi);
        // Up to v4.3.6 the cancellation stopped with an error before it came to the queue.
        if !self.has(CoolifyQuirk::Cancel500ButDone) {
            self.start_waiting(self.now);
        }
    }

    /// Removes a resource and, as the server does, cancels what is active of it.
    pub(super) fn remove(&mut self, position: usize) {
        let resource = self.resources.remove(position);
        let active: Vec<usize> =
            self.ledger.active().filter(|(_, row)| row.application_uuid == resource.uuid).map(|(row, _)| row).collect();
        for row in active {
            self.ledger.end(row, self.now, End::CancelledInBrowser);
        }
        self.start_waiting(self.now);
    }

    /// A restart or upgrade fails everything that is queued or in progress.
    pub(super) fn restart(&mut self) {
        let active: Vec<usize> = self.ledger.active().map(|(row, _)| row).collect();
        for row in active {
            self.ledger.end(row, self.now, End::ServerRestarted);
        }
    }
}
