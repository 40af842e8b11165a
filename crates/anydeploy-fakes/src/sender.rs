//! Which request a deployment goes back to, told by headers that only tests send.

use std::time::Duration;

use crate::request::ReceivedRequest;

/// The header by which a test marks the requests of one of its calls.
const CALL: &str = "x-fake-call";

/// The header by which a faulty network marks both deliveries of a request that it delivers twice.
pub(crate) const TWICE: &str = "x-fake-twice";

/// The header in which a faulty network says how late it delivers a request, in milliseconds.
pub(crate) const LATE: &str = "x-fake-late";

/// The request that a deployment goes back to, as far as a test can tell it from others.
///
/// All fields are `None` for what nobody asked for over HTTP.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Sender {
    /// What the request had in the header `x-fake-call`, which no real client sends: a test sends it to tell its own
    /// calls apart.
    pub call: Option<String>,
    /// There if a [`FaultyNetwork`](crate::FaultyNetwork) delivered the request twice, and then the same text for both
    /// deliveries and no other.
    pub twice: Option<String>,
    /// There if a [`FaultyNetwork`](crate::FaultyNetwork) delivered the request only after the client had given up, and
    /// then how long after.
    pub late: Option<Duration>,
}

impl Sender {
    pub(crate) fn of(request: &ReceivedRequest) -> Self {
        let header = |name| request.header(name).map(str::to_owned);
        let late = header(LATE).and_then(|text| text.parse().ok()).map(Duration::from_millis);
        Self { call: header(CALL), twice: header(TWICE), late }
    }
}
