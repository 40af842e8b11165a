//! Processes of this program: the server of a measurement, and the process that is measured.

use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::callgrind;
use super::fake::Address;
use super::measured::{Client, Counted, WARM_UP};

/// Another process of this program, which serves until this is dropped.
pub(super) struct Server {
    child: Child,
    /// The line that it printed: where it is.
    pub(super) address: String,
}

impl Server {
    pub(super) fn start(arguments: &[&str]) -> io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut child = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut address = String::new();
        if let Some(printed) = &mut child.stdout {
            BufReader::new(printed).read_line(&mut address)?;
        }
        Ok(Self { child, address })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It stops when its input ends; then there is nothing left to wait for.
        drop(self.child.stdin.take());
        drop(self.child.wait());
    }
}

/// What one client takes for one round.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    /// Nothing without valgrind.
    pub(super) instructions: Option<f64>,
    pub(super) allocations: f64,
    pub(super) bytes: f64,
    /// The most bytes that were allocated at once, in all rounds.
    pub(super) peak: f64,
    pub(super) shortest_us: f64,
}

/// One measurement: a client on a platform, and the exchanges that it makes.
pub(super) struct Measurement<'a> {
    pub(super) platform: &'a str,
    pub(super) client: Client,
    pub(super) exchanges: &'a Path,
    pub(super) rounds: usize,
    pub(super) folder: &'a Path,
}

impl Measurement<'_> {
    pub(super) fn run(&self) -> io::Result<Cost> {
        let counted = self.count()?;
        let instructions = if callgrind::is_installed() { Some(self.instructions()?) } else { None };
        let each = |all: u64| all as f64 / self.rounds as f64;
        Ok(Cost {
            instructions,
            allocations: each(counted.allocations),
            bytes: each(counted.bytes),
            peak: counted.peak as f64,
            shortest_us: counted.shortest_us,
        })
    }

    fn count(&self) -> io::Result<Counted> {
        let server = self.server()?;
        let output = self.calls(&server, self.rounds)?.stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            return Err(io::Error::other(format!("the calls of {:?} on {} failed", self.client, self.platform)));
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// The difference between many rounds and one is free of what a process does once.
    fn instructions(&self) -> io::Result<f64> {
        let of = |rounds: usize| -> io::Result<u64> {
            let server = self.server()?;
            callgrind::instructions(&self.calls(&server, rounds)?, self.folder)
        };
        let (one, all) = (of(1)?, of(self.rounds + 1)?);
        Ok(all.saturating_sub(one) as f64 / self.rounds as f64)
    }

    /// The fake itself for the adapter, which reads what it deployed; recorded answers for the others.
    fn server(&self) -> io::Result<Server> {
        let rounds = (WARM_UP + self.rounds + 1).to_string();
        match self.client {
            Client::Adapter => Server::start(&["serve", "--platform", self.platform, "--rounds", &rounds]),
            _ => Server::start(&["replay", "--exchanges", &self.exchanges.display().to_string()]),
        }
    }

    fn calls(&self, server: &Server, rounds: usize) -> io::Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        let client = match self.client {
            Client::Adapter => "adapter",
            Client::Bare => "bare",
            Client::Generated => "generated",
            Client::Progenitor => "progenitor",
            Client::Tail => "tail",
            Client::BareTail => "bare-tail",
        };
        let address = match self.client {
            Client::Adapter => server.address.clone(),
            _ => {
                let url = serde_json::from_str(&server.address)?;
                serde_json::to_string(&Address { url, token: "a-token".to_owned(), targets: Vec::new() })?
            }
        };
        command.args(["calls", "--platform", self.platform, "--client", client, "--address", address.trim()]);
        command.args(["--rounds", &rounds.to_string()]).arg("--exchanges").arg(self.exchanges);
        Ok(command)
    }
}
