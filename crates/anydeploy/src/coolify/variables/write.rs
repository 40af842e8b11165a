//! Writing a plan: each thing once, and then a read that says what is there.

use coolify_client::types::{ApplicationVariableBulk, ApplicationVariableBulkItem, VariableBulk, VariableBulkItem};
use coolify_client::wire::Patch;

use super::rows::{self, MULTILINE};
use super::{Coolify, read};
use crate::adapter::after_write;
use crate::{
    Ability, Applied, Change, Deployer, DesiredVariable, Error, ErrorKind, Partial, PlanEntry, Result, SecretText,
    Target, TargetKind, Variable, VariablePlan, VariableScope, VariableSet, VariableValue, platform,
};

/// Writes a plan.
pub(super) async fn apply(coolify: &Coolify, plan: &VariablePlan) -> Result<Applied> {
    let target = plan.target();
    coolify.capabilities().require(&platform::COOLIFY, target.kind(), Ability::Variables)?;
    let writes = Writes::of(plan);
    if writes.is_empty() {
        return Ok(Applied::new());
    }
    // Nothing is written yet.
    let now = read(coolify, target).await.map_err(|error| error.with_safe_to_repeat(true))?;
    if now != *plan.base() {
        let message = "the variables were changed since the plan was made";
        let error = Error::new(ErrorKind::Conflict, message).with_platform(platform::COOLIFY);
        return Err(error.with_advice("plan again"));
    }
    // Before 4.0.0-beta.427 a variable has another flag for the build, which each change of an application's clears.
    if *target.kind() == TargetKind::Application && writes.lacks_build_flag {
        let what = "changing a variable without hiding it from the build, before 4.0.0-beta.427";
        return Err(Error::unsupported(platform::COOLIFY, what).with_safe_to_repeat(true));
    }
    match writes.send(coolify, target).await {
        Ok(()) => writes.verified(coolify, target).await,
        Err(error) => writes.after(coolify, target, error).await,
    }
}

/// What is sent, in this order.
struct Writes {
    /// Rows that stand in the way of one that is written: of two of one key, Coolify would change the first.
    duplicates: Vec<Removal>,
    items: Vec<Item>,
    removals: Vec<Removal>,
    /// One that is changed does not say whether the build sees it.
    lacks_build_flag: bool,
}

/// A row that is removed.
struct Removal {
    label: String,
    uuid: String,
}

/// A variable that is added or changed, with every flag that would be reset if it were left out.
struct Item {
    label: String,
    key: String,
    scope: VariableScope,
    value: SecretText,
    is_literal: bool,
    is_multiline: bool,
    is_shown_once: bool,
    is_buildtime: Option<bool>,
    comment: Option<String>,
}

impl Writes {
    fn of(plan: &VariablePlan) -> Self {
        let mut writes =
            Self { duplicates: Vec::new(), items: Vec::new(), removals: Vec::new(), lacks_build_flag: false };
        let is_written = |of: &PlanEntry| {
            plan.writes().any(|entry| entry.change != Change::Remove && entry.key == of.key && entry.scope == of.scope)
        };
        for entry in plan.writes() {
            match (plan.desired(entry), plan.present(entry)) {
                (Some(wanted), present) => {
                    writes.lacks_build_flag |= present.is_some_and(|present| present.at_build.is_none());
                    writes.items.push(Item::of(entry, wanted, present));
                }
                (None, Some(present)) => {
                    let removal = Removal { label: label(entry), uuid: rows::uuid(present).to_owned() };
                    let list = if is_written(entry) { &mut writes.duplicates } else { &mut writes.removals };
                    list.push(removal);
                }
                (None, None) => {}
            }
        }
        // Coolify reads the previews' rows once, at the first item of them, and makes one of every other variable that is added:
        // an item of a variable that is added after that read would make a second row (4.3.11).
        let (previews, mut items): (Vec<_>, Vec<_>) =
            writes.items.into_iter().partition(|item| item.scope == VariableScope::Preview);
        items.extend(previews);
        Self { items, ..writes }
    }

    fn is_empty(&self) -> bool {
        self.duplicates.is_empty() && self.items.is_empty() && self.removals.is_empty()
    }

    /// Sends everything, each once, until something fails; what is added and changed comes before what is removed, so that a
    /// failure empties nothing.
    async fn send(&self, coolify: &Coolify, target: &Target) -> Result<()> {
        for removal in &self.duplicates {
            removal.send(coolify, target).await?;
        }
        if !self.items.is_empty() {
            send_items(coolify, target, &self.items).await?;
        }
        for removal in &self.removals {
            removal.send(coolify, target).await?;
        }
        Ok(())
    }

    /// What was written, by a read after all of it was: one that fails takes nothing of that back.
    async fn verified(&self, coolify: &Coolify, target: &Target) -> Result<Applied> {
        match read(coolify, target).await {
            Ok(now) => self.applied(&now),
            Err(_) => Ok(self.applied_unseen()),
        }
    }

    /// What was written, by what is there after all of it was.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if a variable has another value by now, or stands twice; [`ErrorKind::Incomplete`] if the server
    /// did not take an attribute, with what is there of all the rest.
    fn applied(&self, now: &VariableSet) -> Result<Applied> {
        let mut applied = self.applied_unseen();
        applied.unverified.clear();
        for item in &self.items {
            match item.seen(now) {
                // A bulk that was delivered twice at once makes two rows.
                Seen::Written if item.rows(now) > 1 => return Err(changed_again(&item.label, "twice")),
                Seen::Written => applied.written.push(item.label.clone()),
                Seen::Hidden => applied.unverified.push(item.label.clone()),
                Seen::Untaken(attribute) => {
                    return Err(untaken(&item.label, attribute).with_partial(Some(self.sorted(now))));
                }
                Seen::Other => return Err(changed_again(&item.label, "with another value")),
            }
        }
        Ok(applied)
    }

    /// The same where the variables cannot be read any more.
    fn applied_unseen(&self) -> Applied {
        let removed = self.duplicates.iter().chain(&self.removals).map(|removal| removal.label.clone()).collect();
        Applied::new().with_removed(removed).with_unverified(self.items.iter().map(|item| item.label.clone()).collect())
    }

    /// What was written by the requests before one that failed, and by that one.
    ///
    /// A bulk is not atomic, so a refusal proves as little as a lost answer.
    async fn after(&self, coolify: &Coolify, target: &Target, error: Error) -> Result<Applied> {
        // Who answered has done what it would do; without an answer, the server may still be at it.
        let is_over = error.is_safe_to_repeat() || error.server_message().is_some();
        let read_complete = async || Ok(is_complete(&self.sorted(&read(coolify, target).await?)));
        let error = if is_over {
            error
        } else {
            match after_write(error, &coolify.timing, read_complete).await {
                Ok(()) => return self.verified(coolify, target).await,
                Err(lost) => lost,
            }
        };
        match read(coolify, target).await {
            Ok(now) if is_complete(&self.sorted(&now)) => self.applied(&now),
            Ok(now) => Err(failed(error, is_over, self.sorted(&now))),
            Err(_) => Err(failed(error, is_over, self.unseen())),
        }
    }

    /// What is there of all that was to be written.
    fn sorted(&self, now: &VariableSet) -> Partial {
        let mut partial = Partial::default();
        for item in &self.items {
            let list = match item.seen(now) {
                Seen::Written => &mut partial.written,
                Seen::Other | Seen::Untaken(_) => &mut partial.not_written,
                Seen::Hidden => &mut partial.unknown,
            };
            list.push(item.label.clone());
        }
        for removal in self.duplicates.iter().chain(&self.removals) {
            let is_there = now.variables.iter().any(|variable| rows::uuid(variable) == removal.uuid);
            let list = if is_there { &mut partial.not_written } else { &mut partial.written };
            list.push(removal.label.clone());
        }
        partial
    }

    /// The same if nothing could be read.
    fn unseen(&self) -> Partial {
        let removals = self.duplicates.iter().chain(&self.removals).map(|removal| removal.label.clone());
        let unknown = self.items.iter().map(|item| item.label.clone()).chain(removals).collect();
        Partial::new(Vec::new(), Vec::new(), unknown)
    }
}

/// Whether everything is there.
fn is_complete(partial: &Partial) -> bool {
    partial.not_written.is_empty() && partial.unknown.is_empty()
}

/// The error of a plan of which something failed.
fn failed(error: Error, is_over: bool, partial: Partial) -> Error {
    if partial.written.is_empty() && partial.unknown.is_empty() {
        // Without an answer, the server may still write it.
        return error.with_safe_to_repeat(is_over).with_partial(Some(partial));
    }
    let message = "some variables were written and others not";
    Error::new(ErrorKind::Incomplete, message)
        .with_platform(platform::COOLIFY)
        .with_partial(Some(partial))
        .with_source(error)
}

fn changed_again(label: &str, how: &str) -> Error {
    let message = format!("the variable `{label}` was written, and stands there {how} now");
    let error = Error::new(ErrorKind::Conflict, message).with_platform(platform::COOLIFY);
    error.with_safe_to_repeat(false).with_advice("plan again")
}

/// The error of an attribute that a version drops: `is_multiline` and `is_shown_once` up to 4.0.0-beta.434, the comment up to
/// 4.0.0-beta.468.
fn untaken(label: &str, attribute: &str) -> Error {
    let message = format!(
        "the variable `{label}` has its value, and the server did not take its `{attribute}`: its version may not know that, or \
         somebody else has changed it"
    );
    Error::new(ErrorKind::Incomplete, message).with_platform(platform::COOLIFY)
}

/// What an entry is called in a list of keys.
fn label(entry: &PlanEntry) -> String {
    if entry.scope == VariableScope::Runtime { entry.key.clone() } else { format!("{} ({})", entry.key, entry.scope) }
}

/// What a read shows of a variable that was to be written.
enum Seen {
    Written,
    /// It has the value, and another one of this attribute.
    Untaken(&'static str),
    Other,
    Hidden,
}

impl Item {
    fn of(entry: &PlanEntry, wanted: &DesiredVariable, present: Option<&Variable>) -> Self {
        let was = |name: &str| present.is_some_and(|present| rows::flag(present, name));
        Self {
            label: label(entry),
            key: entry.key.clone(),
            scope: entry.scope.clone(),
            value: wanted.value.clone(),
            is_literal: wanted.literal.or(present.and_then(|present| present.literal)) == Some(true),
            // A line end in a value that is not marked so begins a line of its own in the file of the container.
            is_multiline: was(MULTILINE) || wanted.value.expose().contains('\n'),
            is_shown_once: wanted.secret.unwrap_or_else(|| present.is_some_and(|present| present.secret)),
            is_buildtime: wanted.at_build,
            comment: wanted.comment.clone(),
        }
    }

    /// How many rows have its identity.
    fn rows(&self, now: &VariableSet) -> usize {
        now.variables.iter().filter(|variable| variable.key == self.key && variable.scope == self.scope).count()
    }

    fn seen(&self, now: &VariableSet) -> Seen {
        let Some(variable) = now.get(&self.key, &self.scope) else { return Seen::Other };
        // An empty comment is stored as none (4.3.11).
        let comment = variable.comment.as_deref().unwrap_or_default();
        let attributes = [
            ("is_shown_once", variable.secret == self.is_shown_once),
            ("is_literal", variable.literal == Some(self.is_literal)),
            (MULTILINE, rows::flag(variable, MULTILINE) == self.is_multiline),
            ("is_buildtime", self.is_buildtime.is_none_or(|at_build| variable.at_build == Some(at_build))),
            ("comment", self.comment.as_ref().is_none_or(|wanted| wanted == comment)),
        ];
        match (&variable.value, attributes.iter().find(|(_, is_taken)| !is_taken)) {
            (VariableValue::Known(value), _) if *value != self.value => Seen::Other,
            (_, Some((name, _))) => Seen::Untaken(name),
            (VariableValue::Known(_), None) => Seen::Written,
            _ => Seen::Hidden,
        }
    }
}

impl Removal {
    async fn send(&self, coolify: &Coolify, target: &Target) -> Result<()> {
        match coolify.api.delete_variable(target, &self.uuid).await {
            // Somebody else was faster.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            answer => answer,
        }
    }
}

async fn send_items(coolify: &Coolify, target: &Target, items: &[Item]) -> Result<()> {
    let comment = |item: &Item| item.comment.clone().map_or(Patch::Absent, Patch::Value);
    if *target.kind() == TargetKind::Application {
        let of = |item: &Item| ApplicationVariableBulkItem {
            comment: comment(item),
            is_buildtime: item.is_buildtime,
            is_literal: Some(item.is_literal),
            is_multiline: Some(item.is_multiline),
            is_preview: Some(item.scope == VariableScope::Preview),
            is_shown_once: Some(item.is_shown_once),
            value: Some(item.value.expose().into()),
            ..ApplicationVariableBulkItem::new(&item.key)
        };
        let body = ApplicationVariableBulk::new(items.iter().map(of).collect());
        return coolify.api.set_application_variables(target.id(), &body).await;
    }
    let of = |item: &Item| VariableBulkItem {
        comment: comment(item),
        is_buildtime: item.is_buildtime,
        is_literal: Some(item.is_literal),
        is_multiline: Some(item.is_multiline),
        is_shown_once: Some(item.is_shown_once),
        value: Some(item.value.expose().into()),
        ..VariableBulkItem::new(&item.key)
    };
    coolify.api.set_variables(target, &VariableBulk::new(items.iter().map(of).collect())).await
}

#[cfg(test)]
mod tests;
