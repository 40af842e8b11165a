//! A child process, as its parent has it: it says how far it has come, and is killed, stopped and let go on.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::Duration;

use anydeploy::{Error, ErrorKind, Result};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use super::signal::{Signal, send};
use super::task::{Step, Task, broken};

/// The longest that a child may take.
const LONGEST: Duration = Duration::from_mins(2);

/// Makes the command of a child process, which passes this task to [`child`](super::child).
pub type Launch = fn(&str) -> Command;

/// A child process; it is killed when dropped.
pub(super) struct Process {
    child: Child,
    steps: UnboundedReceiver<Step>,
    input: Option<ChildStdin>,
    reached: Vec<Step>,
}

impl Process {
    pub(super) fn start(launch: Launch, task: &Task) -> Result<Self> {
        let text = serde_json::to_string(task).map_err(|error| broken("the task cannot be written", error))?;
        let mut command = launch(&text);
        let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = started.map_err(|error| broken("a child process cannot be started", error))?;
        let (input, out) = (child.stdin.take(), child.stdout.take());
        let (said, steps) = unbounded_channel();
        thread::spawn(move || {
            let lines = out.into_iter().flat_map(|out| BufReader::new(out).lines()).map_while(Result::ok);
            for step in lines.filter_map(|line| line.trim().parse().ok()) {
                // Nobody listens any more.
                if said.send(step).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, steps, input, reached: Vec::new() })
    }

    /// The next step; nothing once it has ended.
    pub(super) async fn next(&mut self) -> Option<Step> {
        let step = self.steps.recv().await?;
        self.reached.push(step);
        Some(step)
    }

    /// Waits until it has come so far, or has ended before.
    pub(super) async fn reaches(&mut self, step: Step) -> bool {
        while !self.reached.contains(&step) {
            if self.next().await.is_none() {
                return false;
            }
        }
        true
    }

    /// Whether it has come so far.
    pub(super) fn has_reached(&mut self, step: Step) -> bool {
        while let Ok(step) = self.steps.try_recv() {
            self.reached.push(step);
        }
        self.reached.contains(&step)
    }

    /// Whether it has ended by itself.
    pub(super) fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// Lets it go on from the step at which it waits.
    pub(super) fn go_on(&mut self) {
        // It may have ended.
        drop(self.input.as_mut().map(|input| input.write_all(b"\n")));
    }

    /// Kills it, whatever it is doing.
    pub(super) fn kill(&mut self) -> Result<()> {
        self.child.kill().map_err(|error| broken("a child process cannot be killed", error))?;
        self.child.wait().map(drop).map_err(|error| broken("a child process does not end", error))
    }

    /// Stops it, as a machine does that hangs, or lets it go on.
    pub(super) fn signal(&self, signal: Signal) -> Result<()> {
        send(&self.child, signal).map_err(|error| broken("a child process takes no signal", error))
    }

    /// Waits until it has ended by itself, which is an error if it failed.
    pub(super) async fn ends(&mut self) -> Result<()> {
        let ended = timeout(LONGEST, async { while self.next().await.is_some() {} });
        ended.await.map_err(|error| broken("a child process does not end", error))?;
        let status = self.child.wait().map_err(|error| broken("a child process does not end", error))?;
        let failed = || Error::new(ErrorKind::InvalidConfiguration, format!("a child process ended with {status}"));
        if status.success() { Ok(()) } else { Err(failed()) }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended already, but for a run that broke off.
        drop(self.kill());
    }
}
