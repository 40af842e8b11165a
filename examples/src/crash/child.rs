//! A child process: a program that stores its intent before it deploys, or the one that takes over from it.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use anydeploy::{
    Deployer, DeployerExt, Deployment, Error, ErrorKind, Intent, Outcome, Result, WatchEvent, WatchOptions,
};
use futures::StreamExt;
use tokio::time::sleep;

use super::task::{ChildRecord, Role, Step, Task, broken, read, store};
use crate::chaos::Wrap;
use crate::platforms::PlatformEntry;

/// How often a child tries to prepare its intent, or to send one that was provably not acted on.
const MAX_TRIES: usize = 20;

/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(20);

/// Does what a child process is asked for; `wrap` is what stands between it and the adapter.
///
/// # Errors
/// If the task cannot be read, or its files cannot be written; what the adapter returns is recorded.
pub async fn child(task: &str, wrap: Wrap) -> Result<()> {
    let task: Task = serde_json::from_str(task).map_err(|error| broken("the task cannot be read", error))?;
    let platform = PlatformEntry::find(&task.platform)
        .ok_or_else(|| Error::new(ErrorKind::InvalidInput, "the task names no platform"))?;
    let deployer = wrap(platform.scene.adapter(&task.connection)?);
    let mut child = Child { deployer, waits_at: Vec::new(), record: ChildRecord::default(), task };
    child.run().await?;
    store(&child.task.record, &child.record)
}

struct Child {
    task: Task,
    deployer: Arc<dyn Deployer>,
    waits_at: Vec<Step>,
    record: ChildRecord,
}

impl Child {
    async fn run(&mut self) -> Result<()> {
        match self.task.role.clone() {
            Role::Deploy { waits_at } => {
                self.waits_at = waits_at;
                self.says(Step::Started)?;
                if let Err(error) = self.deploy().await? {
                    self.record.result = Some(Err(error));
                }
                Ok(())
            }
            Role::Recover { deploys_anew } => {
                self.says(Step::Started)?;
                let recovered = self.recover().await?;
                let nothing = recovered.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotTriggered);
                let found = if deploys_anew && nothing { self.deploy().await? } else { recovered };
                let outcome = match found {
                    Ok(deployment) => self.outcome(&deployment).await,
                    Err(error) => Err(error),
                };
                self.record.result = Some(outcome);
                Ok(())
            }
        }
    }

    /// Prepares an intent, stores it and sends it, again as long as it was provably not acted on and the fence is open.
    async fn deploy(&mut self) -> Result<Result<Deployment>> {
        let intent = match self.prepare().await {
            Ok(intent) => intent,
            // Nothing was triggered.
            Err(error) => return Ok(Err(error.with_safe_to_repeat(true))),
        };
        self.says(Step::Prepared)?;
        store(&self.task.intent, &intent)?;
        self.says(Step::Stored)?;
        let mut tries = 0;
        let sent = loop {
            let sent = self.deployer.send(&intent).await;
            self.record.add(&sent);
            tries += 1;
            match &sent {
                Err(error) if error.kind() == ErrorKind::IntentExpired || !error.is_safe_to_repeat() => break sent,
                Err(_) if tries < MAX_TRIES => sleep(PAUSE).await,
                _ => break sent,
            }
        };
        self.says(Step::Answered)?;
        Ok(sent)
    }

    async fn prepare(&mut self) -> Result<Intent> {
        let mut tries = 1;
        loop {
            match self.deployer.prepare(&self.task.request).await {
                Err(error) if tries < MAX_TRIES => self.record.errors.push(format!("{error:#}")),
                prepared => return prepared,
            }
            tries += 1;
            sleep(PAUSE).await;
        }
    }

    /// Recovers the stored intent.
    async fn recover(&mut self) -> Result<Result<Deployment>> {
        let intent: Intent = read(&self.task.intent)?
            .ok_or_else(|| Error::new(ErrorKind::InvalidInput, "there is no intent to recover"))?;
        let recovered = self.deployer.recover(&intent).await;
        self.record.add(&recovered);
        self.record.recovered = Some(recovered.clone());
        Ok(recovered)
    }

    /// Waits until a deployment is over.
    async fn outcome(&mut self, deployment: &Deployment) -> Result<Outcome> {
        let options = WatchOptions::within(Duration::from_secs(30)).with_log_tail(5);
        let options = options.with_intervals(Duration::from_millis(20), Duration::from_millis(200));
        let mut watch = Arc::clone(&self.deployer).watch(&deployment.id, options);
        while let Some(event) = watch.next().await {
            match event? {
                WatchEvent::Changed(deployment) => self.record.add(&Ok(deployment)),
                WatchEvent::Ended(outcome) => return Ok(outcome),
                _ => {}
            }
        }
        Err(Error::new(ErrorKind::TimedOut, "the watch ended without an outcome"))
    }

    /// Says how far it has come, and waits until its parent lets it go on, where that is asked for.
    fn says(&self, step: Step) -> Result<()> {
        let mut out = io::stdout().lock();
        let said = writeln!(out, "{step:?}").and_then(|()| out.flush());
        said.map_err(|error| broken("the parent process does not listen", error))?;
        if self.waits_at.contains(&step) {
            io::stdin().read_line(&mut String::new()).map_err(|error| broken("the parent process is gone", error))?;
        }
        Ok(())
    }
}
