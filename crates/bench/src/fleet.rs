//! `bench fleet`: a fleet whose process is killed again and again, what it costs in requests, and in memory.

mod child;
mod killing;
mod memory;
mod servers;

use std::io;

pub(crate) use child::{Child, run as run_child};

use crate::figure::Figure;
use crate::options::Options;
use killing::{Killed, kill_and_resume};

/// The name of this bench.
const BENCH: &str = "fleet";

/// How large a run is.
struct Size {
    members: usize,
    kills: usize,
    /// How many members are under way where the memory is counted.
    in_memory: usize,
}

/// Kills a fleet on the three fakes again and again, and counts its memory.
pub(crate) fn measure(options: &Options, emit: &mut dyn FnMut(Figure)) -> io::Result<()> {
    let size = if options.smoke {
        Size { members: 60, kills: 2, in_memory: 200 }
    } else {
        Size { members: 5000, kills: 20, in_memory: 5000 }
    };
    memory(&size, emit)?;
    killed(&size, emit)
}

fn killed(size: &Size, emit: &mut dyn FnMut(Figure)) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let Killed { kills, triggered_twice, lost, misreported, wrong, took, peak } =
        runtime.block_on(kill_and_resume(size.members, size.kills))?;
    let scene = format!("{} members on three platforms", size.members);
    let figure = |name: &str, unit: &str, value: usize| Figure::new(BENCH, name, unit, value as f64).in_scene(&scene);
    emit(figure("kills by SIGKILL", "kills", kills).noting("at random moments, by the clock of this machine"));
    emit(figure("members triggered twice", "members", triggered_twice).at_most(0.0).noting_all(&wrong));
    emit(figure("members lost", "members", lost).at_most(0.0));
    emit(figure("members misreported", "members", misreported).at_most(0.0));
    emit(Figure::new(BENCH, "time with all restarts", "s", took.as_secs_f64()).in_scene(&scene));
    for (platform, requests, of_members) in peak {
        let (most, budget) = (requests, f64::from(servers::BUDGET));
        emit(
            Figure::new(BENCH, "requests in the fullest second of a process", "requests", most as f64)
                .on(platform)
                .in_scene(&scene)
                .at_most(budget)
                .noting(format!("the budget is {budget} a second; {of_members:.1} requests a member")),
        );
    }
    Ok(())
}

fn memory(size: &Size, emit: &mut dyn FnMut(Figure)) -> io::Result<()> {
    let each = memory::bytes_of_a_member(size.in_memory)? / 1024.0;
    emit(
        Figure::new(BENCH, "memory of a member", "KB", each)
            .in_scene(&format!("{} members, all under way", size.in_memory))
            .at_most(6.0)
            .noting("the most bytes at once, with plan, stages and watches, less those of one member"),
    );
    Ok(())
}
