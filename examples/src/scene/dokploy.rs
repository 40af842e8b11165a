//! Dokploy: applications and composes, from images, files and git, and a server that is restarted now and then.

use std::time::Duration;

use anydeploy::{DeployRequest, DeploymentId, Result, Target, TargetKind};
use anydeploy_fakes::{
    DokployJobState, DokployOperation, DokployOrigin, DokployScript, DokployTriggered, FakeDokploy, FakeWrite, Pace,
};
use fastrand::Rng;

use super::{self as scene, Access, Conditions, Ending, Part, ServerRecord};

/// The route that is missing now and then, and what the server says there.
const MISSING: (&str, &str) = ("/api/deployment.queueList", r#"{"message":"Not found","code":"NOT_FOUND"}"#);

pub(super) struct Scene {
    fake: FakeDokploy,
    access: Access,
    targets: Vec<Target>,
    restarts: bool,
}

impl Scene {
    pub(super) async fn new(conditions: &Conditions) -> Result<Self> {
        let ((ahead, behind), mut rng) = (conditions.clock, Rng::with_seed(conditions.seed));
        let fake = FakeDokploy::builder()
            .pace(Pace::Along(conditions.timeline, Duration::from_millis(5)))
            .concurrency(180)
            .clock_ahead(ahead)
            .clock_behind(behind)
            .without_recording()
            .start()
            .await;
        let access = Access::new((&fake.url(), fake.token()), conditions, MISSING)?;
        let mut targets = Vec::new();
        for number in 0..conditions.targets {
            let name = format!("service-{number}");
            let is_git = matches!(number % 8, 1 | 2 | 5 | 6 | 7);
            let target = match number % 4 {
                0 => Target::application(fake.add_application(&name)),
                1 | 2 => Target::application(fake.add_git_application(&name)),
                _ if number % 8 == 3 => Target::new(TargetKind::Compose, fake.add_compose(&name)),
                _ => Target::new(TargetKind::Compose, fake.add_git_compose(&name)),
            };
            for made in 0..conditions.scripts {
                fake.next_deployment(target.id(), script(&mut rng, is_git, made < conditions.prepared));
            }
            if *target.kind() == TargetKind::Application && conditions.prepared > 0 {
                fake.keep_images(target.id());
            }
            targets.push(target);
        }
        Ok(Self { fake, access, targets, restarts: conditions.number % 2 == 1 })
    }
}

fn script(rng: &mut Rng, git: bool, succeeds: bool) -> DokployScript {
    let script = match rng.u8(..250) {
        _ if succeeds => DokployScript::succeeds(),
        0..30 => DokployScript::fails_with("the build failed").log(["building"]),
        30..35 => DokployScript::fails_with("no such branch").without_clone(),
        35..40 => DokployScript::fails_to_start("no space left on device"),
        40 => DokployScript::never_starts(),
        _ => DokployScript::succeeds(),
    };
    // A cached build from git took up to 250 ms (0.30.2), which is 8 ticks at this scale; by then nothing shows whose it was.
    let short = if git { 4..12 } else { 0..4 };
    script.lasting(if succeeds || rng.u8(..16) == 0 { rng.u64(short) } else { rng.u64(200..600) })
}

impl scene::Scene for Scene {
    fn access(&self) -> &Access {
        &self.access
    }

    fn request(&self, target: usize, call: u64) -> DeployRequest {
        DeployRequest::new(self.targets[target].clone()).with_reason(format!("call {call}"))
    }

    fn deploy_as_another(&self, target: usize, rng: &mut Rng, foreign: bool) {
        if self.restarts && rng.u8(..8) == 0 {
            self.fake.restart();
        }
        let service = self.targets[target].id();
        if foreign {
            // Half of these programs use this library and write a correlation tag as the callers do; others write none.
            let tag = rng.bool().then(|| format!("[anydeploy:{:032x}]", rng.u128(..)));
            self.fake.deploy_by_another_program(service, tag.as_deref());
        } else {
            self.fake.deploy_by_someone_else(service);
        }
    }

    fn deploy_a_version(&self, target: usize) {
        self.fake.deploy_by_someone_else(self.targets[target].id());
    }

    fn server_records(&self) -> Vec<ServerRecord> {
        self.fake.triggered().into_iter().map(server_record).collect()
    }

    fn writes(&self) -> Vec<FakeWrite> {
        self.fake.writes()
    }

    fn leaves_nothing(&self, id: &DeploymentId) -> bool {
        matches!(id.get("operation"), Some("reload" | "rollback"))
    }

    /// All but the newest ten go before each new one (0.30.2).
    fn kept_deployments(&self) -> usize {
        11
    }

    fn deployment_in<'a>(&self, id: &'a DeploymentId) -> Option<&'a str> {
        id.get("row")
    }
}

fn server_record(job: DokployTriggered) -> ServerRecord {
    let ending = match job.state {
        DokployJobState::Done => Ending::Succeeded,
        DokployJobState::Error => Ending::Failed,
        DokployJobState::Cancelled => Ending::Cancelled,
        DokployJobState::Dropped | DokployJobState::NeverStarted => Ending::Never,
        _ => Ending::Open,
    };
    let foreign = job.origin == DokployOrigin::Api && job.sender.call.is_none();
    let builds = matches!(job.operation, DokployOperation::Deploy | DokployOperation::Redeploy);
    let parts = vec![Part { target: job.target, version: None, builds, ending, ended_at: job.ended_at }];
    ServerRecord {
        id: job.deployment_id,
        requests: Vec::new(),
        senders: vec![job.sender],
        foreign,
        changed_nothing: false,
        parts,
    }
}
