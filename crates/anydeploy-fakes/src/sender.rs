//! Which request a deployment goes back to, marked by headers that only tests send.

use std::time::Duration;

use crate::request::ReceivedRequest;

/// The header by which a test marks the requests of one of its calls.
const CALL: &str = "x-fake-call";

/// The header by which a faulty network marks both deliveries of a request that it delivers twice.
pub(crate) const TWICE: &str = "x-fake-twice";

/// The header in which a faulty network says how late it delivers a request, in milliseconds.
pub(crate) const LATE: &str = "x-fake-late";

/// The request that a deployment goes back to, as far as a test can distinguish it from others.
///
/// All fields are `None` for a deployment that no HTTP request asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Sender {
    /// The value of the header `x-fake-call`, which no real client sends: a test sends it to identify its own calls.
    pub call: Option<String>,
    /// Set if a [`FaultyNetwork`](crate::FaultyNetwork) delivered the request twice: a text that these two deliveries share
    /// and no other has.
    pub twice: Option<String>,
    /// Set if a [`FaultyNetwork`](crate::FaultyNetwork) delivered the request only after the client had given up: how long
    /// after.
    pub late: Option<Duration>,
}

impl Sender {
    pub(crate) fn of(request: &ReceivedRequest) -> Self {
        let header = |name| request.header(name).map(str::to_owned);
        let late = header(LATE).and_then(|text| text.parse().ok()).map(Duration::from_millis);
        Self { call: header(CALL), twice: header(TWICE), late }
    }
}
