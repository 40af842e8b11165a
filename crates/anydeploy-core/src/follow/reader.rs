//! Reading the new lines of a log by polls.

use std::time::Duration;

use futures::future::BoxFuture;
use tokio::time::timeout;

use super::aligner::{Aligned, Aligner};
use crate::{Error, ErrorKind, LogLine, LogPage, Result};

/// How many lines the first read asks for, and the most that any asks for: what Dokploy and Coolify give out at most.
const MAX_TAIL: usize = 10_000;

/// How many lines a read asks for at least.
const MIN_TAIL: usize = 200;

/// By how much a read asks for more than the one before, if that did not reach back far enough.
const TAIL_GROWTH: usize = 7;

/// How long one read may take.
const MAX_READ: Duration = Duration::from_secs(10);

/// The new lines of a log, and whether lines before them are missing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct News {
    pub(super) lines: Vec<LogLine>,
    pub(super) gap: bool,
}

/// A log that is read by polls.
#[derive(Debug)]
pub(super) struct Reader {
    aligner: Aligner,
    /// How many lines the next read asks for, and the most that any asks for.
    tail: usize,
    max_tail: usize,
    /// Whether older lines than the first read brings are left out on purpose.
    begins_late: bool,
}

impl Reader {
    /// A reader of the whole log, or of what follows its last `tail` lines.
    pub(super) fn new(aligner: Aligner, tail: Option<usize>) -> Self {
        let begins_late = tail.is_some();
        Self { aligner, tail: tail.unwrap_or(MAX_TAIL).min(MAX_TAIL), max_tail: MAX_TAIL, begins_late }
    }

    /// The reported lines, to which a socket adds; the next read needs no more than what is missing.
    pub(super) fn fed(&mut self) -> &mut Aligner {
        self.tail = MIN_TAIL;
        &mut self.aligner
    }

    /// Reads what is new; `is_over` is whether the last line is complete even without a line break.
    pub(super) async fn read<'a>(
        &mut self,
        is_over: bool,
        read: impl Fn(usize) -> BoxFuture<'a, Result<LogPage>>,
    ) -> Result<News> {
        loop {
            let tail = self.tail;
            let Ok(page) = timeout(MAX_READ, read(tail)).await else {
                let message = format!("the log got no answer within {} s", MAX_READ.as_secs());
                return Err(Error::new(ErrorKind::NoAnswer, message).of_read());
            };
            let mut page = page?;
            if page.unfinished && !is_over {
                page.lines.pop();
            }
            let begins_late = std::mem::take(&mut self.begins_late);
            let is_longest = begins_late || tail >= self.max_tail || page.lines.len() + 1 < tail;
            let (lines, gap) = match self.aligner.take(page, is_longest) {
                Aligned::New(lines) => (lines, false),
                Aligned::NewAfterGap(lines) => (lines, !begins_late),
                Aligned::Unknown => {
                    self.tail = (tail.max(MIN_TAIL) * TAIL_GROWTH).min(self.max_tail);
                    if is_over {
                        continue;
                    }
                    // The next poll brings them: following a log costs one request a poll.
                    return Ok(News::default());
                }
            };
            // Twice what came in the last interval leaves room for more, and for the lines by which the pages overlap.
            self.tail = (2 * lines.len() + MIN_TAIL).min(self.max_tail);
            return Ok(News { lines, gap });
        }
    }
}

/// Whether a log that could not be read will not be readable later either.
///
/// A deployment's row may not be there yet, a service may not run yet, and a proxy's page or an answer that is too large may
/// be another one next time.
pub(super) fn is_final(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Unauthorized
            | ErrorKind::PermissionDenied
            | ErrorKind::ApiDisabled
            | ErrorKind::AddressNotAllowed
            | ErrorKind::RoleTooLow
            | ErrorKind::NotFoundOrForbidden
            | ErrorKind::CertificateRefused
            | ErrorKind::Unsupported
            | ErrorKind::InvalidInput
    )
}

#[cfg(test)]
mod tests {
    use futures::future::{FutureExt, ready};
    use proptest::prelude::*;

    use super::*;
    use crate::LogOptions;

    /// What happens to a log between two reads.
    #[derive(Clone, Debug)]
    enum Step {
        /// Lines are appended, each of one of a few texts.
        Append(Vec<u8>),
        /// One of the lines that were read is lost again, as where two writers overwrite each other.
        Lose(prop::sample::Index),
        /// The next read is answered by a replica that is so many lines behind.
        Lag(usize),
        /// The next read fails.
        Fail,
        /// The last line is written in part.
        Begin(u8),
    }

    /// How a platform gives a log out, and what its lines are like.
    #[derive(Clone, Copy, Debug)]
    struct Platform {
        /// The most lines of one answer.
        window: usize,
        /// Whether no two lines are alike.
        unique: bool,
    }

    fn steps(loses: bool) -> impl Strategy<Value = Vec<Step>> {
        let append = prop::collection::vec(0..3_u8, 0..12).prop_map(Step::Append);
        let lose = any::<prop::sample::Index>().prop_map(Step::Lose);
        let others = prop_oneof![(0..9_usize).prop_map(Step::Lag), Just(Step::Fail), (0..3_u8).prop_map(Step::Begin)];
        let losing = if loses { 2 } else { 0 };
        prop::collection::vec(prop_oneof![6 => append, losing => lose, 3 => others], 0..14)
    }

    /// A log and all that was ever written into it.
    #[derive(Default)]
    struct Log {
        lines: Vec<String>,
        written: Vec<String>,
        begun: Option<String>,
    }

    impl Log {
        fn append(&mut self, text: u8, platform: Platform) {
            let line = if platform.unique { format!("{} of {text}", self.written.len()) } else { text.to_string() };
            self.begun = None;
            self.lines.push(line.clone());
            self.written.push(line);
        }

        fn page(&self, tail: usize, behind: usize, window: usize) -> LogPage {
            let mut all = self.lines.clone();
            all.truncate(all.len().saturating_sub(behind));
            let begun = self.begun.as_ref().filter(|_| behind == 0);
            all.extend(begun.cloned());
            let lines = all.into_iter().map(LogLine::new).collect();
            let page = LogPage::last_of(lines, LogOptions::tail(tail.min(window)));
            LogPage { unfinished: begun.is_some(), ..page }
        }
    }

    #[tokio::test]
    async fn a_poll_reads_once_also_if_more_lines_came_than_it_asked_for() {
        let mut log = Log::default();
        let platform = Platform { window: usize::MAX, unique: true };
        let mut reader = Reader::new(Aligner::new(), None);
        let mut poll = async |log: &Log, is_over: bool| {
            let count = std::cell::Cell::new(0);
            let page = |tail| {
                count.set(count.get() + 1);
                ready(Ok(log.page(tail, 0, usize::MAX))).boxed()
            };
            let news = reader.read(is_over, page).await.unwrap();
            (news.lines.len(), news.gap, count.get())
        };
        log.append(0, platform);
        assert_eq!(poll(&log, false).await, (1, false, 1));
        assert_eq!(poll(&log, false).await, (0, false, 1));
        (0..500).for_each(|_| log.append(0, platform));
        assert_eq!(poll(&log, false).await, (0, false, 1));
        assert_eq!(poll(&log, false).await, (500, false, 1));
        assert_eq!(poll(&log, false).await, (0, false, 1));
        (0..2_500).for_each(|_| log.append(0, platform));
        // After the end nothing is left for a later poll.
        assert_eq!(poll(&log, true).await, (2_500, false, 3));
    }

    fn follow(steps: Vec<Step>, platform: Platform, max_tail: usize) -> (Log, Vec<String>, bool) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let mut reader = Reader { max_tail, tail: max_tail, ..Reader::new(Aligner::new(), None) };
        let (mut log, mut reported, mut gaps) = (Log::default(), Vec::new(), false);
        let mut read = |log: &Log, behind: usize, is_over: bool| {
            let page = |tail| ready(Ok(log.page(tail, behind, platform.window))).boxed();
            let news = runtime.block_on(reader.read(is_over, page)).unwrap();
            gaps |= news.gap;
            reported.extend(news.lines.into_iter().map(|line| line.text));
            reported.len()
        };
        for step in steps {
            match step {
                Step::Append(texts) => texts.into_iter().for_each(|text| log.append(text, platform)),
                // A line that was not read yet would be lost for good.
                Step::Lose(index) if read(&log, 0, false) > 0 && log.begun.is_none() && !log.lines.is_empty() => {
                    let index = index.index(log.lines.len());
                    log.lines.remove(index);
                }
                Step::Lag(behind) => {
                    read(&log, behind.min(log.lines.len()), false);
                    continue;
                }
                Step::Begin(text) => log.begun = Some(format!("half {text}")),
                Step::Lose(_) | Step::Fail => continue,
            }
            read(&log, 0, false);
        }
        log.begun = None;
        read(&log, 0, true);
        (log, reported, gaps)
    }

    #[test]
    fn what_is_older_than_the_lines_that_were_wanted_first_never_comes() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let platform = Platform { window: 10_000, unique: false };
        let (mut reader, mut log) = (Reader::new(Aligner::new(), Some(2)), Log::default());
        let mut read = |texts: &[u8]| {
            for text in texts {
                log.append(*text, platform);
            }
            let news =
                runtime.block_on(reader.read(false, |tail| ready(Ok(log.page(tail, 0, 10_000))).boxed())).unwrap();
            let texts: Vec<_> = news.lines.into_iter().map(|line| line.text).collect();
            (texts.concat(), news.gap)
        };
        assert_eq!(read(&[0, 1, 2, 0, 1]), ("01".to_owned(), false));
        assert_eq!(read(&[]), (String::new(), false));
        assert_eq!(read(&[2]), ("2".to_owned(), false), "the page reaches back to the lines before");
    }

    proptest! {
        #[test]
        fn lines_that_are_alike_come_once_each(steps in steps(false)) {
            let (log, reported, gap) = follow(steps, Platform { window: 10_000, unique: false }, 10_000);
            prop_assert!(!gap);
            prop_assert_eq!(reported, log.written);
        }

        #[test]
        fn a_log_that_loses_lines_is_reported_once(steps in steps(true)) {
            let (log, reported, gap) = follow(steps, Platform { window: 10_000, unique: true }, 10_000);
            prop_assert!(!gap);
            prop_assert_eq!(reported, log.written);
        }

        #[test]
        fn of_a_log_that_is_cut_at_its_head_nothing_comes_twice_and_what_is_missing_is_named(steps in steps(false), window in 12..20_usize) {
            let (log, reported, gap) = follow(steps, Platform { window, unique: true }, window);
            let mut written = log.written.iter();
            prop_assert!(reported.iter().all(|line| written.any(|other| other == line)), "{:?}", reported);
            // No step writes more than a window, and each is read.
            prop_assert!(!gap);
            prop_assert_eq!(reported, log.written);
        }
    }
}
