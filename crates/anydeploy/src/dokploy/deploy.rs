//! Triggering a deployment, and the first looks for it.

use dokploy_client::types::{DeployApplication, DeployCompose};
use tokio::time::{sleep, timeout};

use super::read::accepted;
use super::rows::{read_at, unsupported_kind};
use super::trace::Trace;
use super::{Dokploy, fail};
use crate::clock::{Moment, checked};
use crate::flight::Flight;
use crate::{DeployRequest, Deployer, Deployment, Error, Phase, Platform, Result, Revision, TargetKind};

/// The pauses before the first looks, as parts of a second at the usual grace of a minute.
///
/// A row appears 20 to 110 ms after its trigger where nothing waits, and the sooner it is seen the surer it is to bear
/// the mark still: a build from git may be over within 250 ms.
const PAUSES: [f64; 4] = [0.0, 0.05, 0.2, 0.5];

impl Dokploy {
    pub(super) async fn trigger(&self, request: &DeployRequest) -> Result<Deployment> {
        if matches!(request.revision(), Revision::ImageTag(_)) {
            let what = "deploying a given image tag; set the image by `application.update`, then deploy";
            return Err(Error::unsupported(Platform::Dokploy, what));
        }
        request.check(&Platform::Dokploy, &self.capabilities())?;
        let mut flight = Flight::begin(self.client.http().base_url(), request.target(), self.grace / 2);
        // Whatever goes wrong with this read, nothing was triggered.
        let before = self.rows(request.target()).await.map_err(|error| error.with_safe_to_repeat(true))?;
        let mut trace = Trace::new(&before.rows);
        flight.marked(trace.nonce());
        flight.sent();
        let sent = self.send(request, trace.mark()).await;
        trace.crowded = flight.is_disturbed();
        let deployed = match sent {
            Ok(since) => {
                trace.since = checked(since, before.at);
                let title = request.reason().map(str::to_owned);
                let deployment = trace.pending(request.target(), accepted()).with_title(title);
                Ok(self.first_looks(deployment).await)
            }
            Err(error) if error.is_safe_to_repeat() => Err(error),
            Err(lost) => {
                flight.lost();
                self.find_lost(request.target(), &trace, lost).await
            }
        };
        match &deployed {
            // Whoever asks for its row is told whether another trigger came between.
            Ok(deployment) if !deployment.identity.is_settled() => flight.land_in(self.grace),
            Err(error) if !error.is_safe_to_repeat() => drop(flight),
            _ => flight.land(),
        }
        deployed
    }

    /// Sends the trigger, and returns the moment of its answer by the server's clock.
    async fn send(&self, request: &DeployRequest, mark: String) -> Result<Option<Moment>> {
        let (id, title) = (request.target().id(), request.reason().map(str::to_owned));
        // An empty body, `true` or any other JSON with a 2xx is an acceptance, by version and edition.
        let answered = match request.target().kind() {
            TargetKind::Application => {
                let mut body = DeployApplication::new(id);
                (body.title, body.description) = (title, Some(mark));
                self.client.application_deploy(&body).await
            }
            TargetKind::Compose => {
                let mut body = DeployCompose::new(id);
                (body.title, body.description) = (title, Some(mark));
                self.client.compose_deploy(&body).await
            }
            other => return Err(unsupported_kind(other)),
        };
        answered.map(|reply| read_at(&reply)).map_err(fail)
    }

    /// Looks a few times within a second: the row may appear at once, and may lose the mark soon after.
    async fn first_looks(&self, mut deployment: Deployment) -> Deployment {
        let second = self.grace / 60;
        let looks = async {
            for pause in PAUSES {
                sleep(second.mul_f64(pause)).await;
                // The deployment is accepted whatever this read says; whoever waits for it will learn why it failed.
                let Ok(seen) = self.read(&deployment.id).await else { continue };
                let waits = seen.status.phase == Phase::Queued && seen.status != accepted();
                deployment = seen;
                if deployment.identity.is_settled() || waits {
                    break;
                }
            }
        };
        // Running out of time is no failure: the watch goes on from what was seen.
        let _ = timeout(second, looks).await;
        deployment
    }
}
