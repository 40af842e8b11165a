//! What can go wrong with one exchange.

/// What goes wrong with one exchange: one request and its answer.
///
/// *Before* and *after* say whether the server took the request; the client cannot know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The server goes away: this connection is reset before the server took the request, and for a moment
    /// ([`FaultPlan::outage`](crate::FaultPlan::outage)) the port does not listen, so that every new connection is refused.
    ///
    /// A port cannot refuse one connection alone, so refused connections come on top of the rate, and which clients meet
    /// them depends on timing.
    /// [`FaultyNetwork::refuse_connections`](crate::FaultyNetwork::refuse_connections) does not depend on timing.
    Outage,
    /// The connection is reset before the server took the request.
    ResetBefore,
    /// The server acts, and the connection is reset instead of the answer.
    ResetAfter,
    /// The server never gets the request, and the client no answer: the connection stays open until it gives up.
    SilenceBefore,
    /// The server acts, and the client gets no answer: the connection stays open until it gives up.
    SilenceAfter,
    /// The client gets no answer until it gives up, and the server gets the request only a while after that
    /// ([`FaultPlan::late`](crate::FaultPlan::late)), as of a gateway that queues requests.
    ///
    /// A fake records it as [`Sender::late`](crate::Sender).
    LateDelivery,
    /// The answer comes whole, in small pieces over some time ([`FaultPlan::drip`](crate::FaultPlan::drip)).
    SlowDrip,
    /// The connection ends in the middle of the answer's body, or of its head if it has no body.
    Truncated,
    /// Far more than the answer comes ([`FaultPlan::padding`](crate::FaultPlan::padding), more than 16 MiB by default):
    /// spaces, which JSON allows.
    Oversized,
    /// The server never gets the request, and something on the way answers with this status.
    Status {
        /// The status, such as 503.
        code: u16,
        /// The form of the `Retry-After` header, if there is one ([`FaultPlan::retry_after`](crate::FaultPlan::retry_after)).
        retry_after: Option<RetryAfter>,
    },
    /// The server never gets the request, and something on the way answers with a web page and this status.
    HtmlPage {
        /// The status, such as 502; with 200 and 401 the page is a login form, with 403 the challenge of a proxy that
        /// takes the client for a robot (`cf-mitigated`).
        code: u16,
    },
    /// One route of the server answers 404 in its own words while the others go on
    /// ([`FaultPlan::not_found`](crate::FaultPlan::not_found)).
    ///
    /// It hits only reads; another request for which it was chosen passes unchanged.
    NotFound,
    /// The server acts, and a gateway that has timed out answers 504 with a web page.
    GatewayTimeout,
    /// The server gets the request twice, and the client the second answer.
    ///
    /// A fake records it as [`Sender::twice`](crate::Sender).
    Duplicate,
    /// The `Date` of the answer is ahead of the real time ([`FaultPlan::skew`](crate::FaultPlan::skew)).
    ClockAhead,
    /// The `Date` of the answer is behind the real time.
    ClockBehind,
}

/// The two forms of a `Retry-After` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryAfter {
    /// A number of seconds.
    Seconds,
    /// A date, by the server's clock.
    Date,
}

impl Fault {
    /// Every fault, with the statuses 429, 500, 502 and 503 in all three forms, and a web page with 502, 200, 401 and 403.
    pub const ALL: [Self; 30] = [
        Self::Outage,
        Self::ResetBefore,
        Self::ResetAfter,
        Self::SilenceBefore,
        Self::SilenceAfter,
        Self::LateDelivery,
        Self::SlowDrip,
        Self::Truncated,
        Self::Oversized,
        Self::Status { code: 429, retry_after: None },
        Self::Status { code: 429, retry_after: Some(RetryAfter::Seconds) },
        Self::Status { code: 429, retry_after: Some(RetryAfter::Date) },
        Self::Status { code: 500, retry_after: None },
        Self::Status { code: 500, retry_after: Some(RetryAfter::Seconds) },
        Self::Status { code: 500, retry_after: Some(RetryAfter::Date) },
        Self::Status { code: 502, retry_after: None },
        Self::Status { code: 502, retry_after: Some(RetryAfter::Seconds) },
        Self::Status { code: 502, retry_after: Some(RetryAfter::Date) },
        Self::Status { code: 503, retry_after: None },
        Self::Status { code: 503, retry_after: Some(RetryAfter::Seconds) },
        Self::Status { code: 503, retry_after: Some(RetryAfter::Date) },
        Self::HtmlPage { code: 502 },
        Self::HtmlPage { code: 200 },
        Self::HtmlPage { code: 401 },
        Self::HtmlPage { code: 403 },
        Self::NotFound,
        Self::GatewayTimeout,
        Self::Duplicate,
        Self::ClockAhead,
        Self::ClockBehind,
    ];

    /// How often the server gets the request, sooner or later: never, once or twice.
    #[must_use]
    pub fn deliveries(self) -> u32 {
        match self {
            Self::Outage
            | Self::ResetBefore
            | Self::SilenceBefore
            | Self::Status { .. }
            | Self::HtmlPage { .. }
            | Self::NotFound => 0,
            Self::Duplicate => 2,
            _ => 1,
        }
    }
}
