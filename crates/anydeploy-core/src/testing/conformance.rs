//! What every [`Deployer`](crate::Deployer) must keep, as a suite that anyone can run on their own implementation.
//!
//! The promises of the trait are the [`cases`]: each has a name, a rule in one line, and a public function that puts it
//! to the test.
//! [`run`] runs them all on a [`Harness`], which gives the suite a deployer, targets whose deployments end as asked, and
//! a way to let the platform proceed.
//!
//! Cases go by [`Capabilities`](crate::Capabilities).
//! A case about something that is not offered is skipped, and says why; another case then checks that the method
//! answers [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported), and that an option is refused before anything is
//! triggered.
//! A case that the harness cannot stage is skipped as well, so read the [`Report`] to see what was put to the test.
//! A panic breaks the case it happens in, and so does a case that takes longer than [`Harness::case_limit`].
//! [`Harness::case_starts`] has the name of each case before it runs.
//!
//! # What a harness may offer
//! | method | without it |
//! |---|---|
//! | [`triggers`](Harness::triggers) | a second trigger is not noticed |
//! | [`requests`](Harness::requests) | a watch that goes on after it was dropped is not noticed |
//! | [`lose_next_answer`](Harness::lose_next_answer), [`lose_next_trigger`](Harness::lose_next_trigger), [`lose_next_read`](Harness::lose_next_read) | broken connections are not tried |
//! | [`received`](Harness::received) | an option has to be reported by the deployment, or its case is skipped |
//! | [`request_with`](Harness::request_with) | an option that is offered is not tried |
//! | [`request_that_runs_another_revision`](Harness::request_that_runs_another_revision) | a success with the wrong revision is not noticed |
//! | [`unknown_target`](Harness::unknown_target), [`absent_id`](Harness::absent_id) | what does not exist is not asked for |
//! | [`running_target`](Harness::running_target), [`stopped_target`](Harness::stopped_target), [`target_in_an_unknown_state`](Harness::target_in_an_unknown_state) | nothing is started or stopped |
//! | [`writes`](Harness::writes), [`builds`](Harness::builds), [`lose_next_write`](Harness::lose_next_write) | a second write, a build by a restart, and a write that is lost are not noticed |
//! | [`target_with_history`](Harness::target_with_history) | no target goes back |
//! | [`change_variable`](Harness::change_variable), [`refuse_variable_after`](Harness::refuse_variable_after) | variables that somebody else changes, or that are refused, are not tried |
//! | [`setting_of`](Harness::setting_of), [`change_setting`](Harness::change_setting), [`refuse_next_trigger`](Harness::refuse_next_trigger) | a setting that is not set back is not noticed |
//! | [`selection`](Harness::selection) | nothing is deployed by a selection |
//! | [`secrets`](Harness::secrets) | nothing is known to be a secret |
//!
//! # Running it on your own implementation
//! The suite needs a tokio runtime with its timer.
//! It spends most of its time waiting, so pause the clock where the platform is in the same process, or shorten
//! [`Harness::watch_options`] and [`Harness::observation_time`] where it is a server on the same machine.
//!
//! ```
//! use std::sync::Arc;
//! use std::sync::atomic::{AtomicUsize, Ordering};
//! use std::time::Duration;
//!
//! use anydeploy_core::testing::conformance::{self, Ending, Harness};
//! use anydeploy_core::testing::{MemoryDeployer, Script};
//! use anydeploy_core::{Deployer, DeploymentId, Platform, Target};
//! use futures::future::BoxFuture;
//!
//! /// The platform under test; put your own in place of `MemoryDeployer`.
//! struct Mine {
//!     platform: MemoryDeployer,
//!     targets: AtomicUsize,
//! }
//!
//! impl Harness for Mine {
//!     fn deployer(&self) -> Arc<dyn Deployer> {
//!         Arc::new(self.platform.clone())
//!     }
//!
//!     fn target<'a>(&'a self, endings: &'a [Ending]) -> BoxFuture<'a, Option<Target>> {
//!         Box::pin(async move {
//!             let target = Target::application(format!("app-{}", self.targets.fetch_add(1, Ordering::Relaxed)));
//!             for ending in endings {
//!                 let script = match ending {
//!                     Ending::Succeeds => Script::Succeeds,
//!                     Ending::Fails => Script::fails("exit code 1", "boom"),
//!                     Ending::Never => Script::Hangs,
//!                     // What your platform cannot be made to do is skipped, and the report says so.
//!                     _ => return None,
//!                 };
//!                 self.platform.next(&target, script);
//!             }
//!             Some(target)
//!         })
//!     }
//!
//!     fn malformed_ids(&self) -> Vec<DeploymentId> {
//!         vec![DeploymentId::new(Platform::new("memory"), Target::application("app-0"))]
//!     }
//!
//!     fn let_time_pass(&self) -> BoxFuture<'_, ()> {
//!         Box::pin(async {
//!             self.platform.advance(1);
//!             tokio::time::sleep(Duration::from_secs(1)).await;
//!         })
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! let mine = Mine { platform: MemoryDeployer::new(), targets: AtomicUsize::new(0) };
//! let report = conformance::run(&mine).await;
//! assert!(report.is_kept(), "{report}");
//! assert!(report.skipped().contains(&"an_unknown_word_ends_nothing"));
//! # }
//! ```

#![expect(clippy::missing_errors_doc, reason = "every case gives a `Verdict`, whose own docs say what its errors mean")]

mod cases;
mod harness;
mod report;
mod scene;
mod through;
mod verdict;

pub mod actions;
pub mod cancelling;
pub mod finding;
pub mod following;
pub mod groups;
pub mod identity;
pub mod lifecycle;
pub mod options;
pub mod previews;
pub mod reading;
pub mod refusing;
pub mod rollback;
pub mod secrecy;
pub mod selections;
pub mod settings;
pub mod two_phase;
pub mod variables;
pub mod waiting;

use std::any::Any;
use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use tokio::time::timeout;

pub use crate::RequestOption;
pub use cases::cases;
pub use harness::{Case, Ending, Harness, Received};
pub use report::{Entry, Report};
pub use through::Through;
pub use verdict::{NotKept, Verdict};

/// Runs every case on a platform, one after the other.
pub async fn run(harness: &dyn Harness) -> Report {
    let mut report = Report::default();
    for case in cases() {
        let verdict = case.run(harness).await;
        report.entries.push(Entry { name: case.name, rule: case.rule, verdict });
    }
    report
}

impl Case {
    /// Runs this case alone; a panic breaks it, and so does [`Harness::case_limit`] when it passes.
    pub async fn run(&self, harness: &dyn Harness) -> Verdict {
        harness.case_starts(self);
        let limit = harness.case_limit();
        match AssertUnwindSafe(timeout(limit, (self.run)(harness))).catch_unwind().await {
            Ok(Ok(verdict)) => verdict,
            Ok(Err(_)) => verdict::broken(format!("it was not over after {limit:?}")),
            Err(panic) => verdict::broken(format!("it panicked: {}", words(&*panic))),
        }
    }
}

/// What a panic said.
fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without words")
}
