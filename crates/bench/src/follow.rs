//! `bench follow`: what it costs to follow a long log to its end, in bytes over the wire and in memory.

mod relay;
mod server;

use std::io;
use std::time::Duration;

use anydeploy::{Deployer, DeployerExt, FollowEvent, FollowOptions, Outcome, WatchEvent, WatchOptions};
use futures::StreamExt;

use crate::figure::Figure;
use crate::options::Options;
use server::Server;

/// The name of this bench.
const BENCH: &str = "follow";

/// How often the bytes of a log may go over the wire, and how many MiB a follower may hold, where there is a socket.
const MAX_BYTES: f64 = 2.0;
const MAX_HELD: f64 = 16.0;

const MIB: f64 = 1024.0 * 1024.0;

/// How a log is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Socket,
    Polls,
}

impl Way {
    const fn words(self) -> &'static str {
        match self {
            Self::Socket => "through a socket",
            Self::Polls => "by polls",
        }
    }
}

/// What it took.
struct Cost {
    /// All that the server sent, the reads of the watch and the headers included.
    bytes: u64,
    log_bytes: u64,
    /// The most bytes that the follower held at once, with its client and its runtime.
    held: u64,
    gaps: usize,
}

/// Follows a long log on each platform that has sockets, through one and by polls.
pub(crate) fn measure(options: &Options, emit: &mut dyn FnMut(Figure)) -> io::Result<()> {
    let lines = if options.smoke { 2_000 } else { 200_000 };
    for platform in ["dokploy", "qovery"].into_iter().filter(|platform| options.wants(platform)) {
        for way in [Way::Socket, Way::Polls] {
            let Cost { bytes, log_bytes, held, gaps } = follow(platform, way, lines)?;
            let scene = format!("{lines} lines {}", way.words());
            let figure = |name: &str, unit: &str, value: f64| {
                Figure::new(BENCH, name, unit, value).on(platform).in_scene(&scene)
            };
            let sent = figure("bytes over the wire", "bytes", bytes as f64).against(log_bytes as f64);
            let sent = sent.noting("all that the server sends, the watch included, against the log once");
            let held = figure("memory", "MiB", held as f64 / MIB);
            let held = held.noting("the most that the follower holds at once, 8 bytes of each line among it");
            let is_bounded = way == Way::Socket;
            emit(if is_bounded { sent.at_most(MAX_BYTES) } else { sent });
            emit(if is_bounded { held.at_most(MAX_HELD) } else { held });
            if !is_bounded {
                emit(figure("gaps", "gaps", gaps as f64));
            }
        }
    }
    Ok(())
}

fn follow(platform: &str, way: Way, lines: usize) -> io::Result<Cost> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let server = runtime.block_on(Server::start(platform, way, lines))?;
    let mut followed = Ok(Followed::default());
    // Allocations are counted by thread, and the server has its own.
    let allocated = allocation_counter::measure(|| followed = runtime.block_on(to_the_end(&server, way)));
    let Followed { lines: came, gaps } = followed?;
    if gaps > 0 && way == Way::Socket {
        return Err(io::Error::other(format!("lines are missing that a socket of {platform} brings")));
    }
    if gaps == 0 && came != server.lines() {
        return Err(io::Error::other(format!("{came} of {} lines came on {platform} {}", server.lines(), way.words())));
    }
    let bytes = server.sent();
    Ok(Cost { bytes, log_bytes: runtime.block_on(server.log_bytes())?, held: allocated.bytes_max, gaps })
}

/// What came of a log.
#[derive(Default)]
struct Followed {
    lines: usize,
    gaps: usize,
}

async fn to_the_end(server: &Server, way: Way) -> io::Result<Followed> {
    let deployer = server.deployer(way).map_err(io::Error::other)?;
    let deployment = deployer.deploy(&server.request()).await.map_err(io::Error::other)?;
    let intervals = (Duration::from_millis(10), Duration::from_millis(20));
    let watch = WatchOptions::within(Duration::from_mins(10)).with_intervals(intervals.0, intervals.1);
    let options = FollowOptions::from(watch);
    // A follower that begins with the last lines polls.
    let options = if way == Way::Polls { options.with_tail(usize::MAX) } else { options };
    let mut log = deployer.follow(&deployment.id, options);
    let mut followed = Followed::default();
    while let Some(event) = log.next().await {
        match event.map_err(io::Error::other)? {
            FollowEvent::Line(_) => followed.lines += 1,
            FollowEvent::Gap => followed.gaps += 1,
            FollowEvent::Watch(WatchEvent::Ended(Outcome::Succeeded(_))) => return Ok(followed),
            FollowEvent::LogTrouble { error, .. } if way == Way::Socket => return Err(io::Error::other(error)),
            _ => {}
        }
    }
    Err(io::Error::other("the deployment did not succeed"))
}
