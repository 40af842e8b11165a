//! Coolify: applications from images and from git, and previews of pull requests.

use std::time::Duration;

use anydeploy::{DeployRequest, DeploymentId, Result, Target};
use anydeploy_fakes::{CoolifyOrigin, CoolifyQuirk, CoolifyScript, CoolifyTriggered, FakeCoolify, FakeWrite, Pace};
use fastrand::Rng;

use super::{self as scene, Access, Conditions, Ending, Part, ServerRecord};

/// The pull request whose preview some callers deploy.
const PULL_REQUEST: u64 = 7;

/// The route that is missing now and then, and what the server says there.
const MISSING: (&str, &str) = ("/api/v1/deployments/*", r#"{"message":"Deployment not found."}"#);

pub(super) struct Scene {
    fake: FakeCoolify,
    access: Access,
    targets: Vec<(String, Option<u64>)>,
}

impl Scene {
    pub(super) async fn new(conditions: &Conditions) -> Result<Self> {
        let ((ahead, behind), mut rng) = (conditions.clock, Rng::with_seed(conditions.seed));
        let fake = FakeCoolify::builder()
            .pace(Pace::Along(conditions.timeline, Duration::from_millis(10)))
            .concurrent_builds(150)
            .queue_limit(150)
            .rate_limit(3000, Duration::from_secs(1))
            .clock_ahead(ahead)
            .clock_behind(behind)
            .without_recording();
        // Rows out of order make the server's list of active deployments an object.
        let fake = if conditions.number % 2 == 1 { fake.quirk(CoolifyQuirk::ActiveListAsMap) } else { fake };
        let fake = fake.start().await;
        let access = Access::new((&fake.url(), fake.token()), conditions, MISSING)?;
        let mut targets: Vec<(String, Option<u64>)> = Vec::new();
        for number in 0..conditions.targets {
            let name = format!("app-{number}");
            // Every eighth one is the preview of the application before it.
            let target = match targets.last() {
                Some((application, None)) if number % 8 == 7 => (application.clone(), Some(PULL_REQUEST)),
                _ if number % 2 == 0 => (fake.add_application(&name), None),
                _ => (fake.add_git_application(&name), None),
            };
            if let (application, Some(pull_request)) = &target {
                fake.add_preview(application, *pull_request);
            }
            for made in 0..conditions.scripts {
                fake.next_deployment(&target.0, script(&mut rng, number % 2 == 1, made < conditions.prepared));
            }
            targets.push(target);
        }
        Ok(Self { fake, access, targets })
    }
}

fn script(rng: &mut Rng, git: bool, succeeds: bool) -> CoolifyScript {
    let script = match rng.u8(..20) {
        _ if succeeds => CoolifyScript::succeeds(),
        0..3 => CoolifyScript::fails_with("the build failed").log(["building"]),
        3..5 => CoolifyScript::cancelled(),
        _ => CoolifyScript::succeeds(),
    };
    let script = if git { script.resolving_to(format!("{:032x}{:08x}", rng.u128(..), rng.u32(..))) } else { script };
    script.lasting(if succeeds || rng.u8(..16) == 0 { rng.u64(1..3) } else { rng.u64(50..200) })
}

impl scene::Scene for Scene {
    fn access(&self) -> &Access {
        &self.access
    }

    fn request(&self, target: usize, _: u64) -> DeployRequest {
        let (application, pull_request) = &self.targets[target];
        let request = DeployRequest::new(Target::application(application));
        let request = match pull_request {
            Some(number) => request.with_pull_request(*number),
            None => request,
        };
        // Without the cache Coolify stores a deployment whatever is under way.
        request.with_no_cache(target % 3 == 2)
    }

    fn deploy_as_another(&self, target: usize, _: &mut Rng, foreign: bool) {
        let (application, _) = &self.targets[target];
        if foreign {
            self.fake.deploy_by_another_program(application);
        } else {
            self.fake.deploy_by_someone_else(application);
        }
    }

    fn deploy_a_version(&self, target: usize) {
        self.fake.deploy_by_someone_else(&self.targets[target].0);
    }

    fn server_records(&self) -> Vec<ServerRecord> {
        self.fake.triggered().into_iter().map(server_record).collect()
    }

    fn writes(&self) -> Vec<FakeWrite> {
        self.fake.writes()
    }

    fn deployment_in<'a>(&self, id: &'a DeploymentId) -> Option<&'a str> {
        id.get("deployment")
    }
}

fn server_record(row: CoolifyTriggered) -> ServerRecord {
    let ending = match &*row.status {
        "finished" => Ending::Succeeded,
        "failed" => Ending::Failed,
        "cancelled-by-user" => Ending::Cancelled,
        _ => Ending::Open,
    };
    let foreign = row.origin == CoolifyOrigin::Api && row.sender.call.is_none();
    // A restart builds only where the server finds no image of the head.
    let builds = !row.restart && !row.rollback;
    let senders = std::iter::once(row.sender).chain(row.joined).collect();
    ServerRecord {
        id: Some(row.id),
        requests: Vec::new(),
        senders,
        foreign,
        changed_nothing: false,
        parts: vec![Part { target: row.target, version: None, builds, ending, ended_at: row.ended_at }],
    }
}
