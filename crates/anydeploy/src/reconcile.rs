//! After a trigger whose answer was lost: looking for its deployment, until it is found or provably not there.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::failure::after_loss;
use crate::{Backoff, Deployment, Error, ErrorKind, Jitter, Result};

/// The first pause between two looks, as a part of the time that looking takes in all; it doubles each time.
const FIRST_PAUSE: u32 = 150;

/// The longest pause, as a part of that time.
const LONGEST_PAUSE: u32 = 10;

/// How often a single read is tried within a look.
const TRIES: u32 = 4;

/// The longest pause after the first of them; it doubles each time.
const PAUSE: Duration = Duration::from_millis(100);

/// What one look found.
#[derive(Debug)]
pub(crate) enum Sight {
    /// The deployment of the trigger.
    Found(Box<Deployment>),
    /// What can only be the deployment of the trigger, if nothing else shows within moments.
    Likely(Box<Deployment>),
    /// Nothing that the trigger could have left behind.
    Nothing,
    /// Something that may be of the trigger or of somebody else; why that cannot be told.
    Doubt(&'static str),
    /// The same of something that stays to be seen, so that a later look may find whose it is.
    Open(&'static str),
    /// Nothing that changed anything, whether the trigger was acted on or not; why that is certain.
    Idle(&'static str),
    /// Nothing at all, as a read that it takes was refused; why that leaves everything open.
    Blind(&'static str),
}

impl Sight {
    pub(crate) fn found(deployment: Deployment) -> Self {
        Self::Found(Box::new(deployment))
    }

    pub(crate) fn likely(deployment: Deployment) -> Self {
        Self::Likely(Box::new(deployment))
    }
}

/// Looks for the deployment of a trigger that ended in `lost`, for as long as a server may take to act on it.
///
/// All three platforms act on a trigger before they answer it, within seconds.
/// What does not show `settle` after the connection was given up was therefore never acted on, and only then is the
/// trigger safe to repeat; a gateway that keeps it for longer and delivers it then is beyond what can be known.
pub(crate) async fn reconcile<F, L>(lost: Error, settle: Duration, look: F) -> Result<Deployment>
where
    F: Fn() -> L,
    L: Future<Output = Result<Sight>>,
{
    reconcile_slowly(lost, settle, settle / LONGEST_PAUSE, look).await
}

/// The same as [`reconcile`], with pauses up to `longest`, where each look costs much.
pub(crate) async fn reconcile_slowly<F, L>(
    lost: Error,
    settle: Duration,
    longest: Duration,
    look: F,
) -> Result<Deployment>
where
    F: Fn() -> L,
    L: Future<Output = Result<Sight>>,
{
    let started = Instant::now();
    // No jitter: the decisive read comes at a moment of its own, and the others are spread by the trigger they follow.
    let mut backoff = Backoff::new(settle / FIRST_PAUSE, longest).with_jitter(Jitter::None);
    // What was seen once may have been the trigger's own, even if it is gone.
    let mut sign = None;
    // A server that could be read is read again before one refusal decides: a 404 or a 403 may be that of one route, or of
    // something in between, for a moment.
    let mut could_read = false;
    loop {
        // A look tells of no later moment than its beginning.
        let age = started.elapsed();
        let patience = if could_read { settle * 2 } else { settle };
        let found = look().await;
        could_read |= !matches!(found, Err(_) | Ok(Sight::Blind(_)));
        let asked = match found {
            Ok(Sight::Found(found)) => return Ok(*found),
            // By then the trigger's own deployment would show beside it.
            Ok(Sight::Likely(found)) if age >= settle / LONGEST_PAUSE => return Ok(*found),
            Ok(Sight::Doubt(why) | Sight::Open(why)) if age >= settle => {
                return Err(after_loss(ErrorKind::Undecidable, why, lost));
            }
            Ok(Sight::Nothing) if age >= settle => {
                return Err(match sign {
                    Some(why) => after_loss(ErrorKind::Undecidable, why, lost),
                    None => after_loss(ErrorKind::NotTriggered, "nothing of it was seen since", lost),
                });
            }
            Ok(Sight::Idle(why)) if age >= settle => {
                let kind = sign.map_or(ErrorKind::NotTriggered, |_| ErrorKind::Undecidable);
                return Err(after_loss(kind, sign.unwrap_or(why), lost));
            }
            Ok(Sight::Blind(why)) if age >= patience => return Err(after_loss(ErrorKind::Undecidable, why, lost)),
            Ok(Sight::Nothing | Sight::Open(_) | Sight::Idle(_) | Sight::Blind(_)) => None,
            Ok(Sight::Doubt(why)) => {
                sign = Some(why);
                None
            }
            Ok(_) => {
                sign = Some("what may have been its deployment has gone again");
                None
            }
            // A server that lost an answer may be down for a while longer.
            Err(error) if age < if is_passing(&error) { settle * 4 } else { patience } => error.retry_after(),
            Err(error) => {
                let why = "whether it was acted on cannot be looked up";
                return Err(after_loss(ErrorKind::Undecidable, why, lost.with_source(error)));
            }
        };
        let wait = backoff.pause(asked);
        // The look that decides comes no later than it has to.
        let wait = if age < settle && asked.is_none() { wait.min(settle.saturating_sub(age)) } else { wait };
        if age + wait > settle * 5 {
            let why = "the server asks to wait too long before it can be looked up";
            return Err(after_loss(ErrorKind::Undecidable, why, lost));
        }
        sleep(wait).await;
    }
}

/// Tries a read a few times, so that one that fails does not cost the whole look; a server that asks for a wait gets it.
pub(crate) async fn steady<T, F, L>(read: F) -> Result<T>
where
    F: Fn() -> L,
    L: Future<Output = Result<T>>,
{
    let mut backoff = Backoff::new(PAUSE, PAUSE * 4).with_tries(TRIES);
    loop {
        let error = match read().await {
            Err(error) if is_passing(&error) && error.retry_after().is_none() => error,
            answer => return answer,
        };
        let Some(wait) = backoff.next(None) else { return Err(error) };
        sleep(wait).await;
    }
}

/// Repeats a read that fails with a transient error until `bound` has passed, with growing pauses; a server that asks for
/// a longer wait than is left is not waited for.
pub(crate) async fn retry_read<T, F, L>(bound: Duration, read: F) -> Result<T>
where
    F: Fn() -> L,
    L: Future<Output = Result<T>>,
{
    let mut backoff = Backoff::new(PAUSE.min(bound / 10), bound / 6).with_budget(bound);
    let mut attempts: u32 = 0;
    loop {
        let error = match read().await {
            Err(error) if is_passing(&error) => error,
            answer => return answer,
        };
        attempts = attempts.saturating_add(error.attempts());
        let Some(wait) = backoff.next(error.retry_after()) else { return Err(error.with_attempts(attempts)) };
        sleep(wait).await;
    }
}

/// Whether the same read may well succeed a little later; a page of a proxy, or what it puts around an answer, is as passing
/// as a refused connection.
pub(crate) fn is_passing(error: &Error) -> bool {
    error.is_transient() || matches!(error.kind(), ErrorKind::Unreadable | ErrorKind::AnswerTooLarge)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use crate::{DeploymentId, DeploymentStatus, Identity, Phase, Target, platform};

    use super::*;

    const SETTLE: Duration = Duration::from_secs(30);

    fn lost() -> Error {
        Error::new(ErrorKind::NoAnswer, "the connection broke")
            .with_platform(platform::COOLIFY)
            .with_operation("deploy")
    }

    fn deployment() -> Deployment {
        let id = DeploymentId::new(platform::COOLIFY, Target::application("web"));
        Deployment::new(id, Identity::Exact, DeploymentStatus::new(Phase::Queued, "queued"))
    }

    /// Reconciles with looks that find what `script` makes of their number, counted from 0.
    async fn run(script: impl Fn(u32) -> Result<Sight>) -> (Result<Deployment>, u32, Duration) {
        let (looks, started) = (AtomicU32::new(0), Instant::now());
        let result = reconcile(lost(), SETTLE, || {
            let sight = script(looks.fetch_add(1, Ordering::Relaxed));
            async { sight }
        });
        (result.await, looks.load(Ordering::Relaxed), started.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_found_is_returned_as_if_it_had_been_answered() {
        let (result, looks, elapsed) = run(|look| match look {
            0 => Ok(Sight::Nothing),
            1 => Err(Error::new(ErrorKind::Unavailable, "down")),
            _ => Ok(Sight::found(deployment())),
        })
        .await;
        assert_eq!(result.unwrap(), deployment());
        assert_eq!(looks, 3);
        assert!(elapsed < Duration::from_secs(2), "{elapsed:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn absence_is_believed_only_after_the_server_had_time_to_act() {
        let (result, looks, elapsed) = run(|_| Ok(Sight::Nothing)).await;
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotTriggered);
        assert!(error.is_safe_to_repeat());
        assert!(elapsed >= SETTLE && elapsed < SETTLE * 2, "{elapsed:?}");
        assert!(looks < 25, "{looks} looks");
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_asks_for_a_long_wait_is_not_waited_for() {
        let wait = Some(Duration::from_hours(1));
        let (result, looks, elapsed) =
            run(|_| Err(Error::new(ErrorKind::RateLimited, "slow").with_retry_after(wait))).await;
        assert_eq!((result.unwrap_err().kind(), looks), (ErrorKind::Undecidable, 1));
        assert_eq!(elapsed, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_only_likely_is_believed_if_nothing_else_shows() {
        let (result, looks, elapsed) = run(|_| Ok(Sight::likely(deployment()))).await;
        assert!(result.is_ok() && looks > 1 && elapsed >= SETTLE / 10 && elapsed < SETTLE / 2, "{looks} {elapsed:?}");
        let second = run(|look| Ok(if look == 0 { Sight::likely(deployment()) } else { Sight::Doubt("two") })).await.0;
        assert_eq!(second.unwrap_err().kind(), ErrorKind::Undecidable);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_seen_once_is_never_safe_to_repeat() {
        for sign in [|| Sight::likely(deployment()), || Sight::Doubt("two")] {
            let gone = run(|look| Ok(if look == 1 { sign() } else { Sight::Nothing })).await.0;
            assert_eq!(gone.unwrap_err().kind(), ErrorKind::Undecidable);
        }
        let found = run(|look| Ok(if look < 2 { Sight::Doubt("two") } else { Sight::likely(deployment()) })).await.0;
        assert!(found.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_later_look_rules_out_was_no_sign() {
        let ruled_out = run(|look| Ok(if look == 1 { Sight::Open("whose?") } else { Sight::Nothing })).await.0;
        assert_eq!(ruled_out.unwrap_err().kind(), ErrorKind::NotTriggered);
        let idle = run(|_| Ok(Sight::Idle("nothing was changed"))).await.0.unwrap_err();
        assert!(idle.is_safe_to_repeat() && idle.to_string().contains("nothing was changed"), "{idle}");
        let signed = run(|look| Ok(if look == 1 { Sight::Doubt("two") } else { Sight::Idle("nothing") })).await.0;
        assert_eq!(signed.unwrap_err().kind(), ErrorKind::Undecidable);
        let never = run(|_| Ok(Sight::Open("whose?"))).await.0.unwrap_err();
        assert_eq!(never.kind(), ErrorKind::Undecidable);
        assert!(never.to_string().contains("whose?"), "{never}");
    }

    #[tokio::test(start_paused = true)]
    async fn one_refusal_of_a_read_decides_nothing_while_the_others_are_answered() {
        let refusals: [fn() -> Result<Sight>; 3] = [
            || Err(Error::new(ErrorKind::NotFound, "no")),
            || Err(Error::new(ErrorKind::PermissionDenied, "no")),
            || Ok(Sight::Blind("what waits cannot be read")),
        ];
        for refusal in refusals {
            let found = run(|look| if look % 2 == 0 { refusal() } else { Ok(Sight::likely(deployment())) }).await.0;
            assert!(found.is_ok());
            let nothing = run(|look| if look % 2 == 0 { refusal() } else { Ok(Sight::Nothing) }).await.0;
            assert_eq!(nothing.unwrap_err().kind(), ErrorKind::NotTriggered);
            let (never, _, elapsed) = run(|_| refusal()).await;
            assert_eq!(never.unwrap_err().kind(), ErrorKind::Undecidable);
            assert!(elapsed < SETTLE * 2, "what could never be read is not waited for: {elapsed:?}");
            let (no_more, _, elapsed) = run(|look| if look == 0 { Ok(Sight::Nothing) } else { refusal() }).await;
            assert_eq!(no_more.unwrap_err().kind(), ErrorKind::Undecidable);
            assert!(elapsed >= SETTLE * 2 && elapsed < SETTLE * 3, "{elapsed:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn doubt_and_blindness_are_undecidable_and_never_safe_to_repeat() {
        let doubt = run(|_| Ok(Sight::Doubt("two were started at once"))).await.0.unwrap_err();
        assert!(doubt.to_string().contains("two were started at once"), "{doubt}");
        let forbidden = run(|_| Err(Error::new(ErrorKind::PermissionDenied, "no"))).await.0.unwrap_err();
        let down = run(|_| Err(Error::new(ErrorKind::Unavailable, "down"))).await.0.unwrap_err();
        for error in [doubt, forbidden, down] {
            assert_eq!(error.kind(), ErrorKind::Undecidable);
            assert!(!error.is_safe_to_repeat());
            assert_eq!((error.platform(), error.operation()), (Some(&platform::COOLIFY), Some("deploy")));
        }
    }
}
