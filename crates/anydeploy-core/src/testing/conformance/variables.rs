//! Planning and applying variables.

use std::sync::Arc;

use super::scene::{meanwhile, target};
use super::verdict::{broken, ensure, not_offered, skip};
use super::{Ending, Harness, NotKept, Verdict};
use crate::{
    Applied, Change, Deployer, DeployerExt, DesiredVariables, ErrorKind, Method, Origin, PlanOptions, Result, Target,
    VariablePlan,
};

/// A value that stands in no text of a platform.
const VALUE: &str = "conformance-hunter2";

/// Applies a plan, and plans once more.
pub async fn a_second_plan_is_empty(harness: &dyn Harness) -> Verdict {
    let (deployer, target) = offered(harness).await?;
    let first = plan(harness, &deployer, &target).await?;
    applied(apply(harness, &deployer, &first).await)?;
    let second = plan(harness, &deployer, &target).await?;
    let left: Vec<_> = second.writes().map(|entry| &entry.key).collect();
    ensure!(left.is_empty(), "after the plan was applied, the next one writes {left:?}");
    let before = harness.writes(&target).await;
    applied(apply(harness, &deployer, &second).await)?;
    ensure!(before == harness.writes(&target).await, "a plan with nothing to write wrote something");
    Ok(())
}

/// Applies a plan after somebody else changed a variable.
pub async fn an_apply_after_a_change_is_a_conflict(harness: &dyn Harness) -> Verdict {
    let (deployer, target) = offered(harness).await?;
    let made = plan(harness, &deployer, &target).await?;
    if !harness.change_variable(&target, "CONFORMANCE_B").await {
        return skip("the harness cannot change a variable");
    }
    let before = harness.writes(&target).await;
    match apply(harness, &deployer, &made).await {
        Err(error) if error.kind() == ErrorKind::Conflict => {}
        Err(error) => return broken(format!("variables that somebody else changed are refused as: {error:#}")),
        Ok(_) => return broken("variables that somebody else changed are overwritten"),
    }
    ensure!(before == harness.writes(&target).await, "it was a conflict after something was written");
    Ok(())
}

/// Applies a plan of which one write is refused.
pub async fn a_half_written_apply_names_both_halves(harness: &dyn Harness) -> Verdict {
    let (deployer, target) = offered(harness).await?;
    let made = plan(harness, &deployer, &target).await?;
    if !harness.refuse_variable_after(1).await {
        return skip("the harness cannot refuse a variable");
    }
    let Err(error) = apply(harness, &deployer, &made).await else {
        return broken("a variable was refused, and the apply is reported as complete");
    };
    let Some(partial) = error.partial().filter(|_| error.kind() == ErrorKind::Incomplete) else {
        return broken(format!("a variable was refused, and the error names no halves: {error:#}"));
    };
    let left = plan(harness, &deployer, &target).await?;
    for entry in made.writes() {
        let is_open = left.writes().any(|open| open.key == entry.key);
        let list = if is_open { &partial.not_written } else { &partial.written };
        let is_named = list.contains(&entry.key) || partial.unknown.contains(&entry.key);
        ensure!(
            is_named,
            "`{}` is {}written, and the error is: {error:#}",
            entry.key,
            if is_open { "not " } else { "" }
        );
    }
    Ok(())
}

/// Loses the answer to an apply, and the apply, and compares the result with what the platform did.
pub async fn a_lost_apply_is_read_back(harness: &dyn Harness) -> Verdict {
    for acted_on in [true, false] {
        let (deployer, target) = offered(harness).await?;
        let made = plan(harness, &deployer, &target).await?;
        if !harness.lose_next_write(Method::ApplyVariables, acted_on).await {
            return skip("the harness cannot lose a write");
        }
        let answer = apply(harness, &deployer, &made).await;
        let left = plan(harness, &deployer, &target).await?;
        match answer {
            Ok(_) => ensure!(left.is_empty(), "an apply that was lost is reported as complete, and is not"),
            Err(error) => {
                let untouched = left.writes().count() == made.writes().count();
                let is_safe = error.is_safe_to_repeat();
                ensure!(untouched || !is_safe, "something was written, and it is called safe: {error:#}");
            }
        }
    }
    Ok(())
}

/// Plans exactly one variable, and searches the plan for removals of what the platform made.
pub async fn what_the_platform_made_is_never_removed(harness: &dyn Harness) -> Verdict {
    let (deployer, target) = offered(harness).await?;
    let read = match meanwhile(harness, deployer.variables_of(&target)).await {
        Ok(read) => read,
        Err(error) => return broken(format!("the variables of `{target}` are not readable: {error:#}")),
    };
    let made: Vec<_> = read.variables.iter().filter(|variable| variable.origin != Origin::User).collect();
    if made.is_empty() {
        return skip("the platform made no variable");
    }
    let desired = DesiredVariables::new().set("CONFORMANCE_A", VALUE);
    let exact = match meanwhile(harness, deployer.plan_variables(&target, &desired, PlanOptions::exact())).await {
        Ok(exact) => exact,
        Err(error) => return broken(format!("an exact plan failed: {error:#}")),
    };
    let removed = exact.writes().filter(|entry| entry.change == Change::Remove);
    for entry in removed {
        let is_made = made.iter().any(|variable| variable.key == entry.key && variable.scope == entry.scope);
        ensure!(!is_made, "the plan removes `{}`, which the platform made", entry.key);
    }
    Ok(())
}

/// Plans no variable.
pub async fn an_empty_set_needs_a_flag(harness: &dyn Harness) -> Verdict {
    let (deployer, target) = offered(harness).await?;
    let nothing = DesiredVariables::new();
    for options in [PlanOptions::merge(), PlanOptions::exact()] {
        match meanwhile(harness, deployer.plan_variables(&target, &nothing, options)).await {
            Err(error) if error.kind() == ErrorKind::InvalidInput => {}
            Err(error) => return broken(format!("an empty set is refused as: {error:#}")),
            Ok(_) => return broken("an empty set is planned without the flag"),
        }
        let allowed = options.with_allow_empty(true);
        if let Err(error) = meanwhile(harness, deployer.plan_variables(&target, &nothing, allowed)).await {
            return broken(format!("an empty set is allowed, and refused: {error:#}"));
        }
    }
    Ok(())
}

/// Prints what is read, planned and applied, and an error.
pub async fn values_are_printed_nowhere(harness: &dyn Harness) -> Verdict {
    let (deployer, target) = offered(harness).await?;
    let made = plan(harness, &deployer, &target).await?;
    nowhere("a plan", &format!("{made:?} {made:#?} {}", json(&made)))?;
    let answer = apply(harness, &deployer, &made).await;
    nowhere("an answer", &format!("{answer:?} {answer:#?}"))?;
    let read = meanwhile(harness, deployer.variables_of(&target)).await;
    nowhere("a set of variables", &format!("{read:?} {}", read.as_ref().map(json).unwrap_or_default()))?;
    // The plan is not that of the present variables any more.
    let error = apply(harness, &deployer, &made).await;
    nowhere("an error", &format!("{error:?}"))
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn nowhere(what: &str, text: &str) -> Verdict {
    ensure!(!text.contains(VALUE), "{what} prints the value of a variable");
    Ok(())
}

/// A plan that writes two variables, until it was applied.
async fn plan(harness: &dyn Harness, deployer: &Arc<dyn Deployer>, target: &Target) -> Result<VariablePlan, NotKept> {
    let desired = DesiredVariables::new().set("CONFORMANCE_A", VALUE).set("CONFORMANCE_B", VALUE);
    match meanwhile(harness, deployer.plan_variables(target, &desired, PlanOptions::merge())).await {
        Ok(plan) => Ok(plan),
        Err(error) => broken(format!("planning the variables of `{target}` failed: {error:#}")),
    }
}

async fn apply(harness: &dyn Harness, deployer: &Arc<dyn Deployer>, plan: &VariablePlan) -> Result<Applied> {
    meanwhile(harness, deployer.apply_variables(plan)).await
}

fn applied(answer: Result<Applied>) -> Verdict {
    match answer {
        Ok(_) => Ok(()),
        Err(error) => broken(format!("applying a plan failed: {error:#}")),
    }
}

async fn offered(harness: &dyn Harness) -> Result<(Arc<dyn Deployer>, Target), NotKept> {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Succeeds]).await?;
    if !deployer.offers(Method::Variables) || !deployer.capabilities().can(target.kind(), crate::Ability::Variables) {
        return not_offered("`variables` is not offered");
    }
    Ok((deployer, target))
}
