//! A Restate server as a child process, which can be killed and started again with all that it had stored.

use std::env;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use super::admin::Admin;
use super::free_port;

/// The variable that names the server's program.
pub const PROGRAM: &str = "RESTATE_SERVER";

/// What installs the server, and how it is found then.
pub const INSTALL: &str = "no Restate server was found in RESTATE_SERVER or on PATH; install it with: \
                           npm install --global @restatedev/restate-server";

/// How long the server may take to answer after its start.
const READY_WITHIN: Duration = Duration::from_mins(1);

/// How often a server is started on ports of its own before a test fails.
const STARTS: u32 = 5;

/// What a server writes that ends because a port is taken.
pub const PORT_TAKEN: &str = "Address in use";

/// The program of the server: what `RESTATE_SERVER` names, or what is on `PATH`.
pub fn program() -> Option<PathBuf> {
    let named = env::var_os(PROGRAM).map(PathBuf::from).filter(|named| named.is_file());
    let on_path = || {
        let folders = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&folders).map(|folder| folder.join("restate-server")).find(|file| file.is_file())
    };
    named.or_else(on_path).map(|program| itself(&program))
}

/// The server's own program where npm put a script in front of it, which would not pass on a SIGKILL.
fn itself(program: &Path) -> PathBuf {
    let mut start = [0; 2];
    let is_script = File::open(program).and_then(|mut file| file.read_exact(&mut start)).is_ok() && &start == b"#!";
    let script = fs::canonicalize(program).unwrap_or_else(|_| program.to_owned());
    let behind = || {
        let scope = script.ancestors().find(|folder| folder.ends_with("@restatedev"))?;
        let packages = fs::read_dir(scope).ok()?.filter_map(Result::ok);
        packages.map(|package| package.path().join("bin/restate-server")).find(|file| file.is_file())
    };
    if is_script { behind().unwrap_or(script) } else { script }
}

/// A server on ports of its own, whose store is a temporary folder.
pub struct Server {
    program: PathBuf,
    folder: TempDir,
    ports: [u16; 3],
    child: Child,
}

impl Server {
    /// Starts a server, on other ports if somebody has taken one of them since it was found free.
    pub async fn start(program: PathBuf) -> Self {
        for _ in 0..STARTS {
            match Self::start_on([free_port(), free_port(), free_port()], program.clone()).await {
                Err(log) if log.contains(PORT_TAKEN) => {}
                started => return started.unwrap_or_else(|log| panic!("the Restate server does not start: {log}")),
            }
        }
        panic!("the Restate server found a port taken, {STARTS} times");
    }

    /// Starts a server on these ports: of its ingress, its administration and its fabric.
    pub async fn start_on(ports: [u16; 3], program: PathBuf) -> Result<Self, String> {
        let folder = tempfile::tempdir().expect("there is room for the server's store");
        let child = spawn(&program, folder.path(), ports);
        let mut server = Self { program, folder, ports, child };
        server.is_ready().await.map(|()| server)
    }

    /// The address of its ingress.
    pub fn ingress(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports[0])
    }

    /// Its administration.
    pub fn admin(&self) -> Admin {
        Admin::new(format!("http://127.0.0.1:{}", self.ports[1]))
    }

    /// Kills it, so that nothing can be stored any more.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("the server is a child of this process");
    }

    /// Starts it again, with what it had stored.
    pub async fn start_again(&mut self) {
        self.child = spawn(&self.program, self.folder.path(), self.ports);
        self.is_ready().await.unwrap_or_else(|log| panic!("the Restate server does not start again: {log}"));
    }

    /// Waits until it answers; what it has written, if it ends before or takes too long.
    async fn is_ready(&mut self) -> Result<(), String> {
        let began = Instant::now();
        let ingress = format!("{}/restate/health", self.ingress());
        loop {
            let has_ended = self.child.try_wait().expect("the server is a child of this process").is_some();
            if has_ended || began.elapsed() > READY_WITHIN {
                return Err(self.log());
            }
            let answers = reqwest::get(&ingress).await.is_ok_and(|answer| answer.status().is_success());
            if answers && self.admin().is_ready().await {
                return Ok(());
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// What it has written so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

fn spawn(program: &Path, folder: &Path, [ingress, admin, fabric]: [u16; 3]) -> Child {
    let log = File::options().create(true).append(true).open(folder.join("log")).expect("the log can be written");
    let mut command = Command::new(program);
    command
        .args(["--no-logo", "--bind-ip", "127.0.0.1"])
        .env("RESTATE_BASE_DIR", folder)
        .env("RESTATE_NODE_NAME", "n1")
        .env("RESTATE_DISABLE_TELEMETRY", "true")
        .env("RESTATE_DEFAULT_NUM_PARTITIONS", "1")
        .env("RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE", "128MB")
        .env("RESTATE_LOG_DISABLE_ANSI_CODES", "true")
        .env("RESTATE_INGRESS__BIND_PORT", ingress.to_string())
        .env("RESTATE_ADMIN__BIND_PORT", admin.to_string())
        .env("RESTATE_BIND_PORT", fabric.to_string())
        // A connection that was cut without a word is noticed within seconds.
        .env("RESTATE_WORKER__INVOKER__HTTP2_KEEP_ALIVE_INTERVAL", "1s")
        .env("RESTATE_WORKER__INVOKER__HTTP2_KEEP_ALIVE_TIMEOUT", "1s")
        .stdin(Stdio::null())
        .stdout(log.try_clone().expect("the log can be written"))
        .stderr(log)
        .kill_on_drop(true);
    command.spawn().unwrap_or_else(|error| panic!("{} does not start: {error}", program.display()))
}
