//! One run of a durable fleet, as programs outside the engine have it.

use anydeploy_core::Result;
use anydeploy_core::fleet::{FleetPlan, FleetReport};
use restate_sdk::ingress::SendStatus;
use restate_sdk::serde::Json;

use super::Client;
use crate::FleetProgress;
use crate::fleet::FleetIngressClient;
use crate::ingress::Http;

/// One run of a fleet, by its name.
///
/// It holds nothing but the name: any number of programs have handles of one run, at once or one after another.
#[derive(Clone, Debug)]
pub struct FleetHandle {
    client: Client,
    run: String,
}

impl FleetHandle {
    pub(super) fn new(client: Client, run: String) -> Self {
        Self { client, run }
    }

    fn workflow(&self) -> FleetIngressClient<Http> {
        FleetIngressClient::from_client(self.client.ingress.clone(), &*self.run)
    }

    /// Begins the fleet, unless it was begun under this name before, and waits for its report.
    ///
    /// # Errors
    /// Those of [`begin`](Self::begin) and [`report`](Self::report).
    pub async fn run(&self, plan: &FleetPlan) -> Result<FleetReport> {
        self.begin(plan).await?;
        self.report().await
    }

    /// Begins the fleet; `false` if it was begun under this name before, with the same plan.
    ///
    /// The engine remembers a run for thirty days after its end.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](anydeploy_core::ErrorKind::InvalidInput) if it was begun with another plan, with what
    /// differs; nothing is changed then.
    /// [`ErrorKind::NoAnswer`](anydeploy_core::ErrorKind::NoAnswer) if the engine cannot be reached.
    pub async fn begin(&self, plan: &FleetPlan) -> Result<bool> {
        let send = || async {
            let sent = self.workflow().run(Json(plan.clone())).send().await?;
            Ok(sent.send_status() == SendStatus::Accepted)
        };
        if self.client.repeated(send).await? {
            return Ok(true);
        }
        let compare = || async { self.workflow().compare(Json(plan.clone())).call().await?.into_body() };
        self.client.repeated(compare).await?;
        Ok(false)
    }

    /// Waits for the end of the run.
    ///
    /// # Errors
    /// * [`ErrorKind::InvalidInput`](anydeploy_core::ErrorKind::InvalidInput) if the plan has mistakes, with all of them in
    ///   one message; nothing was sent.
    /// * [`ErrorKind::NotFound`](anydeploy_core::ErrorKind::NotFound) if no fleet was begun under this name.
    /// * [`ErrorKind::Undecidable`](anydeploy_core::ErrorKind::Undecidable) if the invocation itself was cancelled or killed
    ///   in the engine: [`progress`](Self::progress) says how far it had come.
    pub async fn report(&self) -> Result<FleetReport> {
        let find = || self.client.ingress.lookup_workflow("Fleet", &*self.run, None);
        let invocation = self.client.repeated(find).await?;
        self.client.output_of(&invocation).await
    }

    /// How the fleet stands; `None` before it has begun.
    ///
    /// # Errors
    /// Those of a read.
    pub async fn progress(&self) -> Result<Option<FleetProgress>> {
        self.client.call_without_input(|| self.workflow().progress()).await
    }

    /// Lets a wave begin that waits at its gate, or will; waves are counted from 0, and the first one has no gate.
    ///
    /// # Errors
    /// [`ErrorKind::NoAnswer`](anydeploy_core::ErrorKind::NoAnswer) if the engine cannot be reached.
    pub async fn go(&self, wave: u32) -> Result<()> {
        self.client.repeated(|| async { self.workflow().go(wave).call().await?.into_body() }).await
    }

    /// Begins nothing more; what is under way is watched to its end.
    ///
    /// Under way is also a member whose order is out: it may still be sent, by up to eight intents one after another.
    ///
    /// # Errors
    /// [`ErrorKind::NoAnswer`](anydeploy_core::ErrorKind::NoAnswer) if the engine cannot be reached.
    pub async fn stop(&self) -> Result<()> {
        self.client.repeated(|| async { self.workflow().stop().call().await?.into_body() }).await
    }

    /// Begins nothing more, and cancels what is under way; the run ends when all of it is over.
    ///
    /// A member whose order is out may still be sent, by up to eight intents one after another, and is cancelled then.
    ///
    /// # Errors
    /// [`ErrorKind::NoAnswer`](anydeploy_core::ErrorKind::NoAnswer) if the engine cannot be reached.
    pub async fn cancel(&self) -> Result<()> {
        self.client.repeated(|| async { self.workflow().cancel().call().await?.into_body() }).await
    }
}
