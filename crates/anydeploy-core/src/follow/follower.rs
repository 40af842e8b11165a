//! The stream of a deployment's log, and of its watch.

use std::collections::VecDeque;
use std::mem;
use std::pin::pin;
use std::time::Duration;

use futures::StreamExt;
use futures::future::{Either, select};
use tokio::sync::watch::Receiver;
use tokio::time::{Instant, sleep_until, timeout};

use super::aligner::{Aligner, Replay};
use super::event::FollowEvent;
use super::options::FollowOptions;
use super::reader::{News, Reader, is_final};
use crate::watch::after;
use crate::{
    Backoff, Deployer, DeploymentId, Error, Jitter, LogFeed, LogLine, LogOptions, Method, Phase, Result, Watch,
    WatchEvent,
};

/// How many reads in a row bring nothing before the log of an ended deployment is at its end.
///
/// Coolify writes its last lines after the final status, so one read is not enough.
const QUIET_READS: u32 = 2;

/// How many reads of the log of an ended deployment may fail in a row.
const MAX_FAILURES_AT_THE_END: u32 = 3;

/// How often in a row a socket may break without a line before the log is polled instead.
const MAX_BROKEN_FEEDS: u32 = 3;

/// One log that is followed, and its state.
pub(super) struct Follower<D> {
    deployer: D,
    id: DeploymentId,
    watch: Watch,
    /// Hears of each poll of the watch, after which the log is read once.
    polled: Receiver<()>,
    /// The waits after a failure.
    intervals: Backoff,
    first_intervals: Backoff,
    /// The time between two reads of the log of a deployment that is over.
    pause: Duration,
    reader: Reader,
    feed: Option<Feed>,
    waiting: VecDeque<Result<FollowEvent>>,
    /// When the log may be read next; `None` if it is read no more.
    next_read: Option<Instant>,
    failures: u32,
    /// Whether the deployment waits, so that nothing is written yet.
    is_queued: bool,
    stage: Stage,
}

/// How far the deployment has come.
enum Stage {
    /// It is not over.
    Watching,
    /// It is over, and its last lines are read; this is reported after them.
    Draining {
        end: Box<Result<FollowEvent>>,
        quiet: u32,
    },
    Ended,
}

/// A log that comes through a socket.
struct Feed {
    lines: LogFeed,
    replay: Replay,
    /// When it is opened, if it is not.
    opens_at: Option<Instant>,
    /// How often in a row it broke before a new line came.
    broken: u32,
    /// Whether this connection has brought anything.
    is_fed: bool,
}

impl<D: Deployer + Clone> Follower<D> {
    pub(super) fn new(deployer: D, id: DeploymentId, options: FollowOptions) -> Self {
        let intervals = options.watch.intervals(&deployer);
        // A socket begins at the first line.
        let feed = deployer.logs().filter(|_| options.tail.is_none()).and_then(|logs| logs.open_log(&id));
        let aligner = if feed.is_some() { Aligner::of_socket() } else { Aligner::new() };
        let mut waiting = VecDeque::new();
        let mut next_read = Some(Instant::now());
        if deployer.logs().is_none() {
            let error = Error::unsupported(deployer.platform(), Method::Logs.purpose());
            waiting.push_back(Ok(FollowEvent::LogTrouble { error, in_a_row: 1 }));
            next_read = None;
        }
        let (watch, polled) = Watch::heard(deployer.clone(), id.clone(), options.watch);
        Self {
            watch,
            polled,
            deployer,
            id,
            pause: intervals.clone().with_jitter(Jitter::None).pause(None),
            first_intervals: intervals.clone(),
            intervals,
            reader: Reader::new(aligner, options.tail),
            feed: feed.map(|lines| Feed::new(lines, None, 0)),
            waiting,
            next_read,
            failures: 0,
            is_queued: false,
            stage: Stage::Watching,
        }
    }

    /// The next event; `None` after the last one.
    pub(super) async fn next(&mut self) -> Option<Result<FollowEvent>> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            match &self.stage {
                Stage::Watching => self.advance().await,
                Stage::Draining { .. } => self.drain().await,
                Stage::Ended => return None,
            }
        }
    }

    /// Waits for what comes first: news of the deployment, or the next lines of its log.
    async fn advance(&mut self) {
        let Some(feed) = &mut self.feed else {
            let event = match select(self.watch.next(), pin!(self.polled.changed())).await {
                Either::Left((event, _)) => Some(event),
                Either::Right(_) => None,
            };
            return match event {
                Some(event) => self.watched(event),
                None if self.may_read() => self.poll_log(false).await,
                None => {}
            };
        };
        let first = match select(self.watch.next(), pin!(feed.next())).await {
            Either::Left((event, _)) => Either::Left(event),
            Either::Right((lines, _)) => Either::Right(lines),
        };
        match first {
            Either::Left(event) => self.watched(event),
            Either::Right(lines) => self.fed(lines),
        }
    }

    /// Whether the log is to be read after a poll of the watch.
    fn may_read(&self) -> bool {
        !self.is_queued && self.next_read.is_some_and(|read_at| read_at <= Instant::now())
    }

    /// Takes what the watch reports; its end is kept until the log is at its end.
    fn watched(&mut self, event: Option<Result<WatchEvent>>) {
        let event = match event {
            Some(Ok(event @ WatchEvent::Ended(_))) => Ok(FollowEvent::Watch(event)),
            Some(Ok(event)) => {
                if let WatchEvent::Changed(deployment) = &event {
                    self.is_queued = deployment.status.phase == Phase::Queued;
                    self.learn(&deployment.id);
                }
                self.waiting.push_back(Ok(FollowEvent::Watch(event)));
                return;
            }
            Some(Err(error)) => Err(error),
            None => return self.stage = Stage::Ended,
        };
        self.stage = Stage::Draining { end: Box::new(event), quiet: 0 };
        self.intervals = self.first_intervals.clone();
        self.failures = 0;
        self.next_read = self.next_read.map(|_| Instant::now());
    }

    /// Takes an id that says more; a socket that waits for that is opened by it at once.
    fn learn(&mut self, id: &DeploymentId) {
        if self.id == *id {
            return;
        }
        self.id = id.clone();
        if let Some(feed) = self.feed.take_if(|feed| !feed.is_fed) {
            let lines = self.deployer.logs().and_then(|logs| logs.open_log(id));
            self.feed = lines.map(|lines| Feed::new(lines, feed.opens_at, feed.broken));
        }
    }

    /// Reads the last lines of a deployment that is over, and ends with its outcome.
    async fn drain(&mut self) {
        // A socket that is not open would bring the whole log again.
        drop(self.feed.take_if(|feed| feed.opens_at.is_some()));
        if let Some(feed) = &mut self.feed {
            match timeout(self.pause, feed.next()).await {
                Ok(Some(Ok(lines))) => self.fed(Some(Ok(lines))),
                // The rest is read by polls: a socket does not say whether anything is left.
                _ => self.feed = None,
            }
            return;
        }
        if let Some(read_at) = self.next_read {
            sleep_until(read_at).await;
            self.poll_log(true).await;
        }
        let Stage::Draining { quiet, .. } = &self.stage else { return };
        let is_over = *quiet >= QUIET_READS || self.failures > MAX_FAILURES_AT_THE_END || self.next_read.is_none();
        if is_over && let Stage::Draining { end, .. } = mem::replace(&mut self.stage, Stage::Ended) {
            self.waiting.push_back(*end);
        }
    }

    /// Reads what is new in the log.
    async fn poll_log(&mut self, is_over: bool) {
        let Some(logs) = self.deployer.logs() else { return self.next_read = None };
        let id = &self.id;
        match self.reader.read(is_over, |tail| logs.read_log(id, LogOptions::tail(tail))).await {
            Ok(news) => {
                self.failures = 0;
                self.intervals = self.first_intervals.clone();
                if let Stage::Draining { quiet, .. } = &mut self.stage {
                    *quiet = if news.lines.is_empty() { *quiet + 1 } else { 0 };
                }
                // Before the end it is the polls of the watch that say when.
                self.next_read = Some(if is_over { after(self.pause) } else { Instant::now() });
                self.report(news);
            }
            Err(error) => {
                let pause = self.intervals.pause(error.retry_after());
                self.next_read = (!is_final(&error)).then(|| after(pause));
                self.trouble(error);
            }
        }
    }

    /// Takes what a socket brings.
    fn fed(&mut self, lines: Option<Result<Vec<LogLine>>>) {
        let Some(feed) = &mut self.feed else { return };
        match lines {
            Some(Ok(lines)) => {
                feed.is_fed = true;
                let aligner = self.reader.fed();
                let new = lines.into_iter().filter(|line| aligner.is_new(&mut feed.replay, line));
                let known = self.waiting.len();
                self.waiting.extend(new.map(|line| Ok(FollowEvent::Line(line))));
                if self.waiting.len() > known {
                    // One that brings nothing new however often it is opened is worth no more than polls.
                    feed.broken = 0;
                    self.intervals = self.first_intervals.clone();
                }
                self.failures = 0;
            }
            end => {
                let broken = feed.broken + 1;
                let is_refused = matches!(&end, Some(Err(error)) if is_final(error));
                let logs = self.deployer.logs().filter(|_| broken < MAX_BROKEN_FEEDS && !is_refused);
                let lines = logs.and_then(|logs| logs.open_log(&self.id));
                let opens_at = after(self.intervals.pause(None));
                self.feed = lines.map(|lines| Feed::new(lines, Some(opens_at), broken));
                if let Some(Err(error)) = end {
                    self.trouble(error);
                }
            }
        }
    }

    fn report(&mut self, news: News) {
        if news.gap {
            self.waiting.push_back(Ok(FollowEvent::Gap));
        }
        self.waiting.extend(news.lines.into_iter().map(|line| Ok(FollowEvent::Line(line))));
    }

    fn trouble(&mut self, error: Error) {
        self.failures += 1;
        self.waiting.push_back(Ok(FollowEvent::LogTrouble { error, in_a_row: self.failures }));
    }
}

impl Feed {
    fn new(lines: LogFeed, opens_at: Option<Instant>, broken: u32) -> Self {
        Self { lines, replay: Replay::default(), opens_at, broken, is_fed: false }
    }

    /// The next lines, once the socket may be opened; the stream keeps what is cut short by dropping this future.
    async fn next(&mut self) -> Option<Result<Vec<LogLine>>> {
        if let Some(opens_at) = self.opens_at {
            sleep_until(opens_at).await;
            self.opens_at = None;
        }
        self.lines.next().await
    }
}
