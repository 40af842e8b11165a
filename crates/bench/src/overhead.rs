//! `bench overhead`: instructions and allocations of a deployment and three reads, against the same requests by hand.

mod bare;
mod calls;
mod exchange;
mod fake;
mod measured;
mod process;
mod progenitor;
mod tail;
mod valgrind;

use std::io;
use std::path::{Path, PathBuf};

use tokio::runtime::{Builder, Runtime};

use exchange::{Exchange, Recorder};
use process::{Cost, Measurement};

pub(crate) use measured::{Calls, Client, run as call};

use crate::figure::{Figure, size};
use crate::options::{Options, PLATFORMS};

const BENCH: &str = "overhead";

/// How many rounds pass before one is recorded, so that every connection is open.
const ROUNDS_BEFORE: usize = 3;

/// How many rounds are measured.
const ROUNDS: usize = 20;

/// The process that a measured one talks to.
#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    #[arg(long)]
    platform: String,
    #[arg(long)]
    rounds: usize,
}

/// The process that answers as was recorded.
#[derive(Debug, clap::Args)]
pub(crate) struct Replay {
    #[arg(long)]
    exchanges: PathBuf,
}

/// Serves as a fake of a platform until the standard input ends.
pub(crate) fn serve(serve: &Serve) -> io::Result<()> {
    runtime()?.block_on(fake::serve(&serve.platform, serve.rounds))
}

/// Answers as was recorded until the standard input ends.
pub(crate) fn replay(replay: &Replay) -> io::Result<()> {
    let exchanges = serde_json::from_slice(&std::fs::read(&replay.exchanges)?)?;
    runtime()?.block_on(exchange::replay(exchanges))
}

/// Measures every platform that was asked for.
pub(crate) fn measure(options: &Options, emit: &mut dyn FnMut(Figure)) -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let rounds = if options.smoke { 1 } else { ROUNDS };
    for platform in PLATFORMS.into_iter().filter(|platform| options.wants(platform)) {
        let exchanges = runtime()?.block_on(record(platform))?;
        let requests = exchanges.len();
        let file = folder.path().join(format!("{platform}.json"));
        write(&file, &exchanges)?;
        let cost = |client, exchanges: &Path| {
            // Where seconds count, one client by callgrind shows that it works.
            let by_callgrind = !options.smoke || client == Client::Progenitor || client == Client::Generated;
            Measurement { platform, client, exchanges, rounds, by_callgrind, folder: folder.path() }.run()
        };
        let (ours, bare) = (cost(Client::Adapter, &file)?, cost(Client::Bare, &file)?);
        let scene = format!("a deployment and 3 reads, {requests} requests");
        for figure in figures(&scene, &ours, &bare, (1.3, 2.0)) {
            emit(figure.on(platform));
        }
        // If they are not the same, the adapter took another way under valgrind than when it was recorded.
        let made = Figure::new(BENCH, "requests", "requests", ours.requests).against(bare.requests);
        emit(made.in_scene(&scene).on(platform).at_most(1.0));
        if let Some(statuses) = exchanges.iter().rfind(|one| platform == "qovery" && one.path.ends_with("/statuses")) {
            let file = folder.path().join("statuses.json");
            write(&file, std::slice::from_ref(statuses))?;
            let (ours, theirs) = (cost(Client::Generated, &file)?, cost(Client::Progenitor, &file)?);
            let scene = "one read by the generated client against that of progenitor 0.15";
            for figure in figures(scene, &ours, &theirs, (1.0, 1.0)) {
                emit(figure.on(platform));
            }
            // Here the server is the same; a time depends on the load of the machine, so that it has no bound.
            let time = Figure::new(BENCH, "time of the shortest read", "µs", ours.shortest_us);
            emit(time.against(theirs.shortest_us).in_scene(scene).on(platform));
        }
    }
    Ok(())
}

/// Measures reading the end of a long log, of which a deployment has this body.
pub(crate) fn measure_tail(body: &[u8], options: &Options, emit: &mut dyn FnMut(Figure)) -> io::Result<()> {
    let by_callgrind = !options.smoke;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("tail.json");
    let exchange = Exchange {
        method: "GET".to_owned(),
        path: tail::PATH.to_owned(),
        request: String::new(),
        status: 200,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        answer: String::from_utf8_lossy(body).into_owned(),
    };
    write(&file, &[exchange])?;
    let measurement = |client| Measurement {
        platform: "coolify",
        client,
        exchanges: &file,
        rounds: 1,
        by_callgrind,
        folder: folder.path(),
    };
    let (ours, theirs) = (measurement(Client::Tail).run()?, measurement(Client::BareTail).run()?);
    let scene = format!("the last 50 lines of a log, {}", size(body));
    let figure = |figure: Figure| figure.on("coolify").in_scene(&scene);
    if let (Some(ours), Some(theirs)) = (ours.instructions, theirs.instructions) {
        emit(figure(Figure::new("decode", "instructions", "instructions", ours).against(theirs).at_most(1.5)));
    }
    let note = "in the thread of the runtime";
    let allocations = Figure::new("decode", "allocations", "allocations", ours.allocations);
    emit(figure(allocations.against(theirs.allocations).at_most(2.0).noting(note)));
    // The body is read on another thread, whose allocations only valgrind sees.
    if by_callgrind && valgrind::is_installed() {
        let peak = Figure::new("decode", "peak against the body", "bytes", measurement(Client::Tail).peak()?);
        emit(figure(peak.against(body.len() as f64).at_most(2.5).noting("of the whole process, the body included")));
    }
    Ok(())
}

fn figures(scene: &str, ours: &Cost, theirs: &Cost, (instructions, allocations): (f64, f64)) -> Vec<Figure> {
    let figure = |name: &str, unit: &str, of: fn(&Cost) -> f64| {
        Figure::new(BENCH, name, unit, of(ours)).in_scene(scene).against(of(theirs))
    };
    let counted = match (ours.instructions, theirs.instructions) {
        (Some(ours), Some(theirs)) => Figure::new(BENCH, "instructions", "instructions", ours)
            .in_scene(scene)
            .against(theirs)
            .at_most(instructions),
        _ => Figure::new(BENCH, "instructions", "instructions", 0.0).in_scene(scene).noting(
            if valgrind::is_installed() {
                "not measured at small sizes"
            } else {
                "not measured: valgrind is not installed"
            },
        ),
    };
    vec![
        counted,
        figure("allocations", "allocations", |cost| cost.allocations).at_most(allocations),
        figure("bytes allocated", "bytes", |cost| cost.bytes),
    ]
}

/// The exchanges of one round of the adapter.
async fn record(platform: &str) -> io::Result<Vec<Exchange>> {
    let mut fake = fake::start(platform, ROUNDS_BEFORE + 1).await?;
    let recorder = Recorder::start(&fake.address.url).await?;
    fake.address.url.clone_from(&recorder.url);
    let deployer = calls::deployer(platform, &fake.address)?;
    let mut exchanges = Vec::new();
    for target in &fake.address.targets {
        recorder.take();
        calls::round(&deployer, target).await.map_err(io::Error::other)?;
        exchanges = recorder.take();
    }
    Ok(exchanges)
}

fn write(file: &Path, exchanges: &[Exchange]) -> io::Result<()> {
    std::fs::write(file, serde_json::to_vec(exchanges)?)
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}
