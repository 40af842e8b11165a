//! What is known before a trigger is sent, as a value that outlives its process.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::json::VersionOne;
use crate::{DeployRequest, Error, ErrorKind, Platform, Result};

/// A trigger that is ready to be sent: the request, and what was read before it.
///
/// [`TwoPhase`](crate::TwoPhase) says how it is made and used.
/// Its [JSON form](crate#json) holds no credential: a program stores it before it sends the trigger, and after a crash any
/// process finds out with it whether the trigger was acted on.
/// The reason of the request is written as it was given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    #[serde(default)]
    v: VersionOne,
    id: String,
    platform: Platform,
    request: DeployRequest,
    prepared_at: DateTime<Utc>,
    baseline: Value,
}

impl Intent {
    /// Makes the intent of a request; for implementers of [`TwoPhase`](crate::TwoPhase).
    ///
    /// `id` is unlike that of any other intent.
    /// `baseline` is whatever the platform needs to recognise the deployment later, without a credential.
    #[must_use]
    pub fn new(platform: Platform, id: impl Into<String>, request: DeployRequest, baseline: Value) -> Self {
        Self { v: VersionOne, id: id.into(), platform, request, prepared_at: Utc::now(), baseline }
    }

    /// What no other intent has.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The platform that prepared it.
    #[must_use]
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// The request.
    #[must_use]
    pub fn request(&self) -> &DeployRequest {
        &self.request
    }

    /// When it was prepared, by the clock of the machine that did.
    #[must_use]
    pub fn prepared_at(&self) -> DateTime<Utc> {
        self.prepared_at
    }

    /// What was read before the trigger, in a form that only the platform's adapter knows.
    #[must_use]
    pub fn baseline(&self) -> &Value {
        &self.baseline
    }

    /// Checks that the intent is one of a platform.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if another platform prepared it.
    pub fn expect_platform(&self, platform: &Platform) -> Result<()> {
        if self.platform == *platform {
            return Ok(());
        }
        let message = format!("the intent was prepared for {}, not for {platform}", self.platform);
        Err(Error::new(ErrorKind::InvalidInput, message).with_platform(platform.clone()))
    }
}
