//! A fake server of a platform in a process of its own, so that its work is not that of the measured process.

use std::io::{self, BufRead};
use std::time::Duration;

use anydeploy::{Target, TargetKind};
use anydeploy_fakes::{
    CoolifyScript, DokployScript, FakeCoolify, FakeDokploy, FakeQovery, Pace, QoveryScript, QoveryServiceKind,
};
use serde::{Deserialize, Serialize};

/// How many requests a deployment lasts: it is over with the last read of its round.
const REQUESTS: u64 = 4;

/// Where a fake is, and what can be deployed on it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Address {
    pub(super) url: String,
    pub(super) token: String,
    /// One for each round, so that no round meets the deployment of another.
    pub(super) targets: Vec<Target>,
}

/// A fake, which stops when dropped.
pub(super) struct Fake {
    pub(super) address: Address,
    /// How many requests it received.
    requests: Box<dyn Fn() -> usize>,
}

/// Starts the fake of a platform, whose time passes with its requests, so that every run sees the same.
pub(super) async fn start(platform: &str, rounds: usize) -> io::Result<Fake> {
    let pace = Pace::Requests(1);
    let name = |round: usize| format!("web-{round}");
    let (url, token, targets, requests): (String, String, Vec<Target>, Box<dyn Fn() -> usize>) = match platform {
        "coolify" => {
            let unlimited = (u32::MAX, Duration::from_hours(1));
            let fake = FakeCoolify::builder().pace(pace).rate_limit(unlimited.0, unlimited.1);
            let fake = fake.start().await;
            let add = |round| {
                let id = fake.add_application(&name(round));
                fake.every_deployment(&id, CoolifyScript::succeeds().lasting(REQUESTS));
                Target::application(id)
            };
            let targets = (0..rounds).map(add).collect();
            (fake.url(), fake.token().to_owned(), targets, Box::new(move || fake.requests().len()))
        }
        "dokploy" => {
            let fake = FakeDokploy::builder().pace(pace).start().await;
            let add = |round| {
                let id = fake.add_application(&name(round));
                fake.every_deployment(&id, DokployScript::succeeds().lasting(REQUESTS));
                Target::application(id)
            };
            let targets = (0..rounds).map(add).collect();
            (fake.url(), fake.token().to_owned(), targets, Box::new(move || fake.requests().len()))
        }
        "qovery" => {
            let fake = FakeQovery::builder().pace(pace).start().await;
            let add = |round| {
                let environment = fake.add_environment(&name(round));
                let services: Vec<String> = (0..SERVICES)
                    .map(|number| {
                        fake.add_service(&environment, QoveryServiceKind::Container, &format!("service-{number}"))
                    })
                    .collect();
                fake.every_deployment(&services[0], QoveryScript::succeeds().lasting(REQUESTS));
                Target::new(TargetKind::Container, &services[0])
            };
            let targets = (0..rounds).map(add).collect();
            (fake.url(), fake.token().to_owned(), targets, Box::new(move || fake.requests().len()))
        }
        other => return Err(io::Error::other(format!("there is no fake of {other}"))),
    };
    Ok(Fake { address: Address { url, token, targets }, requests })
}

/// How many services an environment of Qovery has.
const SERVICES: usize = 10;

/// Serves until the standard input ends, and prints how many requests came.
pub(super) async fn serve(platform: &str, rounds: usize) -> io::Result<()> {
    let fake = start(platform, rounds).await?;
    println!("{}", serde_json::to_string(&fake.address)?);
    wait_for_the_end()?;
    println!("{}", (fake.requests)());
    Ok(())
}

/// Waits until the parent closes the standard input.
pub(super) fn wait_for_the_end() -> io::Result<()> {
    let mut line = String::new();
    while io::stdin().lock().read_line(&mut line)? > 0 {}
    Ok(())
}
