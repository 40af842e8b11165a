//! What Qovery reports after a trigger: the logs of deployments and of what runs, its health, and its webhooks.

mod events;
mod explain;
mod health;
mod logs;
#[cfg(feature = "websocket")]
mod socket;
