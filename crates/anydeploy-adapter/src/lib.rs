//! What an adapter needs beside its platform's client, as the three of `anydeploy` do.
//!
//! An adapter implements [`Deployer`] and the groups that its platform has; this crate has what the
//! adapters share, and names no platform.
//! The page *A new platform* in `CONTRIBUTING.md` of the repository says in which files, and the crate `toy-platform` there
//! is a whole adapter that uses nothing else.
//! Requests go by the crate `anydeploy-wire`, on which the generated clients are built.
//!
//! # Triggers
//! A [`Planner`] reads what a deployment needs, and makes the [`Trigger`] that sends it and searches for it; [`deploy`],
//! [`prepare`], [`send`] and [`recover`] do the rest: the fence, the patience of a search, and which error says what.
//! So [`Deployer::deploy`] and each method of [`TwoPhase`] are one call.
//! The adapter decides four things:
//!
//! * **The place** of its [`Turn`]: triggers of one process that could be taken for one another have the same one.
//!   It names the instance and the target, and the environment instead where one trigger deploys all that is in it.
//! * **The plan**: what another process needs to recognise the deployment an hour later, as JSON and without a credential.
//!   A correlation tag that the platform keeps in its record is proof; without one, the plan has the baseline.
//! * **The answer**: what a response to the trigger proves ([`Answer`]).
//!   [`Answer::of_error`] takes a refusal for one, and anything that may have been acted on for a lost answer.
//! * **The resolution** of one search ([`Resolution`]).
//!   Only a proof is [`Found`](Resolution::Found) with [`Identity::Exact`]; the one deployment that
//!   the trigger can have made is [`Likely`](Resolution::Likely).
//!   [`NotFound`](Resolution::NotFound) claims that everything since the baseline was read, because after it the trigger
//!   counts as not acted on, and may be sent again.
//!
//! A platform with settings that a request can change implements [`Trigger::set`], [`unset`](Trigger::unset) and
//! [`is_set`](Trigger::is_set): the setting is changed before the fence is checked, and set back if nothing was triggered.
//!
//! An adapter that triggers several deployments by one request takes the turn of each, and ends each by [`settle`] with what the
//! answer means for it; where one turn is that of all of them, [`deploy_in_turn`] sends the request.
//!
//! Where the platform gives no proof, a [`Window`] says which deployments came too late, [`Overlap`] and [`Remembered`] say which other triggers of this process may have made
//! a deployment, and [`Left`] is what a pending deployment leaves for them.
//!
//! # Errors
//! [`translate`] makes an [`Error`] of a failed exchange.
//! The answer of a proxy or a login page says nothing about token, id or permission: pages, redirects and the usual gateways
//! are recognised before the adapter's `classify` is called, which recognises the rest by the form of its platform's
//! refusals ([`Classification::of_foreign`]).
//!
//! # Secrets
//! [`mask`] removes what looks like a secret from a text of the server.
//! The server's sentence in an error, the title and reason of a [`Deployment`], and the reason of a
//! [`LogPage`] are masked by themselves.
//!
//! # Time
//! [`Timing`] names how long the platform may take.
//! [`Timestamps`] is one time on two clocks, and stands in ids and plans; [`parse_timestamp`] and [`http_date`] read the forms
//! in which servers write one.
//!
//! # Reads
//! [`retry_briefly`] and [`retry_read`] repeat a read that fails for a moment, with the backoff of all loops
//! ([`Backoff`]).
//! [`concurrently`] and [`try_concurrently`] run several side by side; [`sorted_by`] sorts the few values that they return.
//!
//! # Rate limits
//! Each request waits until the rate limit of the token leaves room for it ([`throttle`]).
//! [`Conventions::budget`] says what is known of the platform's limit; a request that would wait for longer than its
//! timeout is not sent, and is [`ErrorKind::RateLimited`].
//!
//! # Writes
//! A start, a stop or a write of variables is sent once; [`after_write`] decides a lost answer by reading.
//!
//! # Events
//! A body of a webhook becomes a [`DeploymentEvent`]; one that cannot be read is [`unreadable_event`].
//!
//! # Configuration
//! [`Connect`] with its [`Conventions`] gives the adapter a [`Config`] and a
//! [`Builder`]; [`Config::http`](crate::Config::http) and [`Config::timing`](crate::Config::timing) are for
//! `connect`.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod builder;
mod clock;
mod concurrent;
pub mod config;
mod duration;
mod events;
mod failure;
mod recovery;
mod retry;
mod sort;
mod state;
mod time;
mod timing;
mod trigger;
mod turn;

#[doc(no_inline)]
pub use anydeploy_core::*;
/// How fast requests are sent; an adapter marks the reads that it makes again and again as
/// [`Class::Tick`](throttle::Class::Tick).
pub use anydeploy_wire::throttle;
pub use anydeploy_wire::throttle::{Budget, ClassTraffic, Traffic};
pub use builder::Builder;
pub use clock::{Timestamps, Window, checked};
pub use concurrent::{concurrently, try_concurrently};
pub use config::{Config, Connect, Conventions};
pub use events::unreadable_event;
pub use failure::{Classification, Dialect, FailedAnswer, after_loss, is_of_gateway, plain, translate, trigger_failed};
pub use recovery::Resolution;
pub use retry::{may_be_transient, retry_briefly, retry_read};
pub use sort::sorted_by;
pub use state::after_write;
pub use time::{http_date, parse_timestamp};
pub use timing::Timing;
pub use trigger::{Answer, Planner, Search, Trigger, deploy, deploy_in_turn, prepare, recover, send, settle};
pub use turn::{Left, Overlap, Remembered, Turn, is_last_read};
