//! Any sequence of what can happen to the socket of a log: no line is lost, and none comes twice.

use proptest::prelude::*;

use super::aligner::{Aligned, Aligner, Replay};
use crate::{LogLine, LogOptions, LogPage};

/// How many sequences are tried, unless `PROPTEST_CASES` says so: `PROPTEST_CASES=100000 cargo test -p anydeploy-core --lib follow`.
const SEQUENCES: u32 = 256;

/// What happens to a log, and to the connection that brings it.
#[derive(Clone, Debug)]
enum Step {
    /// So many lines are appended.
    Append(usize),
    /// The connection brings so many more lines.
    Bring(usize),
    /// The connection is cut, and the next one begins at the first line.
    Cut,
    /// A line that was reported is missing from then on, as where two writers overwrite each other.
    Rewrite(usize),
    /// All lines that were reported are missing from then on.
    Truncate,
    /// A poll brings the last lines, after which the socket begins anew.
    Poll(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        5 => (1..9_usize).prop_map(Step::Append),
        5 => (1..9_usize).prop_map(Step::Bring),
        3 => Just(Step::Cut),
        1 => any::<usize>().prop_map(Step::Rewrite),
        1 => Just(Step::Truncate),
        1 => (1..30_usize).prop_map(Step::Poll),
    ];
    prop::collection::vec(step, 0..24)
}

/// A log, what was written into it, and what was reported of it.
struct Followed {
    aligner: Aligner,
    replay: Replay,
    log: Vec<String>,
    written: Vec<String>,
    reported: Vec<String>,
    /// How many lines of the log this connection has brought.
    brought: usize,
    /// Whether each line is another, or all are alike.
    unique: bool,
}

impl Followed {
    fn new(unique: bool) -> Self {
        Self {
            aligner: Aligner::of_socket(),
            replay: Replay::default(),
            log: Vec::new(),
            written: Vec::new(),
            reported: Vec::new(),
            brought: 0,
            unique,
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Append(lines) => {
                for _ in 0..*lines {
                    // A character that is cut in two is unreadable in one connection and not in another.
                    let text = if self.unique { format!("{} é", self.written.len()) } else { "é".to_owned() };
                    self.log.push(text.clone());
                    self.written.push(text);
                }
            }
            Step::Bring(lines) => self.bring(*lines),
            Step::Cut => self.begin_anew(),
            // A line that was not brought yet would be lost for good; and of lines that are alike none can be named.
            Step::Rewrite(index) if self.unique => {
                self.bring(usize::MAX);
                if !self.log.is_empty() {
                    self.log.remove(index % self.log.len());
                }
                self.begin_anew();
            }
            Step::Truncate if self.unique => {
                self.bring(usize::MAX);
                self.log.clear();
                self.begin_anew();
            }
            Step::Rewrite(_) | Step::Truncate => {}
            Step::Poll(tail) => {
                self.bring(usize::MAX);
                let lines = self.log.iter().map(LogLine::new).collect();
                let page = LogPage::last_of(lines, LogOptions::tail(*tail));
                if let Aligned::New(lines) | Aligned::NewAfterGap(lines) = self.aligner.take(page, true) {
                    self.reported.extend(lines.into_iter().map(|line| line.text));
                }
                self.begin_anew();
            }
        }
    }

    fn bring(&mut self, lines: usize) {
        for line in self.log.iter().skip(self.brought).take(lines) {
            let text =
                if self.brought.is_multiple_of(2) { line.replace('é', "\u{fffd}\u{fffd}") } else { line.clone() };
            self.brought += 1;
            if self.aligner.is_new(&mut self.replay, &LogLine::new(text)) {
                self.reported.push(line.clone());
            }
        }
    }

    fn begin_anew(&mut self) {
        (self.replay, self.brought) = (Replay::default(), 0);
    }
}

#[test]
fn a_page_that_reaches_back_over_lines_that_are_gone_brings_none_of_those_before_again() {
    use Step::{Append, Poll, Rewrite};
    let once = [Append(7), Rewrite(3), Append(14), Poll(19)];
    let twice = [Append(16), Rewrite(4), Append(3), Poll(15), Rewrite(5), Poll(13), Append(7), Poll(22)];
    for steps in [&once[..], &twice] {
        let mut followed = Followed::new(true);
        for step in steps {
            followed.step(step);
        }
        assert_eq!(followed.reported, followed.written, "{steps:?}");
    }
}

fn cases() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(SEQUENCES);
    ProptestConfig::with_cases(cases)
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn whatever_happens_to_a_socket_each_line_comes_once(steps in steps(), unique in any::<bool>()) {
        let mut followed = Followed::new(unique);
        for step in &steps {
            followed.step(step);
        }
        followed.bring(usize::MAX);
        prop_assert_eq!(followed.reported, followed.written);
    }
}
