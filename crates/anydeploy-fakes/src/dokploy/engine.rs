//! What the container engine runs, which no status of the server shows.

/// A service as the engine holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Running {
    pub(super) image: String,
    /// Zero once it is stopped.
    pub(super) replicas: u64,
    /// What its containers get.
    pub(super) variables: Vec<(String, String)>,
}
