//! Deployments as durable invocations of Restate, which survive any process and any machine.
//!
#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod deployers;
mod fleet;
mod health;
mod ingress;
mod ledger;
mod order;
mod polls;
mod progress;
mod target;
mod trigger;
mod verdict;
mod watch;

pub use client::{Client, FleetHandle};
pub use deployers::Deployers;
pub use fleet::{Fleet, FleetClient, FleetIngressClient};
pub use health::{Health, HealthClient, HealthIngressClient};
pub use ledger::{Settled, Stage, TargetStatus};
pub use order::{HealthOrder, Order, Receipt, WatchOrder, target_key};
pub use progress::{FleetProgress, MemberProgress, MemberState};
pub use target::{Target, TargetClient, TargetIngressClient};
pub use watch::{Watch, WatchClient, WatchIngressClient};
