//! What is known of a deployment until its row is, and its text form in the id.

use std::time::Duration;

use dokploy_client::types::{Deployment as Row, QueueJob as Job};
use uuid::Uuid;

use super::queue::{Queue, may_overlap, place};
use super::rows::{Rows, created};
use crate::clock::{Timestamps, checked};
use crate::failure::mask;
use crate::{Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind, Identity, Result, Target, platform};

/// The unique part of the correlation tag.
const NONCE: &str = "nonce";
const AFTER: &str = "after";
const LAST_SEEN_AT: &str = "since";
pub(super) const QUEUED: &str = "queued";
const AHEAD: &str = "ahead";
const ACTIVE: &str = "active";
const UNTIL: &str = "until";
pub(super) const OVERLAPS: &str = "crowded";
const LISTED: &str = "listed";
const SWIFT: &str = "swift";
const TITLE: &str = "title";

/// The most characters of a title that an id holds.
const MAX_TITLE_CHARS: usize = 120;

/// What is known of a deployment whose row is not known yet; all times are the server's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pending {
    nonce: String,
    /// Rows up to this time are those of other deployments, in Unix milliseconds.
    ///
    /// One date says as much as the list of the rows of the baseline, and stays true when old rows are deleted.
    pub(super) after: Option<i64>,
    /// When the deployment was last known to exist: accepted, or seen in the queue.
    pub(super) last_seen_at: Option<Timestamps>,
    /// When its job was queued, in Unix milliseconds, if the job was ever seen.
    pub(super) queued: Option<i64>,
    /// How many jobs get their row between [`after`](Self::after) and this one's, if it was seen waiting.
    pub(super) ahead: Option<usize>,
    /// When its job started, in Unix milliseconds, if it was seen running.
    pub(super) active: Option<i64>,
    /// Rows after this time are those of other deployments, in Unix milliseconds, because by then this one had left
    /// the queue.
    pub(super) until: Option<i64>,
    /// A concurrent trigger of the same program was for the same target, and may have made a row as well.
    pub(super) overlaps: bool,
    /// Rows after this time are newer than the trigger, in Unix milliseconds: a read that was sent after the trigger
    /// was answered did not list them yet.
    pub(super) listed: Option<i64>,
    /// Hardly any time passed between the baseline and the answer to the trigger, see [`SWIFT_TRIGGER`].
    pub(super) swift: bool,
    /// The title of the deployment, which is not listed any more when its job has left the queue.
    title: Option<String>,
}

/// The longest time from the baseline to the answer of a trigger that is [`swift`](Pending::swift).
pub(super) const SWIFT_TRIGGER: Duration = Duration::from_millis(250);

impl Pending {
    /// The state of a deployment that is about to be triggered, where `rows` are the baseline.
    pub(super) fn new(rows: &[Row]) -> Self {
        let nonce = Uuid::new_v4().simple().to_string();
        Self {
            nonce,
            after: newest(rows),
            last_seen_at: None,
            queued: None,
            ahead: None,
            active: None,
            until: None,
            overlaps: false,
            listed: None,
            swift: false,
            title: None,
        }
    }

    pub(super) fn of(id: &DeploymentId) -> Result<Self> {
        let nonce = id.require(NONCE)?.to_owned();
        if nonce.is_empty() {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!("the deployment id `{id}` holds nothing in `{NONCE}`"),
            )
            .with_platform(platform::DOKPLOY));
        }
        let after = number(id, AFTER)?;
        let last_seen_at = Timestamps::read(id, LAST_SEEN_AT);
        if last_seen_at.is_none() && id.get(LAST_SEEN_AT).is_some() {
            return Err(no_number(id, LAST_SEEN_AT));
        }
        let queued = number(id, QUEUED)?;
        let (active, until) = (number(id, ACTIVE)?, number(id, UNTIL)?);
        let (overlaps, swift) = (id.get(OVERLAPS).is_some(), id.get(SWIFT).is_some());
        let (listed, title) = (number(id, LISTED)?, id.get(TITLE).map(str::to_owned));
        Ok(Self {
            nonce,
            after,
            last_seen_at,
            queued,
            ahead: number(id, AHEAD)?,
            active,
            until,
            overlaps,
            listed,
            swift,
            title,
        })
    }

    /// Sets the title, as far as an id holds it.
    pub(super) fn set_title(&mut self, title: Option<&str>) {
        // An id is shown and stored, so that it holds no secret.
        self.title = title.map(mask).map(|title| match title.char_indices().nth(MAX_TITLE_CHARS) {
            Some((end, _)) => format!("{}…", &title[..end]),
            None => title,
        });
    }

    /// The unique part of the correlation tag.
    pub(super) fn nonce(&self) -> &str {
        &self.nonce
    }

    /// The text in the description that no other deployment has.
    pub(super) fn correlation_tag(&self) -> String {
        format!("[anydeploy:{}]", self.nonce)
    }

    /// The row with the correlation tag.
    pub(super) fn tagged<'a>(&self, rows: &'a [Row]) -> Option<&'a Row> {
        rows.iter().find(|row| self.is_tagged(row))
    }

    pub(super) fn is_tagged(&self, row: &Row) -> bool {
        row.description.as_deref().is_some_and(|text| text.contains(&self.correlation_tag()))
    }

    /// Notes the job as it was seen in the queue, with the rows that were read before the queue.
    ///
    /// `again` are the rows that were read after the queue; without either of them, less is known of the order.
    pub(super) fn note_job(&mut self, job: &Job, queue: &Queue, before: Option<&Rows>, again: Option<&[Row]>) {
        self.last_seen_at = checked(queue.at, before.and_then(|rows| rows.at)).or(self.last_seen_at);
        self.set_title(job.data.title_log.as_deref());
        if job.processed_on.is_some() {
            self.note_start(job);
            return;
        }
        self.queued = job.timestamp;
        (self.ahead, self.active) = (None, None);
        // A job that was ahead may have come and gone between the two reads, and its row is none of those counted below.
        let is_unchanged = |rows: &&Rows| again.is_none_or(|again| newest(again) == newest(&rows.rows));
        let newest = before.filter(is_unchanged).map(|rows| newest(&rows.rows));
        if may_overlap(job) {
            self.after = newest.unwrap_or(self.after);
            return;
        }
        // Jobs of one service run one after another, in the order they were queued, so that each row that is still to
        // come before this job's belongs to one of these.
        let running = self.running(job, queue).map(|started| Some(started.saturating_sub(1)));
        if let Some(after) = running.or(newest) {
            let ahead = |other: &&&Job| other.processed_on.is_some() || place(other) < place(job);
            self.after = after;
            self.ahead = Some(queue.others(&self.correlation_tag()).iter().filter(ahead).count());
        }
    }

    /// Whether the order of the jobs can only be proven by rows that are read after the queue as well.
    pub(super) fn needs_rows_again(&self, job: &Job, queue: &Queue) -> bool {
        let is_first = self.queued.is_none() || self.ahead != Some(0);
        job.processed_on.is_none() && !may_overlap(job) && is_first && self.running(job, queue).is_none()
    }

    /// When the job of the same service that runs while this one waits was started.
    fn running(&self, job: &Job, queue: &Queue) -> Option<i64> {
        let others = queue.others(&self.correlation_tag());
        others.iter().filter_map(|other| other.processed_on).min().filter(|_| !may_overlap(job))
    }

    /// Notes when the job started: earlier rows are those of other deployments, and the next row is its own, unless
    /// jobs of the same service run beside it.
    pub(super) fn note_start(&mut self, job: &Job) {
        self.queued = job.timestamp;
        (self.ahead, self.active) = (None, None);
        if let Some(started) = job.processed_on {
            self.after = Some(started.saturating_sub(1));
            self.active = Some(started).filter(|_| !may_overlap(job));
        }
    }

    /// Notes that the deployment has left the queue, and that none of `rows` belongs to it.
    ///
    /// The job of a trigger is in the queue before the answer, and stays there until after the last change of its row,
    /// so that every row that appears from now on belongs to another deployment.
    pub(super) fn note_left_queue(&mut self, rows: &[Row]) {
        self.until = self.until.or_else(|| newest(rows)).or(self.after).or(Some(0));
    }

    /// The deployment as far as it is known.
    pub(super) fn to_deployment(&self, target: &Target, status: DeploymentStatus) -> Deployment {
        Deployment::new(self.id(target), Identity::Pending, status).with_title(self.title.clone())
    }

    pub(super) fn id(&self, target: &Target) -> DeploymentId {
        let numbers = [
            (AFTER, self.after),
            (QUEUED, self.queued),
            (AHEAD, self.ahead.and_then(|ahead| i64::try_from(ahead).ok())),
            (ACTIVE, self.active),
            (UNTIL, self.until),
            (LISTED, self.listed),
        ];
        let id = DeploymentId::new(platform::DOKPLOY, target.clone()).with(NONCE, &self.nonce);
        let flags = [(OVERLAPS, self.overlaps), (SWIFT, self.swift)];
        let id = flags.into_iter().filter(|(_, set)| *set).fold(id, |id, (key, _)| id.with(key, "1"));
        let id = match &self.title {
            Some(title) => id.with(TITLE, title),
            None => id,
        };
        let id = match self.last_seen_at {
            Some(last_seen_at) => last_seen_at.write(id, LAST_SEEN_AT),
            None => id,
        };
        numbers.into_iter().fold(id, |id, (key, number)| match number {
            Some(number) => id.with(key, number.to_string()),
            None => id,
        })
    }
}

/// When the newest row appeared.
pub(super) fn newest(rows: &[Row]) -> Option<i64> {
    rows.iter().filter_map(created).max()
}

fn number<T: std::str::FromStr>(id: &DeploymentId, key: &str) -> Result<Option<T>> {
    let Some(text) = id.get(key) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| no_number(id, key))
}

fn no_number(id: &DeploymentId, key: &str) -> Error {
    Error::new(ErrorKind::InvalidInput, format!("the deployment id `{id}` holds no number in `{key}`"))
        .with_platform(platform::DOKPLOY)
}
