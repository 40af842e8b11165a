//! `bench watch`: what it costs to watch many deployments at once, on a virtual clock against genuine rate limits.

mod clock;
mod coolify;
mod dokploy;
mod ideal;
mod limit;
mod memory;
mod platform;
mod polling;
mod qovery;
mod run;
mod scenarios;
mod scene;
mod server;
mod tally;

pub(crate) use memory::GoingOn;
pub(crate) use scenarios::measure;
