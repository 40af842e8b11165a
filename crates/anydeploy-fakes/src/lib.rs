//! Stateful fake servers of Coolify, Dokploy and Qovery, for tests.
//!
//! A fake is a real HTTP server on a free port of the loopback address.
//! It keeps what a real one keeps (applications, deployments, a queue, tokens) and does what a real one does, so that
//! any client can be tested against it: what is deployed is queued, runs, and ends.
//! It stops when it is dropped.
//!
//! ```
//! use anydeploy_fakes::{CoolifyScript, FakeCoolify, Pace};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let fake = FakeCoolify::builder().pace(Pace::Manual).start().await;
//! let shop = fake.add_application("shop");
//! fake.next_deployment(&shop, CoolifyScript::fails_with("port 80 is taken"));
//!
//! // The program under test gets `fake.url()` and `fake.token()`, and does something like this:
//! let deploy = format!("{}/api/v1/deploy?uuid={shop}", fake.url());
//! reqwest::Client::new().post(deploy).bearer_auth(fake.token()).send().await?.error_for_status()?;
//!
//! fake.advance(10);
//! let [deployment] = fake.triggered().try_into().expect("one deployment");
//! assert_eq!((&*deployment.target, &*deployment.status), (&*shop, "failed"));
//! # Ok(())
//! # }
//! ```
//!
//! * **Start**: [`FakeCoolify`], [`FakeDokploy`] and [`FakeQovery`] have `start`, and `builder` for other settings.
//!   Each begins with a few things to deploy; `add_…` adds more.
//! * **Time** passes in ticks, by the clock, along a [`Timeline`] or only when the test says so: [`Pace`].
//! * **Scripts** say how deployments go: [`CoolifyScript`], [`DokployScript`], [`QoveryScript`], given with
//!   `next_deployment` or `every_deployment`; without one a deployment succeeds.
//! * **Quirks** are the behaviours that surprise clients, by name: [`CoolifyQuirk`], [`DokployQuirk`], [`QoveryQuirk`].
//!   Those that a real server always has are on unless they are switched off.
//! * **Others**: `deploy_by_someone_else` and `deploy_by_another_program` deploy what no client asked for.
//! * **The truth** is what `triggered` returns: every deployment that really existed, how and when it ended, and, as its
//!   [`Sender`], the request that caused it.
//!   Where a fake has `writes`, that returns each [`FakeWrite`] as well: what was stopped, started or set.
//! * **Requests**: `requests` returns each [`ReceivedRequest`], unless the fake was built `without_recording`.
//! * **A bad network**: [`FaultyNetwork`] stands before a fake and breaks exchanges as a [`FaultPlan`] says.
//!
//! A method that is given an id which its fake does not know panics, since a test that prepares nothing proves nothing.

mod clock;
mod coolify;
mod dokploy;
mod known;
mod network;
mod pace;
mod qovery;
mod request;
mod response;
mod sender;
mod server;
mod socket;
mod timeline;
mod write;

pub use coolify::{
    CoolifyAbility, CoolifyOrigin, CoolifyQuirk, CoolifyScript, CoolifyTriggered, FakeCoolify, FakeCoolifyBuilder,
};
pub use dokploy::{
    DokployDatabase, DokployJobState, DokployKey, DokployOperation, DokployOrigin, DokployQuirk, DokployScript,
    DokployTriggered, FakeDokploy, FakeDokployBuilder,
};
pub use network::{Fault, FaultPlan, FaultyNetwork, Injected, RequestKind, RetryAfter};
pub use pace::Pace;
pub use qovery::{
    FakeQovery, FakeQoveryBuilder, QoveryQuirk, QoveryScript, QoveryServiceKind, QoveryTriggered,
    QoveryTriggeredService,
};
pub use request::ReceivedRequest;
pub use sender::Sender;
pub use timeline::Timeline;
pub use write::FakeWrite;
