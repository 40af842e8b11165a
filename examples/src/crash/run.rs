//! One run: a process that deploys is interrupted, another one recovers, and the server says what it did.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anydeploy::{DeployRequest, Error, ErrorKind, Result};
use serde_json::Value;
use tokio::time::sleep;

use super::clock::{Clock, age};
use super::draw::{Draw, Moment, Scenario};
use super::options::CrashOptions;
use super::phase::Phase;
use super::process::{Launch, Process};
use super::report::Figures;
use super::signal::Signal;
use super::task::{ChildRecord, Role, Step, Task, broken, read, store};
use crate::ScenePlatform;
use crate::chaos::{CallRecord, ChaosReport, Returned, check};
use crate::scene::Scene;

/// How often the server is asked whether it has taken the trigger.
const POLL_INTERVAL: Duration = Duration::from_millis(1);

/// How long the network has to be quiet, so that it has read all that a dead process wrote.
const QUIET: Duration = Duration::from_millis(100);

/// How far the server's clock is moved.
const LATER: Duration = Duration::from_hours(1);

/// In which time every deployment is over.
const A_DEPLOYMENT: Duration = Duration::from_secs(5);

/// What all runs on a platform have in common.
#[derive(Clone, Copy)]
pub(super) struct Runner<'a> {
    pub(super) platform: ScenePlatform,
    pub(super) options: &'a CrashOptions,
    pub(super) launch: Launch,
    /// How long a whole child takes.
    pub(super) whole: Duration,
}

impl Runner<'_> {
    /// Makes one run.
    pub(super) async fn run(self, number: u64) -> Result<Figures> {
        let draw = self.options.draw(number);
        let clock = Clock::start();
        let conditions = self.options.conditions(number, draw.scenario, clock.timeline());
        let scene = self.platform.scene(&conditions).await?;
        let folder = tempfile::tempdir().map_err(|error| broken("there is no folder for the intent", error))?;
        let request = scene.request(draw.target, number);
        let intent = folder.path().join("intent.json");
        let task = |role, record: &str| Task {
            platform: self.platform.platform().to_string(),
            connection: scene.access().connection(number),
            request: request.clone(),
            role,
            intent: intent.clone(),
            record: folder.path().join(record),
        };
        let first = task(Role::Deploy { waits_at: draw.waits_at() }, "first.json");
        let second = task(Role::Recover { deploys_anew: draw.scenario == Scenario::TakenOver }, "second.json");
        let before_sending = 0;
        Run { runner: self, number, draw, clock, scene, request, intent, first, second, before_sending }.run().await
    }

    /// Measures how long a whole child takes.
    ///
    /// # Errors
    /// If it cannot be started, or fails.
    pub(super) async fn rehearse(self) -> Result<Duration> {
        let clock = Clock::start();
        let calm = self.options.clone().with_rate(0.0);
        let scene = self.platform.scene(&calm.conditions(0, Scenario::AtOnce, clock.timeline())).await?;
        let folder = tempfile::tempdir().map_err(|error| broken("there is no folder for the intent", error))?;
        let task = Task {
            platform: self.platform.platform().to_string(),
            connection: scene.access().connection(0),
            request: scene.request(0, 0),
            role: Role::Deploy { waits_at: Vec::new() },
            intent: folder.path().join("intent.json"),
            record: folder.path().join("first.json"),
        };
        let mut child = Process::start(self.launch, &task)?;
        child.reaches(Step::Started).await;
        let started = Instant::now();
        child.ends().await?;
        Ok(started.elapsed())
    }
}

/// One run.
struct Run<'a> {
    runner: Runner<'a>,
    number: u64,
    draw: Draw,
    clock: Clock,
    scene: Arc<dyn Scene>,
    request: DeployRequest,
    intent: PathBuf,
    first: Task,
    second: Task,
    /// How many exchanges there were when the intent was stored.
    before_sending: u64,
}

impl Run<'_> {
    async fn run(mut self) -> Result<Figures> {
        let mut first = Process::start(self.runner.launch, &self.first)?;
        let is_interrupted = self.comes_to_the_moment(&mut first).await?;
        let phase = self.phase(&mut first)?;
        let hangs = self.draw.scenario == Scenario::TakenOver && is_interrupted;
        match (is_interrupted, hangs) {
            (false, _) => first.ends().await?,
            (true, true) => first.signal(Signal::Stop)?,
            (true, false) => first.kill()?,
        }
        if self.draw.scenario == Scenario::OnItsWay {
            self.network_is_bad_again();
        } else {
            self.network_is_quiet().await;
        }
        let is_written = self.scene.access().network.exchanges() > self.before_sending;
        let is_between = hangs && !matches!(self.draw.moment, Moment::At(_)) && !is_written;
        self.time_passes()?;
        let record = self.second_process().await?;
        if hangs {
            first.signal(Signal::GoOn)?;
            first.go_on();
            first.ends().await?;
        }
        self.network_is_empty().await;
        self.figures(phase, is_between, record)
    }

    /// Lets the first process come to the moment at which it is interrupted, unless it ends before.
    async fn comes_to_the_moment(&mut self, first: &mut Process) -> Result<bool> {
        let Draw { scenario, moment, target, ref mut rng } = self.draw;
        let mut from = Step::Started;
        if scenario.begins_when_stored() {
            from = Step::Stored;
            if !first.reaches(Step::Stored).await {
                return Ok(false);
            }
            let network = &self.scene.access().network;
            self.before_sending = network.exchanges();
            match scenario {
                Scenario::BesideAnother => self.scene.deploy_as_another(target, rng, true),
                Scenario::OnItsWay => network.follow(self.runner.options.holds_a_trigger(self.number)),
                _ => {}
            }
            if !matches!(moment, Moment::At(Step::Stored)) {
                first.go_on();
            }
        }
        Ok(match moment {
            Moment::At(step) => first.reaches(step).await,
            Moment::During(part) => {
                first.reaches(from).await && {
                    sleep(self.runner.whole.mul_f64(part)).await;
                    !first.has_ended()
                }
            }
            Moment::Triggered(later) => {
                while !self.is_triggered() && !first.has_ended() {
                    sleep(POLL_INTERVAL).await;
                }
                if !later.is_zero() {
                    sleep(later).await;
                }
                !first.has_ended()
            }
            Moment::Held(later) => {
                while self.scene.access().network.held() == 0 && !self.is_triggered() && !first.has_ended() {
                    sleep(POLL_INTERVAL).await;
                }
                sleep(later).await;
                !first.has_ended()
            }
        })
    }

    fn phase(&self, first: &mut Process) -> Result<Phase> {
        let is_stored = read::<Value>(&self.intent)?.is_some();
        Ok(match () {
            () if read::<Value>(&self.first.record)?.is_some() => Phase::Ended,
            () if !is_stored => Phase::Preparing,
            () if first.has_reached(Step::Answered) => Phase::Answered,
            () if self.is_triggered() => Phase::Sent,
            () => Phase::Stored,
        })
    }

    /// Whether the server has taken the trigger.
    fn is_triggered(&self) -> bool {
        let call = self.number.to_string();
        self.scene.server_records().iter().any(|record| record.is_for(&call))
    }

    /// What happens until the second process starts.
    fn time_passes(&mut self) -> Result<()> {
        let Draw { scenario, target, .. } = self.draw;
        if !scenario.is_later() {
            return Ok(());
        }
        let mut passed = self.passes(A_DEPLOYMENT);
        passed += self.passes(LATER);
        for other in 0..scenario.later_deployments() {
            self.scene.deploy_as_another(target, &mut self.draw.rng, other % 2 == 0);
            passed += self.passes(A_DEPLOYMENT);
        }
        let Some(mut intent) = read::<Value>(&self.intent)? else { return Ok(()) };
        age(&mut intent, passed);
        store(&self.intent, &intent)
    }

    /// Lets so much time pass for the server.
    fn passes(&self, time: Duration) -> Duration {
        self.clock.timeline().advance(time);
        // What ended meanwhile is dated when the server is next asked.
        drop(self.scene.server_records());
        time
    }

    /// The second process, if there is an intent from which it can recover, and what it learned.
    async fn second_process(&self) -> Result<ChildRecord> {
        if read::<Value>(&self.intent)?.is_none() {
            let nothing = Error::new(ErrorKind::NotTriggered, "no intent was stored, so that nothing was sent");
            return Ok(ChildRecord { result: Some(Err(nothing)), ..ChildRecord::default() });
        }
        let mut second = Process::start(self.runner.launch, &self.second)?;
        second.ends().await?;
        read(&self.second.record)?.ok_or_else(|| Error::new(ErrorKind::InvalidConfiguration, "a child left no record"))
    }

    /// Waits until the network holds no request any more that an adapter promises to find.
    async fn network_is_empty(&self) {
        let (network, promised) = (&self.scene.access().network, self.runner.options.promised());
        let until = Instant::now() + promised;
        while (network.held() > 0 || network.oldest_unanswered_at().is_some()) && Instant::now() < until {
            sleep(POLL_INTERVAL).await;
        }
    }

    /// The network breaks one exchange in five again, while it holds what it has.
    fn network_is_bad_again(&self) {
        let access = self.scene.access();
        access.network.follow(access.faults.clone());
    }

    /// Waits until the network has read and delivered what the first process wrote: its clock cannot be moved with the
    /// server's, and what a dead process wrote may still be in a buffer.
    async fn network_is_quiet(&self) {
        let network = &self.scene.access().network;
        loop {
            self.network_is_empty().await;
            let exchanges = network.exchanges();
            sleep(QUIET).await;
            if network.exchanges() == exchanges && network.oldest_unanswered_at().is_none() {
                return;
            }
        }
    }

    /// Compares what the second process returned with what the server did.
    fn figures(self, phase: Phase, is_between: bool, mut record: ChildRecord) -> Result<Figures> {
        let now = self.scene.access().timeline.now();
        let recovered = record.recovered.take();
        let earlier: Option<ChildRecord> = read(&self.first.record)?;
        if let Some(first) = earlier {
            record.resolved.extend(first.resolved);
            record.earlier.extend(first.earlier);
            record.errors.extend(first.errors);
        }
        let returned = Returned {
            resolved: record.resolved,
            errors: record.errors,
            over: record.over.into_iter().map(|id| (id, now)).collect(),
            earlier: record.earlier,
        };
        let broke_off = || Err(Error::new(ErrorKind::InvalidConfiguration, "the second process has no result"));
        let call = CallRecord::new(self.number, &self.request, record.result.unwrap_or_else(broke_off), returned);
        let promised = self.runner.options.promised();
        let mut report = ChaosReport::default();
        check(&mut report, &*self.scene, &[call], promised);
        report.count_exchanges(&self.scene.access().network);
        let call = self.number.to_string();
        let records = self.scene.server_records();
        let in_time = |late: Option<Duration>| late.is_none_or(|late| late <= promised);
        // A request that the server took and never began to act on triggered nothing.
        let acted_on = records.iter().filter(|record| record.has_begun());
        let senders = acted_on.flat_map(|record| record.senders_of(&call)).filter(|sender| in_time(sender.late));
        // The network delivered some of them twice.
        let mut sent: Vec<_> = senders.map(|sender| sender.twice.clone()).collect();
        sent.sort();
        sent.dedup_by(|one, other| one.is_some() && one == other);
        let injected = self.scene.access().network.injected();
        let broken = injected.iter().map(|fault| format!("{:?} of {} {}", fault.fault, fault.method, fault.path));
        let faults = broken.collect();
        Ok(Figures {
            number: self.number,
            scenario: self.draw.scenario,
            phase,
            recovered,
            report,
            sent: sent.len() as u64,
            is_between,
            is_forgotten: self.draw.scenario.later_deployments() >= self.scene.kept_deployments(),
            faults,
        })
    }
}
