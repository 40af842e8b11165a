//! What Coolify reports after a trigger: the logs of deployments and of what runs, and its health.

mod health;
mod logs;
