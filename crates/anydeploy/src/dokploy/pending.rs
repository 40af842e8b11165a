//! What identifies the row of a deployment that is not known yet, and the id of one whose row is.

use std::str::FromStr;
use std::time::Duration;

use dokploy_client::types::{Deployment as Row, QueueJob as Job};

use super::operation::Operation;
use super::queue::{Queue, may_overlap, place};
use super::rows::{Newest, TAG_BEGINS, newest};
use crate::adapter::{Timestamps, checked};
use crate::excerpt::excerpt;
use crate::{Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind, Identity, Result, Target, platform};

const ROW: &str = "row";
/// The row is known by order and time alone.
const INFERRED: &str = "inferred";
const NONCE: &str = "nonce";
const AFTER: &str = "after";
const LAST_SEEN_AT: &str = "since";
const QUEUED: &str = "queued";
const AHEAD: &str = "ahead";
const ACTIVE: &str = "active";
const UNTIL: &str = "until";
const OVERLAPS: &str = "overlap";
/// What earlier releases wrote for [`OVERLAPS`].
const EARLIER_OVERLAPS: &str = "crowded";
const LISTED: &str = "listed";
const SWIFT: &str = "swift";
const TITLE: &str = "title";

/// The most characters of a title that an id holds.
const MAX_TITLE_CHARS: usize = 120;

/// The longest time from the baseline to the answer of a trigger that is [`swift`](Pending::swift).
pub(super) const SWIFT_TRIGGER: Duration = Duration::from_millis(250);

/// The id of a deployment whose row is known: it holds the row and nothing else.
pub(super) fn id_of_row(target: &Target, row: &str, identity: Identity) -> DeploymentId {
    identified(DeploymentId::new(platform::DOKPLOY, target.clone()).with(ROW, row), identity)
}

/// The id of a deployment that was found so.
pub(super) fn identified(id: DeploymentId, identity: Identity) -> DeploymentId {
    if identity == Identity::Inferred { id.with(INFERRED, "1") } else { id }
}

/// How the row of an id was found.
pub(super) fn identity_of(id: &DeploymentId) -> Identity {
    if id.get(INFERRED).is_some() { Identity::Inferred } else { Identity::Exact }
}

/// The row that an id names.
pub(super) fn row_of(id: &DeploymentId) -> Option<String> {
    id.get(ROW).map(str::to_owned)
}

/// Whether an id holds something of the job of its deployment.
pub(super) fn has_seen_job(id: &DeploymentId) -> bool {
    id.get(QUEUED).is_some()
}

/// What was seen of the job of a deployment; all times are in Unix milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum SeenJob {
    /// Nothing.
    #[default]
    Unseen,
    /// It was queued at this time, and its place in the order of jobs is not known.
    Queued(i64),
    /// It waited, while so many jobs get their row between [`Pending::after`] and its own.
    Waiting { queued: Option<i64>, ahead: usize },
    /// It ran, so that the next row is its own.
    Running { queued: Option<i64>, started: i64 },
}

impl SeenJob {
    /// When it was queued.
    pub(super) fn queued(self) -> Option<i64> {
        match self {
            Self::Unseen => None,
            Self::Queued(queued) => Some(queued),
            Self::Waiting { queued, .. } | Self::Running { queued, .. } => queued,
        }
    }

    fn unordered(queued: Option<i64>) -> Self {
        queued.map_or(Self::Unseen, Self::Queued)
    }
}

/// What is known of a deployment whose row is not known yet; all times are the server's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pending {
    /// The unique part of the correlation tag.
    nonce: String,
    /// Rows up to this time are those of other deployments, in Unix milliseconds.
    ///
    /// One date says as much as the list of the rows of the baseline, and stays true when old rows are deleted.
    pub(super) after: Option<i64>,
    /// When the deployment was last known to exist: accepted, or seen in the queue.
    pub(super) last_seen_at: Option<Timestamps>,
    pub(super) job: SeenJob,
    /// Rows after this time are those of other deployments, in Unix milliseconds, because by then this one had left
    /// the queue.
    pub(super) until: Option<i64>,
    /// Another trigger of the same program was for the same target, and may have made a row as well.
    pub(super) overlaps: bool,
    /// Rows after this time are newer than the trigger, in Unix milliseconds: a read that was sent after the trigger
    /// was answered did not list them yet.
    pub(super) listed: Option<i64>,
    /// Hardly any time passed between the baseline and the answer to the trigger, see [`SWIFT_TRIGGER`].
    pub(super) swift: bool,
    /// It was not deployed but redeployed, so that no commit takes the place of its tag.
    pub(super) redeploys: bool,
    /// The title of the deployment, which is not listed any more when its job has left the queue.
    title: Option<String>,
}

impl Pending {
    /// The state of a deployment that is about to be triggered, where `after` is the time of the newest row.
    pub(super) fn new(nonce: &str, after: Option<i64>, title: Option<&str>) -> Self {
        let mut pending = Self { nonce: nonce.to_owned(), after, ..Self::default() };
        pending.set_title(title);
        pending
    }

    pub(super) fn of(id: &DeploymentId) -> Result<Self> {
        let nonce = id.require(NONCE)?.to_owned();
        if nonce.is_empty() {
            return Err(unreadable(id, "nothing", NONCE));
        }
        let last_seen_at = Timestamps::read(id, LAST_SEEN_AT);
        if last_seen_at.is_none() && id.get(LAST_SEEN_AT).is_some() {
            return Err(unreadable(id, "no number", LAST_SEEN_AT));
        }
        let queued = number(id, QUEUED)?;
        let job = match (number(id, ACTIVE)?, number(id, AHEAD)?) {
            (Some(started), _) => SeenJob::Running { queued, started },
            (None, Some(ahead)) => SeenJob::Waiting { queued, ahead },
            (None, None) => SeenJob::unordered(queued),
        };
        Ok(Self {
            nonce,
            after: number(id, AFTER)?,
            last_seen_at,
            job,
            until: number(id, UNTIL)?,
            overlaps: id.get(OVERLAPS).or(id.get(EARLIER_OVERLAPS)).is_some(),
            listed: number(id, LISTED)?,
            swift: id.get(SWIFT).is_some(),
            redeploys: Operation::of_id(id)? == Operation::Redeploy,
            title: id.get(TITLE).map(str::to_owned),
        })
    }

    pub(super) fn id(&self, target: &Target) -> DeploymentId {
        let (ahead, started) = match self.job {
            SeenJob::Waiting { ahead, .. } => (i64::try_from(ahead).ok(), None),
            SeenJob::Running { started, .. } => (None, Some(started)),
            SeenJob::Unseen | SeenJob::Queued(_) => (None, None),
        };
        let flag = |is_set: bool| is_set.then(|| "1".to_owned());
        let number = |number: Option<i64>| number.map(|number| number.to_string());
        let texts = [
            (OVERLAPS, flag(self.overlaps)),
            (SWIFT, flag(self.swift)),
            (TITLE, self.title.clone()),
            (AFTER, number(self.after)),
            (QUEUED, number(self.job.queued())),
            (AHEAD, number(ahead)),
            (ACTIVE, number(started)),
            (UNTIL, number(self.until)),
            (LISTED, number(self.listed)),
        ];
        let id = DeploymentId::new(platform::DOKPLOY, target.clone()).with(NONCE, &self.nonce);
        let id = if self.redeploys { Operation::Redeploy.name_in(id) } else { id };
        let id = self.last_seen_at.into_iter().fold(id, |id, at| at.write(id, LAST_SEEN_AT));
        let texts = texts.into_iter().filter_map(|(key, text)| Some((key, text?)));
        texts.fold(id, |id, (key, text)| id.with(key, text))
    }

    /// Sets the title, as far as an id holds it.
    fn set_title(&mut self, title: Option<&str>) {
        // An id is shown and stored, so that it holds no secret.
        self.title = title.map(|title| excerpt(title, MAX_TITLE_CHARS));
    }

    /// The unique part of the correlation tag.
    pub(super) fn nonce(&self) -> &str {
        &self.nonce
    }

    /// The text in the description that no other deployment has.
    pub(super) fn correlation_tag(&self) -> String {
        format!("{TAG_BEGINS}{}]", self.nonce)
    }

    /// The row with the correlation tag.
    pub(super) fn tagged<'a>(&self, rows: &'a [Row]) -> Option<&'a Row> {
        rows.iter().find(|row| self.is_tagged(row))
    }

    pub(super) fn is_tagged(&self, row: &Row) -> bool {
        row.description.as_deref().is_some_and(|text| text.contains(&self.correlation_tag()))
    }

    /// Whether a commit may have taken the place of the tag in a row, as it does at the end of a deployment from git.
    pub(super) fn may_have_lost_tag(&self, row: &Row) -> bool {
        !self.redeploys && overwritten(row)
    }

    /// Notes the job as it was seen in the queue.
    ///
    /// `before` is the newest row that was read before the queue, and `again` are the rows that were read after it; without
    /// either of them, less is known of the order.
    pub(super) fn note_job(&mut self, job: &Job, queue: &Queue, before: Option<Newest>, again: Option<&[Row]>) {
        self.last_seen_at = checked(queue.at, before.and_then(|before| before.read_at)).or(self.last_seen_at);
        self.set_title(job.data.title_log.as_deref());
        if job.processed_on.is_some() {
            self.note_start(job);
            return;
        }
        self.job = SeenJob::unordered(job.timestamp);
        // A job that was ahead may have come and gone between the two reads, and its row is none of those counted below.
        let is_unchanged = |before: &Newest| again.is_none_or(|again| newest(again) == before.created);
        let newest = before.filter(is_unchanged).map(|before| before.created);
        if may_overlap(job) {
            self.after = newest.unwrap_or(self.after);
            return;
        }
        // Jobs of one service run one after another, in the order they were queued, so that each row that is still to
        // come before this job's belongs to one of these.
        let running = self.running(job, queue).map(|started| Some(started.saturating_sub(1)));
        if let Some(after) = running.or(newest) {
            let is_ahead = |other: &&&Job| other.processed_on.is_some() || place(other) < place(job);
            let ahead = queue.others(&self.correlation_tag()).iter().filter(is_ahead).count();
            self.after = after;
            self.job = SeenJob::Waiting { queued: job.timestamp, ahead };
        }
    }

    /// Whether the order of the jobs can only be proven by rows that are read after the queue as well.
    pub(super) fn needs_rows_again(&self, job: &Job, queue: &Queue) -> bool {
        let is_next = matches!(self.job, SeenJob::Waiting { queued: Some(_), ahead: 0 });
        job.processed_on.is_none() && !may_overlap(job) && !is_next && self.running(job, queue).is_none()
    }

    /// When the job of the same service that runs while this one waits was started.
    fn running(&self, job: &Job, queue: &Queue) -> Option<i64> {
        let others = queue.others(&self.correlation_tag());
        others.iter().filter_map(|other| other.processed_on).min().filter(|_| !may_overlap(job))
    }

    /// Notes when the job started: earlier rows are those of other deployments, and the next row is its own, unless
    /// jobs of the same service run beside it.
    pub(super) fn note_start(&mut self, job: &Job) {
        self.job = SeenJob::unordered(job.timestamp);
        if let Some(started) = job.processed_on {
            self.after = Some(started.saturating_sub(1));
            if !may_overlap(job) {
                self.job = SeenJob::Running { queued: job.timestamp, started };
            }
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
}

/// Whether a commit took the place of the description.
pub(super) fn overwritten(row: &Row) -> bool {
    row.description.as_deref().is_some_and(|text| text.starts_with("Commit: "))
}

fn number<T: FromStr>(id: &DeploymentId, key: &str) -> Result<Option<T>> {
    let Some(text) = id.get(key) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| unreadable(id, "no number", key))
}

fn unreadable(id: &DeploymentId, holds: &str, key: &str) -> Error {
    Error::new(ErrorKind::InvalidInput, format!("the deployment id `{id}` holds {holds} in `{key}`"))
        .with_platform(platform::DOKPLOY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_an_earlier_release_is_read() {
        let id: DeploymentId = "dokploy:application:a?nonce=n&crowded=1".parse().unwrap();
        let pending = Pending::of(&id).unwrap();
        assert_eq!(pending.id(id.target()).to_string(), "dokploy:application:a?nonce=n&overlap=1");
    }

    #[test]
    fn an_id_without_a_nonce_or_with_something_else_than_a_number_is_refused() {
        for text in [
            "",
            "operation=erase",
            "nonce=",
            "nonce=n&after=x",
            "nonce=n&since=x",
            "nonce=n&ahead=-1",
            "nonce=n&active=",
        ] {
            let id: DeploymentId = format!("dokploy:application:a?{text}").parse().unwrap();
            assert_eq!(Pending::of(&id).unwrap_err().kind(), ErrorKind::InvalidInput, "{text}");
        }
    }
}
