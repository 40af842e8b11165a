//! Qovery: services of several kinds that share environments, and whole environments.

use std::time::Duration;

use anydeploy::{DeployRequest, DeploymentId, Result, Revision, Target, TargetKind};
use anydeploy_fakes::{FakeQovery, FakeWrite, Pace, QoveryScript, QoveryServiceKind, QoveryTriggered};
use fastrand::Rng;

use super::{self as scene, Access, Conditions, Ending, Part, ServerRecord};

/// The services of each environment.
const KINDS: [(QoveryServiceKind, TargetKind); 5] = [
    (QoveryServiceKind::Application, TargetKind::Application),
    (QoveryServiceKind::Container, TargetKind::Container),
    (QoveryServiceKind::CronJob, TargetKind::Job),
    (QoveryServiceKind::Helm, TargetKind::Helm),
    (QoveryServiceKind::Database, TargetKind::Database),
];

/// The name that Qovery gives the owner of the token that all programs share.
const CALLERS: &str = "fake-api-token";

/// The route that is missing now and then, and what the server says there.
const MISSING: (&str, &str) = ("/environment/*/deploymentHistoryV2", r#"{"status":404,"detail":"Not found."}"#);

pub(super) struct Scene {
    fake: FakeQovery,
    access: Access,
    targets: Vec<Target>,
}

impl Scene {
    pub(super) async fn new(conditions: &Conditions) -> Result<Self> {
        let ((ahead, behind), mut rng) = (conditions.clock, Rng::with_seed(conditions.seed));
        let fake = FakeQovery::builder()
            .pace(Pace::Along(conditions.timeline, Duration::from_millis(10)))
            .clock_ahead(ahead)
            .clock_behind(behind)
            .without_recording()
            .start()
            .await;
        let access = Access::new((&fake.url(), fake.token()), conditions, MISSING)?;
        let mut add = |environment: &str, (kind, word): &(QoveryServiceKind, TargetKind)| {
            let service = fake.add_service(environment, *kind, "service");
            for made in 0..conditions.scripts {
                fake.next_deployment(&service, script(&mut rng, made < conditions.prepared));
            }
            Target::new(word.clone(), service)
        };
        let mut targets = Vec::new();
        let mut environment = String::new();
        for number in 0..conditions.targets {
            let place = number % (KINDS.len() + 1);
            if place.is_multiple_of(KINDS.len()) {
                environment = fake.add_environment(&format!("environment-{number}"));
            }
            targets.push(if let Some(kind) = KINDS.get(place) {
                add(&environment, kind)
            } else {
                // Nobody deploys these alone.
                for kind in &KINDS {
                    add(&environment, kind);
                }
                Target::environment(&environment)
            });
        }
        Ok(Self { fake, access, targets })
    }
}

fn script(rng: &mut Rng, succeeds: bool) -> QoveryScript {
    let script = match rng.u8(..200) {
        _ if succeeds => QoveryScript::succeeds(),
        0..24 => QoveryScript::fails_with("the build failed").log(["building"]),
        24 => QoveryScript::fails_pre_check("no credentials"),
        25..37 => QoveryScript::cancelled(),
        37..40 => QoveryScript::never_starts(),
        _ => QoveryScript::succeeds(),
    };
    script.lasting(if succeeds || rng.u8(..16) == 0 { rng.u64(1..3) } else { rng.u64(50..150) })
}

impl scene::Scene for Scene {
    fn access(&self) -> &Access {
        &self.access
    }

    fn request(&self, target: usize, call: u64) -> DeployRequest {
        let target = self.targets[target].clone();
        let tagged = *target.kind() == TargetKind::Container;
        let request = DeployRequest::new(target);
        if tagged { request.with_revision(Revision::ImageTag(format!("1.0.{call}"))) } else { request }
    }

    fn deploy_as_another(&self, target: usize, _: &mut Rng, foreign: bool) {
        let target = &self.targets[target];
        match *target.kind() {
            // Nobody but the callers deploys whole environments.
            TargetKind::Environment => {}
            _ if foreign => self.fake.deploy_by_another_program(target.id()),
            _ => self.fake.deploy_by_someone_else(target.id()),
        }
    }

    fn deploy_a_version(&self, target: usize) {
        let target = &self.targets[target];
        match *target.kind() {
            TargetKind::Environment => return,
            TargetKind::Application => drop(self.fake.push_commit(target.id())),
            _ => self.fake.configure(target.id(), &format!("0.{}", self.fake.triggered().len())),
        }
        self.fake.deploy_by_someone_else(target.id());
    }

    fn server_records(&self) -> Vec<ServerRecord> {
        self.fake.triggered().into_iter().map(server_record).collect()
    }

    fn writes(&self) -> Vec<FakeWrite> {
        self.fake.writes()
    }

    fn deployment_in<'a>(&self, id: &'a DeploymentId) -> Option<&'a str> {
        id.get("execution")
    }

    fn request_in<'a>(&self, id: &'a DeploymentId) -> Option<&'a str> {
        id.get("request")
    }
}

fn server_record(execution: QoveryTriggered) -> ServerRecord {
    let (whole, ended_at) = (ending(execution.state.as_deref()), execution.ended_at);
    // Only requests of one user are merged.
    let foreign = execution.triggered_by == CALLERS && execution.senders.iter().any(|sender| sender.call.is_none());
    // The console says of a failed check that nothing was changed.
    let changed_nothing = whole == Ending::Failed && execution.services.iter().all(|service| service.state.is_none());
    let deploys = execution.action == "DEPLOY";
    let builds_any = deploys && execution.services.iter().any(|service| service.kind.builds());
    let services = execution.services.into_iter().map(|service| Part {
        target: service.service,
        version: service.version,
        builds: deploys && service.kind.builds(),
        ending: match ending(service.state.as_deref()) {
            // When the check before the deployment fails, no service is touched and the deployment has failed.
            Ending::Open => whole,
            // Nobody cancelled it: Qovery did not go on with it because another service failed.
            Ending::Cancelled if whole == Ending::Failed => Ending::Failed,
            own => own,
        },
        ended_at: service.ended_at.or(ended_at),
    });
    let whole = Part { target: execution.environment, version: None, builds: builds_any, ending: whole, ended_at };
    ServerRecord {
        id: Some(execution.execution_id),
        requests: execution.request_ids,
        senders: execution.senders,
        foreign,
        changed_nothing,
        parts: services.chain([whole]).collect(),
    }
}

fn ending(state: Option<&str>) -> Ending {
    match state {
        None => Ending::Open,
        Some("DEPLOYED" | "RESTARTED" | "STOPPED") => Ending::Succeeded,
        Some("CANCELED") => Ending::Cancelled,
        Some(_) => Ending::Failed,
    }
}
