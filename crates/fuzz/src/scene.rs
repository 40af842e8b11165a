//! The three adapters before one server, and what holds of everything they return.

use std::fmt::Debug;
use std::time::Duration;

use anydeploy::{Budget, Coolify, Deployer, DeploymentId, Dokploy, Qovery, Result, Target, Timing, platform};
use tokio::runtime::{Builder, Runtime};

use crate::Answer;
use crate::server::Server;
use crate::vocabulary::{ENVIRONMENT, SERVICE};

/// The longest line that an error may be: an id, 300 characters of the server's, and our own words.
const MAX_LINE_BYTES: usize = 4096 + 4 * 300 + 500;

/// The longest wait that is taken from a server.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest text that is read as an id.
const MAX_ID_BYTES: usize = 4096;

const TOKEN: &str = "planted-credential-0815";

/// One adapter.
pub struct Adapter {
    /// The adapter itself.
    pub deployer: Box<dyn Deployer>,
    /// What it deploys.
    pub target: Target,
    /// The id of a deployment whose identity is resolved.
    pub resolved: DeploymentId,
}

/// The adapters, the server they speak to, and what they run on.
pub struct Scene {
    server: Server,
    /// The runtime.
    pub runtime: Runtime,
    /// In the order of [`platform::ALL`].
    adapters: Vec<Adapter>,
}

impl Scene {
    /// Starts the server.
    pub fn start() -> Self {
        let server = Server::start();
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (url, timeout) = (server.url(), Duration::from_millis(500));
        let timing = Timing::scaled_to(Duration::from_millis(2));
        let coolify = {
            let target = Target::application("web");
            let resolved = DeploymentId::new(platform::COOLIFY, target.clone()).with("deployment", "d");
            let builder = Coolify::builder().url(url.as_str()).token(TOKEN).timeout(timeout).timing(timing).budget(Budget::unlimited());
            Adapter { deployer: Box::new(builder.build().expect("Coolify")), target, resolved }
        };
        let dokploy = {
            let target = Target::compose("web");
            let resolved = DeploymentId::new(platform::DOKPLOY, target.clone()).with("row", "d");
            let builder = Dokploy::builder().url(url.as_str()).token(TOKEN).timeout(timeout).timing(timing).budget(Budget::unlimited());
            Adapter { deployer: Box::new(builder.build().expect("Dokploy")), target, resolved }
        };
        let qovery = {
            let target = Target::application(SERVICE).in_environment(ENVIRONMENT);
            let resolved = DeploymentId::new(platform::QOVERY, target.clone());
            let resolved = resolved.with("environment", ENVIRONMENT).with("execution", "x");
            let builder = Qovery::builder().url(url.as_str()).token(TOKEN).timeout(timeout).timing(timing).budget(Budget::unlimited());
            Adapter { deployer: Box::new(builder.build().expect("Qovery")), target, resolved }
        };
        let adapters = vec![coolify, dokploy, qovery];
        let platforms: Vec<_> = adapters.iter().map(|adapter| adapter.deployer.platform()).collect();
        assert_eq!(platforms, platform::ALL, "every platform has an adapter here");
        Self { server, runtime, adapters }
    }

    /// Lets the server give these answers from now on, one after the other; the last of them to all further requests.
    pub fn answer(&self, answers: &[Answer]) {
        self.server.answers(&answers.iter().map(Answer::bytes).collect::<Vec<_>>());
    }

    /// The adapter that a byte chooses, and the number of its platform.
    pub fn adapter(&self, choice: u8) -> (usize, &Adapter) {
        let platform = usize::from(choice) % self.adapters.len();
        (platform, &self.adapters[platform])
    }
}

/// Checks what a caller may print.
pub fn check<T: Debug>(result: &Result<T>) {
    let shown = match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => {
            let line = error.to_string();
            assert!(line.len() <= MAX_LINE_BYTES, "a line of {} bytes: {line}", line.len());
            assert!(!line.contains('\n'), "more than one line: {line}");
            if let Some(wait) = error.retry_after() {
                assert!(wait <= DAY, "a wait of {wait:?}");
            }
            format!("{line} {error:#} {error:?} {error:#?}")
        }
    };
    assert!(!shown.contains(TOKEN), "the token is shown: {shown}");
}

/// Checks that another process can watch the deployment; an id beyond the bound is refused there.
pub fn check_id(id: &DeploymentId) {
    let text = id.to_string();
    match text.parse::<DeploymentId>() {
        Ok(again) => assert_eq!(again, *id),
        Err(error) => assert!(text.len() > MAX_ID_BYTES, "{error}"),
    }
}
