//! A fleet of 200 members on three platforms, deployed by two workers of a Restate server: a worker is killed, then the
//! server, then the network to a worker is cut, and every member is deployed once all the same.
//!
//! It starts the server, the workers and three fake platforms by itself; `--members N` says how many members there are.
//! The exit status is 0 if every member was triggered once and is reported as it is, within the bound of journal entries; 1
//! if not, and 2 if there is no server.

#![allow(clippy::expect_used, clippy::print_stdout, clippy::print_stderr, reason = "examples print, and may panic")]

#[path = "../../tests/harness/harness.rs"]
mod harness;
mod scene;

use std::env;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anydeploy::fleet::{Amount, Concurrency, FleetPlan, FleetReport, Member, Rest, Standing, Waves};
use anydeploy::{DeployRequest, Error, ErrorKind, Result, Target, WatchOptions};
use anydeploy_restate::{Client, FleetHandle};
use tokio::process::Command;
use tokio::time::sleep;

use harness::process::Worker;
use harness::proxy::Proxy;
use harness::server::{INSTALL, Server, program};
use harness::worker::{Task, work};
use scene::Scene;

/// How many members there are if nothing else is asked for.
const MEMBERS: usize = 200;

/// Every so many members, one fails to deploy.
const FAILING: usize = 10;

/// How often the fakes are polled.
const QUICK: (Duration, Duration) = (Duration::from_millis(200), Duration::from_millis(800));

/// The bounds of what a member costs in entries of the journal besides its watch, and of what the fleet itself does.
const ENTRIES: f64 = 12.0;
const OF_THE_FLEET: u64 = 60;

/// What a trigger costs that is prepared anew.
const ANEW: u64 = 8;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let members = match &*arguments.iter().map(String::as_str).collect::<Vec<_>>() {
        ["--worker", task] => {
            work(task).await;
            return ExitCode::SUCCESS;
        }
        ["--members", members] => members.parse().ok(),
        [] => Some(MEMBERS),
        _ => None,
    };
    let Some(members) = members.filter(|members| *members > 0) else {
        eprintln!("usage: durable_fleet [--members N]");
        return ExitCode::FAILURE;
    };
    let Some(program) = program() else {
        eprintln!("{INSTALL}");
        return ExitCode::from(2);
    };
    match run(Server::start(program).await, members).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// A worker process: this program once more.
fn launch(task: &str) -> Command {
    let program = env::current_exe().expect("this program is somewhere");
    let mut command = Command::new(program);
    command.args(["--worker", task]);
    command
}

/// Runs the fleet through its mishaps to its end; whether every member came out as it must.
async fn run(mut server: Server, members: usize) -> Result<bool> {
    let scenes = scene::all().await;
    let task = Task {
        connections: scenes.iter().map(Scene::connection).collect(),
        timeout: Duration::from_secs(5),
        halts_at: None,
        gives_up_after: None,
    };
    let mut first = Worker::start(launch, &task).await;
    let second = Worker::start(launch, &task).await;
    let proxy = Proxy::before(first.address).await;
    server.admin().register(&proxy.uri()).await;

    let (plan, ids) = plan(&scenes, members);
    let fleet = Client::new(&server.ingress())?.fleet("release-1");
    let began = Instant::now();
    fleet.begin(&plan).await?;

    triggers(&scenes, members / 5).await;
    println!("-- {} triggers: the worker is killed, and the other one goes on --", count(&scenes));
    proxy.leads_to(second.address);
    first.kill().await;

    triggers(&scenes, members * 2 / 5).await;
    println!("-- {} triggers: the server is killed, and started again --", count(&scenes));
    server.kill().await;
    server.start_again().await;

    triggers(&scenes, members * 3 / 5).await;
    println!("-- {} triggers: the network to the worker is cut, and a third one goes on --", count(&scenes));
    let third = Worker::start(launch, &task).await;
    proxy.leads_to(third.address);
    proxy.cut();

    let report = end(&fleet).await?;
    println!("{report}");
    println!("{members} members in {:.1} s", began.elapsed().as_secs_f64());
    let is_right = is_right(&report, &scenes, &ids);
    Ok(costs(&server, members).await && is_right)
}

/// The plan, and the ids of its services.
fn plan(scenes: &[Scene], members: usize) -> (FleetPlan, Vec<String>) {
    let mut ids = Vec::new();
    let of_number = |number: usize| {
        let (name, scene) = (format!("service-{number:03}"), &scenes[number % scenes.len()]);
        let id = scene.add(&name, fails(number));
        let request = DeployRequest::new(Target::application(&*id));
        // A second trigger would be a second deployment: Coolify merges none that builds without the cache.
        let request = if matches!(scene, Scene::Coolify(_)) { request.with_no_cache(true) } else { request };
        ids.push(id);
        Member::new(name, scene.connection().profile, request)
    };
    let plan = FleetPlan::new((0..members).map(of_number).collect::<Vec<_>>())
        .with_waves(Waves::Limit(Amount::Percent(25)))
        .with_concurrency(Concurrency::total(24).with_profile("qovery", 4))
        .with_rest(Rest::GoOn)
        .with_watch(WatchOptions::within(Duration::from_mins(5)).with_intervals(QUICK.0, QUICK.1));
    (plan, ids)
}

fn fails(number: usize) -> bool {
    number % FAILING == FAILING - 1
}

/// How many triggers the platforms have received.
fn count(scenes: &[Scene]) -> usize {
    scenes.iter().map(|scene| scene.posts().len()).sum()
}

/// Waits until so many triggers were received.
async fn triggers(scenes: &[Scene], wanted: usize) {
    while count(scenes) < wanted {
        sleep(Duration::from_millis(20)).await;
    }
}

/// Waits for the end of the fleet, and prints how far it has come meanwhile.
async fn end(fleet: &FleetHandle) -> Result<FleetReport> {
    let report = fleet.report();
    tokio::pin!(report);
    let mut done = 0;
    loop {
        tokio::select! {
            report = &mut report => return report,
            () = sleep(Duration::from_secs(1)) => {
                let progress = fleet.progress().await?;
                let progress = progress.ok_or_else(|| Error::new(ErrorKind::NotFound, "the fleet has not begun"))?;
                if progress.done() > done {
                    done = progress.done();
                    println!("{done} of {} members are done", progress.members.len());
                }
            }
        }
    }
}

/// Whether every member was triggered once, and is reported as it was scripted.
fn is_right(report: &FleetReport, scenes: &[Scene], ids: &[String]) -> bool {
    let posts: Vec<_> = scenes.iter().flat_map(Scene::posts).collect();
    let mut wrong = 0;
    for (number, (member, id)) in report.members.iter().zip(ids).enumerate() {
        let times = posts.iter().filter(|post| post.contains(&**id)).count();
        let expected = if fails(number) { Standing::Failed } else { Standing::Succeeded };
        if (times, member.at.standing()) != (1, expected) {
            wrong += 1;
            eprintln!("{} was triggered {times} times, and is {}", member.name, member.at);
        }
    }
    println!("{} POSTs for {} members; {wrong} members are wrong", posts.len(), ids.len());
    wrong == 0 && posts.len() == ids.len()
}

/// Prints what the fleet cost in entries of the journal; whether that is within the bound.
async fn costs(server: &Server, members: usize) -> bool {
    let entries = server.admin().journal_entries().await;
    let mut all = 0;
    // What the progress cost is the caller's: it asks as often as it likes.
    for ((service, handler), entries) in entries.iter().filter(|((_, handler), _)| handler != "progress") {
        let number: u64 = entries.iter().map(|(_, number)| number).sum();
        println!("{service}.{handler}: {number} entries of the journal, {:.1} a member", a_member(number, members));
        all += number;
    }
    let of = |service: &str, of_entry: &str| -> u64 {
        let of_service = entries.iter().filter(|((name, _), _)| name == service).flat_map(|(_, entries)| entries);
        of_service.filter(|(entry, _)| entry.ends_with(of_entry)).map(|(_, number)| number).sum()
    };
    // A call is three entries of the fleet; a watch is begun by a message, whose answer is its id, and attached to.
    let (messages, calls) = (of("Fleet", "OneWayCall"), of("Fleet", ": Call") + of("Fleet", ": CallInvocationId"));
    let ordering = of("Target", "") + calls - messages;
    let watching = of("Watch", "") + 2 * messages + 2 * of("Fleet", "Command: AttachInvocation");
    let own = all - ordering - watching;
    // A trigger that a worker was killed before is prepared anew.
    let prepared = server.admin().count("select count(*) as n from sys_journal where name = 'prepare'").await;
    let anew = ANEW * prepared.saturating_sub(members as u64);
    let (ordering, watching) = (a_member(ordering - anew, members), a_member(watching, members));
    println!("{ordering:.1} entries a member besides watching, {watching:.1} of watching; {own} of the fleet itself");
    println!("{anew} more of triggers that were prepared anew, as a worker was killed before it had sent them");
    let is_within = ordering <= ENTRIES && own <= OF_THE_FLEET;
    if !is_within {
        eprintln!("the bounds are {ENTRIES} entries a member and {OF_THE_FLEET} of the fleet");
    }
    is_within
}

#[allow(clippy::cast_precision_loss, reason = "both are small")]
fn a_member(entries: u64, members: usize) -> f64 {
    entries as f64 / members as f64
}
