//! What the day-to-day features do on each platform, since which version, and what cannot be known.

/// Restart and redeploy, by platform.
#[doc = include_str!("guide/actions.md")]
pub mod actions {}

/// Start, stop and waiting for a state, by platform.
#[doc = include_str!("guide/lifecycle.md")]
pub mod lifecycle {}

/// Rollback, by platform.
#[doc = include_str!("guide/rollback.md")]
pub mod rollback {}

/// Variables, by platform.
#[doc = include_str!("guide/variables.md")]
pub mod variables {}

/// Set and deploy, by platform.
#[doc = include_str!("guide/settings.md")]
pub mod settings {}

/// Finding services, their history and their domains, by platform.
#[doc = include_str!("guide/finding.md")]
pub mod finding {}

/// Previews of pull requests, by platform.
#[doc = include_str!("guide/previews.md")]
pub mod previews {}

/// Several targets in one request, by platform.
#[doc = include_str!("guide/selections.md")]
pub mod selections {}

/// Logs of deployments and of what runs, by platform.
#[doc = include_str!("guide/logs.md")]
pub mod logs {}

/// The health of what runs, by platform.
#[doc = include_str!("guide/health.md")]
pub mod health {}

/// Webhooks, by platform.
#[doc = include_str!("guide/events.md")]
pub mod events {}

/// Fleets: many targets on several platforms, in waves, and other engines.
#[doc = include_str!("guide/fleet.md")]
pub mod fleet {}
