//! The intents of a platform in memory: which may be sent, and what was made of those that were.

use std::collections::BTreeMap;

use super::{World, platform};
use crate::{DeployRequest, Deployment, DeploymentId, Error, ErrorKind, Identity, Intent, Result};

/// The intents that were prepared, by their ids.
#[derive(Debug, Default)]
pub(in crate::testing::memory) struct Intents(BTreeMap<String, State>);

#[derive(Debug)]
enum State {
    /// It may be sent.
    Prepared,
    /// It is sent no more, as somebody recovers it, or its trigger may have been acted on.
    Closed,
    /// It was sent, and this is its deployment.
    Sent(DeploymentId, Identity),
}

impl Intents {
    /// Lets an intent be sent no more, unless it was sent already.
    pub(in crate::testing::memory) fn close(&mut self, intent: &Intent) {
        if let Some(state @ State::Prepared) = self.0.get_mut(intent.id()) {
            *state = State::Closed;
        }
    }

    /// Whether an intent may be sent.
    pub(in crate::testing::memory) fn may_be_sent(&self, intent: &Intent) -> bool {
        matches!(self.0.get(intent.id()), Some(State::Prepared))
    }
}

impl World {
    pub(in crate::testing::memory) fn prepare(&mut self, request: &DeployRequest) -> Result<Intent> {
        self.service(request.target())?;
        let id = format!("intent-{}", self.intents.0.len() + 1);
        self.intents.0.insert(id.clone(), State::Prepared);
        Ok(Intent::new(platform(), id, request.clone(), self.setting_baseline(request)))
    }

    pub(in crate::testing::memory) fn send(&mut self, intent: &Intent) -> Result<Deployment> {
        let deployment = self.trigger(intent.request())?;
        let sent = State::Sent(deployment.id.clone(), deployment.identity);
        self.intents.0.insert(intent.id().to_owned(), sent);
        Ok(deployment)
    }

    /// What was made of an intent; without correlation nothing shows which deployment is its own.
    pub(in crate::testing::memory) fn recover(&mut self, intent: &Intent) -> Result<Deployment> {
        self.intents.close(intent);
        let Some(State::Sent(id, identity)) = self.intents.0.get(intent.id()) else {
            let message = "the intent was not sent, so that nothing was triggered";
            return Err(Error::new(ErrorKind::NotTriggered, message).with_platform(platform()));
        };
        match self.find(id) {
            Ok(entry) if self.capabilities.correlates => {
                let mut deployment = entry.to_deployment();
                deployment.identity = *identity;
                Ok(deployment)
            }
            _ => {
                let message = "nothing shows whether the trigger was acted on";
                Err(Error::new(ErrorKind::Undecidable, message).with_platform(platform()))
            }
        }
    }
}
