//! What people do with a service after its first deployment, on each platform through one trait: restart it, stop it and
//! start it again, set variables, and go back to a version that ran before.
//!
//! It runs against fake servers of its own, and prints each step; what a platform does not offer for the target is refused
//! before anything is sent, and its error says why.
//! The exit status is 0 if every step ended as the platform's capabilities promise.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "examples print")]

use std::process::ExitCode;
use std::sync::Arc;

use anydeploy::{
    Ability, Action, DeployRequest, Deployer, DeployerExt, DesiredState, DesiredVariables, Error, ErrorKind,
    HistoryOptions, Outcome, PlanOptions, Result, RollbackTarget, Target, WatchOptions,
};
use examples::{PLATFORMS, QUICK};

#[tokio::main]
async fn main() -> ExitCode {
    for platform in PLATFORMS {
        if let Err(error) = on(platform.start_fake).await {
            eprintln!("{error:#}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

async fn on(start: fn() -> futures::future::BoxFuture<'static, Result<examples::FakePlatform>>) -> Result<()> {
    let fake = start().await?;
    let day = Day {
        deployer: Arc::clone(&fake.deployer),
        target: Target::application(&fake.application),
        options: WatchOptions::default().with_intervals(QUICK.0, QUICK.1),
    };
    day.deploy().await?;
    day.act(Action::Restart, day.deployer.restart(&day.target).await).await?;
    day.act(Action::Redeploy, day.deployer.redeploy(&day.target).await).await?;
    day.stop_and_start().await?;
    day.set_variables().await?;
    day.roll_back().await
}

fn success(outcome: &Outcome) -> Result<()> {
    if outcome.is_success() { Ok(()) } else { Err(Error::new(ErrorKind::Rejected, outcome.to_string())) }
}

/// One target, and how it is watched.
struct Day {
    deployer: Arc<dyn Deployer>,
    target: Target,
    options: WatchOptions,
}

impl Day {
    fn say(&self, step: &str, what: impl std::fmt::Display) {
        println!("{:8} {step}: {what}", self.deployer.platform());
    }

    async fn deploy(&self) -> Result<()> {
        let request = DeployRequest::new(self.target.clone());
        let outcome = self.deployer.deploy_and_wait(&request, self.options.clone()).await?;
        self.say("deploy", &outcome);
        success(&outcome)
    }

    /// Watches what an action triggered; an action that the platform does not offer is refused.
    async fn act(&self, action: Action, triggered: Result<anydeploy::Deployment>) -> Result<()> {
        let is_offered = self.deployer.capabilities().acts(self.target.kind(), action);
        let Some(deployment) = self.unless_refused(action.as_str(), is_offered, triggered)? else { return Ok(()) };
        let outcome = self.deployer.watch(&deployment.id, self.options.clone()).await?;
        self.say(action.as_str(), format_args!("{outcome} ({})", deployment.identity));
        if let Some(note) = outcome.deployment().and_then(|deployment| deployment.note.as_deref()) {
            self.say(action.as_str(), format_args!("note: {note}"));
        }
        success(&outcome)
    }

    async fn stop_and_start(&self) -> Result<()> {
        let is_offered = self.can(Ability::Stop);
        let stopped = self.deployer.stop(&self.target).await;
        let Some(change) = self.unless_refused("stop", is_offered, stopped)? else { return Ok(()) };
        self.say("stop", format_args!("accepted, it was {}", change.before));
        let state = self.deployer.await_state(&self.target, DesiredState::Stopped, self.options.clone()).await?;
        self.say("stop", format_args!("it is {}", state.state));
        let again = self.deployer.stop(&self.target).await?;
        self.say("stop again", if again.sent { "sent" } else { "nothing was sent" });
        let change = self.deployer.start(&self.target).await?;
        self.say("start", if change.sent { "accepted" } else { "nothing was sent" });
        let state = self.deployer.await_state(&self.target, DesiredState::Running, self.options.clone()).await?;
        self.say("start", format_args!("it is {}", state.state));
        Ok(())
    }

    async fn set_variables(&self) -> Result<()> {
        let desired = DesiredVariables::from_dotenv("GREETING='hello, world'\nRETRIES=3 # of the mailer\n")?;
        let is_offered = self.can(Ability::Variables);
        let plan = self.deployer.plan_variables(&self.target, &desired, PlanOptions::default()).await;
        let Some(plan) = self.unless_refused("variables", is_offered, plan)? else { return Ok(()) };
        for entry in plan.entries() {
            self.say("plan", format_args!("{:?} {}", entry.change, entry.key));
        }
        let applied = self.deployer.apply_variables(&plan).await?;
        self.say("apply", format_args!("{} written", applied.written.len()));
        let again = self.deployer.plan_variables(&self.target, &desired, PlanOptions::default()).await?;
        self.say("plan again", if again.is_empty() { "nothing to do" } else { "something is left" });
        Ok(())
    }

    async fn roll_back(&self) -> Result<()> {
        let versions = self.deployer.rollback_targets(&self.target, HistoryOptions::default()).await;
        // Coolify goes back only with an application that it builds from a repository; this one is made from an image.
        let is_offered = self.can(Ability::Rollback) && versions.is_ok();
        let Some(versions) = self.unless_refused("rollback", is_offered, versions)? else { return Ok(()) };
        let usable = |version: &&RollbackTarget| version.obstacle.is_none();
        if let Some(version) = versions.iter().find(usable) {
            return self.act(Action::Rollback, self.deployer.roll_back_to(version).await).await;
        }
        self.say("rollback", format_args!("none of {} versions can be gone back to", versions.len()));
        Ok(())
    }

    fn can(&self, ability: Ability) -> bool {
        self.deployer.capabilities().can(self.target.kind(), ability)
    }

    /// The answer, or nothing if the platform does not offer this and says so.
    fn unless_refused<T>(&self, step: &str, is_offered: bool, answer: Result<T>) -> Result<Option<T>> {
        match answer {
            Err(error) if !is_offered && error.kind() == ErrorKind::Unsupported => {
                self.say(step, format_args!("refused before anything was sent: {error}"));
                Ok(None)
            }
            Ok(_) if !is_offered => {
                Err(Error::new(ErrorKind::Unsupported, "the capabilities do not list what was done"))
            }
            answer => answer.map(Some),
        }
    }
}
