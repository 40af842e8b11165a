//! What people do with a service on an ordinary day, on each platform through one trait: find it, change its variables,
//! deploy it, set an image tag, go back to a version that ran before, restart it, stop it and start it again.
//!
//! It runs against fake servers of its own, and prints each step; what a platform does not offer for a service is a step
//! too, whose error says why.
//! The exit status is 0 if every step ended as it is named, and nothing but what is expected was refused.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "examples print")]

mod scene;

use std::fmt::Display;
use std::process::ExitCode;
use std::sync::Arc;

use anydeploy::{
    DeployRequest, Deployer, DeployerExt, Deployment, DesiredState, DesiredVariables, Error, ErrorKind, HistoryOptions,
    Outcome, PlanOptions, RanRevision, Result, Revision, Setting, Target, WatchOptions,
};
use examples::QUICK;

use scene::Scene;

/// The image tag that is set, and its name where a request names it.
const TAG: &str = "1.28";

#[tokio::main]
async fn main() -> ExitCode {
    match days().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn days() -> Result<()> {
    for scene in scene::all().await? {
        let options = WatchOptions::default().with_intervals(QUICK.0, QUICK.1);
        let mut day = Day { deployer: Arc::clone(&scene.deployer), options, refused: Vec::new() };
        day.pass(&scene).await?;
        if day.refused != scene.refuses {
            return Err(unexpected(format!("{:?} was refused instead of {:?}", day.refused, scene.refuses)));
        }
    }
    Ok(())
}

/// A platform, how its deployments are watched, and the steps that it refused.
struct Day {
    deployer: Arc<dyn Deployer>,
    options: WatchOptions,
    refused: Vec<String>,
}

impl Day {
    async fn pass(&mut self, scene: &Scene) -> Result<()> {
        let shop = self.find("shop").await?;
        self.set_variables(&shop).await?;
        self.deploy("deploy shop", DeployRequest::new(shop.clone())).await?;
        let image = if scene.image == "shop" { shop.clone() } else { self.find(scene.image).await? };
        self.set_image_tag(scene.image, &image).await?;
        if image != shop {
            self.roll_back(scene.image, &image).await?;
        }
        self.roll_back("shop", &shop).await?;
        let restarted = self.deployer.restart(&shop).await?;
        self.watch("restart shop", restarted).await?;
        let redeployed = self.deployer.redeploy(&shop).await?;
        self.watch("redeploy shop", redeployed).await?;
        self.stop(&shop).await?;
        self.start(&shop).await
    }

    async fn find(&self, name: &str) -> Result<Target> {
        let service = self.deployer.find(name).await?;
        self.say(format_args!("find {name}"), format_args!("{}, {}", service.target, service.state));
        Ok(service.target)
    }

    async fn set_variables(&self, target: &Target) -> Result<()> {
        let desired = DesiredVariables::from_dotenv("GREETING='hello, $USER'\nRETRIES=3 # of the mailer\n")?;
        let plan = self.deployer.plan_variables(target, &desired, PlanOptions::default()).await?;
        for entry in plan.entries() {
            let warning = entry.warning.as_deref().map(|warning| format!(" ({warning})")).unwrap_or_default();
            self.say("plan variables", format_args!("{} {}{warning}", entry.change, entry.key));
        }
        let applied = self.deployer.apply_variables(&plan).await?;
        self.say("apply variables", format_args!("{} written", applied.written.join(", ")));
        let again = self.deployer.plan_variables(target, &desired, PlanOptions::default()).await?;
        self.say("plan variables again", if again.is_empty() { "nothing to do" } else { "something is left" });
        if again.is_empty() { Ok(()) } else { Err(unexpected("the second plan is not empty")) }
    }

    /// Sets the tag for good where the platform has it as a setting, and names it in the request elsewhere.
    async fn set_image_tag(&mut self, name: &str, target: &Target) -> Result<()> {
        let request = DeployRequest::new(target.clone());
        let setting = request.clone().with_setting(Setting::ImageTag(TAG.to_owned()));
        let answer = self.deployer.deploy(&setting).await;
        if let Some(deployment) = self.unless_refused(format!("image tag as a setting of {name}"), answer)? {
            return self.watch(&format!("image tag of {name}"), deployment).await;
        }
        self.deploy(&format!("image tag of {name}"), request.with_revision(Revision::ImageTag(TAG.to_owned()))).await
    }

    async fn roll_back(&mut self, name: &str, target: &Target) -> Result<()> {
        let step = format!("rollback of {name}");
        let versions = self.deployer.rollback_targets(target, HistoryOptions::default()).await;
        let Some(versions) = self.unless_refused(step.clone(), versions)? else { return Ok(()) };
        for version in &versions {
            let obstacle = version.obstacle.map_or("usable".to_owned(), |obstacle| obstacle.to_string());
            self.say(&step, format_args!("{}: {obstacle}", shown(&version.point.revision)));
        }
        // The newest usable one may be what runs where the platform does not report that.
        let oldest = versions.iter().rfind(|version| version.obstacle.is_none());
        let version = oldest.ok_or_else(|| unexpected("no version can be gone back to"))?;
        let deployment = self.deployer.roll_back_to(version).await?;
        self.watch(&step, deployment).await
    }

    async fn stop(&self, target: &Target) -> Result<()> {
        let change = self.deployer.stop(target).await?;
        self.say("stop shop", format_args!("accepted, it was {}", change.before));
        let state = self.deployer.await_state(target, DesiredState::Stopped, self.options.clone()).await?;
        self.say("stop shop", format_args!("it is {}", state.state));
        let again = self.deployer.stop(target).await?;
        self.say("stop shop again", if again.sent { "sent" } else { "nothing was sent" });
        if again.sent { Err(unexpected("what is stopped was stopped again")) } else { Ok(()) }
    }

    async fn start(&self, target: &Target) -> Result<()> {
        let change = self.deployer.start(target).await?;
        self.say("start shop", if change.sent { "accepted" } else { "nothing was sent" });
        let state = self.deployer.await_state(target, DesiredState::Running, self.options.clone()).await?;
        self.say("start shop", format_args!("it is {}", state.state));
        Ok(())
    }

    async fn deploy(&self, step: &str, request: DeployRequest) -> Result<()> {
        let deployment = self.deployer.deploy(&request).await?;
        self.watch(step, deployment).await
    }

    /// Waits for a deployment, which has to succeed.
    async fn watch(&self, step: &str, deployment: Deployment) -> Result<()> {
        let outcome = self.deployer.watch(&deployment.id, self.options.clone()).await?;
        let Outcome::Succeeded(ended) = &outcome else { return Err(unexpected(format!("{step}: {outcome}"))) };
        self.say(step, format_args!("succeeded with {} ({})", shown(&ended.revision), ended.identity));
        if let Some(note) = &ended.note {
            self.say(step, format_args!("note: {note}"));
        }
        Ok(())
    }

    /// The answer, or nothing if the platform does not offer this for the service and says so.
    fn unless_refused<T>(&mut self, step: String, answer: Result<T>) -> Result<Option<T>> {
        match answer {
            Err(error) if error.kind() == ErrorKind::Unsupported => {
                self.say(&step, format_args!("refused, and nothing was triggered: {error}"));
                self.refused.push(step);
                Ok(None)
            }
            answer => answer.map(Some),
        }
    }

    fn say(&self, step: impl Display, what: impl Display) {
        println!("{:8} {step}: {what}", self.deployer.platform());
    }
}

fn shown(revision: &RanRevision) -> String {
    match revision {
        RanRevision::Commit(commit) => format!("commit {commit:.12}"),
        RanRevision::ImageTag(tag) => format!("image tag {tag}"),
        RanRevision::ChartVersion(version) => format!("chart version {version}"),
        _ => "a revision that is not reported".to_owned(),
    }
}

fn unexpected(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::Rejected, what.into())
}
