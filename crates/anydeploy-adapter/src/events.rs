//! What adapters share that read the bodies of webhooks.

use std::fmt;

use anydeploy_core::{Error, ErrorKind, Platform, mask};

/// The error for a body that is no event of the platform.
#[must_use]
pub fn unreadable_event(platform: Platform, why: impl fmt::Display) -> Error {
    let message = format!("the body is no event of this platform: {}", mask(&why.to_string()));
    Error::new(ErrorKind::InvalidInput, message).with_platform(platform)
}
