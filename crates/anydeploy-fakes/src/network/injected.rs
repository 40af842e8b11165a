//! The record of one injected fault.

use super::fault::Fault;
use super::kind::RequestKind;

/// One fault that was injected.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Injected {
    /// What the request was for.
    pub kind: RequestKind,
    /// The number of the exchange among those of its kind under the plan of that time, from 1.
    pub number: u64,
    /// The method of the request.
    pub method: String,
    /// Its path, with the query.
    pub path: String,
    /// What went wrong.
    pub fault: Fault,
    /// How often the server got the request and answered it so far: never, once or twice.
    pub deliveries: u32,
}
