//! Recovery after a lost answer: polls for the deployment of a trigger until it is found or provably not there.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::failure::after_loss;
use crate::{Backoff, Deployment, Error, ErrorKind, Jitter, Result};

/// The first pause between two polls, as a part of the time that a trigger takes to settle; it doubles each time.
const FIRST_PAUSE: u32 = 150;

/// The longest pause, as a part of that time.
const LONGEST_PAUSE: u32 = 10;

/// How often a single read is tried within a poll.
const MAX_TRIES: u32 = 4;

/// The longest pause after the first of them; it doubles each time.
const PAUSE: Duration = Duration::from_millis(100);

/// What one poll found.
#[derive(Debug)]
pub(crate) enum Resolution {
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
    /// A read was refused without which nothing can be decided; why not.
    Unreadable(&'static str),
}

impl Resolution {
    pub(crate) fn found(deployment: Deployment) -> Self {
        Self::Found(Box::new(deployment))
    }

    pub(crate) fn likely(deployment: Deployment) -> Self {
        Self::Likely(Box::new(deployment))
    }
}

/// Polls for the deployment of a trigger that ended in `lost`, for as long as a server may take to act on it.
///
/// All three platforms act on a trigger before they answer it, within seconds.
/// A trigger whose deployment does not appear within `trigger_settles` after the connection was given up was therefore
/// never acted on, and only then is it safe to repeat.
/// A gateway that holds a trigger for longer and then delivers it cannot be detected.
pub(crate) async fn recover_with<F, R>(lost: Error, trigger_settles: Duration, poll: F) -> Result<Deployment>
where
    F: Fn() -> R,
    R: Future<Output = Result<Resolution>>,
{
    recover_slowly(lost, trigger_settles, trigger_settles / LONGEST_PAUSE, poll).await
}

/// The same as [`recover_with`], with pauses up to `longest`, for polls that cost much.
pub(crate) async fn recover_slowly<F, R>(
    lost: Error,
    trigger_settles: Duration,
    longest: Duration,
    poll: F,
) -> Result<Deployment>
where
    F: Fn() -> R,
    R: Future<Output = Result<Resolution>>,
{
    let started = Instant::now();
    // No jitter: the decisive read has a time of its own, and the others are spread by the trigger they follow.
    let mut backoff = Backoff::new(trigger_settles / FIRST_PAUSE, longest).with_jitter(Jitter::None);
    // What was seen once may have been the trigger's own, even if it has vanished.
    let mut sign = None;
    // A server that could be read is read again before one refusal decides: a 404 or a 403 may be that of one route, or
    // of something in between, for a moment.
    let mut could_read = false;
    loop {
        // A poll proves the state at the time it was sent, not later.
        let age = started.elapsed();
        let patience = if could_read { trigger_settles * 2 } else { trigger_settles };
        let found = poll().await;
        could_read |= !matches!(found, Err(_) | Ok(Resolution::Unreadable(_)));
        let asked = match found {
            Ok(Resolution::Found(found)) => return Ok(*found),
            // By then the trigger's own deployment would show beside it.
            Ok(Resolution::Likely(found)) if age >= trigger_settles / LONGEST_PAUSE => return Ok(*found),
            Ok(Resolution::Ambiguous(why) | Resolution::Unresolved(why)) if age >= trigger_settles => {
                return Err(after_loss(ErrorKind::Undecidable, why, lost));
            }
            Ok(Resolution::NotFound) if age >= trigger_settles => {
                return Err(match sign {
                    Some(why) => after_loss(ErrorKind::Undecidable, why, lost),
                    None => after_loss(ErrorKind::NotTriggered, "nothing of it was seen afterwards", lost),
                });
            }
            Ok(Resolution::NoEffect(why)) if age >= trigger_settles => {
                let kind = sign.map_or(ErrorKind::NotTriggered, |_| ErrorKind::Undecidable);
                return Err(after_loss(kind, sign.unwrap_or(why), lost));
            }
            Ok(Resolution::Unreadable(why)) if age >= patience => {
                return Err(after_loss(ErrorKind::Undecidable, why, lost));
            }
            Ok(
                Resolution::NotFound | Resolution::Unresolved(_) | Resolution::NoEffect(_) | Resolution::Unreadable(_),
            ) => None,
            Ok(Resolution::Ambiguous(why)) => {
                sign = Some(why);
                None
            }
            Ok(_) => {
                sign = Some("what may have been its deployment has vanished");
                None
            }
            // A server that lost an answer may be down for a while longer.
            Err(error) if age < if may_be_transient(&error) { trigger_settles * 4 } else { patience } => {
                error.retry_after()
            }
            Err(error) => {
                let why = "whether it was acted on cannot be looked up";
                return Err(after_loss(ErrorKind::Undecidable, why, lost.with_source(error)));
            }
        };
        let wait = backoff.pause(asked);
        // The poll that decides comes no later than it has to.
        let wait =
            if age < trigger_settles && asked.is_none() { wait.min(trigger_settles.saturating_sub(age)) } else { wait };
        if age + wait > trigger_settles * 5 {
            let why = "the server asks to wait too long before it can be looked up";
            return Err(after_loss(ErrorKind::Undecidable, why, lost));
        }
        sleep(wait).await;
    }
}

/// Tries a read a few times, so that one failure does not cost the whole poll; an error with a `Retry-After` is
/// returned.
pub(crate) async fn retry_briefly<T, F, R>(read: F) -> Result<T>
where
    F: Fn() -> R,
    R: Future<Output = Result<T>>,
{
    let mut backoff = Backoff::new(PAUSE, PAUSE * 4).with_attempts(MAX_TRIES);
    loop {
        let error = match read().await {
            Err(error) if may_be_transient(&error) && error.retry_after().is_none() => error,
            answer => return answer,
        };
        let Some(wait) = backoff.next(None) else { return Err(error) };
        sleep(wait).await;
    }
}

/// Repeats a read that fails with a transient error until `bound` has passed, with growing pauses; a server that asks
/// for a longer wait than is left is not waited for.
pub(crate) async fn retry_read<T, F, R>(bound: Duration, read: F) -> Result<T>
where
    F: Fn() -> R,
    R: Future<Output = Result<T>>,
{
    let mut backoff = Backoff::new(PAUSE.min(bound / 10), bound / 6).with_budget(bound);
    let mut attempts: u32 = 0;
    loop {
        let error = match read().await {
            Err(error) if may_be_transient(&error) => error,
            answer => return answer,
        };
        attempts = attempts.saturating_add(error.attempts());
        let Some(wait) = backoff.next(error.retry_after()) else { return Err(error.with_attempts(attempts)) };
        sleep(wait).await;
    }
}

/// Whether the same read may succeed a little later; a proxy's page, or what a proxy wraps around an answer, is as
/// transient as a refused connection.
pub(crate) fn may_be_transient(error: &Error) -> bool {
    error.is_transient() || matches!(error.kind(), ErrorKind::Unreadable | ErrorKind::AnswerTooLarge)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use crate::{DeploymentId, DeploymentStatus, Identity, Phase, Target, platform};

    use super::*;

    const TRIGGER_SETTLES: Duration = Duration::from_secs(30);

    fn lost() -> Error {
        Error::new(ErrorKind::NoAnswer, "the connection broke")
            .with_platform(platform::COOLIFY)
            .with_operation("deploy")
    }

    fn deployment() -> Deployment {
        let id = DeploymentId::new(platform::COOLIFY, Target::application("web"));
        Deployment::new(id, Identity::Exact, DeploymentStatus::new(Phase::Queued, "queued"))
    }

    /// Recovers with polls that find what `script` makes of their number, counted from 0.
    async fn run(script: impl Fn(u32) -> Result<Resolution>) -> (Result<Deployment>, u32, Duration) {
        let (polls, started) = (AtomicU32::new(0), Instant::now());
        let result = recover_with(lost(), TRIGGER_SETTLES, || {
            let resolution = script(polls.fetch_add(1, Ordering::Relaxed));
            async { resolution }
        });
        (result.await, polls.load(Ordering::Relaxed), started.elapsed())
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
            assert_eq!((error.platform(), error.operation()), (Some(&platform::COOLIFY), Some("deploy")));
        }
    }
}
