//! The cost of reading one body by two functions, which take turns.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::figure::Figure;

/// The bounds of `decode`: time and allocations against the baseline, and the peak against the length of the body.
const MAX_TIME: f64 = 1.5;
const MAX_ALLOCATIONS: f64 = 2.0;
const MAX_PEAK: f64 = 2.5;

/// What it takes to read a body once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    /// The shortest of several times: what else the machine does only makes it longer.
    time: Duration,
    allocations: u64,
    /// The most bytes that were allocated at once, without the body.
    peak: u64,
}

/// How often a body is read: at least so often, and for so long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    pub(super) times: u32,
    pub(super) time: Duration,
}

/// Reads a body by ours and by theirs in turn.
pub(super) fn compare<A, B>(
    body: &[u8],
    effort: Effort,
    ours: impl Fn(&[u8]) -> A,
    theirs: impl Fn(&[u8]) -> B,
) -> (Cost, Cost) {
    let (mut our_cost, mut their_cost) = (cost(body, &ours), cost(body, &theirs));
    let (started, mut times) = (Instant::now(), 0);
    while times < effort.times || started.elapsed() < effort.time {
        our_cost.time = our_cost.time.min(time(body, &ours));
        their_cost.time = their_cost.time.min(time(body, &theirs));
        times += 1;
    }
    (our_cost, their_cost)
}

fn cost<T>(body: &[u8], read: impl Fn(&[u8]) -> T) -> Cost {
    let mut took = Duration::ZERO;
    let info = allocation_counter::measure(|| took = time(body, &read));
    Cost { time: took, allocations: info.count_total, peak: info.bytes_max }
}

fn time<T>(body: &[u8], read: impl Fn(&[u8]) -> T) -> Duration {
    let started = Instant::now();
    let value = black_box(read(black_box(body)));
    let took = started.elapsed();
    drop(value);
    took
}

impl Cost {
    /// The figures of a body, with their bounds.
    pub(super) fn figures(
        &self,
        baseline: &Self,
        body: &[u8],
        figure: &dyn Fn(&str, &str, f64) -> Figure,
    ) -> [Figure; 3] {
        [
            self.time_figure(baseline, "time", figure).at_most(MAX_TIME),
            figure("allocations", "allocations", self.allocations as f64)
                .against(baseline.allocations as f64)
                .at_most(MAX_ALLOCATIONS),
            figure("peak against the body", "bytes", self.peak as f64)
                .against(body.len() as f64)
                .at_most(MAX_PEAK)
                .noting("allocated at once, without the body itself"),
        ]
    }

    pub(super) fn time_figure(
        &self,
        baseline: &Self,
        name: &str,
        figure: &dyn Fn(&str, &str, f64) -> Figure,
    ) -> Figure {
        let micros = |time: Duration| time.as_secs_f64() * 1e6;
        figure(name, "µs", micros(self.time)).against(micros(baseline.time))
    }
}
