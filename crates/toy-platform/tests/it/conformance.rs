//! The conformance suite on the Toy adapter.

use std::sync::Arc;
use std::time::Duration;

use anydeploy_adapter::testing::conformance::{self, Case, Ending, Harness, Received};
use anydeploy_adapter::{DeployRequest, Deployer, DeploymentId, RequestOption, Target, Timing, WatchOptions};
use futures::future::{BoxFuture, FutureExt, ready};
use hyper::Method;
use toy_platform::PLATFORM;

use crate::deployer;
use crate::fake::{FakeToy, Fault, Script, TOKEN};

/// The platform as the suite sees it.
struct OnToy(FakeToy);

fn id(target: Target) -> DeploymentId {
    DeploymentId::new(PLATFORM, target)
}

impl Harness for OnToy {
    fn deployer(&self) -> Arc<dyn Deployer> {
        Arc::new(deployer(&self.0, Timing::scaled_to(Duration::from_secs(3))))
    }

    fn target<'a>(&'a self, endings: &'a [Ending]) -> BoxFuture<'a, Option<Target>> {
        let script = |ending: &Ending| -> Option<Script> {
            Some(match ending {
                Ending::Succeeds => &["hidden", "waiting", "building", "live"],
                Ending::Fails => &["waiting", "building", "broken"],
                Ending::Cancelled => &["waiting", "building", "stopped"],
                Ending::Never => &["waiting", "building"],
                Ending::UnknownWord => &["waiting", "levitating"],
                Ending::Vanishes => &["waiting", "building", "building", "gone"],
                _ => return None,
            })
        };
        let scripts: Option<Vec<Script>> = endings.iter().map(script).collect();
        ready(scripts.map(|scripts| Target::application(self.0.add_app(&scripts)))).boxed()
    }

    fn malformed_ids(&self) -> Vec<DeploymentId> {
        let bare = id(Target::application("app0"));
        ["", ".."].map(|row| bare.clone().with("deployment", row)).into_iter().chain([bare]).collect()
    }

    fn watch_options(&self) -> WatchOptions {
        let (first, longest) = (Duration::from_millis(5), Duration::from_millis(20));
        WatchOptions::within(Duration::from_secs(30)).with_intervals(first, longest)
    }

    fn observation_time(&self) -> Duration {
        Duration::from_millis(500)
    }

    #[expect(clippy::print_stdout, reason = "it is shown with the output of a failed test")]
    fn case_starts(&self, case: &Case) {
        println!("conformance: {}", case.name);
    }

    fn triggers<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Option<usize>> {
        ready(Some(self.0.notes(target.id()).len())).boxed()
    }

    fn requests(&self) -> BoxFuture<'_, Option<u64>> {
        ready(Some(self.0.requests())).boxed()
    }

    fn lose_next_answer(&self) -> BoxFuture<'_, bool> {
        self.0.fail_next(Method::POST, Fault::LostAnswer);
        ready(true).boxed()
    }

    fn lose_next_trigger(&self) -> BoxFuture<'_, bool> {
        self.0.fail_next(Method::POST, Fault::LostRequest);
        ready(true).boxed()
    }

    fn lose_next_read(&self) -> BoxFuture<'_, bool> {
        self.0.fail_next(Method::GET, Fault::LostAnswer);
        ready(true).boxed()
    }

    fn received<'a>(&'a self, target: &'a Target, option: RequestOption) -> BoxFuture<'a, Received> {
        let note = self.0.notes(target.id()).pop().unwrap_or_default();
        let reason = note.split(" [").next().filter(|reason| !reason.is_empty() && !reason.starts_with('['));
        ready(match option {
            RequestOption::Reason => reason.map_or(Received::Nothing, |reason| Received::Value(reason.to_owned())),
            _ => Received::Unknown,
        })
        .boxed()
    }

    fn unknown_target(&self) -> Option<Target> {
        Some(Target::application("nowhere"))
    }

    fn absent_id(&self) -> Option<DeploymentId> {
        Some(id(Target::application("app0")).with("deployment", "d9999"))
    }

    fn request_with(&self, option: RequestOption) -> BoxFuture<'_, Option<DeployRequest>> {
        let request = || DeployRequest::new(Target::application(self.0.add_app(&[]))).with_reason("release 7");
        ready((option == RequestOption::Reason).then(request)).boxed()
    }

    fn secrets(&self) -> Vec<String> {
        vec![TOKEN.to_owned()]
    }
}

#[tokio::test]
async fn the_toy_adapter_keeps_every_rule() {
    let report = conformance::run(&OnToy(FakeToy::start().await)).await;
    assert!(report.is_kept(), "{report}");
    assert_eq!(report.not_staged(), Vec::<&str>::new(), "{report}");
}
