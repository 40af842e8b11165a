//! The fake Dokploy server as the suite sees it.

use std::sync::Arc;
use std::time::Duration;

use anydeploy::testing::conformance::{Case, Ending, Harness, Received, RequestOption};
use anydeploy::{DeployRequest, Deployer, DeploymentId, Dokploy, Target, WatchOptions, platform};
use anydeploy_fakes::{DokployJobState, DokployScript, FakeDokploy, FaultyNetwork};
use futures::future::{BoxFuture, FutureExt, ready};
use tokio::time::sleep;

use crate::conformance::line::{self, Doomed};

/// A Dokploy on which no one else deploys, and where no service waits for another.
pub(crate) struct OnDokploy {
    fake: FakeDokploy,
    line: FaultyNetwork,
    /// Applications that are deleted, or whose server restarts, while they are being deployed.
    doomed: Doomed,
}

impl OnDokploy {
    pub(crate) async fn start() -> Self {
        let fake = FakeDokploy::builder().concurrency(1_000).pace(line::PACE).start().await;
        let line = line::to(&fake.url());
        Self { fake, line, doomed: Doomed::default() }
    }

    fn strike_the_doomed(&self) {
        let triggered = self.fake.triggered();
        let running =
            triggered.iter().filter(|truth| truth.state == DokployJobState::Running).map(|truth| &truth.target);
        for (application, ending) in self.doomed.due(&self.line, |id| running.clone().any(|target| target == id)) {
            match ending {
                // What runs while the server restarts is cancelled; nothing else cancels on a self-hosted server.
                Ending::Cancelled => self.fake.restart(),
                _ => self.fake.delete_application(&application),
            }
        }
    }
}

fn id(target: Target) -> DeploymentId {
    DeploymentId::new(platform::DOKPLOY, target)
}

impl Harness for OnDokploy {
    fn deployer(&self) -> Arc<dyn Deployer> {
        let builder = Dokploy::builder().url(self.line.url()).token(self.fake.token());
        Arc::new(builder.timeout(Duration::from_secs(4)).grace(Duration::from_secs(3)).build().unwrap())
    }

    fn target<'a>(&'a self, endings: &'a [Ending]) -> BoxFuture<'a, Option<Target>> {
        let application = self.fake.add_application("web");
        for ending in endings {
            let script = match ending {
                Ending::Succeeds => DokployScript::succeeds(),
                Ending::Fails => DokployScript::fails_with("exit code 1").log(["one", "two", "three"]),
                Ending::Never => DokployScript::succeeds().hanging(),
                Ending::Cancelled | Ending::Vanishes => {
                    self.doomed.add(&application, *ending);
                    DokployScript::succeeds().hanging()
                }
                // The fake has the server's own words alone.
                _ => return ready(None).boxed(),
            };
            self.fake.next_deployment(&application, script);
        }
        ready(Some(Target::application(application))).boxed()
    }

    fn malformed_ids(&self) -> Vec<DeploymentId> {
        let bare = id(Target::application(self.fake.application()));
        let nonce = bare.clone().with("nonce", "0123456789abcdef0123456789abcdef");
        vec![bare.clone(), bare.with("nonce", ""), nonce.clone().with("since", "noon"), nonce.with("ahead", "-1")]
    }

    fn let_time_pass(&self) -> BoxFuture<'_, ()> {
        self.strike_the_doomed();
        sleep(line::STEP).boxed()
    }

    fn watch_options(&self) -> WatchOptions {
        line::quick()
    }

    fn observation_time(&self) -> Duration {
        line::MOMENT
    }

    fn case_starts(&self, case: &Case) {
        line::name(case);
    }

    fn triggers<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Option<usize>> {
        let triggered = self.fake.triggered();
        ready(Some(triggered.iter().filter(|deployment| deployment.target == target.id()).count())).boxed()
    }

    fn requests(&self) -> BoxFuture<'_, Option<u64>> {
        ready(Some(self.line.exchanges())).boxed()
    }

    fn lose_next_answer(&self) -> BoxFuture<'_, bool> {
        line::lose_next_answer(&self.line);
        ready(true).boxed()
    }

    fn lose_next_trigger(&self) -> BoxFuture<'_, bool> {
        line::lose_next_trigger(&self.line);
        ready(true).boxed()
    }

    fn lose_next_read(&self) -> BoxFuture<'_, bool> {
        line::lose_next_read(&self.line);
        ready(true).boxed()
    }

    fn received<'a>(&'a self, target: &'a Target, option: RequestOption) -> BoxFuture<'a, Received> {
        let triggered = self.fake.triggered();
        let last = triggered.into_iter().rfind(|deployment| deployment.target == target.id());
        ready(match (last, option) {
            (None, _) => Received::Nothing,
            (Some(last), RequestOption::Reason) => last.title.map_or(Received::Nothing, Received::Value),
            _ => Received::Unknown,
        })
        .boxed()
    }

    fn unknown_target(&self) -> Option<Target> {
        Some(Target::application("nowhere00000000000000"))
    }

    fn absent_id(&self) -> Option<DeploymentId> {
        Some(id(Target::application(self.fake.application())).with("row", "never0000000000000000"))
    }

    fn request_with(&self, option: RequestOption) -> BoxFuture<'_, Option<DeployRequest>> {
        let request = DeployRequest::new(Target::application(self.fake.add_application("web")));
        ready(match option {
            RequestOption::Reason => Some(request.with_reason("conformance")),
            _ => None,
        })
        .boxed()
    }

    fn secrets(&self) -> Vec<String> {
        vec![self.fake.token().to_owned()]
    }
}
