//! What a worker process does: it serves the services, with an adapter for each server that its task names.

use std::time::Duration;

use anydeploy::coolify::Coolify;
use anydeploy::{DeployerExt, Timing};
use anydeploy_restate::{Deployers, Target, Watch};
use restate_sdk::endpoint::ServiceOptions;
use restate_sdk::prelude::*;
use restate_sdk::service::IntoServiceDefinition;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;

use super::halt::{Halt, Point, say};

/// What a worker says before its address.
pub const LISTENS: &str = "listens on ";

/// The profile of the one server in the tests.
pub const PROFILE: &str = "fake";

/// What a worker process is asked for.
#[derive(Clone, Serialize, Deserialize)]
pub struct Task {
    pub url: String,
    pub token: String,
    /// Where it halts, once.
    pub halts_at: Option<Point>,
    /// After which time without progress the engine gives an attempt up; `None` is what the services say themselves.
    pub gives_up_after: Option<Duration>,
}

/// Works until the process is killed.
pub async fn work(task: &str) {
    let task: Task = serde_json::from_str(task).expect("the task is JSON");
    let halt = Halt::at(task.halts_at);
    let coolify = Coolify::builder()
        .url(&task.url)
        .token(task.token)
        .allow_plain_http(true)
        .timeout(Duration::from_secs(1))
        // The fence is half a second, and a search lasts for three.
        .timing(Timing::scaled_to(Duration::from_secs(3)))
        .build()
        .expect("the address is usable");
    let deployers = Deployers::new().with(PROFILE, coolify.layered(halt.clone()));
    let options = match task.gives_up_after {
        Some(time) => ServiceOptions::new().inactivity_timeout(time).abort_timeout(time),
        None => ServiceOptions::new(),
    };
    let target = Target::new(deployers.clone()).into_service_definition().options(options);
    let endpoint = Endpoint::builder().bind(target).bind(Watch::new(deployers)).build();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    say(&format!("{LISTENS}{}", listener.local_addr().expect("it is bound")));
    tokio::spawn(async move {
        let mut lines = BufReader::new(tokio::io::stdin()).lines();
        while let Ok(Some(_)) = lines.next_line().await {
            halt.go_on();
        }
    });
    HttpServer::new(endpoint).serve_with_cancel(listener, std::future::pending::<()>()).await;
}
