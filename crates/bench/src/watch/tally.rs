//! The measures of a run: requests in any window, lags, refusals, connections.

use std::time::Duration;

use super::run::Run;

/// How much earlier than another deployment one has to end for its last read to come first.
const SAME_TIME: Duration = Duration::from_secs(5);

const MINUTE: Duration = Duration::from_mins(1);

impl Run {
    /// The most requests in any window of this length, whatever was answered.
    pub(super) fn peak(&self, window: Duration) -> usize {
        let times: Vec<Duration> = self.record.received.iter().map(|received| received.at).collect();
        peak(&times, window)
    }

    /// The most requests in any minute without the last read of each deployment that is over.
    pub(super) fn peak_besides_last_reads(&self) -> usize {
        let last = self.last_reads();
        let received = self.record.received.iter().enumerate();
        let times: Vec<_> = received.filter(|(index, _)| !last.contains(index)).map(|(_, one)| one.at).collect();
        peak(&times, MINUTE)
    }

    /// The requests a minute, over the whole run.
    pub(super) fn requests_a_minute(&self) -> f64 {
        self.record.received.len() as f64 / (self.took.as_secs_f64() / 60.0).max(1.0)
    }

    /// The requests that were refused after this time.
    pub(super) fn refused_after(&self, time: Duration) -> usize {
        self.record.received.iter().filter(|received| received.is_refused && received.at > time).count()
    }

    /// The times between the end of a deployment and the report of it, in seconds, shortest first.
    ///
    /// A watch that ended otherwise counts as if it had reported when the run was over.
    pub(super) fn lags(&self) -> Vec<f64> {
        let reported = self.reported.iter().zip(&self.ends);
        let lags = reported.map(|(at, end)| at.unwrap_or(self.took).saturating_sub(*end).as_secs_f64());
        let mut lags: Vec<f64> = lags.collect();
        lags.sort_by(f64::total_cmp);
        lags
    }

    /// The deployments whose last read comes after that of one which ended later.
    pub(super) fn out_of_order(&self) -> usize {
        let mut latest = Duration::ZERO;
        let reads = self.last_reads().into_iter().filter_map(|index| self.record.received[index].read);
        reads
            .filter(|number| {
                let end = self.ends[*number];
                latest = latest.max(end);
                end + SAME_TIME < latest
            })
            .count()
    }

    /// The first read of each deployment after its end, as indices of the requests.
    fn last_reads(&self) -> Vec<usize> {
        let mut read = vec![false; self.ends.len()];
        let received = self.record.received.iter().enumerate();
        let last = received.filter_map(|(index, received)| {
            let number = received.read.filter(|number| received.at >= self.ends[*number])?;
            (!std::mem::replace(&mut read[number], true)).then_some(index)
        });
        last.collect()
    }
}

/// The value below which this share of sorted values lies.
pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let index = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(index.saturating_sub(1)).copied().unwrap_or_default()
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / (values.len() as f64).max(1.0)
}

/// The most of these times, in ascending order, in any window.
fn peak(times: &[Duration], window: Duration) -> usize {
    let mut first = 0;
    let counts = times.iter().enumerate().map(|(index, at)| {
        while times[first] + window <= *at {
            first += 1;
        }
        index + 1 - first
    });
    counts.max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::server::{Received, Record};
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn received(at: u32, read: Option<usize>) -> Received {
        Received { at: SECOND * at, is_refused: false, read }
    }

    fn run(received: Vec<Received>, ends: &[u32], reported: &[Option<u32>]) -> Run {
        Run {
            record: Record { received, ..Record::default() },
            ends: ends.iter().map(|end| SECOND * *end).collect(),
            reported: reported.iter().map(|at| at.map(|at| SECOND * at)).collect(),
            wrong: Vec::new(),
            took: SECOND * 120,
        }
    }

    #[test]
    fn the_peak_is_that_of_any_window_and_not_of_whole_minutes() {
        let times = [0, 50, 55, 65, 70, 115].map(|at| received(at, None)).to_vec();
        let run = run(times, &[], &[]);
        assert_eq!((run.peak(MINUTE), run.peak(SECOND * 10)), (4, 2));
        assert!((run.requests_a_minute() - 3.0).abs() < f64::EPSILON);
    }

    #[test]
    fn one_read_of_each_deployment_after_its_end_is_its_last_read() {
        let reads = vec![received(1, Some(0)), received(11, Some(0)), received(12, Some(0)), received(13, None)];
        assert_eq!(run(reads, &[10], &[None]).peak_besides_last_reads(), 3);
    }

    #[test]
    fn a_deployment_that_ended_long_before_and_is_read_after_another_is_out_of_order() {
        let reads = |order: [usize; 3]| order.iter().map(|number| received(40, Some(*number))).collect();
        let ends = [10, 12, 30];
        assert_eq!(run(reads([1, 0, 2]), &ends, &[]).out_of_order(), 0, "they ended at nearly the same time");
        assert_eq!(run(reads([2, 0, 1]), &ends, &[]).out_of_order(), 2);
    }

    #[test]
    fn a_watch_that_reported_no_success_lags_until_the_end_of_the_run() {
        let run = run(Vec::new(), &[10, 20, 30], &[Some(15), None, Some(31)]);
        assert_eq!(run.lags(), [1.0, 5.0, 100.0]);
        assert_eq!((quantile(&run.lags(), 0.99), quantile(&run.lags(), 0.5)), (100.0, 5.0));
    }
}
