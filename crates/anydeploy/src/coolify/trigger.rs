//! A trigger on Coolify: what is read before it, how it is sent, and how its deployment is searched for.

use futures::future::{BoxFuture, FutureExt, ready};
use serde::{Deserialize, Serialize};

use super::answer::{Answered, answered, confirm, is_merged, unnamed};
use super::api::{Api, Dated};
use super::asked::Asked;
use super::baseline::{self, Age, Baseline, Context};
use super::deployment::to_deployment;
use super::pending::Stage;
use super::rows::{MAX_RECOVERED_ROWS, MAX_SEARCHED_ROWS, Page};
use super::search::{Finding, find};
use super::setting::{self, Change};
use super::{Coolify, restart, rollback, rows, start};
use crate::adapter::{Answer, Left, Planner, Resolution, Search, Trigger, Turn, checked};
use crate::{
    Action, DeployRequest, Deployer, Deployment, Identity, Platform, Result, Revision, ServiceState, Target,
    TargetKind, Timing, platform,
};

/// What is sent, and what was read before it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Plan {
    /// A deployment of an application; with a commit it is a rollback.
    Deploy {
        asked: Asked,
        baseline: Baseline,
        /// The setting that is changed before, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        change: Option<Change>,
    },
    /// The start or restart of a service or database.
    Start {
        asked: Asked,
        /// Whether it ran before.
        ran: bool,
        /// Whether a start of somebody else was under way before, whose states are those of a restart as well.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        was_starting: bool,
    },
}

impl Plan {
    fn asked(&self) -> &Asked {
        match self {
            Self::Deploy { asked, .. } | Self::Start { asked, .. } => asked,
        }
    }
}

/// Plans the triggers of one instance.
#[derive(Clone, Copy, Debug)]
pub(super) struct CoolifyPlanner<'a>(pub(super) &'a Coolify);

impl Planner for CoolifyPlanner<'_> {
    const PLATFORM: Platform = platform::COOLIFY;

    type Plan = Plan;

    async fn plan(&self, request: &DeployRequest) -> Result<(Turn, Plan)> {
        request.check(&platform::COOLIFY, &self.0.capabilities())?;
        let (target, asked) = (request.target(), Asked::of(request)?);
        let turn = Turn::take(&place_of(&self.0.api, target, &asked), target).await;
        if *target.kind() != TargetKind::Application {
            let before = start::state_before(&self.0.api, target).await?;
            let was_starting = before == Some(ServiceState::Starting);
            return Ok((turn, Plan::Start { asked, ran: start::ran_in(before), was_starting }));
        }
        let change = match request.setting() {
            Some(setting) => {
                let change = setting::plan(&self.0.api, target, setting).await;
                // Nothing is changed yet.
                Some(change.map_err(|error| error.with_safe_to_repeat(true))?)
            }
            None => None,
        };
        let (mut asked, baseline) = match request.revision() {
            _ if let Some(point) = request.rollback_point() => {
                rollback::prepare_version(&self.0.api, target, asked, point.newest.as_deref()).await?
            }
            _ if asked.is_restart() => restart::prepare(&self.0.api, target, asked).await?,
            Revision::Commit(_) | Revision::Deployed => rollback::prepare(&self.0.api, target, asked, &turn).await?,
            _ => (asked, baseline::count(&self.0.api, target).await?),
        };
        asked.set_tag = change.as_ref().and_then(Change::tag).map(str::to_owned);
        Ok((turn, Plan::Deploy { asked, baseline, change }))
    }

    fn trigger<'a>(&'a self, request: &'a DeployRequest, plan: Plan) -> Box<dyn Trigger + 'a> {
        Box::new(CoolifyTrigger { coolify: self.0, target: request.target(), plan })
    }
}

/// The trigger of one request.
struct CoolifyTrigger<'a> {
    coolify: &'a Coolify,
    target: &'a Target,
    plan: Plan,
}

impl Trigger for CoolifyTrigger<'_> {
    fn timing(&self) -> &Timing {
        &self.coolify.timing
    }

    fn place(&self) -> (String, Target) {
        (place_of(&self.coolify.api, self.target, self.plan.asked()), self.target.clone())
    }

    fn set<'a>(&'a mut self, _: &'a Turn) -> BoxFuture<'a, Result<bool>> {
        let Self { coolify, target, .. } = *self;
        let Plan::Deploy { baseline, change: Some(change), .. } = &mut self.plan else {
            return ready(Ok(false)).boxed();
        };
        async move {
            let has_changed = change.set(&coolify.api, target, &coolify.timing).await?;
            // A deployment that began before the change cannot contain it, so it is no answer to the request.
            match baseline::count(&coolify.api, target).await {
                Ok(counted) => *baseline = counted,
                Err(error) if has_changed => {
                    let remark = change.unset(&coolify.api, target).await;
                    return Err(error.with_remark(&remark));
                }
                Err(error) => return Err(error),
            }
            Ok(has_changed)
        }
        .boxed()
    }

    fn unset(&mut self) -> BoxFuture<'_, String> {
        match &self.plan {
            Plan::Deploy { change: Some(change), .. } => change.unset(&self.coolify.api, self.target).boxed(),
            _ => ready(String::new()).boxed(),
        }
    }

    fn is_set(&mut self) -> BoxFuture<'_, Result<bool>> {
        match &self.plan {
            Plan::Deploy { change: Some(change), .. } => change.is_set(&self.coolify.api, self.target).boxed(),
            _ => ready(Ok(false)).boxed(),
        }
    }

    fn post<'a>(&'a self, turn: &'a Turn) -> BoxFuture<'a, Answer> {
        let Self { coolify, target, .. } = *self;
        match &self.plan {
            Plan::Start { asked, ran, .. } if asked.action == Action::Deploy => {
                start::post(&coolify.api, target, asked, *ran).boxed()
            }
            Plan::Start { asked, ran, .. } => restart::post_start(&coolify.api, target, asked, *ran).boxed(),
            Plan::Deploy { asked, baseline, .. } => post(coolify, Context { target, asked, baseline, turn }).boxed(),
        }
    }

    fn search<'a>(&'a mut self, search: Search<'a>) -> BoxFuture<'a, Result<Resolution>> {
        match &mut self.plan {
            Plan::Deploy { asked, baseline, .. } => {
                search_for(self.coolify, self.target, asked, baseline, search).boxed()
            }
            Plan::Start { was_starting: true, .. } => {
                let why = "Coolify keeps no record of it, and a start that was under way before has the same states";
                ready(Ok(Resolution::Unrecoverable(why))).boxed()
            }
            // In another process, later, any state may have another cause.
            Plan::Start { asked, ran, .. } if search.is_ours && asked.action != Action::Deploy => {
                restart::search(&self.coolify.api, self.target, asked, *ran).boxed()
            }
            Plan::Start { .. } => {
                let why = "Coolify keeps no deployments of services and databases";
                ready(Ok(Resolution::Unrecoverable(why))).boxed()
            }
        }
    }

    fn left(&self, _: &Deployment) -> Option<Left> {
        // Its id names the deployment.
        None
    }
}

/// Sends the trigger of a deployment, and reads what it started.
async fn post(coolify: &Coolify, context: Context<'_>) -> Answer {
    let Context { target, asked, baseline, .. } = context;
    let posted = match &asked.commit {
        Some(commit) => post_rollback(&coolify.api, target, commit).await,
        None if asked.is_restart() => post_restart(&coolify.api, target).await,
        None => post_deploy(&coolify.api, target, asked).await,
    };
    let (answered, at) = match posted {
        Ok(posted) => posted,
        Err(answer) => return answer,
    };
    match confirm(coolify, &context, answered, checked(at, baseline.at)).await {
        Ok(deployment) => Answer::accepted(deployment),
        Err(error) => Answer::Failed(error),
    }
}

/// Searches the newest rows for the one that the trigger made.
pub(super) async fn search_for(
    coolify: &Coolify,
    target: &Target,
    asked: &Asked,
    baseline: &mut Baseline,
    search: Search<'_>,
) -> Result<Resolution> {
    if !baseline.is_read {
        let why = "the token or the version of Coolify gives no list of deployments in which to find it";
        return Ok(Resolution::Unrecoverable(why));
    }
    baseline.read_oldest(&coolify.api, target).await?;
    // A row that is older than one from before the trigger is older than the trigger.
    let reaches_back = |page: &Page| baseline.ages(page).last() == Some(&Age::Known);
    let limit = if search.is_ours { MAX_SEARCHED_ROWS } else { MAX_RECOVERED_ROWS };
    let page = rows::search_among(&coolify.api, target, limit, &reaches_back).await?;
    Ok(match find(&page, asked, baseline, search.turn.overlap().is_some(), search.acted_on_within) {
        Finding::Row(row) => {
            let known = asked.pending(&row.deployment_uuid, Stage::Known(Identity::Inferred));
            Resolution::likely(to_deployment(coolify, target, &known, row))
        }
        Finding::Ambiguous(why) => Resolution::Ambiguous(why),
        Finding::Unresolved(why) => Resolution::Unresolved(why),
        Finding::NotFound => Resolution::NotFound,
    })
}

/// A preview and production do not get into each other's way.
pub(super) fn place_of(api: &Api, target: &Target, asked: &Asked) -> String {
    format!("{} {} {} {}", api.address(), asked.pull_request, target.kind(), target.id())
}

/// What the answer names, and when it came by the server's clock.
async fn post_deploy(api: &Api, target: &Target, asked: &Asked) -> Result<Dated<Answered>, Answer> {
    let (accepted, at) = api.deploy(&asked.parameters(target.id())).await.map_err(Answer::of_error)?;
    Ok((answered(target, accepted)?, at))
}

async fn post_rollback(api: &Api, target: &Target, commit: &str) -> Result<Dated<Answered>, Answer> {
    let (started, at) = api.roll_back(target.id(), commit).await.map_err(Answer::of_error)?;
    let said = started.message.unwrap_or_default();
    match started.deployment_uuid {
        Some(uuid) => Ok((Answered::Stored(uuid), at)),
        None if is_merged(&said) => Ok((Answered::Merged(String::new()), at)),
        // A refusal of this route is no success (4.3.11), so that whatever else it says may be an acceptance.
        None => Err(Answer::Unnamed(unnamed(&said))),
    }
}

async fn post_restart(api: &Api, target: &Target) -> Result<Dated<Answered>, Answer> {
    let (started, at) = api.restart_application(target.id()).await.map_err(Answer::of_error)?;
    let said = started.message.unwrap_or_default();
    match started.deployment_uuid {
        Some(uuid) => Ok((Answered::Queued(uuid), at)),
        None if is_merged(&said) => Ok((Answered::Merged(String::new()), at)),
        None => Err(Answer::Unnamed(unnamed(&said).with_operation(restart::RESTART))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::stored_intents;
    use crate::platform;

    #[test]
    fn a_plan_that_an_earlier_version_stored_is_read_and_written_alike() {
        for (file, intent) in stored_intents(&platform::COOLIFY) {
            let stored = &intent.baseline()["plan"];
            let plan = Plan::deserialize(stored).unwrap();
            assert_eq!(&serde_json::to_value(&plan).unwrap(), stored, "{file}");
        }
    }
}
