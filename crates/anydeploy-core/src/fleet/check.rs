//! The check of a plan before anything is sent: first by what is known, then by reads.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use futures::future::{BoxFuture, FutureExt};
use futures::stream::{self, StreamExt};

use super::{Fleet, Member, Mistake, Rest, Until};
use crate::deployer::MAX_CONCURRENT_READS;
use crate::{Ability, Capabilities, Deployer, DeployerExt, Group, Permission, Platform, Result};

/// What a deployer can do, asked once for all members of its profile.
struct Profile<'a> {
    deployer: &'a Arc<dyn Deployer>,
    platform: Platform,
    capabilities: Capabilities,
}

impl Fleet {
    /// Validates every member and sends nothing but reads; returns all mistakes, and none if the fleet may begin.
    ///
    /// Beside what [`run`](Self::run) checks by itself, it reads once for each profile whether the credential may read and
    /// deploy, and for each member whether its target is there.
    #[must_use]
    pub fn dry_run(&self) -> BoxFuture<'_, Vec<Mistake>> {
        async move {
            let mut mistakes = self.mistakes();
            let wrong: HashSet<_> = mistakes.iter().filter_map(|mistake| mistake.member.clone()).collect();
            let used: HashSet<_> = self.plan.members.iter().map(|member| member.profile.as_str()).collect();
            for (name, deployer) in self.deployers.iter().filter(|(name, _)| used.contains(name.as_str())) {
                mistakes.extend(credential(name, deployer).await);
            }
            let members = self.plan.members.iter().filter(|member| !wrong.contains(&member.name));
            let reads: Vec<_> = members.map(|member| self.target(member)).collect();
            let found: Vec<_> = stream::iter(reads).buffered(MAX_CONCURRENT_READS).collect().await;
            mistakes.extend(found.into_iter().flatten());
            mistakes
        }
        .boxed()
    }

    /// Makes the checks of [`run`](Self::run), which need no request.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) with all mistakes of the plan.
    pub fn check(&self) -> Result<()> {
        let mistakes = self.mistakes();
        if mistakes.is_empty() { Ok(()) } else { Err(Mistake::error(&mistakes)) }
    }

    /// All mistakes that are seen without a request.
    fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = self.mistakes_of_plan();
        let profiles: BTreeMap<_, _> = self
            .deployers
            .iter()
            .map(|(name, deployer)| {
                let (platform, capabilities) = (deployer.platform(), deployer.capabilities());
                (name.as_str(), Profile { deployer, platform, capabilities })
            })
            .collect();
        let (mut names, mut targets) = (HashSet::new(), HashSet::new());
        for member in &self.plan.members {
            let mut wrong =
                |field: &str, message: String| mistakes.push(Mistake::of_member(&member.name, field, message));
            if member.name.is_empty() {
                wrong("name", "is empty".to_owned());
            } else if !names.insert(&member.name) {
                wrong("name", "another member has it".to_owned());
            }
            let target = member.request.target();
            if !targets.insert((&member.profile, target, member.request.pull_request())) {
                wrong("request.target", format!("another member deploys `{target}`"));
            }
            match profiles.get(member.profile.as_str()) {
                Some(profile) => self.mistakes_of_member(member, profile, &mut wrong),
                None => wrong("profile", format!("there is no deployer `{}`", member.profile)),
            }
        }
        mistakes
    }

    fn mistakes_of_plan(&self) -> Vec<Mistake> {
        let plan = &self.plan;
        let mut mistakes = Vec::new();
        let mut wrong = |field: &str, message: &str| mistakes.push(Mistake::of_plan(field, message));
        if plan.members.is_empty() {
            wrong("members", "there are none");
        }
        plan.waves.amounts().iter().filter_map(|amount| amount.mistake()).for_each(|message| wrong("waves", message));
        if let Some(message) = plan.max_failures.mistake() {
            wrong("max_failures", message);
        }
        if plan.concurrency.total == 0 {
            wrong("concurrency.total", "is 0, so that nothing would begin");
        }
        for (profile, limit) in &plan.concurrency.by_profile {
            if *limit == 0 {
                wrong(&format!("concurrency.by_profile.{profile}"), "is 0, so that nothing would begin");
            }
            if !self.deployers.contains_key(profile) {
                wrong(&format!("concurrency.by_profile.{profile}"), "there is no such deployer");
            }
        }
        if plan.healthy.before.is_some() {
            wrong("healthy.before", "is read for each member, and cannot be given for all");
        }
        mistakes
    }

    fn mistakes_of_member(&self, member: &Member, profile: &Profile<'_>, wrong: &mut dyn FnMut(&str, String)) {
        let Profile { deployer, platform, capabilities } = profile;
        if let Err(error) = member.request.check(platform, capabilities) {
            wrong("request", error.to_string());
        }
        let kind = member.request.target().kind();
        let lacks = |group: Group, what: &str| {
            format!("`{platform}` does not offer {what} of a target of kind `{kind}` ({group:?})")
        };
        if deployer.two_phase().is_none() {
            let message = "a trigger in two steps, so that a fleet that dies could deploy it twice";
            wrong("profile", format!("`{platform}` does not offer {message} ({:?})", Group::TwoPhase));
        }
        if member.until == Until::Healthy && (deployer.health().is_none() || !capabilities.can(kind, Ability::Health)) {
            wrong("until", lacks(Group::Health, "the health"));
        }
        if self.plan.rest == Rest::CancelRunning
            && (deployer.cancel().is_none() || !capabilities.can(kind, Ability::Cancel))
        {
            wrong("rest", lacks(Group::Cancel, "cancelling a deployment"));
        }
    }

    /// Whether the target of a member is there.
    fn target<'a>(&'a self, member: &'a Member) -> BoxFuture<'a, Option<Mistake>> {
        async move {
            let deployer = self.deployers.get(&member.profile)?;
            let error = match deployer.catalog() {
                Some(catalog) => catalog.read_service(member.request.target()).await.err(),
                None => deployer.prepare(&member.request).await.err(),
            };
            error.map(|error| Mistake::of_member(&member.name, "request.target", error.to_string()))
        }
        .boxed()
    }
}

/// Whether a credential may do what a fleet needs, as far as that is seen without a trigger.
async fn credential(profile: &str, deployer: &Arc<dyn Deployer>) -> Vec<Mistake> {
    let Some(catalog) = deployer.catalog() else { return Vec::new() };
    let field = format!("profile.{profile}");
    match catalog.check_credential().await {
        Ok(check) => [(check.read, "read deployments"), (check.deploy, "deploy")]
            .into_iter()
            .filter(|(permission, _)| *permission == Permission::Denied)
            .map(|(_, what)| Mistake::of_plan(&field, format!("its credential may not {what}")))
            .collect(),
        Err(error) => vec![Mistake::of_plan(field, error.to_string())],
    }
}
