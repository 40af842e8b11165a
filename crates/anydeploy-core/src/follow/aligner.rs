//! Which lines of a log are new, where each read brings a part of it anew.
//!
//! No platform gives a log out from a place on: Coolify sends the whole of it each time, Dokploy and Qovery its end, and a
//! socket begins again at the first line.
//! So what was reported is remembered as hashes, and each read is laid over it.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};

use crate::{LogLine, LogPage};

/// How many reported lines are remembered; their hashes take 8 MiB.
const MAX_REMEMBERED: usize = 1 << 20;

/// The lines of one log that were reported, in order.
#[derive(Debug)]
pub(super) struct Aligner {
    reported: VecDeque<u64>,
    /// Lines before the remembered ones were not read, or are forgotten.
    begins_later: bool,
    /// Whether only the ASCII characters of a line count, because a socket may cut the others in two.
    ascii_only: bool,
    hasher: RandomState,
}

/// What a page says about a log.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Aligned {
    /// These lines are new.
    New(Vec<LogLine>),
    /// These lines are new, and others before them are missing.
    NewAfterGap(Vec<LogLine>),
    /// A longer page is needed to know.
    Unknown,
}

/// Where a page that begins anywhere lies over the reported lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// It is a part of them.
    Within,
    /// So many of its first lines are the last reported ones.
    Overlaps(usize),
    /// It may overlap by different numbers of lines.
    Ambiguous,
    /// It overlaps nowhere.
    Nowhere,
}

impl Aligner {
    pub(super) fn new() -> Self {
        Self { reported: VecDeque::new(), begins_later: false, ascii_only: false, hasher: RandomState::new() }
    }

    /// One for a log that comes through a socket, which may cut a character in two.
    pub(super) fn of_socket() -> Self {
        Self { ascii_only: true, ..Self::new() }
    }

    /// Lays a page over the reported lines, and records what is new in it.
    ///
    /// `is_longest` is whether no longer page can be had: then what cannot be known is decided so that nothing is
    /// reported twice, and a gap is named.
    pub(super) fn take(&mut self, mut page: LogPage, is_longest: bool) -> Aligned {
        let mut hashes: Vec<_> = page.lines.iter().map(|line| self.hash(line)).collect();
        let older = self.older(&hashes);
        page.lines.drain(..older);
        hashes.drain(..older);
        if !page.truncated && !self.begins_later {
            return Aligned::New(self.take_whole(page.lines, &hashes));
        }
        if self.reported.is_empty() {
            if !is_longest {
                return Aligned::Unknown;
            }
            self.begins_later = true;
            self.record(&hashes);
            return Aligned::NewAfterGap(page.lines);
        }
        let overlap = match self.place(&hashes) {
            Place::Within => return Aligned::New(Vec::new()),
            Place::Overlaps(lines) => lines,
            Place::Ambiguous | Place::Nowhere if !is_longest => return Aligned::Unknown,
            Place::Ambiguous => self.longest_overlap(&hashes),
            Place::Nowhere => return self.take_rewritten(page.lines, &hashes),
        };
        self.record(&hashes[overlap..]);
        Aligned::New(page.lines.into_iter().skip(overlap).collect())
    }

    /// The new lines of a page that begins at the first line of the log.
    fn take_whole(&mut self, lines: Vec<LogLine>, hashes: &[u64]) -> Vec<LogLine> {
        let same = self.reported.iter().zip(hashes).take_while(|(reported, hash)| reported == hash).count();
        let mut rest = self.counts(same);
        let fresh: Vec<_> = hashes.iter().enumerate().skip(same).map(|(_, hash)| take_one(&mut rest, *hash)).collect();
        let new: Vec<_> =
            lines.into_iter().skip(same).zip(&fresh).filter(|(_, old)| !**old).map(|(line, _)| line).collect();
        if !new.is_empty() {
            // A page without anything new may be that of a replica that lags behind; it makes nothing unreported.
            self.reported.truncate(same);
            self.record(&hashes[same..]);
        }
        new
    }

    /// The new lines of a page that overlaps nowhere: of a log that was rewritten, or after a gap.
    fn take_rewritten(&mut self, lines: Vec<LogLine>, hashes: &[u64]) -> Aligned {
        let from = self.reach(hashes);
        let mut recent = self.counts(from);
        let old: Vec<_> = hashes.iter().map(|hash| take_one(&mut recent, *hash)).collect();
        let is_rewritten = 2 * old.iter().filter(|old| **old).count() >= hashes.len();
        let keep = |index: usize| !is_rewritten || !old[index];
        let fresh: Vec<u64> =
            hashes.iter().enumerate().filter(|(index, _)| keep(*index)).map(|(_, hash)| *hash).collect();
        let new = lines.into_iter().enumerate().filter(|(index, _)| keep(*index)).map(|(_, line)| line).collect();
        if is_rewritten {
            // The next page lies over this one, which takes the place of what it was compared with.
            self.reported.truncate(from);
            self.record(hashes);
            return Aligned::New(new);
        }
        self.record(&fresh);
        Aligned::NewAfterGap(new)
    }

    /// The index from which on reported lines may stand in a page of a log that was rewritten.
    ///
    /// Where reported lines are gone, the page reaches further back than by its own length: to the last place of the first
    /// of its lines that was reported.
    fn reach(&self, hashes: &[u64]) -> usize {
        let by_length = self.reported.len().saturating_sub(hashes.len());
        let furthest = by_length.saturating_sub(hashes.len());
        let last_place = |hash: &u64| self.reported.range(furthest..).rposition(|reported| reported == hash);
        hashes.iter().find_map(last_place).map_or(by_length, |place| by_length.min(furthest + place))
    }

    /// How many lines of a page come before all reported ones: a page may reach back further than the first read did.
    fn older(&self, hashes: &[u64]) -> usize {
        let last = hashes.len().checked_sub(self.reported.len()).filter(|_| self.begins_later).unwrap_or(0);
        let holds_all = |start: &usize| self.reported.iter().eq(hashes[*start..].iter().take(self.reported.len()));
        // The last place, so that nothing is reported twice.
        (1..=last).rev().find(holds_all).unwrap_or(0)
    }

    /// How often each line was reported from this index on.
    fn counts(&self, from: usize) -> HashMap<u64, usize> {
        let mut counts = HashMap::new();
        for hash in self.reported.iter().skip(from) {
            *counts.entry(*hash).or_default() += 1;
        }
        counts
    }

    fn place(&self, hashes: &[u64]) -> Place {
        let mut overlaps = self.overlaps(hashes);
        match (overlaps.next(), overlaps.next()) {
            // All of it is reported: the log stands still, or the platform answers from an older state.
            (Some(lines), None) if lines == hashes.len() => Place::Within,
            (Some(lines), None) => Place::Overlaps(lines),
            (Some(_), Some(_)) => Place::Ambiguous,
            (None, _) if self.holds(hashes) => Place::Within,
            (None, _) => Place::Nowhere,
        }
    }

    /// The numbers of lines by which a page may overlap the last reported ones, the greatest first.
    fn overlaps(&self, hashes: &[u64]) -> impl Iterator<Item = usize> {
        // The borders of "page, then the end of what was reported", by the prefix function of Knuth, Morris and Pratt; `None` keeps the two apart.
        let end = self.reported.iter().skip(self.reported.len().saturating_sub(hashes.len()));
        let text: Vec<Option<u64>> =
            hashes.iter().map(|hash| Some(*hash)).chain([None]).chain(end.map(|hash| Some(*hash))).collect();
        let mut borders = vec![0; text.len()];
        for index in 1..text.len() {
            let mut border: usize = borders[index - 1];
            while border > 0 && text[index] != text[border] {
                border = borders[border - 1];
            }
            borders[index] = border + usize::from(text[index] == text[border]);
        }
        let first = borders.last().copied().filter(|border| *border > 0);
        std::iter::successors(first, move |border| Some(borders[border - 1]).filter(|border| *border > 0))
    }

    fn longest_overlap(&self, hashes: &[u64]) -> usize {
        self.overlaps(hashes).next().unwrap_or(0)
    }

    /// Whether the reported lines hold these in a row.
    fn holds(&self, hashes: &[u64]) -> bool {
        let Some(last) = self.reported.len().checked_sub(hashes.len()) else { return false };
        // A replica lags behind by a page or two.
        let first = last.saturating_sub(2 * hashes.len());
        (first..=last).any(|start| self.reported.range(start..).zip(hashes).all(|(one, other)| one == other))
    }

    /// Records lines as reported.
    fn record(&mut self, hashes: &[u64]) {
        self.reported.extend(hashes);
        while self.reported.len() > MAX_REMEMBERED {
            self.reported.pop_front();
            self.begins_later = true;
        }
    }

    /// Whether the next line of a socket is new; it is recorded then.
    pub(super) fn is_new(&mut self, replay: &mut Replay, line: &LogLine) -> bool {
        let hash = self.hash(line);
        if replay.rest.is_none() {
            match self.reported.get(replay.next) {
                Some(reported) if *reported == hash => {
                    replay.next += 1;
                    return false;
                }
                Some(_) => replay.rest = Some(self.counts(replay.next)),
                None => replay.next += 1,
            }
        }
        if replay.rest.as_mut().is_some_and(|rest| take_one(rest, hash)) {
            return false;
        }
        self.record(&[hash]);
        true
    }

    fn hash(&self, line: &LogLine) -> u64 {
        if self.ascii_only {
            let text = line.text.bytes().filter(u8::is_ascii).collect::<Vec<_>>();
            return self.hasher.hash_one((text, line.time, &line.source));
        }
        self.hasher.hash_one((&line.text, line.time, &line.source))
    }
}

/// How far a socket that began anew has come over the reported lines.
#[derive(Debug, Default)]
pub(super) struct Replay {
    /// The index of the next line that was reported.
    next: usize,
    /// The reported lines that have not come again, once one of them was another.
    rest: Option<HashMap<u64, usize>>,
}

/// Takes one of these lines away; whether there was one.
fn take_one(counts: &mut HashMap<u64, usize>, hash: u64) -> bool {
    match counts.get_mut(&hash) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LogOptions;

    /// What is new in a page with a line for each letter, and whether lines before it are missing.
    fn take(aligner: &mut Aligner, letters: &str, truncated: bool) -> (String, bool) {
        let lines = letters.chars().map(|letter| LogLine::new(letter.to_string())).collect();
        let page = LogPage { truncated, ..LogPage::last_of(lines, LogOptions::tail(usize::MAX)) };
        let text = |lines: Vec<LogLine>| lines.into_iter().map(|line| line.text).collect();
        match aligner.take(page, true) {
            Aligned::New(lines) => (text(lines), false),
            Aligned::NewAfterGap(lines) => (text(lines), true),
            Aligned::Unknown => panic!("no longer page can be had"),
        }
    }

    #[test]
    fn of_several_places_for_the_first_lines_the_last_one_counts() {
        let mut aligner = Aligner::new();
        assert_eq!(take(&mut aligner, "a", true), ("a".to_owned(), true));
        assert_eq!(take(&mut aligner, "xaya", true), (String::new(), false));
    }

    #[test]
    fn a_line_that_is_written_again_after_it_was_gone_is_new() {
        let mut aligner = Aligner::new();
        for (page, new) in [("ab", "ab"), ("ax", "x"), ("axb", "b")] {
            assert_eq!(take(&mut aligner, page, false), (new.to_owned(), false), "{page}");
        }
    }

    #[test]
    fn a_page_of_which_half_was_reported_lately_is_of_a_log_that_was_rewritten() {
        for (page, new) in [("bxdy", ("xy", false)), ("bxyz", ("bxyz", true)), ("xa", ("x", false))] {
            let mut aligner = Aligner::new();
            take(&mut aligner, "abcd", true);
            assert_eq!(take(&mut aligner, page, true), (new.0.to_owned(), new.1), "{page}");
        }
        let mut aligner = Aligner::new();
        take(&mut aligner, "abcdefgh", true);
        assert_eq!(take(&mut aligner, "xa", true), ("xa".to_owned(), true), "the first line was reported long ago");
    }

    #[test]
    fn a_log_of_which_lines_are_forgotten_begins_later() {
        let mut aligner = Aligner::new();
        aligner.record(&vec![0; MAX_REMEMBERED]);
        assert!(!aligner.begins_later);
        aligner.record(&[1]);
        assert_eq!((aligner.begins_later, aligner.reported.len()), (true, MAX_REMEMBERED));
    }
}
