//! A fleet whose process is killed at random moments, and what the servers and the report say at the end.

use std::io;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use anydeploy::fleet::{Concurrency, FleetPlan, FleetReport, Member, Rest, Standing, Waves};
use anydeploy::{DeployRequest, Target, WatchOptions};
use fastrand::Rng;
use tokio::time::sleep;

use super::child::{Task, report, task};
use super::servers::Servers;
use crate::options::PLATFORMS;

/// One member in so many fails.
const FAILING: usize = 10;

/// How many members are under way at once.
const UNDER_WAY: usize = 150;

/// How long the parent waits between two polls of a process: a poll counts all deployments.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// After how long without a new deployment a process counts as hanging.
const LONGEST: Duration = Duration::from_mins(2);

/// What a fleet came to whose process was killed.
pub(super) struct Killed {
    pub(super) kills: usize,
    pub(super) triggered_twice: usize,
    /// Members that were not triggered, although nothing stopped the fleet.
    pub(super) lost: usize,
    /// Members that are reported otherwise than they ended.
    pub(super) misreported: usize,
    /// The first of them, in words.
    pub(super) wrong: Vec<String>,
    pub(super) took: Duration,
    /// By platform: the most requests of a process in a second, and the requests a member.
    pub(super) peak: Vec<(&'static str, usize, f64)>,
}

/// Runs a fleet, kills its process so many times, and lets the last one end.
pub(super) async fn kill_and_resume(members: usize, kills: usize) -> io::Result<Killed> {
    let (servers, began) = (Servers::start().await, Instant::now());
    let ids: Vec<String> = (0..members).map(|number| servers.add(number, number % FAILING == 0)).collect();
    let plan = plan(&ids);
    let directory = tempfile::tempdir()?;
    std::fs::write(task(directory.path()), serde_json::to_vec(&Task { plan, connections: servers.connections() })?)?;

    let mut rng = Rng::with_seed(13);
    let mut moments: Vec<usize> = (0..kills).map(|_| rng.usize(1..members)).collect();
    moments.sort_unstable();
    let mut killed = 0;
    for (process, moment) in moments.into_iter().enumerate() {
        let mut child = start(directory.path(), process)?;
        if reach(&mut child, &servers, moment).await? {
            break;
        }
        // Not at the moment at which a deployment appears, but somewhere after it.
        sleep(Duration::from_millis(rng.u64(0..60))).await;
        child.kill()?;
        child.wait()?;
        killed += 1;
    }
    let mut last = start(directory.path(), kills)?;
    reach(&mut last, &servers, usize::MAX).await?;
    let report: FleetReport = serde_json::from_slice(&std::fs::read(report(directory.path()))?)?;
    Ok(judge(&report, &ids, &servers, killed, began.elapsed()))
}

fn plan(ids: &[String]) -> FleetPlan {
    let member = |(number, id): (usize, &String)| {
        let profile = PLATFORMS[number % PLATFORMS.len()];
        Member::new(format!("m{number}"), profile, DeployRequest::new(Target::application(&**id)))
    };
    let watch = WatchOptions::default().with_intervals(Duration::from_millis(200), Duration::from_secs(1));
    FleetPlan::new(ids.iter().enumerate().map(member))
        .with_waves(Waves::Together)
        .with_concurrency(Concurrency::total(UNDER_WAY))
        .with_rest(Rest::GoOn)
        .with_watch(watch.with_log_tail(0))
}

fn start(directory: &Path, process: usize) -> io::Result<Child> {
    Command::new(std::env::current_exe()?).arg("fleet-child").arg(directory).arg(process.to_string()).spawn()
}

/// Waits until so many members were triggered; whether the process ended by itself.
async fn reach(child: &mut Child, servers: &Servers, triggered: usize) -> io::Result<bool> {
    let (mut seen, mut changed) = (0, Instant::now());
    loop {
        if let Some(status) = child.try_wait()? {
            return if status.success() {
                Ok(true)
            } else {
                Err(io::Error::other(format!("the fleet ended: {status}")))
            };
        }
        let now = servers.triggered();
        if now >= triggered {
            return Ok(false);
        }
        if now != seen {
            (seen, changed) = (now, Instant::now());
        }
        if changed.elapsed() > LONGEST {
            child.kill()?;
            return Err(io::Error::other(format!("the fleet hangs after {now} deployments")));
        }
        sleep(POLL_INTERVAL).await;
    }
}

fn judge(report: &FleetReport, ids: &[String], servers: &Servers, kills: usize, took: Duration) -> Killed {
    let triggers = servers.triggers();
    let requests = servers.requests();
    let of_platform =
        |platform: &str| (0..ids.len()).filter(|number| PLATFORMS[number % PLATFORMS.len()] == platform).count();
    let peak = requests.map(|(platform, most, all)| (platform, most, all as f64 / of_platform(platform).max(1) as f64));
    let mut judged =
        Killed { kills, triggered_twice: 0, lost: 0, misreported: 0, wrong: Vec::new(), took, peak: peak.to_vec() };
    for (number, id) in ids.iter().enumerate() {
        let times = triggers.get(id).copied().unwrap_or_default();
        let member = report.member(&format!("m{number}"));
        let expected = if number % FAILING == 0 { Standing::Failed } else { Standing::Succeeded };
        let is_right = member.is_some_and(|member| member.at.standing() == expected);
        judged.triggered_twice += usize::from(times > 1);
        judged.lost += usize::from(times == 0);
        judged.misreported += usize::from(!is_right);
        if (times != 1 || !is_right) && judged.wrong.len() < 5 {
            let at = member.map_or_else(|| "missing".to_owned(), |member| member.at.to_string());
            judged.wrong.push(format!("m{number}: {times} deployments, {at}"));
        }
    }
    judged
}
