//! The three adapters against a server that answers anything: no panic, bounded errors, and the token in none of them.

#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use anydeploy::{
    Coolify, DeployRequest, Deployer, DeploymentId, Dokploy, HistoryOptions, LogOptions, Platform, Qovery, Target,
};
use anydeploy_fuzz::{Answer, Server};
use libfuzzer_sys::fuzz_target;
use tokio::runtime::{Builder, Runtime};

/// The longest line that an error may be: our own words, and 300 characters of the server's.
const LONGEST: usize = 4096;

const MARKER: &str = "planted-credential-0815";

struct Scene {
    server: Server,
    runtime: Runtime,
    deployers: Vec<(Box<dyn Deployer>, Target, DeploymentId)>,
}

static SCENE: LazyLock<Scene> = LazyLock::new(|| {
    let server = Server::start();
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let url = server.url();
    let timeout = Duration::from_millis(500);
    let grace = Duration::from_millis(2);
    let deployers: Vec<(Box<dyn Deployer>, Target, DeploymentId)> = vec![
        {
            let target = Target::application("web");
            let id = DeploymentId::new(Platform::Coolify, target.clone()).with("deployment", "d");
            let builder = Coolify::builder().url(url.as_str()).token(MARKER).timeout(timeout).grace(grace);
            (Box::new(builder.build().expect("Coolify")), target, id)
        },
        {
            let target = Target::compose("web");
            let id = DeploymentId::new(Platform::Dokploy, target.clone()).with("row", "d");
            let builder = Dokploy::builder().url(url.as_str()).token(MARKER).timeout(timeout).grace(grace);
            (Box::new(builder.build().expect("Dokploy")), target, id)
        },
        {
            let target = Target::application("web").in_environment("e");
            let id = DeploymentId::new(Platform::Qovery, target.clone()).with("environment", "e").with("execution", "x");
            let builder = Qovery::builder().url(url.as_str()).token(MARKER).timeout(timeout).grace(grace);
            (Box::new(builder.build().expect("Qovery")), target, id)
        },
    ];
    Scene { server, runtime, deployers }
});

fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else { return };
    let Some(answer) = Answer::of(rest) else { return };
    let scene = &*SCENE;
    let success = answer.is_success();
    scene.server.answer(answer);
    let (deployer, target, id) = &scene.deployers[usize::from(choice % 3)];
    let shown = scene.runtime.block_on(async {
        match (choice / 3) % 8 {
            0 => shown(deployer.deployment(id).await),
            1 => shown(deployer.history(target, HistoryOptions::default()).await),
            2 => shown(deployer.cancel(id).await),
            3 => shown(deployer.logs(id, LogOptions::default()).await),
            4 => shown(deployer.service(target).await),
            5 => shown(deployer.services().await),
            6 => shown(deployer.check().await),
            _ => {
                let deployed = deployer.deploy(&DeployRequest::new(target.clone())).await;
                assert!(success || deployed.is_err(), "a refusal is told as a deployment: {deployed:?}");
                shown(deployed)
            }
        }
    });
    assert!(!shown.contains(MARKER), "the token is shown: {shown}");
});

/// What a caller may print.
fn shown<T: std::fmt::Debug>(result: anydeploy::Result<T>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => {
            let line = error.to_string();
            assert!(line.len() <= LONGEST, "a line of {} bytes: {line}", line.len());
            assert!(!line.contains('\n'), "more than one line: {line}");
            if let Some(wait) = error.retry_after() {
                assert!(wait <= Duration::from_secs(30 * 24 * 3600), "a wait of {wait:?}");
            }
            format!("{line} {error:#} {error:?} {error:#?}")
        }
    }
}
