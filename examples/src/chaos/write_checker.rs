//! The comparison of what writes returned with what the server was asked to write.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Duration;

use anydeploy::{Error, ErrorKind};
use anydeploy_fakes::{FakeWrite, Sender};

use super::report::ChaosReport;
use super::write::{Asked, WriteRecord, Written};
use crate::scene::Scene;

/// Checks the writes of one scene; `promised` is how late a delivery may be that an adapter promises to find.
pub(super) fn check(report: &mut ChaosReport, scene: &dyn Scene, records: &[WriteRecord], promised: Duration) {
    let done = done(scene);
    report.deploys += records.len() as u64;
    for record in records {
        check_one(report, &Own::of(record, &done, promised), record);
    }
}

/// One thing that a request did.
struct Done {
    target: String,
    /// What was done, such as `stop` or `set KEY`.
    what: String,
    sender: Sender,
}

/// Everything that requests did: what was written, and the deployments that starts were.
fn done(scene: &dyn Scene) -> Vec<Done> {
    let written =
        scene.writes().into_iter().map(|FakeWrite { target, what, sender, .. }| Done { target, what, sender });
    let deployed = scene.server_records().into_iter().flat_map(|record| {
        let target = record.parts.first().map(|part| part.target.clone()).unwrap_or_default();
        let of = move |sender| Done { target: target.clone(), what: "start".to_owned(), sender };
        record.senders.into_iter().map(of).collect::<Vec<_>>()
    });
    written.chain(deployed).collect()
}

/// What the requests of one write did.
struct Own<'a> {
    /// How often each thing was done; what the network delivered twice counts once.
    times: BTreeMap<&'a str, u64>,
    /// The network delivered one of the requests twice.
    is_twice: bool,
    /// What was done later than an adapter promises to find; it may be found all the same.
    late: Vec<&'a str>,
    /// A request of another write of the same target was delivered late, so that what it wrote may stand in place of this.
    is_disturbed: bool,
}

impl<'a> Own<'a> {
    fn of(record: &WriteRecord, done: &'a [Done], promised: Duration) -> Self {
        let call = record.call.to_string();
        let is_own = |one: &Done| one.sender.call.as_deref() == Some(&*call);
        // A stop on Qovery is listed among the deployments as well.
        let is_asked = |one: &Done| match record.asked {
            Asked::Stop => one.what == "stop",
            Asked::Start => one.what == "start",
            Asked::Variables => one.what != "start",
        };
        let mut own = Self { times: BTreeMap::new(), is_twice: false, late: Vec::new(), is_disturbed: false };
        let mut twice: HashSet<(&str, &str)> = HashSet::new();
        for one in done {
            if !is_own(one) {
                own.is_disturbed |= one.target == record.target.id() && one.sender.late.is_some();
            } else if is_asked(one) && one.sender.late.is_some_and(|late| late > promised) {
                own.late.push(&one.what);
            } else if is_asked(one) {
                let is_again = one.sender.twice.as_deref().is_some_and(|request| !twice.insert((&one.what, request)));
                own.is_twice |= one.sender.twice.is_some();
                *own.times.entry(&one.what).or_default() += u64::from(!is_again);
            }
        }
        own
    }

    /// Whether something was done to a variable, however late.
    fn has(&self, key: &str) -> bool {
        self.times.keys().chain(&self.late).any(|what| is_of(what, key))
    }

    /// Whether something was done to a variable before an adapter may give up.
    fn has_in_time(&self, key: &str) -> bool {
        self.times.keys().any(|what| is_of(what, key))
    }

    fn is_idle(&self) -> bool {
        self.times.is_empty()
    }
}

/// Whether this was done to a variable; a platform that stores all in one text does it to all of them.
fn is_of(what: &str, key: &str) -> bool {
    what == "saveEnvironment" || what.split_once(' ').is_some_and(|(_, of)| of == key)
}

fn check_one(report: &mut ChaosReport, own: &Own<'_>, record: &WriteRecord) {
    report.triggered += u64::from(!own.is_idle());
    report.delivered_late += own.late.len() as u64;
    report.delivered_twice += u64::from(own.is_twice);
    let again: u64 = own.times.values().map(|times| times - 1).sum();
    report.duplicated += again;
    let explain = |report: &mut ChaosReport, what: &str| {
        let done: Vec<String> = own.times.iter().map(|(what, times)| format!("{what} x{times}")).collect();
        report.explain(what, &record.to_string(), &done.join(", "));
    };
    if again > 0 {
        explain(report, "duplicated");
    }
    let wrong = match &record.result {
        Ok(written) => {
            report.succeeded += 1;
            wrong_success(written, own)
        }
        Err(error) if error.is_safe_to_repeat() && error.kind() != ErrorKind::Incomplete => {
            // The answer to the other delivery may say that nothing was left to do.
            if own.is_idle() {
                report.refused += 1;
            } else if own.is_twice {
                report.contradicted += 1;
            } else {
                report.lost += 1;
                explain(report, "lost");
            }
            None
        }
        Err(error) => {
            report.undecidable += 1;
            wrong_error(error, own)
        }
    };
    match &record.awaited {
        Some(Err(error)) if error.kind() == ErrorKind::TimedOut => report.timed_out += 1,
        Some(Err(_)) => report.broken_off += 1,
        _ => {}
    }
    if let Some(wrong) = wrong {
        if own.is_twice {
            report.contradicted += 1;
            return;
        }
        report.misreported += 1;
        *report.misreports.entry(wrong).or_default() += 1;
        explain(report, wrong);
    }
}

/// What is wrong with a success.
fn wrong_success(written: &Written, own: &Own<'_>) -> Option<&'static str> {
    match written {
        // What another request did in its place shows in the same way.
        Written::State { sent: true } => {
            (own.is_idle() && own.late.is_empty() && !own.is_disturbed).then_some("a write that was not made")
        }
        Written::State { sent: false } => (!own.is_idle()).then_some("a write that is denied"),
        Written::Variables { written, removed, other } => {
            let returned: BTreeSet<&String> = written.union(removed).collect();
            let made =
                |what: &&str| what.split_once(' ').is_some_and(|(_, key)| !returned.iter().any(|one| *one == key));
            if !returned.iter().all(|key| own.has(key)) {
                Some("a variable that was not written")
            } else if own.times.keys().any(made) {
                Some("a variable that was written and is not returned")
            } else {
                (other.is_some() && !own.is_disturbed).then_some("a value that the server does not have")
            }
        }
    }
}

/// What is wrong with an error that leaves something open.
fn wrong_error(error: &Error, own: &Own<'_>) -> Option<&'static str> {
    let partial = error.partial()?;
    if !partial.written.iter().all(|key| own.has(key)) {
        return Some("a variable that was not written");
    }
    let is_made = |key: &String| own.has_in_time(key);
    (!own.is_disturbed && partial.not_written.iter().any(is_made))
        .then_some("a variable that was written and is denied")
}

#[cfg(test)]
mod tests {
    use anydeploy::{Partial, Result, Target};

    use super::*;

    fn done(call: &str, what: &str, twice: Option<&str>) -> Done {
        let mut sender = Sender::default();
        (sender.call, sender.twice) = (Some(call.to_owned()), twice.map(str::to_owned));
        Done { target: "web".to_owned(), what: what.to_owned(), sender }
    }

    /// The figures of one write that did this: duplicated, lost, misreported, contradicted.
    fn figures(asked: Asked, result: Result<Written>, done: &[Done]) -> [u64; 4] {
        let (target, mut report) = (Target::application("web"), ChaosReport::default());
        let record = WriteRecord { call: 1, target, asked, result, awaited: None };
        check_one(&mut report, &Own::of(&record, done, Duration::from_secs(1)), &record);
        [report.duplicated, report.lost, report.misreported, report.contradicted]
    }

    fn variables(written: &[&str]) -> Written {
        let written = written.iter().map(|key| (*key).to_owned()).collect();
        Written::Variables { written, removed: BTreeSet::new(), other: None }
    }

    fn partial(written: &[&str], not_written: &[&str]) -> Error {
        let owned = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
        let partial = Partial::new(owned(written), owned(not_written), Vec::new());
        Error::new(ErrorKind::Incomplete, "half").with_partial(Some(partial))
    }

    #[test]
    fn a_write_is_right_if_it_returns_what_was_done_once() {
        let stop = [done("1", "stop", None)];
        assert_eq!(figures(Asked::Stop, Ok(Written::State { sent: true }), &stop), [0; 4]);
        assert_eq!(figures(Asked::Stop, Ok(Written::State { sent: false }), &[]), [0; 4]);
        let sets = [done("1", "set A", None), done("1", "set B", None), done("2", "set A", None)];
        assert_eq!(figures(Asked::Variables, Ok(variables(&["A", "B"])), &sets), [0; 4]);
        assert_eq!(figures(Asked::Variables, Err(partial(&["A", "B"], &["C"])), &sets), [0; 4]);
        let refused = Error::new(ErrorKind::Conflict, "it changed");
        assert_eq!(figures(Asked::Variables, Err(refused), &[]), [0; 4]);
    }

    #[test]
    fn what_came_later_than_is_promised_may_be_returned_or_denied() {
        let mut late = done("1", "set A", None);
        late.sender.late = Some(Duration::from_secs(2));
        let late = [late];
        assert_eq!(figures(Asked::Variables, Ok(variables(&["A"])), &late), [0; 4]);
        assert_eq!(figures(Asked::Variables, Err(partial(&[], &["A"])), &late), [0; 4]);
        assert_eq!(figures(Asked::Variables, Ok(variables(&["B"])), &late), [0, 0, 1, 0]);
    }

    #[test]
    fn each_figure_can_fail() {
        let twice = [done("1", "stop", None), done("1", "stop", None)];
        assert_eq!(figures(Asked::Stop, Ok(Written::State { sent: true }), &twice), [1, 0, 0, 0]);
        let delivered_twice = [done("1", "stop", Some("a")), done("1", "stop", Some("a"))];
        assert_eq!(figures(Asked::Stop, Ok(Written::State { sent: true }), &delivered_twice), [0; 4]);
        let safe = || Error::new(ErrorKind::Rejected, "no");
        assert_eq!(figures(Asked::Stop, Err(safe()), &twice[..1]), [0, 1, 0, 0]);
        assert_eq!(figures(Asked::Stop, Err(safe()), &delivered_twice), [0, 0, 0, 1]);
        assert_eq!(figures(Asked::Stop, Ok(Written::State { sent: false }), &twice[..1]), [0, 0, 1, 0]);
        assert_eq!(figures(Asked::Stop, Ok(Written::State { sent: true }), &[]), [0, 0, 1, 0]);
        let set = [done("1", "set A", None)];
        assert_eq!(figures(Asked::Variables, Ok(variables(&["A", "B"])), &set), [0, 0, 1, 0]);
        assert_eq!(figures(Asked::Variables, Ok(variables(&[])), &set), [0, 0, 1, 0]);
        assert_eq!(figures(Asked::Variables, Err(partial(&["B"], &[])), &set), [0, 0, 1, 0]);
        assert_eq!(figures(Asked::Variables, Err(partial(&[], &["A"])), &set), [0, 0, 1, 0]);
    }
}
