//! A trigger on Toy: what is read before it, how it is sent, and how its deployment is searched for.

use anydeploy_adapter::{Answer, Left, Planner, Resolution, Search, Timestamps, Trigger, Turn, retry_briefly};
use anydeploy_adapter::{DeployRequest, Deployer, Deployment, Platform, Result, Target, Timing};
use futures::future::{BoxFuture, FutureExt};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::api::Row;
use super::pending::Pending;
use super::read::{accepted, to_deployment};
use super::{PLATFORM, Toy, note};

/// How many deployments are searched.
const MAX_SEARCHED_ROWS: usize = 200;

/// What another process needs to find the deployment of a trigger.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Plan {
    /// The correlation tag, which no other trigger has.
    tag: String,
    /// The newest deployment before the trigger.
    newest: Option<String>,
}

/// Plans the triggers of one instance.
#[derive(Clone, Copy, Debug)]
pub(super) struct ToyPlanner<'a>(pub(super) &'a Toy);

impl Planner for ToyPlanner<'_> {
    const PLATFORM: Platform = PLATFORM;

    type Plan = Plan;

    async fn plan(&self, request: &DeployRequest) -> Result<(Turn, Plan)> {
        request.check(&PLATFORM, &self.0.capabilities())?;
        let turn = Turn::take(&place_of(self.0, request.target()), request.target()).await;
        let page = retry_briefly(|| self.0.api.deployments_of(request.target().id(), 1)).await?.into_value();
        let newest = page.deployments.into_iter().next().map(|row| row.id);
        Ok((turn, Plan { tag: Uuid::new_v4().simple().to_string(), newest }))
    }

    fn trigger<'a>(&'a self, request: &'a DeployRequest, plan: Plan) -> Box<dyn Trigger + 'a> {
        Box::new(ToyTrigger { toy: self.0, request, plan })
    }
}

/// The trigger of one request.
struct ToyTrigger<'a> {
    toy: &'a Toy,
    request: &'a DeployRequest,
    plan: Plan,
}

impl Trigger for ToyTrigger<'_> {
    fn timing(&self) -> &Timing {
        &self.toy.timing
    }

    fn place(&self) -> (String, Target) {
        (place_of(self.toy, self.request.target()), self.request.target().clone())
    }

    fn post<'a>(&'a self, _: &'a Turn) -> BoxFuture<'a, Answer> {
        async {
            let target = self.request.target();
            match self.toy.api.trigger(target.id(), &note::written(self.request.reason(), &self.plan.tag)).await {
                Ok(answer) => {
                    let accepted_at = Some(Timestamps::of(answer.header("date")));
                    Answer::accepted(accepted(target, &Pending { row: answer.into_value().id, accepted_at }))
                }
                Err(error) => Answer::of_error(error),
            }
        }
        .boxed()
    }

    fn search<'a>(&'a mut self, _: Search<'a>) -> BoxFuture<'a, Result<Resolution>> {
        async {
            let target = self.request.target();
            let page = retry_briefly(|| self.toy.api.deployments_of(target.id(), MAX_SEARCHED_ROWS)).await?;
            let is_whole = page.repairs().is_empty();
            Ok(resolve(target, &page.into_value().deployments, is_whole, &self.plan))
        }
        .boxed()
    }

    fn left(&self, _: &Deployment) -> Option<Left> {
        // Its id names the deployment.
        None
    }
}

fn place_of(toy: &Toy, target: &Target) -> String {
    format!("{} {target}", toy.api.address())
}

/// Finds the deployment of a trigger among the newest ones.
///
/// `is_whole` says that each of them could be read: one that could not may be the trigger's, so its absence proves nothing.
fn resolve(target: &Target, rows: &[Row], is_whole: bool, plan: &Plan) -> Resolution {
    let is_ours = |row: &&Row| row.note.as_deref().is_some_and(|note| note::read(note).1 == Some(&plan.tag));
    if let Some(row) = rows.iter().find(is_ours) {
        return Resolution::found(to_deployment(target, row));
    }
    let is_baseline = |row: &Row| plan.newest.as_deref() == Some(&row.id);
    if !is_whole {
        Resolution::Unreadable("one of the newest deployments cannot be read")
    } else if rows.len() < MAX_SEARCHED_ROWS || rows.iter().any(is_baseline) {
        Resolution::NotFound
    } else {
        Resolution::Unrecoverable("too many deployments came after it to be searched")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(number: usize, note: &str) -> Row {
        let row = json!({ "id": format!("d{number}"), "app": "web", "state": "live", "note": note });
        serde_json::from_value(row).unwrap()
    }

    #[test]
    fn only_the_tag_identifies_a_deployment_and_absence_is_believed_back_to_the_baseline() {
        let plan = Plan { tag: "ours".to_owned(), newest: Some("d1".to_owned()) };
        let others = |numbers: std::ops::Range<usize>| numbers.rev().map(|number| row(number, "by hand"));
        let ours = || [row(300, &note::written(Some("release"), "ours"))].into_iter();
        let others_tag = [row(2, &note::written(None, "theirs")), row(1, "")];
        let found = |rows: Vec<Row>, is_whole| match resolve(&Target::application("web"), &rows, is_whole, &plan) {
            Resolution::Found(deployment) => deployment.id.to_string(),
            other => format!("{other:?}").split('(').next().unwrap_or_default().to_owned(),
        };
        let exact = "toy:application:web?deployment=d300";
        assert_eq!(found(others(301..310).chain(ours()).chain(others(1..9)).collect(), false), exact);
        assert_eq!(found(others_tag.to_vec(), true), "NotFound");
        assert_eq!(found(others_tag.to_vec(), false), "Unreadable");
        assert_eq!(found(Vec::new(), true), "NotFound", "the baseline may be deleted");
        assert_eq!(found(others(1..MAX_SEARCHED_ROWS + 1).collect(), true), "NotFound");
        assert_eq!(found(others(2..MAX_SEARCHED_ROWS + 2).collect(), true), "Unrecoverable");
    }
}
