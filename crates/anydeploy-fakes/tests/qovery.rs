//! The fake Qovery server over its socket: one fact a test.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail as tests do")]

#[path = "qovery/access.rs"]
mod access;
#[path = "qovery/actions.rs"]
mod actions;
#[path = "qovery/api.rs"]
mod api;
#[path = "qovery/batch.rs"]
mod batch;
#[path = "qovery/environment.rs"]
mod environment;
#[path = "qovery/lifecycle.rs"]
mod lifecycle;
#[path = "qovery/logs.rs"]
mod logs;
#[path = "qovery/queue.rs"]
mod queue;
#[path = "qovery/reads.rs"]
mod reads;
#[path = "qovery/variables.rs"]
mod variables;
