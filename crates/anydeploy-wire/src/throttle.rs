//! How fast requests may be sent: one budget for each origin and credential, through which every request passes.
//!
//! A server counts the requests of a credential, from all programs that have it, and refuses those beyond its limit.
//! A refused request costs a round trip and brings nothing, so requests wait here until the server will take them:
//!
//! * **A budget.** [`Budget`] is how many requests may be sent in a time; no window of that length holds more, wherever
//!   the server's begins.
//!   All connections of this process with the same origin and credential share it.
//! * **Corrections.** `X-RateLimit-Limit`, `X-RateLimit-Remaining` and `X-RateLimit-Reset` of every answer, and the
//!   `Retry-After` of a refusal, say more than the budget: a `Remaining` that falls faster than our requests shows that
//!   others use the credential, too.
//! * **An order.** Triggers go before reads, and reads before ticks ([`Class`]); within a class, the
//!   order is that of their arrival.
//!   Triggers may use the headroom that reads leave to others, and ticks slow down before the budget is used up.
//!   Reads leave room for the slowest ticks, so that what is read again and again stays current however many wait.
//! * **A bound.** So many requests are on the way at once, and no more, each with a connection of its own.
//!
//! A few requests on an idle credential are never held back.
//! The wait is not a part of a read's timeout; of a trigger's it is, with half of it left for the answer.
//! A read that would have to wait for longer than its timeout, a trigger for longer than half of it, or a tick for longer
//! than five minutes, is not sent: it is [`Throttled`](crate::ErrorKind::Throttled) at once.

mod budget;
mod class;
mod gate;
mod headers;
mod ledger;
mod log;
mod registry;
mod traffic;
mod window;

pub use budget::Budget;
pub use class::{Class, as_class};
pub(crate) use gate::Throttle;
pub(crate) use ledger::MAX_IN_FLIGHT;
pub(crate) use registry::shared;
pub use traffic::{ClassTraffic, Traffic};

#[cfg(test)]
mod simulation;
