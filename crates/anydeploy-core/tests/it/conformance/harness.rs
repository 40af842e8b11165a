//! The platform in memory as the suite sees it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anydeploy_core::testing::conformance::{Case, Ending, Harness, Received, RequestOption};
use anydeploy_core::testing::{MemoryDeployer, Script};
use anydeploy_core::{
    DeployRequest, Deployer, DeploymentId, Error, ErrorKind, JobEvent, Method, Origin, Platform, RanRevision, Revision,
    Selection, ServiceState, Setting, Target, TargetKind, TerraformAction, Variable,
};
use futures::future::{BoxFuture, FutureExt};

/// What a deployer would be built with.
pub(crate) const TOKEN: &str = "tok-3f9a77c1";

/// A platform in memory, and how its deployers are made.
pub(crate) struct Memory {
    platform: MemoryDeployer,
    build: Box<dyn Fn(MemoryDeployer) -> Arc<dyn Deployer> + Send + Sync>,
    targets: AtomicUsize,
    /// The cases that were started, in order.
    started: Mutex<Vec<&'static str>>,
    /// Whether it knows what the platform received.
    sees_requests: bool,
}

impl Memory {
    pub(crate) fn new(
        platform: MemoryDeployer,
        build: impl Fn(MemoryDeployer) -> Arc<dyn Deployer> + Send + Sync + 'static,
    ) -> Self {
        Self {
            platform,
            build: Box::new(build),
            targets: AtomicUsize::new(0),
            started: Mutex::default(),
            sees_requests: true,
        }
    }

    /// The same harness, which knows only what a deployment reports of itself.
    pub(crate) fn without_requests(mut self) -> Self {
        self.sees_requests = false;
        self
    }

    pub(crate) fn started(&self) -> Vec<&'static str> {
        self.started.lock().unwrap().clone()
    }

    fn one_more(&self, kind: TargetKind) -> Target {
        Target::new(kind, format!("app-{}", self.targets.fetch_add(1, Ordering::Relaxed)))
    }

    /// One more target that runs this commit, with nothing under way.
    async fn running(&self, commit: &str) -> Target {
        let target = self.one_more(TargetKind::Application);
        self.platform.next(&target, Script::Succeeds);
        self.deploy(&target, commit).await;
        target
    }

    async fn deploy(&self, target: &Target, commit: &str) {
        let request = DeployRequest::new(target.clone()).with_revision(Revision::Commit(commit.repeat(40)));
        // Where no commit is offered, the target runs what is configured.
        if self.platform.deploy(&request).await.is_err() {
            self.platform.deploy(&DeployRequest::new(target.clone())).await.unwrap();
        }
        self.platform.advance(10);
    }
}

fn memory(target: Target) -> DeploymentId {
    DeploymentId::new(Platform::new("memory"), target)
}

impl Harness for Memory {
    fn deployer(&self) -> Arc<dyn Deployer> {
        (self.build)(self.platform.clone())
    }

    fn target<'a>(&'a self, endings: &'a [Ending]) -> BoxFuture<'a, Option<Target>> {
        async move {
            let target = self.one_more(TargetKind::Application);
            for ending in endings {
                let script = match ending {
                    Ending::Succeeds => Script::Succeeds,
                    Ending::Fails => Script::fails("exit code 1", "one\ntwo\nboom"),
                    Ending::Cancelled => Script::Cancelled,
                    Ending::Never => Script::Hangs,
                    Ending::UnknownWord => Script::Unknown("CONTEMPLATING".to_owned()),
                    Ending::Vanishes => Script::Vanishes,
                    _ => return None,
                };
                self.platform.next(&target, script);
            }
            let made = Variable::new("MEMORY_URL", "https://app").with_origin(Origin::Platform);
            drop(self.platform.clone().with_variable(&target, made));
            Some(target)
        }
        .boxed()
    }

    fn malformed_ids(&self) -> Vec<DeploymentId> {
        let bare = memory(Target::application("app-0"));
        vec![bare.clone(), bare.clone().with("deployment", ""), bare.with("deployment", "one")]
    }

    fn let_time_pass(&self) -> BoxFuture<'_, ()> {
        async {
            self.platform.advance(1);
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        .boxed()
    }

    fn case_starts(&self, case: &Case) {
        self.started.lock().unwrap().push(case.name);
    }

    fn triggers<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Option<usize>> {
        async move {
            let triggered = self.platform.triggered();
            Some(triggered.iter().filter(|trigger| trigger.request.target() == target).count())
        }
        .boxed()
    }

    fn requests(&self) -> BoxFuture<'_, Option<u64>> {
        async { Some(self.platform.calls()) }.boxed()
    }

    fn lose_next_answer(&self) -> BoxFuture<'_, bool> {
        async {
            self.platform.lose_next_answer(Method::Deploy);
            true
        }
        .boxed()
    }

    fn lose_next_trigger(&self) -> BoxFuture<'_, bool> {
        async {
            let found = self.platform.capabilities().correlates;
            let kind = if found { ErrorKind::NotTriggered } else { ErrorKind::Undecidable };
            self.platform.fail_next(Method::Deploy, Error::new(kind, "the trigger was lost"));
            true
        }
        .boxed()
    }

    fn lose_next_read(&self) -> BoxFuture<'_, bool> {
        async {
            self.platform.lose_next_answer(Method::Deployment);
            true
        }
        .boxed()
    }

    fn received<'a>(&'a self, target: &'a Target, option: RequestOption) -> BoxFuture<'a, Received> {
        async move {
            if !self.sees_requests {
                return Received::Unknown;
            }
            let triggered = self.platform.triggered();
            let last = triggered.iter().rfind(|trigger| trigger.request.target() == target);
            last.and_then(|trigger| option.value(&trigger.request)).map_or(Received::Nothing, Received::Value)
        }
        .boxed()
    }

    fn unknown_target(&self) -> Option<Target> {
        Some(Target::application("nowhere"))
    }

    fn absent_id(&self) -> Option<DeploymentId> {
        Some(memory(Target::application("app-0")).with("deployment", "999999"))
    }

    fn request_with(&self, option: RequestOption) -> BoxFuture<'_, Option<DeployRequest>> {
        async move {
            let kind = match option {
                RequestOption::ChartVersion | RequestOption::ValuesCommit => TargetKind::Helm,
                RequestOption::JobEvent => TargetKind::Job,
                RequestOption::TerraformAction => TargetKind::Terraform,
                _ => TargetKind::Application,
            };
            let target = self.one_more(kind);
            self.platform.next(&target, Script::Succeeds);
            let request = DeployRequest::new(target);
            Some(match option {
                RequestOption::Commit => request.with_revision(Revision::Commit("a1b2c3d".to_owned())),
                RequestOption::ImageTag => request.with_revision(Revision::ImageTag("1.2.3".to_owned())),
                RequestOption::Deployed => request.with_revision(Revision::Deployed),
                RequestOption::ChartVersion => request.with_revision(Revision::ChartVersion("1.2.3".to_owned())),
                RequestOption::ValuesCommit => request.with_values_commit("a1b2c3d"),
                RequestOption::JobEvent => request.with_job_event(JobEvent::Stop),
                RequestOption::TerraformAction => request.with_terraform_action(TerraformAction::Plan),
                RequestOption::NoCache => request.with_no_cache(true),
                RequestOption::Reason => request.with_reason("conformance"),
                RequestOption::PullRequest => request.with_pull_request(7),
                RequestOption::SetImageTag => request.with_setting(Setting::ImageTag("1.2.3".to_owned())),
                RequestOption::SetBranch => request.with_setting(Setting::Branch("next".to_owned())),
                _ => return None,
            })
        }
        .boxed()
    }

    fn request_that_runs_another_revision(&self) -> BoxFuture<'_, Option<DeployRequest>> {
        async {
            let target = self.one_more(TargetKind::Application);
            self.platform.next(&target, Script::Runs(RanRevision::Commit("beef".repeat(10))));
            Some(DeployRequest::new(target).with_revision(Revision::Commit("cafe".repeat(10))))
        }
        .boxed()
    }

    fn running_target(&self) -> BoxFuture<'_, Option<Target>> {
        async { Some(self.running("a").await) }.boxed()
    }

    fn stopped_target(&self) -> BoxFuture<'_, Option<Target>> {
        async {
            let target = self.running("a").await;
            drop(self.platform.clone().with_state(&target, ServiceState::Stopped));
            Some(target)
        }
        .boxed()
    }

    fn target_in_an_unknown_state(&self) -> BoxFuture<'_, Option<Target>> {
        async {
            let target = self.running("a").await;
            drop(self.platform.clone().with_state(&target, ServiceState::Unknown));
            Some(target)
        }
        .boxed()
    }

    fn target_with_history(&self) -> BoxFuture<'_, Option<Target>> {
        async {
            let target = self.running("a").await;
            self.deploy(&target, "b").await;
            Some(target)
        }
        .boxed()
    }

    fn writes<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Option<usize>> {
        async move {
            let writes = self.platform.writes();
            Some(writes.iter().filter(|write| write.target == *target).count())
        }
        .boxed()
    }

    fn builds<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Option<usize>> {
        async move { Some(self.platform.builds(target)) }.boxed()
    }

    fn lose_next_write(&self, method: Method, acted_on: bool) -> BoxFuture<'_, bool> {
        async move {
            if acted_on {
                self.platform.lose_next_answer(method);
            } else {
                self.platform.fail_next(method, Error::new(ErrorKind::NoAnswer, "the request was lost"));
            }
            true
        }
        .boxed()
    }

    fn change_variable<'a>(&'a self, target: &'a Target, key: &'a str) -> BoxFuture<'a, bool> {
        async move {
            self.platform.change_variable(target, key, "theirs");
            true
        }
        .boxed()
    }

    fn refuse_variable_after(&self, writes: usize) -> BoxFuture<'_, bool> {
        async move {
            self.platform.refuse_variable_after(writes);
            true
        }
        .boxed()
    }

    fn setting_of<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Option<String>> {
        async move {
            let named = request.setting()?.name();
            let settings = self.platform.settings(request.target());
            settings.iter().find(|setting| setting.name() == named).map(|setting| setting.value().to_owned())
        }
        .boxed()
    }

    fn change_setting<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, bool> {
        async move {
            self.platform.change_setting(request.target(), Setting::ImageTag("9.9.9".to_owned()));
            matches!(request.setting(), Some(Setting::ImageTag(_)))
        }
        .boxed()
    }

    fn refuse_next_trigger(&self) -> BoxFuture<'_, bool> {
        async {
            self.platform.fail_next(Method::Deploy, Error::new(ErrorKind::Rejected, "the trigger was refused"));
            true
        }
        .boxed()
    }

    fn selection(&self) -> BoxFuture<'_, Option<(Selection, Vec<Target>)>> {
        async {
            let targets = vec![self.one_more(TargetKind::Application), self.one_more(TargetKind::Application)];
            for target in &targets {
                self.platform.next(target, Script::Succeeds);
            }
            let requests = targets.iter().cloned().map(DeployRequest::new).collect();
            Some((Selection::Requests(requests), targets))
        }
        .boxed()
    }

    fn secrets(&self) -> Vec<String> {
        vec![TOKEN.to_owned()]
    }
}
