//! How a job becomes a row and ends, tick by tick.

use super::job::{Job, Order, Stage};
use super::row::{Log, Row, Status, log_path};
use super::script::{Commit, Ending};
use super::service::Target;
use super::state::State;
use super::triggered::{DokployJobState, DokployOperation, DokployOrigin};
use crate::sender::Sender;

impl State {
    /// Lets everything happen that is due at `now`, in the order it is due.
    pub(super) fn catch_up(&mut self, now: u64) {
        loop {
            self.start_jobs();
            let due = |job: &Job| (job.stage != Stage::Waiting && job.due <= now).then_some(job.due);
            let next = self.queue.jobs.iter().enumerate().filter_map(|(place, job)| Some((due(job)?, place))).min();
            let Some((tick, place)) = next else { break };
            self.move_to(tick, now - tick);
            let job = self.queue.jobs.remove(place);
            if let Some(job) = self.advance(job) {
                self.queue.jobs.insert(place, job);
            }
        }
        self.move_to(now, 0);
        self.end_slow_deployments();
    }

    /// Makes waiting jobs active, first come first served, as long as their partition has room and their group there
    /// is idle.
    pub(super) fn start_jobs(&mut self) {
        loop {
            let active: Vec<&Job> = self.queue.jobs.iter().filter(|job| job.stage != Stage::Waiting).collect();
            let free = |job: &Job| {
                let beside = active.iter().filter(|other| other.remote == job.remote);
                let idle = beside.clone().all(|other| other.group != job.group);
                job.stage == Stage::Waiting && idle && beside.count() < self.queue.concurrency
            };
            let Some(place) = self.queue.jobs.iter().position(free) else { return };
            let (tick, wall) = (self.tick, self.wall.timestamp_millis());
            let late_row = self.quirks.late_row;
            let job = &mut self.queue.jobs[place];
            job.stage = Stage::Starting;
            job.due = tick.saturating_add(job.script.row_after.unwrap_or(late_row));
            job.processed_on = Some(wall);
            let (target, entry) = (job.target.clone(), job.entry);
            self.note(entry, DokployJobState::Starting);
            self.set_status(&target, "running");
        }
    }

    /// The next step of an active job; none when it leaves the queue.
    fn advance(&mut self, job: Job) -> Option<Job> {
        match job.stage {
            Stage::Waiting => Some(job),
            Stage::Starting => self.make_row(job),
            Stage::Building if job.script.ending == Ending::GivenUp => self.abandon(job),
            Stage::Building => Some(self.finish_row(job)),
            Stage::Closing => {
                self.close(&job);
                self.leave(job)
            }
        }
    }

    fn make_row(&mut self, mut job: Job) -> Option<Job> {
        let Some(service) = self.service(&job.target) else {
            // It was deleted while the job waited.
            return self.give_up(job, DokployJobState::NeverStarted);
        };
        let app_name = service.text("appName").to_owned();
        let settings = self.settings_of(service);
        let builds = service.clones() && job.script.cloned;
        let pulls = service.text("sourceType") == "docker" && !job.redeploy;
        self.trim_rows(&job);
        // The database takes no U+0000 in a text, so that both inserts fail; the service stays `running` for ever.
        let operation = if job.redeploy { DokployOperation::Redeploy } else { DokployOperation::Deploy };
        match settings {
            Ok(settings) => job.settings = Some(settings),
            Err(reason) if job.script.ending == Ending::Done => job.script.ending = Ending::Error(Some(reason)),
            Err(_) => {}
        }
        if self.quirks.refuses(operation) && job.script.ending == Ending::Done {
            job.script.ending = Ending::Error(Some("no suitable node (insufficient resources on 1 node)".to_owned()));
        }
        let refused = job.title.contains('\0') || job.description.contains('\0');
        if refused || job.script.ending == Ending::NoRow {
            return self.give_up(job, DokployJobState::NeverStarted);
        }
        let mut row = Row {
            id: self.new_id(),
            target: job.target.clone(),
            title: job.title.clone(),
            description: job.description.clone(),
            status: Status::Running,
            word: None,
            log_path: log_path(&app_name, self.wall),
            created: self.wall,
            finished: None,
            error_message: None,
            rollback: None,
        };
        self.ledger[job.entry].deployment_id = Some(row.id.clone());
        if let Ending::FailedInsert(reason) = &job.script.ending {
            row.status = Status::Error;
            row.log_path.clear();
            row.finished = Some(self.wall);
            // The server's own spelling.
            row.error_message = Some(format!("An error have occured: {reason}"));
            self.rows.push(row);
            self.set_status(&job.target, "error");
            return self.give_up(job, DokployJobState::Error);
        }
        if let Some(service) = self.service_mut(&job.target) {
            service.builds += usize::from(builds);
        }
        if let Some(settings) = job.settings.as_ref().filter(|_| pulls && job.script.lines.is_empty()) {
            job.script.lines.push(format!("Pulling {}", settings.image));
        }
        let log = Log::paced(&job.script.lines, self.tick, job.script.ticks);
        self.logs.insert(self.log_key(&row), log);
        job.row = Some(row.id.clone());
        self.keep_image(&mut row);
        self.rows.push(row);
        job.stage = Stage::Building;
        job.due = self.tick.saturating_add(job.script.ticks);
        self.note(job.entry, DokployJobState::Running);
        Some(job)
    }

    /// Only the newest rows are kept, counted before the new one is inserted.
    fn trim_rows(&mut self, job: &Job) {
        let Some(keep) = self.quirks.retention else { return };
        let of_service: Vec<String> =
            self.rows.iter().filter(|row| row.target == job.target).map(|row| row.id.clone()).collect();
        let old = &of_service[..of_service.len().saturating_sub(keep)];
        if !old.is_empty() {
            self.remove_rows(|row| old.contains(&row.id));
        }
    }

    /// The job leaves the queue, and neither its row nor its service ever gets an end.
    fn abandon(&mut self, job: Job) -> Option<Job> {
        let tick = self.tick;
        let key = self.rows.iter().find(|row| Some(&row.id) == job.row.as_ref()).map(|row| self.log_key(row));
        if let Some(log) = key.and_then(|key| self.logs.get_mut(&key)) {
            log.push(tick, "\nError occurred ❌, check the logs for details.");
        }
        self.give_up(job, DokployJobState::Error)
    }

    fn finish_row(&mut self, mut job: Job) -> Job {
        let (status, state) = match &job.script.ending {
            Ending::Error(_) => (Status::Error, DokployJobState::Error),
            _ => (Status::Done, DokployJobState::Done),
        };
        self.note(job.entry, state);
        if status == Status::Done
            && let Some(settings) = job.settings.clone()
        {
            // A deployment starts what was stopped meanwhile.
            self.apply(&job.target, settings);
        }
        job.stage = Stage::Closing;
        job.due = self.tick.saturating_add(self.quirks.late_title);
        let (tick, wall) = (self.tick, self.wall);
        let row = self.rows.iter_mut().find(|row| Some(&row.id) == job.row.as_ref());
        let Some(row) = row else { return job };
        row.status = status;
        row.word.clone_from(&job.script.word);
        row.finished = Some(wall);
        let row = row.clone();
        let key = self.log_key(&row);
        if let (Ending::Error(reason), Some(log)) = (&job.script.ending, self.logs.get_mut(&key)) {
            log.cut(tick);
            if let Some(reason) = reason {
                log.push(tick, reason);
            }
            log.push(tick, "\nError occurred ❌, check the logs for details.");
        }
        job
    }

    /// What follows the last status of the row: the service's own status, and for git the new title.
    fn close(&mut self, job: &Job) {
        let failed = matches!(job.script.ending, Ending::Error(_));
        let overwrites = self.quirks.overwrites_title() && !job.redeploy;
        let Some(service) = self.service_mut(&job.target) else { return };
        service.set_status(if failed { "error" } else { "done" });
        if !(overwrites && service.clones()) {
            return;
        }
        if job.script.cloned {
            service.cloned = Some(job.script.commit.clone().unwrap_or_else(Commit::of_fake));
        }
        // What fails before it is cloned leaves the clone of an earlier deployment, whose commit is read all the same.
        let Some(commit) = service.cloned.clone() else { return };
        if let Some(row) = job.row.as_deref().and_then(|id| self.row_mut(id)) {
            row.title = commit.message;
            row.description = format!("Commit: {}", commit.sha);
        }
    }

    /// Records the state of the job behind an accepted deployment.
    pub(super) fn note(&mut self, entry: usize, state: DokployJobState) {
        let ended_at = state.is_over().then(|| self.ticker.began(self.tick));
        let triggered = &mut self.ledger[entry];
        (triggered.state, triggered.ended_at) = (state, ended_at);
    }

    fn give_up(&mut self, job: Job, state: DokployJobState) -> Option<Job> {
        self.note(job.entry, state);
        self.leave(job)
    }

    fn leave(&mut self, job: Job) -> Option<Job> {
        if self.quirks.cloud {
            self.queue.history.push(job);
        }
        None
    }

    /// A webhook deploys a service, and that deployment is over before anything else happens.
    pub(super) fn deployed_by_webhook(&mut self, target: &Target) {
        let (title, sender) = (Some("NEW CHANGES".to_owned()), Sender::default());
        let origin = DokployOrigin::Webhook;
        self.enqueue(Order { target: target.clone(), title, description: None, redeploy: false, origin, sender });
        let Some(job) = self.queue.jobs.pop() else { return };
        if let Some(job) = self.make_row(job) {
            let job = self.finish_row(job);
            self.close(&job);
            self.leave(job);
        }
    }

    /// The process ends and starts again.
    pub(super) fn restart(&mut self) {
        self.forget_jobs();
        self.cancel_running();
    }

    /// The process ends and takes requests again, before it marks the rows.
    pub(super) fn forget_jobs(&mut self) {
        let tick = self.tick;
        for mut job in self.queue.reset() {
            if self.quirks.keeps_jobs() {
                if job.stage != Stage::Waiting {
                    // A job that nobody works on any more is noticed after a while.
                    (job.stage, job.due, job.row) = (Stage::Starting, tick.saturating_add(STALLED), None);
                }
                self.queue.last = self.queue.last.max(job.number);
                self.queue.jobs.push(job);
                continue;
            }
            match self.ledger[job.entry].state {
                DokployJobState::Waiting | DokployJobState::Starting => self.note(job.entry, DokployJobState::Dropped),
                DokployJobState::Running => self.note(job.entry, DokployJobState::Cancelled),
                // What has its last status keeps it.
                _ => {}
            }
        }
        // Nothing resets the status of a database.
        for slow in std::mem::take(&mut self.slow) {
            self.note(slow.entry, DokployJobState::Cancelled);
        }
    }

    /// What the server does right after its start: each row that runs becomes `cancelled`, whatever its job does.
    pub(super) fn cancel_running(&mut self) {
        let tick = self.tick;
        let running: Vec<Row> = self.rows.iter().filter(|row| row.status == Status::Running).cloned().collect();
        for row in running {
            let key = self.log_key(&row);
            if let Some(log) = self.logs.get_mut(&key) {
                log.cut(tick);
            }
            // Such a row never gets a `finishedAt`.
            if let Some(row) = self.row_mut(&row.id) {
                row.status = Status::Cancelled;
            }
            self.set_status(&row.target, "idle");
        }
    }
}

/// How many ticks after a restart a job is run again that ran before.
const STALLED: u64 = 10;
