//! A bad network in front of a fake server: each test shows what the client sees of a fault, and whether the fake acted.

mod along;
mod answers;
mod calm;
mod clocks;
mod connections;
mod errors;
mod late;
mod plans;

use std::time::Duration;

use anydeploy_fakes::{FakeCoolify, Fault, FaultPlan, FaultyNetwork, Injected, Pace};
use reqwest::{Client, Method, Response};

/// A fake whose time stands still, behind a network.
struct World {
    fake: FakeCoolify,
    network: FaultyNetwork,
    http: Client,
}

/// A world in which every exchange meets this fault.
async fn with(fault: Fault) -> World {
    following(FaultPlan::always(fault)).await
}

async fn following(plan: FaultPlan) -> World {
    let fake = FakeCoolify::builder().pace(Pace::Manual).start().await;
    let network = FaultyNetwork::before(&fake.url(), plan).unwrap();
    World { fake, network, http: Client::builder().timeout(Duration::from_secs(5)).build().unwrap() }
}

impl World {
    async fn call(&self, method: Method, path: &str) -> reqwest::Result<Response> {
        let url = format!("{}/api/v1{path}", self.network.url());
        self.http.request(method, url).bearer_auth(self.fake.token()).send().await
    }

    /// Deploys the application, which the fake stores once as long as its time stands still.
    async fn deploy(&self) -> reqwest::Result<Response> {
        self.call(Method::POST, &format!("/deploy?uuid={}", self.fake.application())).await
    }

    async fn read(&self) -> reqwest::Result<Response> {
        self.call(Method::GET, "/version").await
    }

    /// The only fault on record.
    fn injected(&self) -> Injected {
        let [injected] = self.network.injected().try_into().unwrap();
        injected
    }

    /// How many deployments the fake stored, and how many requests it got; the record has to agree on those.
    fn acted(&self) -> (usize, usize) {
        let received = self.fake.requests().len();
        let deliveries: u32 = self.network.injected().iter().map(|injected| injected.deliveries).sum();
        assert_eq!(deliveries as usize, received);
        (self.fake.triggered().len(), received)
    }
}

/// Whether an error goes back to a connection that was refused or reset.
fn is(error: &reqwest::Error, kind: std::io::ErrorKind) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == kind) {
            return true;
        }
        source = error.source();
    }
    false
}
