//! Writes a plan of variables: adds, then changes, then removals, so that a failure empties nothing; each once.

use std::collections::BTreeMap;

use anydeploy_wire::Secret;
use qovery_client::types::{
    ApiVariableScopeEnum as Scope, VariableEditRequest, VariableImportEntry, VariableOverrideRequest, VariableRequest,
};

use super::levels::{Details, scope_of, service_type};
use super::read;
use super::rules::{above, overridden};
use crate::adapter::{after_write, retry_briefly, sorted_by};
use crate::qovery::Qovery;
use crate::{
    Applied, Change, DesiredVariable, Error, ErrorKind, Partial, PlanEntry, Result, Target, VariablePlan, VariableSet,
    VariableValue, platform,
};

/// Writes what a plan says.
pub(super) async fn apply(qovery: &Qovery, plan: &VariablePlan) -> Result<Applied> {
    if plan.is_empty() {
        return Ok(Applied::new());
    }
    let target = plan.target();
    let before = retry_briefly(|| read(&qovery.api, target)).await.map_err(|error| error.with_safe_to_repeat(true))?;
    if before != *plan.base() {
        let error = Error::new(ErrorKind::Conflict, "the variables have changed since the plan was made");
        return Err(error.with_platform(platform::QOVERY).with_advice("plan again"));
    }
    let mut writer = Writer { qovery, plan, target, scope: scope_of(target.kind())?, sent: BTreeMap::new() };
    let failure = writer.write().await.err();
    let after = retry_briefly(|| read(&qovery.api, target)).await;
    judge(plan, &writer.sent, after, failure)
}

/// What is known of the request that wrote something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    /// It was accepted.
    Accepted,
    /// Its answer is lost, and nothing shows whether it was acted on.
    Open,
}

/// One writing of a plan.
struct Writer<'a> {
    qovery: &'a Qovery,
    plan: &'a VariablePlan,
    target: &'a Target,
    scope: Scope,
    /// The keys for which a request was sent that was not refused.
    sent: BTreeMap<&'a str, Sent>,
}

impl<'a> Writer<'a> {
    /// Sends each request once, up to the first that fails.
    async fn write(&mut self) -> Result<()> {
        let api = &self.qovery.api;
        let (mut imported, mut others) = (Vec::new(), Vec::new());
        for entry in self.plan.writes() {
            // An import takes no comment, and makes an override by itself, which is sent as one here.
            let plain = |wanted: &&DesiredVariable| entry.change == Change::Add && wanted.comment.is_none();
            match self.plan.desired(entry).filter(plain) {
                Some(wanted) if self.above(entry).is_none() => imported.push((entry, wanted)),
                _ => others.push(entry),
            }
        }
        match service_type(self.target.kind()) {
            Some(kind) if !imported.is_empty() => {
                let entries: Vec<&PlanEntry> = imported.iter().map(|(entry, _)| *entry).collect();
                let vars = imported.iter().map(|(_, wanted)| import_entry(wanted, &self.scope)).collect();
                self.settle(&entries, api.import_variables(self.target, &kind, vars).await).await?;
            }
            _ => others.extend(imported.into_iter().map(|(entry, _)| entry)),
        }
        let rank = |entry: &PlanEntry| match entry.change {
            Change::Add => 0,
            Change::Remove => 2,
            _ => 1,
        };
        for entry in sorted_by(others, |one, other| rank(one).cmp(&rank(other))) {
            let answer = self.send(entry).await;
            self.settle(&[entry], answer).await?;
        }
        Ok(())
    }

    /// Sends the request of one entry.
    async fn send(&self, entry: &PlanEntry) -> Result<()> {
        let (api, parent) = (&self.qovery.api, self.target.id());
        let present = self.plan.present(entry).and_then(Details::of);
        match (self.plan.desired(entry), present) {
            (Some(wanted), Some(present)) => {
                let mut edit = VariableEditRequest::new(&*entry.key).with_value(Secret::from(wanted.value.expose()));
                // What becomes of an attribute that is left out is not documented; the console sends both of them (720181b,
                // `create-update-variable-modal.tsx`).
                if let Some(comment) = comment_after(self.plan, entry) {
                    edit = edit.with_description(comment.to_owned());
                }
                if let Some(interpolates) = present.enable_interpolation_in_file {
                    edit = edit.with_enable_interpolation_in_file(interpolates);
                }
                api.edit_variable(&present.id, &edit).await
            }
            (Some(wanted), None) => {
                let (secret, value, description) =
                    (wanted.secret.unwrap_or(false), wanted.value.expose(), wanted.comment.clone());
                if let Some(above) = self.above(entry) {
                    let enable_interpolation_in_file = above.enable_interpolation_in_file;
                    let body = VariableOverrideRequest::new(parent, self.scope.clone(), value);
                    let body = VariableOverrideRequest { description, enable_interpolation_in_file, ..body };
                    return api.override_variable(&overridden(self.plan.base(), above), &body).await;
                }
                let body = VariableRequest::new(secret, &*entry.key, value, parent, self.scope.clone());
                api.create_variable(&VariableRequest { description, ..body }).await
            }
            (None, Some(present)) => match api.delete_variable(&present.id).await {
                // It is gone, or the list will show that it is not.
                Err(error) if is_missing(&error) => Ok(()),
                answer => answer,
            },
            (None, None) => Ok(()),
        }
    }

    /// The variable of the same key that stands nearest above the target.
    fn above(&self, entry: &PlanEntry) -> Option<Details> {
        above(self.plan.base(), &entry.key).and_then(Details::of)
    }

    /// Notes what an answer says of these entries; a lost one is decided by reading.
    async fn settle(&mut self, entries: &[&'a PlanEntry], answer: Result<()>) -> Result<()> {
        let settled = match answer {
            Err(error) if !error.is_safe_to_repeat() => {
                let shows = async || {
                    let now = read(&self.qovery.api, self.target).await?;
                    let shows = |entry: &&PlanEntry| match state_of(self.plan, entry, &now) {
                        State::Done => true,
                        State::Hidden => entry.change == Change::Add,
                        State::NotDone => false,
                    };
                    Ok(entries.iter().copied().any(|entry| shows(&entry)))
                };
                after_write(error, &self.qovery.timing, shows).await
            }
            answer => answer,
        };
        let sent = match &settled {
            Ok(()) => Some(Sent::Accepted),
            Err(error) if error.is_safe_to_repeat() => None,
            Err(_) => Some(Sent::Open),
        };
        let keys = entries.iter().map(|entry| &*entry.key);
        self.sent.extend(keys.filter_map(|key| Some((key, sent?))));
        settled
    }
}

/// A new variable as it is imported.
fn import_entry(wanted: &DesiredVariable, scope: &Scope) -> VariableImportEntry {
    VariableImportEntry::new(wanted.secret.unwrap_or(false), &*wanted.key, scope.clone(), wanted.value.expose())
}

/// How an entry of a plan stands by what was read afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Done,
    NotDone,
    /// The variable is there, and its value is hidden.
    Hidden,
}

/// The comment that a variable is to have: the desired one, or the one that it has.
fn comment_after<'a>(plan: &'a VariablePlan, entry: &PlanEntry) -> Option<&'a str> {
    let desired = plan.desired(entry).and_then(|wanted| wanted.comment.as_deref());
    desired.or_else(|| plan.present(entry)?.comment.as_deref())
}

fn state_of(plan: &VariablePlan, entry: &PlanEntry, now: &VariableSet) -> State {
    let comment = comment_after(plan, entry);
    match (now.get(&entry.key, &entry.scope), plan.desired(entry)) {
        (None, None) => State::Done,
        // What a new variable without a comment is described as is the server's.
        (Some(now), Some(_))
            if comment.is_some_and(|comment| now.comment.as_deref().unwrap_or_default() != comment) =>
        {
            State::NotDone
        }
        (Some(now), Some(wanted)) => match &now.value {
            VariableValue::Known(value) if *value == wanted.value => State::Done,
            VariableValue::Known(_) => State::NotDone,
            _ => State::Hidden,
        },
        _ => State::NotDone,
    }
}

/// What was written, by what was read afterwards.
fn judge(
    plan: &VariablePlan,
    sent: &BTreeMap<&str, Sent>,
    after: Result<VariableSet>,
    failure: Option<Error>,
) -> Result<Applied> {
    let mut applied = Applied::new();
    let (mut not_written, mut unknown) = (Vec::new(), Vec::new());
    for entry in plan.writes() {
        let state = after.as_ref().ok().map(|after| state_of(plan, entry, after));
        let key = entry.key.clone();
        match (state, sent.get(&*entry.key)) {
            (Some(State::Done), _) if entry.change == Change::Remove => applied.removed.push(key),
            (Some(State::Done), _) => applied.written.push(key),
            (Some(State::Hidden), Some(Sent::Accepted)) => applied.unverified.push(key),
            (Some(State::Hidden | State::NotDone), Some(Sent::Open)) | (None, Some(_)) => unknown.push(key),
            (_, None) | (Some(State::NotDone), Some(Sent::Accepted)) => not_written.push(key),
        }
    }
    if not_written.is_empty() && unknown.is_empty() {
        return Ok(applied);
    }
    let Applied { written, removed, unverified, .. } = applied;
    let written: Vec<String> = written.into_iter().chain(removed).chain(unverified).collect();
    match failure.or(after.err()) {
        // No request was accepted: the error of the first one says all.
        Some(error) if written.is_empty() && sent.is_empty() => Err(error),
        Some(error) if written.is_empty() && error.kind() == ErrorKind::NoAnswer => {
            Err(error.with_partial(Some(Partial::new(written, not_written, unknown))))
        }
        cause => {
            let message = "some variables were written, and others were not";
            let error = Error::new(ErrorKind::Incomplete, message).with_platform(platform::QOVERY);
            let error = error.with_partial(Some(Partial::new(written, not_written, unknown)));
            Err(match cause {
                Some(cause) => error.with_source(cause),
                None => error,
            })
        }
    }
}

fn is_missing(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotFoundOrForbidden | ErrorKind::PermissionDenied)
}

#[cfg(test)]
mod tests;
