//! The fake Qovery server as the suite sees it.

use std::sync::Arc;
use std::time::Duration;

use anydeploy::testing::conformance::{Case, Ending, Harness, Received, RequestOption};
use anydeploy::{
    DeployRequest, Deployer, DeploymentId, JobEvent, Method, Qovery, Revision, Selection, Target, TargetKind,
    TerraformAction, WatchOptions, platform,
};
use anydeploy_fakes::{FakeQovery, Fault, FaultPlan, FaultyNetwork, QoveryScript, QoveryServiceKind, RequestKind};
use futures::future::{BoxFuture, FutureExt, ready};

use crate::conformance::line;

/// A Qovery on which no one else deploys, and where each service has an environment of its own to be deployed in.
pub(crate) struct OnQovery {
    fake: FakeQovery,
    line: FaultyNetwork,
}

impl OnQovery {
    pub(crate) async fn start() -> Self {
        let fake = FakeQovery::builder().pace(line::PACE).start().await;
        let line = line::to(&fake.url());
        Self { fake, line }
    }

    fn add(&self, kind: QoveryServiceKind) -> String {
        let service = self.fake.add_service(&self.fake.add_environment("conformance"), kind, "web");
        self.fake.add_built_in(&service, "QOVERY_SERVICE_ID", &service);
        service
    }

    fn executions(&self, service: &str) -> usize {
        let triggered = self.fake.triggered();
        triggered.iter().filter(|execution| execution.services.iter().any(|part| part.service == service)).count()
    }
}

fn id(target: Target) -> DeploymentId {
    DeploymentId::new(platform::QOVERY, target)
}

impl Harness for OnQovery {
    fn deployer(&self) -> Arc<dyn Deployer> {
        let builder = Qovery::builder().url(self.line.url()).token(self.fake.token());
        Arc::new(builder.timeout(Duration::from_secs(4)).grace(Duration::from_secs(1)).build().unwrap())
    }

    fn target<'a>(&'a self, endings: &'a [Ending]) -> BoxFuture<'a, Option<Target>> {
        let application = self.add(QoveryServiceKind::Application);
        for ending in endings {
            let script = match ending {
                Ending::Succeeds => QoveryScript::succeeds(),
                Ending::Fails => QoveryScript::fails_with("exit code 1").log(["one", "two", "three"]),
                Ending::Cancelled => QoveryScript::cancelled(),
                Ending::Never => QoveryScript::hangs(),
                Ending::UnknownWord => QoveryScript::succeeds().ends_as("LEVITATED"),
                // The request is accepted, and never heard of again.
                Ending::Vanishes => QoveryScript::never_starts(),
                _ => return ready(None).boxed(),
            };
            self.fake.next_deployment(&application, script);
        }
        ready(Some(Target::application(application))).boxed()
    }

    fn malformed_ids(&self) -> Vec<DeploymentId> {
        let bare = id(Target::application(self.fake.application())).with("execution", "e-1");
        let hostile = ["", ".."].map(|environment| bare.clone().with("environment", environment));
        hostile.into_iter().chain([bare]).collect()
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
        ready(Some(self.executions(target.id()))).boxed()
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
        let last = triggered.into_iter().rev().find_map(|execution| {
            let action = execution.action;
            execution.services.into_iter().find(|part| part.service == target.id()).map(|part| (action, part.version))
        });
        let Some((action, version)) = last else { return ready(Received::Nothing).boxed() };
        let value = match (option, &*action) {
            (RequestOption::Commit | RequestOption::ImageTag | RequestOption::ChartVersion, _) => version,
            (RequestOption::TerraformAction, "DEPLOY_DRY_RUN") => Some("plan".to_owned()),
            (RequestOption::TerraformAction, _) => None,
            // The fake runs the event of a job, and does not record it.
            _ => return ready(Received::Unknown).boxed(),
        };
        ready(value.map_or(Received::Nothing, Received::Value)).boxed()
    }

    fn unknown_target(&self) -> Option<Target> {
        Some(Target::application("00000000-0000-4000-8000-00000000dead"))
    }

    fn absent_id(&self) -> Option<DeploymentId> {
        let environment = self.fake.environment();
        let execution = format!("{environment}-999");
        let id = id(Target::application(self.fake.application())).with("environment", environment);
        Some(id.with("execution", execution))
    }

    fn request_with(&self, option: RequestOption) -> BoxFuture<'_, Option<DeployRequest>> {
        ready(match option {
            RequestOption::Commit => {
                let target = Target::application(self.add(QoveryServiceKind::Application));
                let commit = "0123456789abcdef0123456789abcdef01234567";
                Some(DeployRequest::new(target).with_revision(Revision::Commit(commit.to_owned())))
            }
            RequestOption::ImageTag => {
                let target = Target::new(TargetKind::Container, self.add(QoveryServiceKind::Container));
                Some(DeployRequest::new(target).with_revision(Revision::ImageTag("1.2.3".to_owned())))
            }
            RequestOption::ChartVersion => {
                let target = Target::new(TargetKind::Helm, self.add(QoveryServiceKind::Helm));
                Some(DeployRequest::new(target).with_revision(Revision::ChartVersion("1.2.3".to_owned())))
            }
            RequestOption::TerraformAction => {
                let target = Target::new(TargetKind::Terraform, self.add(QoveryServiceKind::Terraform));
                Some(DeployRequest::new(target).with_terraform_action(TerraformAction::Plan))
            }
            RequestOption::JobEvent => {
                let target = Target::new(TargetKind::Job, self.add(QoveryServiceKind::LifecycleJob));
                Some(DeployRequest::new(target).with_job_event(JobEvent::Start))
            }
            _ => None,
        })
        .boxed()
    }

    fn running_target(&self) -> BoxFuture<'_, Option<Target>> {
        let application = self.add(QoveryServiceKind::Application);
        self.fake.already_deployed(&application);
        ready(Some(Target::application(application))).boxed()
    }

    fn stopped_target(&self) -> BoxFuture<'_, Option<Target>> {
        let application = self.add(QoveryServiceKind::Application);
        self.fake.already_stopped(&application);
        ready(Some(Target::application(application))).boxed()
    }

    fn target_in_an_unknown_state(&self) -> BoxFuture<'_, Option<Target>> {
        let application = self.add(QoveryServiceKind::Application);
        self.fake.next_deployment(&application, QoveryScript::succeeds().ends_as("LEVITATED"));
        self.fake.deploy_by_someone_else(&application);
        self.fake.advance(100);
        ready(Some(Target::application(application))).boxed()
    }

    fn target_with_history(&self) -> BoxFuture<'_, Option<Target>> {
        let container = self.add(QoveryServiceKind::Container);
        for tag in ["1.0", "2.0"] {
            self.fake.configure(&container, tag);
            self.fake.already_deployed(&container);
        }
        ready(Some(Target::new(TargetKind::Container, container))).boxed()
    }

    fn writes<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Option<usize>> {
        let writes = self.fake.writes().into_iter().filter(|write| write.target == target.id()).count();
        // A start is a deployment.
        let starts = self.fake.triggered().into_iter().filter(|execution| {
            execution.action == "DEPLOY" && execution.services.iter().any(|part| part.service == target.id())
        });
        ready(Some(writes + starts.count())).boxed()
    }

    fn builds<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Option<usize>> {
        ready(Some(self.fake.builds(target.id()))).boxed()
    }

    fn lose_next_write(&self, method: Method, acted_on: bool) -> BoxFuture<'_, bool> {
        let kind = if method == Method::Start { RequestKind::Trigger } else { RequestKind::Write };
        let fault = if acted_on { Fault::ResetAfter } else { Fault::ResetBefore };
        self.line.follow(FaultPlan::always(fault).on([kind]).limit(1));
        ready(true).boxed()
    }

    fn change_variable<'a>(&'a self, target: &'a Target, key: &'a str) -> BoxFuture<'a, bool> {
        self.fake.set_variable(target.id(), key, "somebody else's");
        ready(true).boxed()
    }

    fn refuse_variable_after(&self, writes: usize) -> BoxFuture<'_, bool> {
        self.fake.limit_next_import(writes);
        ready(true).boxed()
    }

    fn selection(&self) -> BoxFuture<'_, Option<(Selection, Vec<Target>)>> {
        let environment = self.fake.add_environment("selection");
        let add = |kind, name| self.fake.add_service(&environment, kind, name);
        let targets = vec![
            Target::application(add(QoveryServiceKind::Application, "web")),
            Target::new(TargetKind::Container, add(QoveryServiceKind::Container, "worker")),
        ];
        let requests = targets.iter().cloned().map(DeployRequest::new).collect();
        ready(Some((Selection::Requests(requests), targets))).boxed()
    }

    fn secrets(&self) -> Vec<String> {
        vec![self.fake.token().to_owned()]
    }
}
