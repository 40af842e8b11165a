//! What a worker process does: it serves the services, with an adapter for each server that its task names.

use std::sync::Arc;
use std::time::Duration;

use anydeploy::{Budget, Builder, Connect, Coolify, Deployer, DeployerExt, Dokploy, Qovery, Timing};
use anydeploy_restate::{Deployers, Fleet, Health, Target, Watch};
use restate_sdk::endpoint::ServiceOptions;
use restate_sdk::prelude::*;
use restate_sdk::service::IntoServiceDefinition;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;

use super::halt::{Halt, Point, say};

/// What a worker says before its address.
pub const LISTENS: &str = "listens on ";

/// How long a lost trigger is searched for; the fence is half a second then.
const LOST_AFTER: Duration = Duration::from_secs(3);

/// What a worker process is asked for.
#[derive(Clone, Serialize, Deserialize)]
pub struct Task {
    pub connections: Vec<Connection>,
    /// How long a request to a platform may take.
    pub timeout: Duration,
    /// Where it halts, once.
    pub halts_at: Option<Point>,
    /// After which time without progress the engine gives an attempt up; `None` is what the services say themselves.
    pub gives_up_after: Option<Duration>,
}

/// How a worker reaches a fake server.
#[derive(Clone, Serialize, Deserialize)]
pub struct Connection {
    /// Its profile, which has the name of the platform.
    pub profile: String,
    pub url: String,
    pub token: String,
}

impl Connection {
    fn deployer(&self, timeout: Duration) -> Arc<dyn Deployer> {
        match &*self.profile {
            "coolify" => self.connect(Coolify::builder(), timeout),
            "dokploy" => self.connect(Dokploy::builder(), timeout),
            "qovery" => self.connect(Qovery::builder(), timeout),
            other => panic!("there is no fake of {other}"),
        }
    }

    fn connect<D: Connect>(&self, builder: Builder<D>, timeout: Duration) -> Arc<dyn Deployer> {
        // Polls of a fake are faster than the budget of a genuine server allows.
        let builder = builder.url(&*self.url).token(&*self.token).budget(Budget::unlimited());
        let deployer = builder.timeout(timeout).timing(Timing::scaled_to(LOST_AFTER)).build();
        Arc::new(deployer.expect("the address is usable"))
    }
}

/// Works until the process is killed.
pub async fn work(task: &str) {
    let task: Task = serde_json::from_str(task).expect("the task is JSON");
    let halt = Halt::at(task.halts_at);
    let deployers = task.connections.iter().fold(Deployers::new(), |deployers, connection| {
        deployers.with(&*connection.profile, connection.deployer(task.timeout).layered(halt.clone()))
    });
    let options = match task.gives_up_after {
        Some(time) => ServiceOptions::new().inactivity_timeout(time).abort_timeout(time),
        None => ServiceOptions::new(),
    };
    let target = Target::new(deployers.clone()).into_service_definition().options(options);
    let endpoint = Endpoint::builder()
        .bind(target)
        .bind(Watch::new(deployers.clone()))
        .bind(Health::new(deployers.clone()))
        .bind(Fleet::new(deployers))
        .build();
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
