//! The stream of a running service's log.

use std::collections::VecDeque;

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use tokio::time::{Instant, sleep_until};

use super::aligner::Aligner;
use super::event::FollowEvent;
use super::reader::{Reader, is_final};
use crate::watch::after;
use crate::{Backoff, Deployer, Error, ErrorKind, Method, Result, ServiceLogOptions, Target, WatchOptions};

/// The log of a service that is followed.
struct Tail<D> {
    deployer: D,
    target: Target,
    options: ServiceLogOptions,
    reader: Reader,
    intervals: Backoff,
    first_intervals: Backoff,
    waiting: VecDeque<Result<FollowEvent>>,
    next_read: Instant,
    failures: u32,
}

/// Follows the log of a service; the stream ends only with an error that will not get better.
pub(super) fn follow<D: Deployer>(
    deployer: D,
    target: Target,
    options: ServiceLogOptions,
) -> BoxStream<'static, Result<FollowEvent>> {
    let intervals = WatchOptions::default().intervals(&deployer);
    let tail = Tail {
        reader: Reader::new(Aligner::new(), Some(options.tail)),
        deployer,
        target,
        options,
        first_intervals: intervals.clone(),
        intervals,
        waiting: VecDeque::new(),
        next_read: Instant::now(),
        failures: 0,
    };
    let events = stream::try_unfold(tail, |mut tail| async move { tail.next().await.map(|event| Some((event, tail))) });
    events.fuse().boxed()
}

impl<D: Deployer> Tail<D> {
    async fn next(&mut self) -> Result<FollowEvent> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return event;
            }
            sleep_until(self.next_read).await;
            self.read().await;
        }
    }

    async fn read(&mut self) {
        let Some(logs) = self.deployer.logs() else {
            let error = Error::unsupported(self.deployer.platform(), Method::ServiceLogs.purpose());
            return self.waiting.push_back(Err(error));
        };
        let (target, options) = (&self.target, &self.options);
        let read = |tail: usize| logs.read_service_log(target, ServiceLogOptions { tail, ..options.clone() });
        match self.reader.read(false, read).await {
            Ok(news) => {
                self.failures = 0;
                if !news.lines.is_empty() {
                    self.intervals = self.first_intervals.clone();
                }
                self.next_read = after(self.intervals.pause(None));
                if news.gap {
                    self.waiting.push_back(Ok(FollowEvent::Gap));
                }
                self.waiting.extend(news.lines.into_iter().map(|line| Ok(FollowEvent::Line(line))));
            }
            Err(error) if is_final(&error) || error.kind() == ErrorKind::NotFound => self.waiting.push_back(Err(error)),
            Err(error) => {
                self.failures += 1;
                self.next_read = after(self.intervals.pause(error.retry_after()));
                self.waiting.push_back(Ok(FollowEvent::LogTrouble { error, in_a_row: self.failures }));
            }
        }
    }
}
