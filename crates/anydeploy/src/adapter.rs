//! What an adapter needs beside its platform's client, for those who write one outside this crate.
//!
//! An adapter implements [`Deployer`](crate::Deployer) and the groups that its platform has.
//! The page *A new platform* in `CONTRIBUTING.md` says in which files; this module has what the three adapters share.
//!
//! * **Triggers.** [`Trigger`] is what a platform does for a deployment: read the baseline, send once, search after a lost
//!   answer.
//!   [`deploy`], [`prepare`], [`send`] and [`recover`] do the rest: turns within the process, the fence, the patience of a
//!   search, and which error says what.
//!   So [`Deployer::deploy`](crate::Deployer::deploy) and the methods of [`TwoPhase`](crate::TwoPhase) are one line each.
//! * **Errors.** [`translate`] makes an [`Error`](crate::Error) of a failed exchange; the adapter classifies what its platform
//!   says, and an answer of something else (a proxy, a login page) is recognised before that.
//! * **Secrets.** [`mask`] removes what looks like a secret from a text of the server.
//! * **Time.** [`Timing`](crate::Timing) names how long the platform may take, [`Timestamps`] is one time on two clocks, and
//!   [`parse_timestamp`] and [`http_date`] read the forms in which servers write one.
//! * **Reads.** [`retry_briefly`] and [`retry_read`] repeat a read that fails for a moment.
//! * **Configuration.** [`Connect`](crate::Connect) and [`Conventions`] make the adapter's
//!   [`Config`](crate::Config) and [`Builder`](crate::Builder).
//!
//! HTTP goes by the crate `anydeploy-wire`, on which generated clients are built, too.

pub use crate::clock::Timestamps;
pub use crate::config::Conventions;
pub use crate::failure::{Classification, FailedAnswer, mask, translate};
pub use crate::recovery::{Resolution, may_be_transient, retry_briefly, retry_read};
pub use crate::time::{http_date, parse_timestamp};
pub use crate::trigger::{Answer, Trigger, deploy, prepare, recover, send};
pub use crate::turn::{Left, Overlap, Remembered, Turn, is_last_read};
