//! Deployments as durable invocations of Restate, which survive any process and any machine.
//!
#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod deployers;
mod ingress;
mod ledger;
mod order;
mod polls;
mod target;
mod trigger;
mod verdict;
mod watch;

pub use client::Client;
pub use deployers::Deployers;
pub use ledger::{Stage, TargetStatus};
pub use order::{Order, Receipt, WatchOrder, target_key};
pub use target::{Target, TargetClient, TargetIngressClient};
pub use watch::{Watch, WatchClient, WatchIngressClient};
