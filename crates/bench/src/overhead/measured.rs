//! What the measured process does: the same calls over and over, by one client.

use std::hint::black_box;
use std::io;

use serde::{Deserialize, Serialize};
use tokio::runtime::Builder;

use super::calls;
use super::exchange::Exchange;
use super::fake::Address;
use super::{bare, progenitor, tail};

/// Who makes the calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Client {
    /// The adapter: a deployment and three reads.
    Adapter,
    /// reqwest and serde derives, which make the same requests.
    Bare,
    /// The generated client: one read of Qovery.
    Generated,
    /// The client that progenitor generates: the same read.
    Progenitor,
    /// The adapter: the end of a long log.
    Tail,
    /// reqwest and serde derives: the same.
    BareTail,
}

/// The arguments of the process.
#[derive(Debug, clap::Args)]
pub(crate) struct Calls {
    #[arg(long)]
    pub(crate) platform: String,
    #[arg(long)]
    pub(crate) client: Client,
    /// How many rounds are measured.
    #[arg(long)]
    pub(crate) rounds: usize,
    /// The address as JSON.
    #[arg(long)]
    pub(crate) address: String,
    /// The file of the exchanges.
    #[arg(long)]
    pub(crate) exchanges: std::path::PathBuf,
}

/// What the process counts itself.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Counted {
    /// The allocations of all measured rounds.
    pub(crate) allocations: u64,
    /// And their bytes.
    pub(crate) bytes: u64,
    /// The shortest round, in microseconds.
    pub(crate) shortest_us: f64,
}

/// Rounds that come before those that are counted: connections are opened, and buffers grow.
pub(super) const WARM_UP: usize = 1;

/// Makes the calls, and prints what they took.
pub(crate) fn run(calls: &Calls) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let address: Address = serde_json::from_str(&calls.address)?;
    // Read only where it is needed, because it counts as memory of the process.
    let exchanges = || -> io::Result<Vec<Exchange>> { Ok(serde_json::from_slice(&std::fs::read(&calls.exchanges)?)?) };
    let (url, token) = (address.url.clone(), address.token.clone());
    let counted = match calls.client {
        Client::Adapter => {
            let (deployer, mut targets) = (calls::deployer(&calls.platform, &address)?, address.targets.into_iter());
            count(&runtime, calls.rounds, async || {
                let target = targets.next().ok_or_else(|| io::Error::other("there are too few targets"))?;
                calls::round(&deployer, &target).await.map_err(io::Error::other)
            })?
        }
        Client::Bare => {
            let (client, exchanges) = (reqwest::Client::new(), exchanges()?);
            count(&runtime, calls.rounds, async || bare::round(&client, &url, &token, &exchanges).await)?
        }
        Client::Generated => {
            let http = qovery_client::Client::http_builder(url, token).build().map_err(io::Error::other)?;
            let client = qovery_client::Client::from_http(http);
            let environment = environment(&exchanges()?)?;
            count(&runtime, calls.rounds, async || {
                let read = client.get_environment_statuses(&environment).await;
                black_box(read.map_err(io::Error::other)?);
                Ok(())
            })?
        }
        Client::Progenitor => {
            let client = progenitor::client(&url, &token)?;
            let environment = environment(&exchanges()?)?;
            count(&runtime, calls.rounds, async || {
                let read = client.get_environment_statuses(&environment).await;
                black_box(read.map_err(|error| io::Error::other(error.to_string()))?);
                Ok(())
            })?
        }
        Client::Tail => {
            let deployer = calls::deployer(&calls.platform, &address)?;
            count(&runtime, calls.rounds, async || tail::by_adapter(&deployer).await)?
        }
        Client::BareTail => {
            let client = reqwest::Client::new();
            count(&runtime, calls.rounds, async || tail::by_hand(&client, &url, &token).await)?
        }
    };
    println!("{}", serde_json::to_string(&counted)?);
    Ok(())
}

/// The environment whose statuses the only exchange reads.
fn environment(exchanges: &[Exchange]) -> io::Result<String> {
    let path = exchanges.first().map(|exchange| exchange.path.as_str()).unwrap_or_default();
    let id = path.strip_prefix("/environment/").and_then(|path| path.strip_suffix("/statuses"));
    id.map(str::to_owned).ok_or_else(|| io::Error::other(format!("{path} reads no statuses")))
}

fn count(
    runtime: &tokio::runtime::Runtime,
    rounds: usize,
    mut round: impl AsyncFnMut() -> io::Result<()>,
) -> io::Result<Counted> {
    let mut shortest_us = f64::MAX;
    let mut repeat = |times: usize| -> io::Result<()> {
        for _ in 0..times {
            let started = std::time::Instant::now();
            runtime.block_on(round())?;
            shortest_us = shortest_us.min(started.elapsed().as_secs_f64() * 1e6);
        }
        Ok(())
    };
    repeat(WARM_UP)?;
    let mut outcome = Ok(());
    let info = allocation_counter::measure(|| outcome = repeat(rounds));
    outcome?;
    Ok(Counted { allocations: info.count_total, bytes: info.bytes_total, shortest_us })
}
