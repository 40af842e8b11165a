//! What a broken deployer does when it deploys in two steps.

use anydeploy_core::{
    DeployRequest, Deployer, DeployerExt, Deployment, Error, ErrorKind, HistoryOptions, Intent, Result,
};

use super::{Broken, Fault};

impl Broken {
    pub(super) async fn prepare_badly(&self, request: &DeployRequest) -> Result<Intent> {
        if self.has(Fault::SendsWhatItPrepares) {
            self.inner.deploy(request).await?;
        }
        self.inner.prepare(request).await
    }

    pub(super) async fn send_intent_badly(&self, intent: &Intent) -> Result<Deployment> {
        if self.has(Fault::SendsWhateverItIsGiven) {
            return self.inner.deploy(intent.request()).await;
        }
        if self.has(Fault::OverwritesTheSetting) {
            return self.overwrite(intent).await;
        }
        self.inner.send(intent).await
    }

    pub(super) async fn recover_badly(&self, intent: &Intent) -> Result<Deployment> {
        match self.fault {
            Fault::RecoversTheOldest => {
                let history = self.inner.history_of(intent.request().target(), HistoryOptions::default()).await?;
                Ok(history.into_iter().next_back().unwrap())
            }
            Fault::RecoversNothing => Err(Error::new(ErrorKind::NotTriggered, "nothing was sent")),
            _ => self.inner.recover(intent).await,
        }
    }
}
