//! The process that is killed in the middle of its work.

use std::env;
use std::ffi::OsStr;
use std::future::pending;
use std::io;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// The step at which a process is killed.
const KILLED_AT: &str = "RECIPE_KILLED_AT";

/// The token of the platform, which the arguments would show to everybody on the machine.
pub(crate) const TOKEN: &str = "RECIPE_TOKEN";

/// A step of a job: a process that is to be killed there says so, and waits for it.
#[expect(clippy::print_stdout, reason = "its parent reads it")]
pub async fn step(name: &str) {
    if env::var(KILLED_AT).is_ok_and(|at| at == name) {
        println!("{name}");
        pending::<()>().await;
    }
}

/// Another process of the same program; it is killed when dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts one with these arguments and the token of the platform, to be killed at a step or not.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(arguments: &[impl AsRef<OsStr>], token: &str, killed_at: Option<&str>) -> io::Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        command.args(arguments).env(TOKEN, token).env(KILLED_AT, killed_at.unwrap_or_default());
        let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let out = child.stdout.take().ok_or_else(|| io::Error::other("a process has no output"))?;
        Ok(Self { child, lines: BufReader::new(out).lines() })
    }

    /// Waits for a line that begins with this word; returns what follows it.
    ///
    /// # Errors
    /// If it ends without one.
    pub async fn says(&mut self, word: &str) -> io::Result<String> {
        while let Some(line) = self.lines.next_line().await? {
            if let Some(rest) = line.strip_prefix(word) {
                return Ok(rest.trim().to_owned());
            }
        }
        Err(io::Error::other(format!("a process ended before it said `{word}`")))
    }

    /// Kills it; on Unix it is `SIGKILL`, so that nothing can be tidied up.
    ///
    /// # Errors
    /// If it cannot be killed.
    pub async fn kill(mut self) -> io::Result<()> {
        self.child.kill().await
    }
}
