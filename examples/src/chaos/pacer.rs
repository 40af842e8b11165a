//! The time of a run, which passes no faster than the machine can follow.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use anydeploy::{Error, ErrorKind, Result};
use anydeploy_fakes::{FaultyNetwork, Timeline};
use futures::channel::oneshot;
use tokio::runtime::Builder;
use tokio::sync::Notify;
use tokio::task::{spawn_blocking, yield_now};
use tokio::time::advance;

/// How often the clock is read.
const CLOCK_INTERVAL: Duration = Duration::from_millis(1);

/// The most that passes between two turns of everything that is ready.
const MAX_STEP: Duration = Duration::from_millis(3);

/// How long a fake may take for an answer before time stands still for it, by the clock of the machine.
const MAX_ANSWER_TIME: Duration = Duration::from_millis(5);

/// How long time stands still for one answer at most, by the clock of the machine: a fake that is stuck stops no run.
const MAX_STANDSTILL: Duration = Duration::from_secs(5);

/// The adapters of all runs share lists of triggers, which hold instants of the clock of a runtime.
///
/// The clock of a run that has just begun is ahead of the others', so that beside them it would let their triggers be
/// forgotten too soon, such as those that Dokploy's adapter remembers in case they are delivered late.
static ALONE: Mutex<()> = Mutex::new(());

/// The time of a run: of the adapters and callers, of the network and of the fake.
///
/// It follows the clock of the machine, and stands still
///
/// * while the run is behind: however long a turn of all ready tasks takes, at most [`MAX_STEP`] passes meanwhile;
/// * while a fake is behind: it owes an answer for longer than [`MAX_ANSWER_TIME`].
///
/// So an exchange takes about ten steps at most, whatever else the machine does: a busy machine makes a run longer, and
/// nothing in it later than on a quiet one.
/// It never passes faster than the clock, because the adapters compare what servers date with that clock.
pub(super) struct Pacer {
    timeline: Timeline,
    networks: Mutex<Vec<Weak<FaultyNetwork>>>,
}

impl Pacer {
    fn new() -> Self {
        Self { timeline: Timeline::start(), networks: Mutex::default() }
    }

    pub(super) fn timeline(&self) -> Timeline {
        self.timeline
    }

    /// Lets time stand still for the answers of the fake behind a network.
    pub(super) fn wait_for(&self, network: &Arc<FaultyNetwork>) {
        let mut networks = self.networks.lock().unwrap_or_else(PoisonError::into_inner);
        networks.retain(|known| known.strong_count() > 0);
        networks.push(Arc::downgrade(network));
    }

    /// Whether a fake is behind.
    fn is_behind(&self, now: Instant) -> bool {
        let networks = self.networks.lock().unwrap_or_else(PoisonError::into_inner);
        let alive = networks.iter().filter_map(Weak::upgrade);
        let oldest = alive.filter_map(|network| network.oldest_unanswered_at()).min();
        oldest.is_some_and(|oldest| (MAX_ANSWER_TIME..MAX_STANDSTILL).contains(&now.saturating_duration_since(oldest)))
    }

    /// Lets time pass, for ever.
    async fn pace(&self, beats: Arc<Notify>) {
        let mut last = Instant::now();
        loop {
            beats.notified().await;
            // Whatever is ready has its turn before any time passes.
            yield_now().await;
            let now = Instant::now();
            if !self.is_behind(now) {
                let step = now.saturating_duration_since(last).min(MAX_STEP);
                self.timeline.advance(step);
                advance(step).await;
            }
            last = now;
        }
    }
}

/// Beats by the clock of the machine, and keeps the paused clock of the runtime from running ahead by itself.
struct Beats {
    beats: Arc<Notify>,
    over: Arc<AtomicBool>,
}

impl Beats {
    fn start() -> Self {
        let (beats, over) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
        let (beat, is_over) = (Arc::clone(&beats), Arc::clone(&over));
        // As long as a blocking task runs, a paused clock does not move on when all tasks wait: what they wait for may
        // be an answer.
        drop(spawn_blocking(move || {
            while !is_over.load(Ordering::Relaxed) {
                thread::sleep(CLOCK_INTERVAL);
                beat.notify_one();
            }
        }));
        Self { beats, over }
    }
}

impl Drop for Beats {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

/// Does some work on a thread and a runtime of its own, whose clock a pacer advances; two works never overlap.
pub(super) async fn paced<T, W, F>(work: W) -> Result<T>
where
    W: FnOnce(Arc<Pacer>) -> F + Send + 'static,
    F: Future<Output = Result<T>>,
    T: Send + 'static,
{
    let (done, outcome) = oneshot::channel();
    let run = move || {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        // It fails if the caller has stopped waiting, which is no error.
        drop(done.send(run_paced(work)));
    };
    thread::Builder::new().name("chaos".to_owned()).spawn(run).map_err(|error| broken("there is no thread", error))?;
    outcome.await.map_err(|error| broken("the run broke off", error))?
}

fn run_paced<T, W, F>(work: W) -> Result<T>
where
    W: FnOnce(Arc<Pacer>) -> F,
    F: Future<Output = Result<T>>,
{
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build();
    let runtime = runtime.map_err(|error| broken("there is no runtime", error))?;
    let outcome = runtime.block_on(async {
        let (pacer, beats) = (Arc::new(Pacer::new()), Beats::start());
        let (maker, beat) = (Arc::clone(&pacer), Arc::clone(&beats.beats));
        let pace = tokio::spawn(async move { maker.pace(beat).await });
        let outcome = work(pacer).await;
        pace.abort();
        outcome
    });
    // The tasks that are left have no effect on the result.
    runtime.shutdown_background();
    outcome
}

fn broken(what: &'static str, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::InvalidConfiguration, what).with_source(error)
}

#[cfg(test)]
mod tests {
    use anydeploy_fakes::FaultPlan;
    use tokio::io::AsyncReadExt;
    use tokio::net::{TcpListener, TcpStream};
    use tokio::time::{Instant as RuntimeInstant, sleep};

    use super::*;

    #[tokio::test]
    async fn a_slow_turn_advances_time_by_one_step_at_most() {
        let passed = paced(|pacer| async move {
            let (timeline, turns) = (pacer.timeline(), 10);
            let (began, started) = (timeline.elapsed(), RuntimeInstant::now());
            for _ in 0..turns {
                thread::sleep(MAX_STEP * 5);
                yield_now().await;
            }
            Ok((timeline.elapsed().saturating_sub(began), started.elapsed(), turns))
        });
        let (passed, by_runtime, turns) = passed.await.unwrap();
        assert!(passed <= MAX_STEP * (turns + 1), "{passed:?}");
        assert_eq!(passed, by_runtime, "the timeline and the clock of the runtime are one time");
    }

    #[tokio::test]
    async fn time_passes_no_faster_than_the_clock_while_everything_waits() {
        let waited = paced(|pacer| async move {
            let (began, wait) = (Instant::now(), Duration::from_millis(100));
            sleep(wait).await;
            Ok((began.elapsed(), pacer.timeline().elapsed(), wait))
        });
        let (by_clock, by_timeline, wait) = waited.await.unwrap();
        assert!(by_clock + MAX_STEP >= wait && by_timeline >= wait, "{by_clock:?} {by_timeline:?}");
    }

    #[tokio::test]
    async fn time_stands_still_while_a_fake_owes_an_answer() {
        let stood = paced(|pacer| async move {
            // It takes a request and does not answer.
            let fake = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let origin = format!("http://{}", fake.local_addr().unwrap());
            let network = Arc::new(FaultyNetwork::on_this_runtime(&origin, FaultPlan::calm()).unwrap());
            pacer.wait_for(&network);
            let mut client = TcpStream::connect(network.url().trim_start_matches("http://")).await.unwrap();
            tokio::io::AsyncWriteExt::write_all(&mut client, b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
            let (mut taken, _) = fake.accept().await.unwrap();
            taken.read_u8().await.unwrap();
            // The clock of the machine goes on by far more than a fake may take.
            spawn_blocking(|| thread::sleep(MAX_ANSWER_TIME * 2)).await.unwrap();
            let stood = pacer.timeline().elapsed();
            spawn_blocking(|| thread::sleep(MAX_ANSWER_TIME * 10)).await.unwrap();
            let still = pacer.timeline().elapsed();
            drop(taken);
            // The runtime's clock moves only if time passes again.
            sleep(MAX_STEP).await;
            Ok((stood, still, pacer.timeline().elapsed()))
        });
        let (stood, still, after) = stood.await.unwrap();
        assert_eq!(stood, still);
        assert!(after > still);
    }
}
