//! The fake Dokploy server as the suite sees it.

use std::sync::Arc;
use std::time::Duration;

use anydeploy::testing::conformance::{Case, Ending, Harness, Received, RequestOption};
use anydeploy::{
    DeployRequest, Deployer, DeployerExt, DeploymentId, Dokploy, Method, Setting, Target, WatchOptions, platform,
};
use anydeploy_fakes::{DokployJobState, DokployScript, FakeDokploy, Fault, FaultPlan, FaultyNetwork, RequestKind};
use futures::future::{BoxFuture, FutureExt, ready};
use serde_json::json;
use tokio::time::sleep;

use crate::conformance::line::{self, Doomed};
use crate::dokploy_traps::others::{get, post};

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

    /// An application that was deployed once for each script, with nothing under way.
    async fn deployed<const N: usize>(&self, scripts: [DokployScript; N]) -> Target {
        let application = self.fake.add_application("web");
        let keep = json!({
            "applicationId": application, "rollbackActive": true, "rollbackRegistryId": "fake-registry",
        });
        post(&self.fake, "/api/application.update", keep).await;
        for script in scripts {
            self.fake.next_deployment(&application, script);
            self.fake.deploy_by_someone_else(&application);
        }
        let target = Target::application(application);
        // The status follows the last one of the row.
        while self.deployer().state(&target).await.unwrap().busy.is_some() {
            sleep(line::STEP).await;
        }
        target
    }

    async fn column(&self, target: &Target, column: &str) -> String {
        let one = get(&self.fake, format!("/api/application.one?applicationId={}", target.id())).await;
        one[column].as_str().unwrap_or_default().to_owned()
    }

    async fn image_tag(&self, target: &Target) -> Option<String> {
        let image = self.column(target, "dockerImage").await;
        image.rsplit_once(':').map(|(_, tag)| tag.to_owned())
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
        async move {
            match (last, option) {
                // It is the preview that is deployed, which the deployment itself reports.
                (_, RequestOption::PullRequest) => Received::Unknown,
                (None, _) => Received::Nothing,
                (Some(last), RequestOption::Reason) => last.title.map_or(Received::Nothing, Received::Value),
                (_, RequestOption::SetImageTag) => {
                    self.image_tag(target).await.map_or(Received::Nothing, Received::Value)
                }
                (_, RequestOption::SetBranch) => Received::Value(self.column(target, "customGitBranch").await),
                _ => Received::Unknown,
            }
        }
        .boxed()
    }

    fn unknown_target(&self) -> Option<Target> {
        Some(Target::application("nowhere00000000000000"))
    }

    fn absent_id(&self) -> Option<DeploymentId> {
        Some(id(Target::application(self.fake.application())).with("row", "never0000000000000000"))
    }

    fn request_with(&self, option: RequestOption) -> BoxFuture<'_, Option<DeployRequest>> {
        let application = self.fake.add_application("web");
        let _ = self.fake.add_preview(&application, 7, "feature");
        let request = DeployRequest::new(Target::application(application));
        ready(match option {
            RequestOption::PullRequest => Some(request.with_pull_request(7)),
            RequestOption::Reason => Some(request.with_reason("conformance")),
            RequestOption::SetImageTag => Some(request.with_setting(Setting::ImageTag("2".to_owned()))),
            RequestOption::SetBranch => {
                let site = Target::application(self.fake.add_git_application("site"));
                Some(DeployRequest::new(site).with_setting(Setting::Branch("release/2".to_owned())))
            }
            _ => None,
        })
        .boxed()
    }

    fn running_target(&self) -> BoxFuture<'_, Option<Target>> {
        async { Some(self.deployed([DokployScript::succeeds()]).await) }.boxed()
    }

    fn stopped_target(&self) -> BoxFuture<'_, Option<Target>> {
        async {
            let target = self.deployed([DokployScript::succeeds()]).await;
            self.deployer().stop(&target).await.unwrap();
            Some(target)
        }
        .boxed()
    }

    fn target_in_an_unknown_state(&self) -> BoxFuture<'_, Option<Target>> {
        async {
            let target = self.deployed([DokployScript::succeeds()]).await;
            self.fake.set_status(target.id(), "hibernating");
            Some(target)
        }
        .boxed()
    }

    fn target_with_history(&self) -> BoxFuture<'_, Option<Target>> {
        let (fails, succeeds) = (DokployScript::fails_with("exit code 1"), DokployScript::succeeds);
        async move { Some(self.deployed([succeeds(), fails, succeeds()]).await) }.boxed()
    }

    fn writes<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Option<usize>> {
        ready(Some(self.fake.writes().iter().filter(|write| write.target == target.id()).count())).boxed()
    }

    fn builds<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Option<usize>> {
        ready(Some(self.fake.builds(target.id()))).boxed()
    }

    fn lose_next_write(&self, method: Method, acted_on: bool) -> BoxFuture<'_, bool> {
        let fault = if acted_on { Fault::ResetAfter } else { Fault::ResetBefore };
        let kind = if method == Method::Start { RequestKind::Trigger } else { RequestKind::Write };
        self.line.follow(FaultPlan::always(fault).on([kind]).limit(1));
        ready(true).boxed()
    }

    fn change_variable<'a>(&'a self, target: &'a Target, key: &'a str) -> BoxFuture<'a, bool> {
        async move {
            let env = format!("{key}=theirs\n");
            let body = json!({
                "applicationId": target.id(), "env": env, "buildArgs": null, "buildSecrets": null, "createEnvFile": true,
            });
            post(&self.fake, "/api/application.saveEnvironment", body).await;
            true
        }
        .boxed()
    }

    fn setting_of<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Option<String>> {
        async move {
            match request.setting()? {
                Setting::ImageTag(_) => self.image_tag(request.target()).await,
                _ => Some(self.column(request.target(), "customGitBranch").await),
            }
        }
        .boxed()
    }

    fn change_setting<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, bool> {
        async move {
            let body = json!({
                "applicationId": request.target().id(), "dockerImage": "fake:theirs", "customGitBranch": "theirs",
            });
            post(&self.fake, "/api/application.update", body).await;
            true
        }
        .boxed()
    }

    fn refuse_next_trigger(&self) -> BoxFuture<'_, bool> {
        self.fake.refuse_next_deployment();
        ready(true).boxed()
    }

    fn secrets(&self) -> Vec<String> {
        vec![self.fake.token().to_owned()]
    }
}
