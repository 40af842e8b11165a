//! A trigger on Coolify: what is read before it, how it is sent, and how its deployment is searched for.

use serde::{Deserialize, Serialize};

use super::answer::{Answered, answered, confirm, is_merged, unnamed};
use super::api::{Api, Dated};
use super::asked::Asked;
use super::baseline::{self, Age, Baseline, Context};
use super::deployment::to_deployment;
use super::pending::Stage;
use super::rows::{MAX_RECOVERED_ROWS, MAX_SEARCHED_ROWS, Page};
use super::search::{Finding, find};
use super::{Coolify, restart, rollback, rows, start};
use crate::adapter::{Answer, Left, Resolution, Trigger, Turn, checked};
use crate::{
    Action, DeployRequest, Deployer, Deployment, Identity, Platform, Result, Revision, Target, TargetKind, Timing,
    platform,
};

/// What is sent, and what was read before it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Plan {
    /// A deployment of an application; with a commit it is a rollback.
    Deploy { asked: Asked, baseline: Baseline },
    /// The start or restart of a service or database, and whether it ran before.
    Start { asked: Asked, ran: bool },
}

impl Plan {
    fn asked(&self) -> &Asked {
        match self {
            Self::Deploy { asked, .. } | Self::Start { asked, .. } => asked,
        }
    }
}

/// The triggers of one instance.
#[derive(Clone, Copy, Debug)]
pub(super) struct CoolifyTrigger<'a>(pub(super) &'a Coolify);

impl Trigger for CoolifyTrigger<'_> {
    const PLATFORM: Platform = platform::COOLIFY;

    type Plan = Plan;
    type Seen = ();

    fn timing(&self) -> &Timing {
        &self.0.timing
    }

    async fn plan(&self, request: &DeployRequest) -> Result<(Turn, Plan)> {
        request.check(&platform::COOLIFY, &self.0.capabilities())?;
        let (target, asked) = (request.target(), Asked::of(request)?);
        let turn = Turn::take(&place_of(&self.0.api, target, &asked), target).await;
        let plan = if *target.kind() != TargetKind::Application {
            Plan::Start { asked, ran: start::ran_before(&self.0.api, target).await? }
        } else if asked.is_restart() {
            let (asked, baseline) = restart::prepare(&self.0.api, target, asked).await?;
            Plan::Deploy { asked, baseline }
        } else if matches!(request.revision(), Revision::Commit(_) | Revision::Deployed) {
            let (asked, baseline) = rollback::prepare(&self.0.api, target, asked).await?;
            Plan::Deploy { asked, baseline }
        } else {
            Plan::Deploy { asked, baseline: baseline::count(&self.0.api, target).await? }
        };
        Ok((turn, plan))
    }

    fn place(&self, request: &DeployRequest, plan: &Plan) -> (String, Target) {
        (place_of(&self.0.api, request.target(), plan.asked()), request.target().clone())
    }

    async fn post(&self, request: &DeployRequest, plan: &Plan, turn: &Turn) -> Answer {
        let target = request.target();
        let (asked, baseline) = match plan {
            Plan::Start { asked, ran } if asked.action == Action::Deploy => {
                return start::post(&self.0.api, target, asked, *ran).await;
            }
            Plan::Start { asked, ran } => return restart::post_start(&self.0.api, target, asked, *ran).await,
            Plan::Deploy { asked, baseline } => (asked, baseline),
        };
        let posted = match &asked.commit {
            Some(commit) => post_rollback(&self.0.api, target, commit).await,
            None if asked.is_restart() => restart::post(&self.0.api, target).await,
            None => post_deploy(&self.0.api, target, asked).await,
        };
        let (answered, at) = match posted {
            Ok(posted) => posted,
            Err(answer) => return answer,
        };
        let context = Context { target, asked, baseline, turn };
        match confirm(self.0, &context, answered, checked(at, baseline.at)).await {
            Ok(deployment) => Answer::accepted(deployment),
            Err(error) => Answer::Failed(error),
        }
    }

    async fn search(
        &self,
        request: &DeployRequest,
        plan: &Plan,
        turn: &Turn,
        (): &mut (),
        is_ours: bool,
    ) -> Result<Resolution> {
        let target = request.target();
        let (asked, baseline) = match plan {
            Plan::Deploy { asked, baseline } => (asked, baseline),
            // Later, any state may have another cause.
            Plan::Start { asked, ran } if is_ours && asked.action != Action::Deploy => {
                return restart::search(&self.0.api, target, asked, *ran).await;
            }
            Plan::Start { .. } => {
                return Ok(Resolution::Unrecoverable("Coolify keeps no deployments of services and databases"));
            }
        };
        if !baseline.is_read {
            let why = "the token or the version of Coolify gives no list of deployments in which to find it";
            return Ok(Resolution::Unrecoverable(why));
        }
        // A row that is older than one from before the trigger is older than the trigger.
        let reaches_back = |page: &Page| baseline.ages(page).last() == Some(&Age::Known);
        let limit = if is_ours { MAX_SEARCHED_ROWS } else { MAX_RECOVERED_ROWS };
        let page = rows::search_among(&self.0.api, target, limit, reaches_back).await?;
        Ok(match find(&page, asked, baseline, turn.overlap().is_some(), &self.0.timing) {
            Finding::Row(row) => {
                let known = asked.pending(&row.deployment_uuid, Stage::Known(Identity::Inferred));
                Resolution::likely(to_deployment(self.0, target, &known, row))
            }
            Finding::Ambiguous(why) => Resolution::Ambiguous(why),
            Finding::Unresolved(why) => Resolution::Unresolved(why),
            Finding::NotFound => Resolution::NotFound,
        })
    }

    fn left(&self, _: &Plan, _: &Deployment) -> Option<Left> {
        // Its id names the deployment.
        None
    }
}

/// A preview and production do not get into each other's way.
fn place_of(api: &Api, target: &Target, asked: &Asked) -> String {
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
