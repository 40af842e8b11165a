//! What holds for any script of errors.

use std::future::Future;
use std::time::Duration;

use anydeploy_core::testing::ScriptedDeployer;
use anydeploy_core::{DeployRequest, Deployer, Error, ErrorKind, RetryOptions};
use proptest::prelude::*;
use tokio::time::Instant;

use super::{id, retry, web};

const KINDS: &[ErrorKind] = &[
    ErrorKind::InvalidInput,
    ErrorKind::Unauthorized,
    ErrorKind::NotFound,
    ErrorKind::Conflict,
    ErrorKind::RateLimited,
    ErrorKind::QueueFull,
    ErrorKind::Rejected,
    ErrorKind::Unavailable,
    ErrorKind::Unreachable,
    ErrorKind::NoAnswer,
    ErrorKind::Unreadable,
    ErrorKind::NotTriggered,
    ErrorKind::Undecidable,
];

/// One error of a script: its kind, the wait that is asked for in milliseconds, and what the adapter knows better.
type Scripted = (ErrorKind, Option<u64>, Option<bool>);

fn errors() -> impl Strategy<Value = Vec<Scripted>> {
    // Transient kinds come more often, so that scripts are not over at once.
    let transient = [ErrorKind::RateLimited, ErrorKind::QueueFull, ErrorKind::Unreachable, ErrorKind::NotTriggered];
    let kind = prop_oneof![prop::sample::select(KINDS), prop::sample::select(transient.to_vec())];
    prop::collection::vec((kind, prop::option::of(0..90_000_u64), prop::option::weighted(0.2, any::<bool>())), 0..12)
}

fn options() -> impl Strategy<Value = RetryOptions> {
    (0..90_000_u64, 0..12_u32, 0..20_000_u64, 0..60_000_u64).prop_map(|(budget, attempts, first, longest)| {
        RetryOptions::within(Duration::from_millis(budget))
            .with_attempts(attempts)
            .with_backoff(Duration::from_millis(first), Duration::from_millis(longest))
    })
}

fn error((kind, wait, safe): Scripted) -> Error {
    let error = Error::new(kind, "on purpose").with_retry_after(wait.map(Duration::from_millis));
    match safe {
        Some(safe) => error.with_safe_to_repeat(safe),
        None => error,
    }
}

fn script(errors: &[Scripted]) -> ScriptedDeployer {
    errors.iter().fold(ScriptedDeployer::new(), |deployer, scripted| deployer.answer(Err(error(*scripted))))
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.unwrap().block_on(future)
}

proptest! {
    #[test]
    fn waiting_stays_within_the_budget_and_calls_within_the_attempts(
        errors in errors(),
        options in options(),
        batch in any::<bool>(),
    ) {
        run(async {
            let inner = script(&errors);
            let (deployer, events) = retry(inner.clone(), options.clone());
            let started = Instant::now();
            if batch {
                deployer.deployments(&[id("1"), id("2")]).await;
            } else {
                deployer.deployment(&id("1")).await.unwrap_err();
            }
            let waited: Duration = events.lock().unwrap().iter().map(|event| event.wait).sum();
            prop_assert!(waited <= options.budget, "{waited:?} of {:?}", options.budget);
            // The timer of tokio counts in milliseconds, and rounds each wait up.
            let rounding = Duration::from_millis(inner.calls().len() as u64);
            prop_assert!(started.elapsed() <= options.budget + rounding, "{:?}", started.elapsed());
            prop_assert!(inner.calls().len() <= options.attempts.max(1) as usize);
            Ok(())
        })?;
    }

    #[test]
    fn every_wait_is_at_least_what_was_asked_for(errors in errors(), options in options()) {
        run(async {
            let (deployer, events) = retry(script(&errors), options);
            deployer.deployment(&id("1")).await.unwrap_err();
            for (event, (kind, asked, _)) in events.lock().unwrap().iter().zip(&errors) {
                prop_assert_eq!(event.kind, *kind);
                prop_assert!(event.wait >= Duration::from_millis(asked.unwrap_or_default()));
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_trigger_is_never_sent_again_after_an_unsafe_error(errors in errors(), options in options()) {
        run(async {
            let inner = script(&errors);
            let (deployer, _) = retry(inner.clone(), options);
            let returned = deployer.deploy(&DeployRequest::new(web())).await.unwrap_err();
            let sent = inner.calls().len();
            // Each trigger but the last one failed in a way that proves that nothing was acted on.
            for scripted in errors.iter().take(sent - 1) {
                let error = error(*scripted);
                let helps = error.is_transient() || matches!(error.kind(), ErrorKind::NotTriggered | ErrorKind::Unreadable);
                prop_assert!(error.is_safe_to_repeat() && helps, "sent again after {error}");
            }
            prop_assert_eq!(returned.attempts() as usize, sent);
            if let Some(last) = errors.get(sent - 1) {
                prop_assert_eq!(returned.is_safe_to_repeat(), error(*last).is_safe_to_repeat());
            }
            Ok(())
        })?;
    }
}
