//! What a run holds so that no other one uses its checkpoint.

use std::fmt;

use crate::{Error, ErrorKind};

/// What a run holds so that no other one uses its checkpoint; dropping it gives the checkpoint back.
///
/// A store in the memory of one process takes the guard of a mutex:
///
/// ```
/// use std::sync::Arc;
///
/// use anydeploy_core::ErrorKind;
/// use anydeploy_core::fleet::Lease;
/// use tokio::sync::Mutex;
///
/// let runs = Arc::new(Mutex::new(()));
/// let lease = || {
///     let guard = Arc::clone(&runs).try_lock_owned();
///     guard.map(Lease::new).map_err(|_| Lease::refused("of the release"))
/// };
/// let first = lease()?;
/// assert_eq!(lease().unwrap_err().kind(), ErrorKind::Conflict);
/// drop(first);
/// assert!(lease().is_ok());
/// # Ok::<(), anydeploy_core::Error>(())
/// ```
#[must_use = "the checkpoint is given back when the lease is dropped"]
pub struct Lease(#[allow(dead_code, reason = "its drop is what counts")] Box<dyn Send + Sync>);

impl Lease {
    /// The lease that ends when this guard is dropped.
    pub fn new(guard: impl Send + Sync + 'static) -> Self {
        Self(Box::new(guard))
    }

    /// The [`ErrorKind::Conflict`] of a checkpoint that another run uses; `checkpoint` says which one it is, after the word
    /// "checkpoint".
    #[must_use]
    pub fn refused(checkpoint: impl fmt::Display) -> Error {
        let message = format!("another run uses the checkpoint {checkpoint}, so this one sends nothing");
        let advice = "wait until the other run has ended, or drop it; another fleet takes a checkpoint of its own";
        Error::new(ErrorKind::Conflict, message).with_advice(advice)
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").finish_non_exhaustive()
    }
}
