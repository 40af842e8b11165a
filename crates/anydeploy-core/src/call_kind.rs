//! What a call does on the platform.

/// What a call does on the platform; each kind has its own rule for when it may be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallKind {
    /// It changes nothing, so that it may be made again at will.
    Read,
    /// It starts a deployment, so that it must never be made again blindly.
    Trigger,
    /// It stops a deployment; stopping twice stops once.
    Cancel,
    /// It changes something and starts no deployment that is returned for itself; it is made again only if the error says
    /// that nothing was acted on.
    Write,
}
