//! The variables of a target: texts that are saved as a whole, each change an edit of one.

mod dialect;
mod edits;
mod references;
mod text;
mod texts;

use futures::future::{BoxFuture, FutureExt};

pub(super) use texts::{Application, Plain, SINCE, Texts, WHAT};

use super::Dokploy;
use super::lost_write::{Unseen, effect};
use crate::adapter::{retry_briefly, retry_read};
use crate::{
    Ability, Applied, Change, Deployer, DesiredVariable, DesiredVariables, Error, ErrorKind, Partial, PlanEntry,
    PlanOptions, Result, Target, TargetKind, VariablePlan, VariableScope, VariableSet, Variables, platform,
};

impl Variables for Dokploy {
    fn read_variables<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<VariableSet>> {
        async move { Ok(read(self, target).await?.to_set(target)) }.boxed()
    }

    fn plan_changes<'a>(
        &'a self,
        target: &'a Target,
        desired: &'a DesiredVariables,
        options: PlanOptions,
    ) -> BoxFuture<'a, Result<VariablePlan>> {
        plan(self, target, desired, options).boxed()
    }

    fn apply_plan<'a>(&'a self, plan: &'a VariablePlan) -> BoxFuture<'a, Result<Applied>> {
        apply(self, plan).boxed()
    }
}

async fn read(dokploy: &Dokploy, target: &Target) -> Result<Texts> {
    target.validate()?;
    dokploy.capabilities().require(&platform::DOKPLOY, target.kind(), Ability::Variables)?;
    let read = retry_read(dokploy.timing.server_restarts, || dokploy.api.variables(target)).await;
    let texts = read.map_err(Error::of_read)?;
    match texts.encrypted() {
        Some(text) => Err(encrypted(text)),
        None => Ok(texts),
    }
}

/// The error of a text that the server could not decrypt.
fn encrypted(text: &str) -> Error {
    let message = format!("the server could not decrypt the variables in `{text}`, and gave out what is stored");
    let advice =
        "restore the key of the server (`ENCRYPTION_KEY` or `BETTER_AUTH_SECRET`), and try again; save nothing before";
    Error::new(ErrorKind::Unreadable, message).with_platform(platform::DOKPLOY).of_read().with_advice(advice)
}

async fn plan(
    dokploy: &Dokploy,
    target: &Target,
    desired: &DesiredVariables,
    options: PlanOptions,
) -> Result<VariablePlan> {
    edits::check(target.kind(), desired)?;
    let texts = read(dokploy, target).await?;
    let plan = texts.to_set(target).plan(&edits::kept(desired), options);
    let plan = plan.map_err(|error| error.with_platform(platform::DOKPLOY))?;
    let changed = edits::apply(&texts, &plan)?;
    let warnings: Vec<_> = plan.entries().iter().map(|entry| warning(&plan, entry, desired, &changed)).collect();
    let warning_of = |entry: &PlanEntry, _: Option<&DesiredVariable>| {
        let place = plan.entries().iter().position(|other| other == entry)?;
        warnings[place].map(str::to_owned)
    };
    Ok(plan.clone().with_warnings(warning_of))
}

/// What the server makes of a variable otherwise than a reader expects.
fn warning(
    plan: &VariablePlan,
    entry: &PlanEntry,
    desired: &DesiredVariables,
    changed: &Texts,
) -> Option<&'static str> {
    let value = plan.desired(entry)?.value.expose();
    let wanted = desired.get(&entry.key, &entry.scope)?;
    if references::is_unresolved(value, edits::column_of(plan, entry)?, changed) {
        Some("it holds a reference that resolves to nothing, so that the next deployment fails")
    } else if wanted.literal == Some(true) && references::has_reference(value) {
        Some("Dokploy resolves the reference in it, although it is to stand as it is")
    } else if wanted.secret == Some(true) && wanted.scope == VariableScope::Runtime {
        Some("Dokploy hides no variable of a running service from its users")
    } else {
        wanted.comment.as_ref().map(|_| "Dokploy keeps no comment with a variable")
    }
}

/// Saves the texts of a plan, once, and reads them back.
async fn apply(dokploy: &Dokploy, plan: &VariablePlan) -> Result<Applied> {
    let target = plan.target();
    dokploy.capabilities().require(&platform::DOKPLOY, target.kind(), Ability::Variables)?;
    if plan.is_empty() {
        return Ok(Applied::new());
    }
    let before = read(dokploy, target).await?;
    if plan.base().text() != Some(&before.to_secret()) {
        let message = "the variables were changed since the plan was made, and nothing was written";
        let error = Error::new(ErrorKind::Conflict, message).with_platform(platform::DOKPLOY);
        return Err(error.with_safe_to_repeat(true).with_advice("plan again"));
    }
    let changed = edits::apply(&before, plan)?;
    let saved = match dokploy.api.save_variables(target, &changed).await {
        Ok(()) => retry_briefly(|| dokploy.api.variables(target)).await.ok(),
        Err(error) if error.is_safe_to_repeat() => return Err(error),
        Err(lost) => Some(after_loss(dokploy, target, &before, lost).await?),
    };
    let applied = Applied::new().with_note(Some(note(target.kind()).to_owned()));
    let keys = |removes: bool| {
        let entries = plan.writes().filter(|entry| (entry.change == Change::Remove) == removes);
        edits::keys(&entries.collect::<Vec<_>>())
    };
    let Some(now) = saved else {
        return Ok(applied.with_unverified(edits::keys(&plan.writes().collect::<Vec<_>>())));
    };
    if !now.has_texts_of(&changed) {
        let (written, not_written) = edits::sorted(plan, &now);
        if !not_written.is_empty() {
            let message = "somebody else saved other variables at the same time";
            let partial = Partial::new(written, not_written, Vec::new());
            let error = Error::new(ErrorKind::Incomplete, message).with_platform(platform::DOKPLOY);
            return Err(error.with_partial(Some(partial)));
        }
    }
    Ok(applied.with_written(keys(false)).with_removed(keys(true)))
}

/// Reads after a lost answer whether the texts were saved: they are as before for as long as they were not.
async fn after_loss(dokploy: &Dokploy, target: &Target, before: &Texts, lost: Error) -> Result<Texts> {
    let read = || async {
        let now = dokploy.api.variables(target).await?;
        Ok((!now.has_texts_of(before)).then_some(now))
    };
    let was_read = match effect(&dokploy.timing, read).await {
        Ok(now) => return Ok(now),
        Err(Unseen { was_read }) => was_read,
    };
    // What is saved once more is the same text, unless somebody changed it meanwhile, which the next call notices.
    let advice =
        if was_read { "nothing was written; apply the plan again" } else { "read the variables, and plan again" };
    Err(lost.with_safe_to_repeat(was_read).with_advice(advice))
}

/// When what was saved takes effect.
fn note(kind: &TargetKind) -> &'static str {
    match kind {
        TargetKind::Application => "they take effect with the next deployment, redeployment or restart",
        // The restart of a database only scales it.
        _ => "they take effect with the next deployment or redeployment",
    }
}

#[cfg(test)]
mod tests;
