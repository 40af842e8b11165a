//! The three adapters against servers that answer anything, and ids that anyone wrote: no panic, no secret in an error,
//! and nothing reported as a success or a wait that is none.

mod answers;
mod server;
mod vocabulary;

use std::time::Duration;

use anydeploy::{
    Budget, Coolify, DeployRequest, Deployer, DeployerExt, DeploymentId, Dokploy, HistoryOptions, LogOptions, Phase,
    Qovery, Result, Target,
};
use proptest::prelude::*;
use tokio::runtime::{Builder, Runtime};

use answers::{SECRET, answer, body, details, refusal};
use server::Server;
use vocabulary::{ENVIRONMENT, SERVICE};

const TOKEN: &str = "planted-token-0815";

/// The longest line that an error may be: an id, the server's 300 characters, and our own words.
const LONGEST: usize = 4096 + 4 * 300 + 500;

/// The longest wait that is taken from a server.
const DAY: Duration = Duration::from_hours(24);

struct Scene {
    server: Server,
    runtime: Runtime,
    deployers: Vec<(Box<dyn Deployer>, Target)>,
}

impl Scene {
    fn new() -> Self {
        let server = Server::start();
        let (url, timeout, grace) = (server.url(), Duration::from_millis(500), Duration::from_millis(2));
        let coolify = Coolify::builder()
            .url(&url)
            .token(TOKEN)
            .timeout(timeout)
            .grace(grace)
            .budget(Budget::unlimited())
            .build()
            .unwrap();
        let dokploy = Dokploy::builder()
            .url(&url)
            .token(TOKEN)
            .timeout(timeout)
            .grace(grace)
            .budget(Budget::unlimited())
            .build()
            .unwrap();
        let qovery = Qovery::builder()
            .url(&url)
            .token(TOKEN)
            .timeout(timeout)
            .grace(grace)
            .budget(Budget::unlimited())
            .build()
            .unwrap();
        let deployers: Vec<(Box<dyn Deployer>, Target)> = vec![
            (Box::new(coolify), Target::application("web")),
            (Box::new(dokploy), Target::application("web")),
            (Box::new(qovery), Target::application(SERVICE).in_environment(ENVIRONMENT)),
        ];
        Self { server, runtime: Builder::new_current_thread().enable_all().build().unwrap(), deployers }
    }

    /// Calls one method, and returns what a caller may print of it and whether it went well.
    fn call(
        &self,
        (deployer, target): &(Box<dyn Deployer>, Target),
        method: usize,
        id: &DeploymentId,
    ) -> (String, bool) {
        self.runtime.block_on(async {
            match method {
                0 => shown(deployer.deployment(id).await),
                1 => shown(deployer.history_of(target, HistoryOptions::default()).await),
                2 => shown(deployer.cancel_deployment(id).await),
                3 => shown(deployer.logs_of(id, LogOptions::default()).await),
                4 => shown(deployer.service(target).await),
                5 => shown(deployer.services().await),
                6 => shown(deployer.check().await),
                _ => shown(deployer.deploy(&DeployRequest::new(target.clone())).await),
            }
        })
    }
}

fn shown<T: std::fmt::Debug>(result: Result<T>) -> (String, bool) {
    match result {
        Ok(value) => (format!("{value:?}"), true),
        Err(error) => {
            let line = error.to_string();
            assert!(line.len() <= LONGEST && !line.contains('\n'), "{} bytes: {line}", line.len());
            assert!(error.retry_after().is_none_or(|wait| wait <= DAY), "{line}");
            (format!("{line} {error:#} {error:?} {error:#?}"), false)
        }
    }
}

/// The id that a deployment of each platform has once it is resolved.
fn resolved(target: &Target, platform: usize) -> DeploymentId {
    let text = ["coolify:{}?deployment=d", "dokploy:{}?row=d", "qovery:{}?environment={e}&execution=d"][platform];
    text.replace("{}", &target.to_string()).replace("{e}", ENVIRONMENT).parse().unwrap()
}

#[test]
fn no_refusal_shows_a_secret_it_holds_or_passes_for_a_success() {
    let scene = Scene::new();
    proptest!(ProptestConfig::with_cases(600), |(platform in 0..3_usize, method in 0..8_usize, refusal in refusal())| {
        scene.server.answers(&[refusal.bytes()]);
        let deployer = &scene.deployers[platform];
        let (shown, well) = scene.call(deployer, method, &resolved(&deployer.1, platform));
        prop_assert!(!well || method == 6, "{}", shown);
        prop_assert!(!shown.contains(SECRET) && !shown.contains(TOKEN), "{}", shown);
    });
}

#[test]
fn an_id_of_any_details_is_read_against_any_answers() {
    let scene = Scene::new();
    let status = prop::sample::select(&[200_u16, 200, 200, 200, 404, 503]);
    let bodies = move |platform| prop::collection::vec((status.clone(), body(platform)), 1..4);
    let cases = (0..3_usize).prop_flat_map(move |platform| (Just(platform), details(platform), bodies(platform)));
    let date = prop::sample::select(&[
        "",
        "date: Thu, 20 Aug 2026 14:00:05 GMT\r\n",
        "date: Thu, 01 Jan 0001 00:00:00 GMT\r\n",
    ]);
    proptest!(ProptestConfig::with_cases(600), |(case in cases, method in 0..4_usize, date in date)| {
        let (platform, details, bodies) = case;
        let headers = format!("content-type: application/json\r\n{date}");
        let bytes = |(status, body): &(u16, serde_json::Value)| answer(*status, &headers, body.to_string().as_bytes());
        let bodies: Vec<_> = bodies.iter().map(bytes).collect();
        scene.server.answers(&bodies);
        let deployer = &scene.deployers[platform];
        let id = DeploymentId::new(deployer.0.platform(), deployer.1.clone());
        let id = details.into_iter().fold(id, |id, (key, value)| id.with(key, value));
        let id: DeploymentId = id.to_string().parse().unwrap();
        scene.call(deployer, method, &id);
        scene.server.answers(&bodies);
        if let Ok(read) = scene.runtime.block_on(deployer.0.deployment(&id)) {
            prop_assert_eq!(read.target(), id.target());
            prop_assert_eq!(read.id.to_string().parse::<DeploymentId>().unwrap(), read.id.clone());
            let said = bodies.iter().any(|body| answers::says_success(body));
            prop_assert!(said || read.status.phase != Phase::Succeeded, "{:?}", read);
        }
    });
}

#[test]
fn a_retry_after_that_says_nothing_does_not_hide_when_the_limit_resets() {
    let scene = Scene::new();
    let (qovery, target) = &scene.deployers[2];
    for (retry_after, wait) in [("soon", 30), ("", 30), ("7", 7), ("999999", 86_400)] {
        // The reset is 30 seconds after the date.
        let date = "date: Thu, 20 Aug 2026 14:00:00 GMT\r\nx-ratelimit-reset: 1787234430";
        scene.server.answers(&[answer(429, &format!("retry-after: {retry_after}\r\n{date}\r\n"), b"{}")]);
        let error = scene.runtime.block_on(qovery.service(target)).unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(wait)), "{retry_after:?}: {error}");
    }
}
