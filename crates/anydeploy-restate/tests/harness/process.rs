//! A worker as its parent has it: it says where it listens and where it halts, and is killed.

use std::net::SocketAddr;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::halt::{ENDED, Point};
use super::worker::{LISTENS, Task};

/// Makes the command of a worker, which passes this task to [`work`](super::worker::work).
pub type Launch = fn(&str) -> Command;

/// A worker; it is killed when dropped.
pub struct Worker {
    pub address: SocketAddr,
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    input: ChildStdin,
}

impl Worker {
    /// Starts a worker, and waits until it listens.
    pub async fn start(launch: Launch, task: &Task) -> Self {
        let mut command = launch(&serde_json::to_string(task).expect("a task is JSON"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().expect("a worker starts");
        let (out, input) = (child.stdout.take().expect("it is piped"), child.stdin.take().expect("it is piped"));
        let mut lines = BufReader::new(out).lines();
        let address = loop {
            let line = lines.next_line().await.expect("a worker writes text").expect("a worker listens before it ends");
            // The harness of the tests writes on the same line.
            if let Some((_, address)) = line.split_once(LISTENS) {
                break address.parse().expect("it is an address");
            }
        };
        Self { address, child, lines, input }
    }

    /// Waits until it halts at a point.
    pub async fn halts_at(&mut self, point: Point) {
        self.says(&format!("{point:?}")).await;
    }

    /// Waits until the call that it halted has ended: it has sent by then whatever it sends.
    pub async fn halted_call_ends(&mut self) {
        self.says(ENDED).await;
    }

    async fn says(&mut self, wanted: &str) {
        while let Some(line) = self.lines.next_line().await.expect("a worker writes text") {
            if line.trim() == wanted {
                return;
            }
        }
        panic!("the worker ended before it said `{wanted}`");
    }

    /// Lets it go on.
    pub async fn go_on(&mut self) {
        self.input.write_all(b"\n").await.expect("the worker reads");
    }

    /// Kills it, whatever it is doing.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("the worker is a child of this process");
    }
}
