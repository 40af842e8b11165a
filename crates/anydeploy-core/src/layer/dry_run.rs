//! A dry run: reads are made, and calls that change something are refused.

use super::{Answer, Call, Interceptor, Next};
use crate::{CallKind, Error, ErrorKind, Result};

/// Makes reads, and refuses every call that would change something on the platform.
///
/// A call is first checked as far as that needs no request, so an invalid request, or a verb that the kind of target does
/// not have, fails with the same error as in a real run.
/// A plan of variables is made, because that only reads.
/// A refused call ends in [`ErrorKind::DryRun`], and nothing is sent.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct DryRun;

impl DryRun {
    /// Refuses every call that would change something.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl Interceptor for DryRun {
    async fn call<T: Answer>(&self, call: Call<'_>, next: Next<'_, T>) -> Result<T> {
        if call.kind() == CallKind::Read {
            return next.call().await;
        }
        let platform = call.deployer.platform();
        if let Some(request) = call.request {
            request.check(&platform, &call.deployer.capabilities())?;
        }
        if let Some(selection) = call.selection {
            selection.check(&platform, &call.deployer.capabilities())?;
        }
        if let (Some(ability), Some(target)) = (call.method.ability(), call.target) {
            target.validate().map_err(|error| error.with_platform(platform.clone()))?;
            call.deployer.capabilities().require(&platform, target.kind(), ability)?;
        }
        let message = format!("`{}` was not called: this is a dry run", call.method);
        Err(Error::new(ErrorKind::DryRun, message).with_platform(platform))
    }
}
