//! Recovery after a lost answer: polls for the deployment of a trigger until it is found or provably not there.

use std::time::Duration;

use crate::failure::{after_acceptance, after_loss};
use crate::retry::may_be_transient;
use crate::{Backoff, Deployment, Error, ErrorKind, Jitter, Result, Timing};

/// The first pause between two polls, as a part of the time that a trigger takes to settle; it doubles each time.
const FIRST_PAUSE: u32 = 150;

/// From when on what is only likely is believed, as a part of that time.
const LIKELY_AFTER: u32 = 10;

/// How many polls a long search has at least.
const MIN_POLLS: u32 = 20;

/// The longest search: no request is held for longer.
const MAX_SEARCH: Duration = Duration::from_hours(1);

/// What one poll found.
#[derive(Debug)]
#[non_exhaustive]
pub enum Resolution {
    /// The deployment of the trigger.
    Found(Box<Deployment>),
    /// What can only be the deployment of the trigger, if nothing else appears shortly after.
    Likely(Box<Deployment>),
    /// Nothing that the trigger can have started.
    NotFound,
    /// Something that the trigger or another caller may have started; why nothing decides between them.
    Ambiguous(&'static str),
    /// As [`Ambiguous`](Self::Ambiguous), of something that stays visible, so that a later poll may decide.
    Unresolved(&'static str),
    /// Nothing was changed, whether the trigger was acted on or not; why that is certain.
    NoEffect(&'static str),
    /// Nothing that could be read would show it; why not.
    Unrecoverable(&'static str),
    /// A read was refused without which nothing can be decided; why not.
    Unreadable(&'static str),
}

impl Resolution {
    /// The deployment of the trigger.
    #[must_use]
    pub fn found(deployment: Deployment) -> Self {
        Self::Found(Box::new(deployment))
    }

    /// What can only be the deployment of the trigger, if nothing else appears.
    #[must_use]
    pub fn likely(deployment: Deployment) -> Self {
        Self::Likely(Box::new(deployment))
    }
}

/// For how long the deployment of a trigger is searched for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// How long a server may take to act on a trigger.
    settles: Duration,
    /// After how long what is only likely is believed: by then the trigger's own deployment would show beside it.
    likely_after: Duration,
    /// After how long an absence is believed.
    absent_after: Duration,
    longest_pause: Duration,
}

impl Patience {
    /// For a trigger whose connection was just given up, with pauses up to this part of the time that it takes to settle.
    pub(crate) fn settling(timing: &Timing, pauses: u32) -> Self {
        let settles = timing.trigger_settles;
        Self {
            settles,
            likely_after: settles / LIKELY_AFTER,
            absent_after: settles,
            longest_pause: settles / pauses.max(1),
        }
    }

    /// For a trigger that another process may still send, and that may be acted on until `longest` from now.
    pub(crate) fn for_all_of(self, longest: Duration) -> Self {
        let longest = longest.clamp(self.absent_after, MAX_SEARCH.max(self.absent_after));
        // A long search costs no more requests than a short one needs.
        let longest_pause = self.longest_pause.max(longest / MIN_POLLS);
        Self { likely_after: longest, absent_after: longest, longest_pause, ..self }
    }

    /// How long it may take in all, where something keeps the server from being read for `times` as long as a trigger takes
    /// to settle.
    fn with(&self, times: u32) -> Duration {
        self.absent_after.saturating_add(self.settles.saturating_mul(times))
    }
}

/// The search for the deployment of a trigger whose answer does not name it, poll by poll.
///
/// All three platforms act on a trigger before they answer it, within seconds.
/// A trigger whose deployment does not appear until it must have settled was therefore never acted on, and only then is it
/// safe to repeat.
/// A gateway that holds a trigger for longer and then delivers it cannot be detected.
#[derive(Debug)]
pub(crate) struct Recovery {
    /// What came in place of an answer that names the deployment.
    answer: Error,
    /// The platform has accepted the trigger, so that absence proves nothing.
    is_accepted: bool,
    patience: Patience,
    backoff: Backoff,
    /// What was seen once may have been the trigger's own, even if it has vanished.
    sign: Option<&'static str>,
    /// A server that could be read is read again before one refusal decides: a 404 or a 403 may be that of one route, or
    /// of something in between, for a moment.
    could_read: bool,
}

/// What follows from a poll.
#[derive(Debug)]
pub(crate) enum Step {
    /// The search is over.
    Ended(Box<Result<Deployment>>),
    /// The next poll comes after this time.
    Wait(Duration),
}

impl Step {
    fn ended(result: Result<Deployment>) -> Self {
        Self::Ended(Box::new(result))
    }
}

impl Recovery {
    /// After a lost answer.
    pub(crate) fn new(lost: Error, patience: Patience) -> Self {
        // No jitter: the decisive read has a time of its own, and the others are spread by the trigger they follow.
        let backoff = Backoff::new(patience.settles / FIRST_PAUSE, patience.longest_pause).with_jitter(Jitter::None);
        Self { answer: lost, is_accepted: false, patience, backoff, sign: None, could_read: false }
    }

    /// After an answer that accepts the trigger and names no deployment.
    pub(crate) fn of_accepted(unnamed: Error, patience: Patience) -> Self {
        Self { is_accepted: true, ..Self::new(unnamed, patience) }
    }

    /// Judges a poll that was sent at this `age` of the search: it proves the state at that time, not later.
    pub(crate) fn judge(&mut self, found: Result<Resolution>, age: Duration) -> Step {
        let Patience { likely_after, absent_after, .. } = self.patience;
        self.could_read |= !matches!(found, Err(_) | Ok(Resolution::Unreadable(_)));
        let refused_after = if self.could_read { self.patience.with(1) } else { absent_after };
        let asked = match found {
            Ok(Resolution::Found(found)) => return Step::ended(Ok(*found)),
            Ok(Resolution::Likely(found)) if age >= likely_after => return Step::ended(Ok(*found)),
            Ok(Resolution::Unrecoverable(why)) => return self.undecidable(why),
            Ok(Resolution::Ambiguous(why) | Resolution::Unresolved(why)) if age >= absent_after => {
                return self.undecidable(why);
            }
            Ok(Resolution::NotFound) if age >= absent_after => {
                return self.not_triggered("nothing of it was seen afterwards");
            }
            Ok(Resolution::NoEffect(why)) if age >= absent_after => return self.not_triggered(why),
            Ok(Resolution::Unreadable(why)) if age >= refused_after => return self.undecidable(why),
            Ok(
                Resolution::NotFound | Resolution::Unresolved(_) | Resolution::NoEffect(_) | Resolution::Unreadable(_),
            ) => None,
            Ok(Resolution::Ambiguous(why)) => {
                self.sign = Some(why);
                None
            }
            Ok(Resolution::Likely(_)) => {
                self.sign = Some("what may have been its deployment has vanished");
                None
            }
            // A server that lost an answer may be down for a while longer.
            Err(error) if age < if may_be_transient(&error) { self.patience.with(3) } else { refused_after } => {
                error.retry_after()
            }
            Err(error) => {
                let answer = self.answer.clone().with_source(error);
                return self.ended(ErrorKind::Undecidable, "its deployment cannot be looked up", answer);
            }
        };
        let wait = self.backoff.pause(asked);
        // The poll that decides comes no later than it has to.
        let wait =
            if age < absent_after && asked.is_none() { wait.min(absent_after.saturating_sub(age)) } else { wait };
        if age + wait > self.patience.with(4) {
            return self.undecidable("the server asks to wait too long before it can be looked up");
        }
        Step::Wait(wait)
    }

    fn undecidable(&self, why: &str) -> Step {
        self.ended(ErrorKind::Undecidable, why, self.answer.clone())
    }

    /// The end of a search in which nothing has changed anything, unless something was seen before.
    fn not_triggered(&self, why: &str) -> Step {
        match self.sign {
            Some(sign) => self.undecidable(sign),
            None if self.is_accepted => self.undecidable(why),
            None => self.ended(ErrorKind::NotTriggered, why, self.answer.clone()),
        }
    }

    fn ended(&self, kind: ErrorKind, why: &str, answer: Error) -> Step {
        let error = if self.is_accepted { after_acceptance } else { after_loss };
        Step::ended(Err(error(kind, why, answer)))
    }
}

#[cfg(test)]
mod pauses;

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::time::{Instant, sleep};

    use crate::{DeploymentId, DeploymentStatus, Identity, Phase, Platform, Target};

    use super::*;

    const TRIGGER_SETTLES: Duration = Duration::from_secs(30);

    fn lost() -> Error {
        Error::new(ErrorKind::NoAnswer, "the connection broke")
            .with_platform(Platform::new("toy"))
            .with_operation("deploy")
    }

    fn deployment() -> Deployment {
        let id = DeploymentId::new(Platform::new("toy"), Target::application("web"));
        Deployment::new(id, Identity::Exact, DeploymentStatus::new(Phase::Queued, "queued"))
    }

    /// Recovers with polls that find what `script` makes of their number, counted from 0.
    async fn run(script: impl Fn(u32) -> Result<Resolution>) -> (Result<Deployment>, u32, Duration) {
        let (polls, started) = (AtomicU32::new(0), Instant::now());
        let mut recovery = Recovery::new(lost(), Patience::settling(&Timing::scaled_to(TRIGGER_SETTLES * 2), 10));
        loop {
            match recovery.judge(script(polls.fetch_add(1, Ordering::Relaxed)), started.elapsed()) {
                Step::Ended(result) => return (*result, polls.load(Ordering::Relaxed), started.elapsed()),
                Step::Wait(wait) => sleep(wait).await,
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_found_is_returned_as_if_it_had_been_answered() {
        let (result, polls, elapsed) = run(|poll| match poll {
            0 => Ok(Resolution::NotFound),
            1 => Err(Error::new(ErrorKind::Unavailable, "down")),
            _ => Ok(Resolution::found(deployment())),
        })
        .await;
        assert_eq!(result.unwrap(), deployment());
        assert_eq!(polls, 3);
        assert!(elapsed < Duration::from_secs(2), "{elapsed:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn absence_is_believed_only_after_the_server_had_time_to_act() {
        let (result, polls, elapsed) = run(|_| Ok(Resolution::NotFound)).await;
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotTriggered);
        assert!(error.is_safe_to_repeat());
        assert!(elapsed >= TRIGGER_SETTLES && elapsed < TRIGGER_SETTLES * 2, "{elapsed:?}");
        assert!(polls < 25, "{polls} polls");
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_asks_for_a_long_wait_is_not_waited_for() {
        let wait = Some(Duration::from_hours(1));
        let (result, polls, elapsed) =
            run(|_| Err(Error::new(ErrorKind::RateLimited, "slow").with_retry_after(wait))).await;
        assert_eq!((result.unwrap_err().kind(), polls), (ErrorKind::Undecidable, 1));
        assert_eq!(elapsed, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_only_likely_is_believed_if_nothing_else_shows() {
        let (result, polls, elapsed) = run(|_| Ok(Resolution::likely(deployment()))).await;
        assert!(
            result.is_ok() && polls > 1 && elapsed >= TRIGGER_SETTLES / 10 && elapsed < TRIGGER_SETTLES / 2,
            "{polls} {elapsed:?}"
        );
        let second =
            run(|poll| Ok(if poll == 0 { Resolution::likely(deployment()) } else { Resolution::Ambiguous("two") }))
                .await
                .0;
        assert_eq!(second.unwrap_err().kind(), ErrorKind::Undecidable);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_seen_once_is_never_safe_to_repeat() {
        for sign in [|| Resolution::likely(deployment()), || Resolution::Ambiguous("two")] {
            let vanished = run(|poll| Ok(if poll == 1 { sign() } else { Resolution::NotFound })).await.0;
            assert_eq!(vanished.unwrap_err().kind(), ErrorKind::Undecidable);
        }
        let found =
            run(|poll| Ok(if poll < 2 { Resolution::Ambiguous("two") } else { Resolution::likely(deployment()) }))
                .await
                .0;
        assert!(found.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_later_poll_rules_out_was_no_sign() {
        let ruled_out =
            run(|poll| Ok(if poll == 1 { Resolution::Unresolved("whose?") } else { Resolution::NotFound })).await.0;
        assert_eq!(ruled_out.unwrap_err().kind(), ErrorKind::NotTriggered);
        let idle = run(|_| Ok(Resolution::NoEffect("nothing was changed"))).await.0.unwrap_err();
        assert!(idle.is_safe_to_repeat() && idle.to_string().contains("nothing was changed"), "{idle}");
        let signed =
            run(|poll| Ok(if poll == 1 { Resolution::Ambiguous("two") } else { Resolution::NoEffect("nothing") }))
                .await
                .0;
        assert_eq!(signed.unwrap_err().kind(), ErrorKind::Undecidable);
        let never = run(|_| Ok(Resolution::Unresolved("whose?"))).await.0.unwrap_err();
        assert_eq!(never.kind(), ErrorKind::Undecidable);
        assert!(never.to_string().contains("whose?"), "{never}");
    }

    #[tokio::test(start_paused = true)]
    async fn one_refusal_of_a_read_decides_nothing_while_the_others_are_answered() {
        let refusals: [fn() -> Result<Resolution>; 3] = [
            || Err(Error::new(ErrorKind::NotFound, "no")),
            || Err(Error::new(ErrorKind::PermissionDenied, "no")),
            || Ok(Resolution::Unreadable("what waits cannot be read")),
        ];
        for refusal in refusals {
            let found =
                run(|poll| if poll % 2 == 0 { refusal() } else { Ok(Resolution::likely(deployment())) }).await.0;
            assert!(found.is_ok());
            let nothing = run(|poll| if poll % 2 == 0 { refusal() } else { Ok(Resolution::NotFound) }).await.0;
            assert_eq!(nothing.unwrap_err().kind(), ErrorKind::NotTriggered);
            let (never, _, elapsed) = run(|_| refusal()).await;
            assert_eq!(never.unwrap_err().kind(), ErrorKind::Undecidable);
            assert!(elapsed < TRIGGER_SETTLES * 2, "what could never be read is not waited for: {elapsed:?}");
            let (no_more, _, elapsed) = run(|poll| if poll == 0 { Ok(Resolution::NotFound) } else { refusal() }).await;
            assert_eq!(no_more.unwrap_err().kind(), ErrorKind::Undecidable);
            assert!(elapsed >= TRIGGER_SETTLES * 2 && elapsed < TRIGGER_SETTLES * 3, "{elapsed:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn ambiguous_and_unreadable_are_undecidable_and_never_safe_to_repeat() {
        let ambiguous = run(|_| Ok(Resolution::Ambiguous("two were started at once"))).await.0.unwrap_err();
        assert!(ambiguous.to_string().contains("two were started at once"), "{ambiguous}");
        let forbidden = run(|_| Err(Error::new(ErrorKind::PermissionDenied, "no"))).await.0.unwrap_err();
        let down = run(|_| Err(Error::new(ErrorKind::Unavailable, "down"))).await.0.unwrap_err();
        for error in [ambiguous, forbidden, down] {
            assert_eq!(error.kind(), ErrorKind::Undecidable);
            assert!(!error.is_safe_to_repeat());
            assert_eq!((error.platform(), error.operation()), (Some(&Platform::new("toy")), Some("deploy")));
        }
    }
}
