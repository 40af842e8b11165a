//! A fake server of each platform, with a service that stays healthy, one that crashes and one that cannot be built.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use anydeploy::{Budget, Coolify, Deployer, Dokploy, Qovery, Result, Target, Timing, Verdict};
use anydeploy_fakes::{CoolifyScript, DokployScript, FakeCoolify, FakeDokploy, FakeQovery, QoveryScript};

/// Why a deployment fails here.
const FAILURE: &str = "npm ERR! missing script: build";

/// One platform.
pub(crate) struct Scene {
    pub(crate) deployer: Arc<dyn Deployer>,
    pub(crate) steady: Target,
    /// What is found of the service that stays well: a platform without a source of health says so.
    pub(crate) steady_verdict: Verdict,
    pub(crate) crashing: Target,
    /// Lets the service crash after its deployment.
    pub(crate) crash: Box<dyn Fn() + Send + Sync>,
    /// Whether a verdict is right about the service that crashes.
    pub(crate) is_caught: fn(Option<&Verdict>) -> bool,
    pub(crate) broken: Target,
    _server: Box<dyn Any + Send>,
}

/// The three platforms.
pub(crate) async fn all() -> Result<Vec<Scene>> {
    Ok(vec![coolify().await?, dokploy().await?, qovery().await?])
}

/// Qovery reports by REST how the last action went, and not how the containers run.
fn says_that_nothing_checks_it(verdict: Option<&Verdict>) -> bool {
    verdict == Some(&Verdict::NoHealthSource)
}

fn is_unhealthy(verdict: Option<&Verdict>) -> bool {
    matches!(verdict, Some(Verdict::Unhealthy { .. }))
}

/// Coolify has a word for a container that is restarted again and again.
async fn coolify() -> Result<Scene> {
    // Its polls are faster than the 200 requests a minute of a genuine server allow.
    let fake = Arc::new(FakeCoolify::builder().rate_limit(u32::MAX, Duration::from_mins(1)).start().await);
    let [steady, crashing, broken] = ["steady", "crashing", "broken"].map(|name| fake.add_application(name));
    for application in [&steady, &crashing] {
        fake.set_status(application, "running:healthy");
        fake.every_deployment(application, CoolifyScript::succeeds().health_checked().log(["npm run build"]));
    }
    fake.every_deployment(&broken, CoolifyScript::fails_with(FAILURE).log(["npm run build"]));
    let builder = Coolify::builder().url(fake.url()).token(fake.token()).budget(Budget::unlimited());
    // What Coolify shows right after a deployment may be old: for ten seconds, and for one here.
    let deployer = Arc::new(builder.timing(Timing::scaled_to(Duration::from_secs(1))).build()?);
    let (server, id) = (Arc::clone(&fake), crashing.clone());
    Ok(Scene {
        deployer,
        steady: Target::application(steady),
        steady_verdict: Verdict::Healthy,
        crashing: Target::application(crashing),
        crash: Box::new(move || server.set_status(&id, "restarting:unknown")),
        is_caught: is_unhealthy,
        broken: Target::application(broken),
        _server: Box::new(fake),
    })
}

/// On Dokploy the tasks of the engine show a crash, and the health checks of the containers that all is well.
async fn dokploy() -> Result<Scene> {
    let fake = Arc::new(FakeDokploy::start().await);
    let [steady, crashing, broken] = ["steady", "crashing", "broken"].map(|name| fake.add_application(name));
    for application in [&steady, &crashing] {
        fake.set_health_check(application, Some("healthy"));
        fake.every_deployment(application, DokployScript::succeeds().log(["npm run build"]));
    }
    fake.every_deployment(&broken, DokployScript::fails_with(FAILURE).log(["npm run build"]));
    let deployer = Arc::new(Dokploy::builder().url(fake.url()).token(fake.token()).build()?);
    let (server, id) = (Arc::clone(&fake), crashing.clone());
    Ok(Scene {
        deployer,
        steady: Target::application(steady),
        steady_verdict: Verdict::Healthy,
        crashing: Target::application(crashing),
        crash: Box::new(move || server.set_task_state(&id, "Failed", "task: non-zero exit (1)")),
        is_caught: is_unhealthy,
        broken: Target::application(broken),
        _server: Box::new(fake),
    })
}

/// Qovery has no health by REST, and nothing is taken for healthy because of that.
async fn qovery() -> Result<Scene> {
    let fake = FakeQovery::start().await;
    let [steady, crashing, broken] = ["steady", "crashing", "broken"].map(|name| fake.add_application(name));
    for application in [&steady, &crashing] {
        fake.every_deployment(application, QoveryScript::succeeds().log(["npm run build"]));
    }
    fake.every_deployment(&broken, QoveryScript::fails_with(FAILURE).log(["npm run build"]));
    let deployer = Arc::new(Qovery::builder().url(fake.url()).token(fake.token()).build()?);
    Ok(Scene {
        deployer,
        steady: Target::application(steady),
        steady_verdict: Verdict::NoHealthSource,
        crashing: Target::application(crashing),
        crash: Box::new(|| {}),
        is_caught: says_that_nothing_checks_it,
        broken: Target::application(broken),
        _server: Box::new(fake),
    })
}
