//! Processes of this program: the server of a measurement, and the process that is measured.

use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use super::fake::Address;
use super::measured::{Client, Counted, WARM_UP};
use super::valgrind;

/// Another process of this program, which serves until this is dropped.
pub(super) struct Server {
    child: Child,
    printed: BufReader<ChildStdout>,
    /// The line that it printed: where it is.
    pub(super) address: String,
}

impl Server {
    pub(super) fn start(arguments: &[&str]) -> io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut child = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let printed = child.stdout.take().ok_or_else(|| io::Error::other("the server prints nothing"))?;
        let (mut printed, mut address) = (BufReader::new(printed), String::new());
        printed.read_line(&mut address)?;
        Ok(Self { child, printed, address })
    }

    /// Stops the server, and returns how many requests it received.
    fn stop(mut self) -> io::Result<u64> {
        drop(self.child.stdin.take());
        let mut requests = String::new();
        self.printed.read_line(&mut requests)?;
        requests.trim().parse().map_err(io::Error::other)
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
    /// Nothing where they were not counted.
    pub(super) instructions: Option<f64>,
    pub(super) allocations: f64,
    pub(super) bytes: f64,
    pub(super) shortest_us: f64,
    /// How many requests a round made.
    pub(super) requests: f64,
}

/// One measurement: a client on a platform, and the exchanges that it makes.
pub(super) struct Measurement<'a> {
    pub(super) platform: &'a str,
    pub(super) client: Client,
    pub(super) exchanges: &'a Path,
    pub(super) rounds: usize,
    /// Whether instructions are counted as well, where valgrind is installed.
    pub(super) by_callgrind: bool,
    pub(super) folder: &'a Path,
}

impl Measurement<'_> {
    pub(super) fn run(&self) -> io::Result<Cost> {
        let (counted, mut requests) = self.count()?;
        let mut instructions = None;
        if self.by_callgrind && valgrind::is_installed() {
            // The difference between many rounds and one is free of what a process does once.
            let (one, all) = (self.instructions(1)?, self.instructions(self.rounds + 1)?);
            instructions = Some(self.each(all.0.saturating_sub(one.0)));
            requests = self.each(all.1.saturating_sub(one.1));
        }
        Ok(Cost {
            instructions,
            allocations: self.each(counted.allocations),
            bytes: self.each(counted.bytes),
            shortest_us: counted.shortest_us,
            requests,
        })
    }

    fn each(&self, all: u64) -> f64 {
        all as f64 / self.rounds as f64
    }

    /// What the process counts itself, and the requests a round.
    fn count(&self) -> io::Result<(Counted, f64)> {
        let server = self.server()?;
        let output = self.calls(&server, self.rounds)?.stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            return Err(io::Error::other(format!("the calls of {:?} on {} failed", self.client, self.platform)));
        }
        let requests = server.stop()? as f64 / (WARM_UP + self.rounds) as f64;
        Ok((serde_json::from_slice(&output.stdout)?, requests))
    }

    /// The instructions and the requests of a process with so many rounds.
    fn instructions(&self, rounds: usize) -> io::Result<(u64, u64)> {
        let server = self.server()?;
        let instructions = valgrind::instructions(&self.calls(&server, rounds)?, self.folder)?;
        Ok((instructions, server.stop()?))
    }

    /// The most bytes that all threads of a process with one round allocate at once.
    pub(super) fn peak(&self) -> io::Result<f64> {
        let server = self.server()?;
        let peak = valgrind::peak(&self.calls(&server, 1)?, self.folder)?;
        server.stop()?;
        Ok(peak as f64)
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
        let address = if self.client == Client::Adapter {
            server.address.clone()
        } else {
            let url = serde_json::from_str(&server.address)?;
            serde_json::to_string(&Address { url, token: "a-token".to_owned(), targets: Vec::new() })?
        };
        command.args(["calls", "--platform", self.platform, "--client", client, "--address", address.trim()]);
        command.args(["--rounds", &rounds.to_string()]).arg("--exchanges").arg(self.exchanges);
        Ok(command)
    }
}
