//! The results of all cases.

use std::fmt;

use super::{NotKept, Verdict};

/// The result of one case.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// The name of the case.
    pub name: &'static str,
    /// The rule, in one line.
    pub rule: &'static str,
    /// Whether it is kept.
    pub verdict: Verdict,
}

/// The results of all cases, in the order they ran.
///
/// `Display` is one line for each case, with the reason where it was skipped and what was seen where it is broken.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// The cases.
    pub entries: Vec<Entry>,
}

impl Report {
    /// Whether no rule is broken.
    ///
    /// Skipped cases do not count against it; [`skipped`](Self::skipped) lists what was not put to the test.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.broken().is_empty()
    }

    /// The names of the cases whose rule is kept.
    #[must_use]
    pub fn kept(&self) -> Vec<&'static str> {
        self.names(Result::is_ok)
    }

    /// The names of the cases that were skipped, because they are about something that is not offered or cannot be staged.
    #[must_use]
    pub fn skipped(&self) -> Vec<&'static str> {
        self.names(|verdict| matches!(verdict, Err(NotKept::NotOffered(_) | NotKept::Skipped(_))))
    }

    /// The names of the cases that were skipped although the platform offers what they are about: the harness cannot put
    /// them to the test.
    #[must_use]
    pub fn not_staged(&self) -> Vec<&'static str> {
        self.names(|verdict| matches!(verdict, Err(NotKept::Skipped(_))))
    }

    /// The names of the cases whose rule is broken.
    #[must_use]
    pub fn broken(&self) -> Vec<&'static str> {
        self.names(|verdict| matches!(verdict, Err(NotKept::Broken(_))))
    }

    fn names(&self, which: impl Fn(&Verdict) -> bool) -> Vec<&'static str> {
        self.entries.iter().filter(|entry| which(&entry.verdict)).map(|entry| entry.name).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Entry { name, rule, verdict } in &self.entries {
            match verdict {
                Ok(()) => writeln!(f, "kept     {name}")?,
                Err(NotKept::NotOffered(reason) | NotKept::Skipped(reason)) => {
                    writeln!(f, "skipped  {name}: {reason}")?;
                }
                Err(NotKept::Broken(seen)) => writeln!(f, "BROKEN   {name}: {seen} (the rule: {rule})")?,
            }
        }
        write!(f, "{} kept, {} skipped, {} broken", self.kept().len(), self.skipped().len(), self.broken().len())
    }
}
