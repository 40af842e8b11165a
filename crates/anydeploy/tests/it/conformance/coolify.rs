//! The fake Coolify server as the suite sees it.

use std::sync::Arc;
use std::time::Duration;

use anydeploy::testing::conformance::{Case, Ending, Harness, Received, RequestOption};
use anydeploy::{
    Coolify, DeployRequest, Deployer, DeploymentId, Method, Revision, Selection, Setting, Target, TargetKind,
    WatchOptions, platform,
};
use anydeploy_fakes::{CoolifyScript, FakeCoolify, FaultyNetwork};
use futures::future::{BoxFuture, FutureExt, ready};
use tokio::time::sleep;

use crate::conformance::line::{self, Doomed};

/// A commit, by its full hash.
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// A Coolify on which no one else deploys, and whose limits are out of reach.
pub(crate) struct OnCoolify {
    fake: FakeCoolify,
    line: FaultyNetwork,
    /// Applications that a user deletes while they are being deployed.
    doomed: Doomed,
}

impl OnCoolify {
    pub(crate) async fn start() -> Self {
        let limits = FakeCoolify::builder().rate_limit(1_000_000, Duration::from_mins(1)).queue_limit(1_000);
        let fake = limits.concurrent_builds(1_000).pace(line::PACE).start().await;
        let line = line::to(&fake.url());
        Self { fake, line, doomed: Doomed::default() }
    }

    fn delete_the_doomed(&self) {
        let triggered = self.fake.triggered();
        for (application, _) in self.doomed.due(&self.line, |id| triggered.iter().any(|truth| truth.target == id)) {
            self.fake.delete_application(&application);
        }
    }
}

fn id(target: Target) -> DeploymentId {
    DeploymentId::new(platform::COOLIFY, target)
}

impl Harness for OnCoolify {
    fn deployer(&self) -> Arc<dyn Deployer> {
        let builder = Coolify::builder().url(self.line.url()).token(self.fake.token());
        Arc::new(builder.timeout(Duration::from_secs(4)).grace(Duration::from_secs(3)).build().unwrap())
    }

    fn target<'a>(&'a self, endings: &'a [Ending]) -> BoxFuture<'a, Option<Target>> {
        let application = self.fake.add_application("web");
        self.fake.set_variable(&application, "SERVICE_URL_WEB", "made by Coolify");
        for ending in endings {
            let script = match ending {
                Ending::Succeeds => CoolifyScript::succeeds(),
                Ending::Fails => CoolifyScript::fails_with("exit code 1").log(["one", "two", "three"]),
                Ending::Cancelled => CoolifyScript::cancelled(),
                Ending::Never => CoolifyScript::hangs(),
                Ending::Vanishes => {
                    self.doomed.add(&application, *ending);
                    CoolifyScript::hangs()
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
        let hostile = ["", ".."].map(|uuid| bare.clone().with("deployment", uuid));
        hostile.into_iter().chain([bare]).collect()
    }

    fn let_time_pass(&self) -> BoxFuture<'_, ()> {
        self.delete_the_doomed();
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
        ready(last.map_or(Received::Nothing, |last| {
            let value = match option {
                RequestOption::Deployed => (last.rollback && last.commit == COMMIT).then(|| "true".to_owned()),
                RequestOption::Commit => Some(last.commit).filter(|commit| commit != "HEAD"),
                RequestOption::ImageTag => last.image_tag,
                RequestOption::NoCache => last.forced.then(|| "true".to_owned()),
                RequestOption::SetImageTag | RequestOption::SetBranch => Some(self.fake.tag_or_branch(target.id())),
                RequestOption::PullRequest => Some(last.pull_request.to_string()).filter(|_| last.pull_request > 0),
                _ => return Received::Unknown,
            };
            value.map_or(Received::Nothing, Received::Value)
        }))
        .boxed()
    }

    fn unknown_target(&self) -> Option<Target> {
        Some(Target::application("nowhere00000000000000000"))
    }

    fn absent_id(&self) -> Option<DeploymentId> {
        Some(id(Target::application(self.fake.application())).with("deployment", "never0000000000000000000"))
    }

    fn request_with(&self, option: RequestOption) -> BoxFuture<'_, Option<DeployRequest>> {
        // A commit goes with an application from a repository only.
        let application = match option {
            RequestOption::Commit | RequestOption::Deployed | RequestOption::SetBranch => {
                self.fake.add_git_application("web")
            }
            _ => self.fake.add_application("web"),
        };
        if option == RequestOption::Deployed {
            self.fake.next_deployment(&application, CoolifyScript::succeeds().resolving_to(COMMIT));
            self.fake.deploy_by_someone_else(&application);
            self.fake.advance(10);
        }
        self.fake.add_preview(&application, 7);
        let request = DeployRequest::new(Target::application(application));
        ready(match option {
            RequestOption::NoCache => Some(request.with_no_cache(true)),
            RequestOption::PullRequest => Some(request.with_pull_request(7)),
            // A tag goes with a pull request only.
            RequestOption::ImageTag => {
                Some(request.with_pull_request(7).with_revision(Revision::ImageTag("1.2.3".to_owned())))
            }
            RequestOption::SetImageTag => Some(request.with_setting(Setting::ImageTag("1.28".to_owned()))),
            RequestOption::SetBranch => Some(request.with_setting(Setting::Branch("next".to_owned()))),
            RequestOption::Commit => Some(request.with_revision(Revision::Commit(COMMIT.to_owned()))),
            RequestOption::Deployed => Some(request.with_revision(Revision::Deployed)),
            _ => None,
        })
        .boxed()
    }

    fn running_target(&self) -> BoxFuture<'_, Option<Target>> {
        let application = self.fake.add_application("web");
        self.fake.set_status(&application, "running:healthy");
        ready(Some(Target::application(application))).boxed()
    }

    fn stopped_target(&self) -> BoxFuture<'_, Option<Target>> {
        let service = self.fake.add_service("analytics");
        self.fake.set_status(&service, "exited");
        ready(Some(Target::service(service))).boxed()
    }

    fn target_in_an_unknown_state(&self) -> BoxFuture<'_, Option<Target>> {
        let application = self.fake.add_application("web");
        self.fake.set_status(&application, "levitating");
        ready(Some(Target::application(application))).boxed()
    }

    fn target_with_history(&self) -> BoxFuture<'_, Option<Target>> {
        let application = self.fake.add_git_application("shop");
        for digit in ["1", "2"] {
            self.fake.push(&application, "main", &digit.repeat(40));
            self.fake.deploy_by_someone_else(&application);
            self.fake.advance(10);
        }
        ready(Some(Target::application(application))).boxed()
    }

    fn writes<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Option<usize>> {
        let writes = self.fake.writes();
        ready(Some(writes.iter().filter(|write| write.target == target.id()).count())).boxed()
    }

    fn builds<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Option<usize>> {
        ready((*target.kind() == TargetKind::Application).then(|| self.fake.builds(target.id()))).boxed()
    }

    fn lose_next_write(&self, _: Method, acted_on: bool) -> BoxFuture<'_, bool> {
        line::lose_next_write(&self.line, acted_on);
        ready(true).boxed()
    }

    fn change_variable<'a>(&'a self, target: &'a Target, key: &'a str) -> BoxFuture<'a, bool> {
        self.fake.set_variable(target.id(), key, "theirs");
        ready(true).boxed()
    }

    fn refuse_variable_after(&self, writes: usize) -> BoxFuture<'_, bool> {
        self.fake.break_variables_after(writes);
        ready(true).boxed()
    }

    fn setting_of<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Option<String>> {
        ready(Some(self.fake.tag_or_branch(request.target().id()))).boxed()
    }

    fn change_setting<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, bool> {
        let column = match request.setting() {
            Some(Setting::Branch(_)) => "git_branch",
            _ => "docker_registry_image_tag",
        };
        self.fake.set_column(request.target().id(), column, "theirs");
        ready(true).boxed()
    }

    fn refuse_next_trigger(&self) -> BoxFuture<'_, bool> {
        self.fake.refuse_next_deploy();
        ready(true).boxed()
    }

    fn selection(&self) -> BoxFuture<'_, Option<(Selection, Vec<Target>)>> {
        let applications = ["api", "shop"].map(|name| self.fake.add_application(name));
        let tag = format!("with-{}", applications[0]);
        for application in &applications {
            self.fake.add_tag(application, &tag);
        }
        ready(Some((Selection::Tag(tag), applications.map(Target::application).to_vec()))).boxed()
    }

    fn secrets(&self) -> Vec<String> {
        vec![self.fake.token().to_owned()]
    }
}
