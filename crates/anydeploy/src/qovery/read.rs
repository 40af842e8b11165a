//! Reading a deployment back: what became of an execution, of one service in it or of the whole environment.

use qovery_client::types::{DeploymentHistoryEnvironmentV2 as Past, StateEnum, Status};

use super::history::{commit_of, tag_of, with_past};
use super::look::{Look, filled};
use super::order::part;
use super::status::{judge_past, judge_service};
use super::trail::{CANCELLED, COMMIT, ENVIRONMENT, EXECUTION, INFERRED, REQUEST, TAG, mark, told};
use super::{Qovery, phase};
use crate::flight;
use crate::{Deployment, DeploymentId, Error, ErrorKind, Phase, Platform, Result, TargetKind};

impl Qovery {
    pub(super) async fn read(&self, id: &DeploymentId) -> Result<Deployment> {
        id.expect_platform(&Platform::Qovery)?;
        if id.get(CANCELLED).is_some() {
            return Ok(told(id.clone(), Phase::Cancelled, StateEnum::Canceled.as_str()));
        }
        match id.get(EXECUTION) {
            Some(_) => {
                let look = self.look(id.require(ENVIRONMENT)?).await?;
                let read = self.follow(id.clone(), &look).await?;
                // It shows, so that nobody takes it for a new one.
                flight::forget(&mark(id));
                Ok(read)
            }
            None => self.find(id).await,
        }
    }

    /// Tells where the execution stands that the id names.
    pub(super) async fn follow(&self, id: DeploymentId, look: &Look) -> Result<Deployment> {
        let execution = id.require(EXECUTION)?;
        let current = look.last() == Some(execution);
        let whole = look.last_state().filter(|_| current);
        let going_on = whole.filter(|state| !phase(state).is_terminal());
        if *id.target().kind() == TargetKind::Environment {
            return match whole {
                Some(state) if phase(state) != Phase::Unknown => Ok(told(id, phase(state), state.as_str())),
                _ => self.read_past(id, whole).await,
            };
        }
        if let Some(status) = look.service(id.target().id()).filter(|status| shows(status, execution, current)) {
            let phase = judge_service(&status.state, status.status_details.as_ref());
            // A status that names no execution may still be that of the one before, as long as ours goes on.
            let named = filled(status.execution_id.as_deref()).is_some();
            if let Some(state) = going_on.filter(|_| !named && phase.is_terminal()) {
                return Ok(told(id, Phase::Running, state.as_str()));
            }
            match phase {
                Phase::Succeeded => return self.succeeded(id, &status.state).await,
                // The execution is over, so the history has the last word.
                Phase::Unknown if going_on.is_none() => {}
                _ => return Ok(told(id, phase, status.state.as_str())),
            }
        } else if let Some(state) = going_on {
            // The execution has not come to the service yet.
            return Ok(told(id, Phase::Running, state.as_str()));
        }
        self.read_past(id, whole).await
    }

    /// A success, unless the request was merged into one that deployed something else.
    async fn succeeded(&self, id: DeploymentId, state: &StateEnum) -> Result<Deployment> {
        let inferred = id.get(REQUEST).is_some() || id.get(INFERRED).is_some();
        let merging = inferred && (id.get(COMMIT).is_some() || id.get(TAG).is_some());
        if merging {
            let past = self.past(id.require(ENVIRONMENT)?).await?;
            if let Some(entry) = entry_of(&past, &id) {
                return Ok(service_in(id, entry));
            }
        }
        Ok(told(id, Phase::Succeeded, state.as_str()))
    }

    /// What the history tells; `whole` is the state of the execution if it is still the newest.
    async fn read_past(&self, id: DeploymentId, whole: Option<&StateEnum>) -> Result<Deployment> {
        let past = self.past(id.require(ENVIRONMENT)?).await?;
        match entry_of(&past, &id) {
            Some(entry) if *id.target().kind() == TargetKind::Environment => {
                let deployment = told(id, judge_past(entry), entry.status.as_str());
                Ok(with_past(deployment, entry.auditing_data.as_ref()))
            }
            Some(entry) => Ok(service_in(id, entry)),
            // The history may be behind.
            None if whole.is_some() => {
                let raw = whole.map(|state| state.as_str().to_owned()).unwrap_or_default();
                Ok(told(id, Phase::Unknown, raw))
            }
            None => Err(Error::new(
                ErrorKind::NotFound,
                "a later deployment took the place of this one, which is not in the history any more",
            )
            .with_platform(Platform::Qovery)),
        }
    }
}

/// Whether the state of a service is what the execution made of it.
fn shows(status: &Status, execution: &str, current: bool) -> bool {
    match filled(status.execution_id.as_deref()) {
        Some(shown) => shown == execution,
        None => current && status.is_part_last_deployment == Some(true),
    }
}

fn entry_of<'a>(past: &'a [Past], id: &DeploymentId) -> Option<&'a Past> {
    past.iter().find(|entry| Some(entry.identifier.execution_id.as_str()) == id.get(EXECUTION))
}

/// What became of a service in an execution that the history lists.
fn service_in(id: DeploymentId, entry: &Past) -> Deployment {
    let whole = judge_past(entry);
    let Some(part) = part(entry, id.target().id()) else {
        let (phase, reason) = match whole {
            Phase::Succeeded => (Phase::Failed, Some("the deployment is over and left this service out")),
            Phase::Failed => (Phase::Failed, Some("the deployment failed before it came to this service")),
            whole => (whole, None),
        };
        let deployment = told(id, phase, entry.status.as_str()).with_reason(reason.map(str::to_owned));
        return with_past(deployment, entry.auditing_data.as_ref());
    };
    let superseded = superseded(&id, &part.details);
    let (phase, reason) = match judge_service(&part.status, part.status_details.as_ref()) {
        Phase::Succeeded if superseded.is_some() => (Phase::Cancelled, superseded),
        // The execution is over, and its state of the service is no end of a deployment.
        Phase::Unknown if whole.is_terminal() => {
            (Phase::Failed, Some(format!("the deployment is over and left this service in `{}`", part.status)))
        }
        phase => (phase, None),
    };
    let commit = commit_of(&part.details).map(str::to_owned);
    let mut deployment = told(id, phase, part.status.as_str()).with_reason(reason);
    deployment.commit = commit.or(deployment.commit);
    with_past(deployment, entry.auditing_data.as_ref())
}

/// Why the revision that was asked for is not the one that was deployed, if it is not.
fn superseded(id: &DeploymentId, details: &serde_json::Map<String, serde_json::Value>) -> Option<String> {
    let other = match (id.get(COMMIT), id.get(TAG)) {
        // A short hash may stand for the long one.
        (Some(asked), _) => commit_of(details).filter(|got| !got.starts_with(asked) && !asked.starts_with(got)),
        (None, Some(asked)) => tag_of(details).filter(|got| *got != asked),
        (None, None) => None,
    }?;
    Some(format!("the request was merged into one that deployed `{other}` instead"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::trail::id_of_execution;
    use super::*;
    use crate::Target;

    fn told_of(whole: &str, service: Option<(&str, &str)>) -> Deployment {
        let parts = service.map(|(state, tag)| {
            json!({"identifier": {"service_id": "web"}, "status": state, "details": {"tag": tag},
                "status_details": {"action": "DEPLOY"}})
        });
        let entry = serde_json::from_value(json!({
            "identifier": {"execution_id": "e1"},
            "status": whole,
            "stages": [{"services": parts.into_iter().collect::<Vec<_>>()}],
        }));
        let id = id_of_execution(&Target::new(TargetKind::Container, "web"), "env", "e1").with(TAG, "1.2");
        service_in(id, &entry.unwrap())
    }

    #[test]
    fn a_service_in_a_past_execution_has_its_own_outcome() {
        let cases = [
            ("DEPLOYED", Some(("DEPLOYED", "1.2")), Phase::Succeeded),
            ("DEPLOYMENT_ERROR", Some(("DEPLOYED", "1.2")), Phase::Succeeded),
            ("DEPLOYED", Some(("DEPLOYMENT_ERROR", "1.2")), Phase::Failed),
            ("CANCELED", Some(("CANCELED", "1.2")), Phase::Cancelled),
            ("DEPLOYING", Some(("DEPLOYMENT_QUEUED", "1.2")), Phase::Queued),
            // What a deployment cannot end in.
            ("DEPLOYED", Some(("STOPPED", "1.2")), Phase::Failed),
            ("DEPLOYED", Some(("READY", "1.2")), Phase::Failed),
            ("DEPLOYING", Some(("READY", "1.2")), Phase::Unknown),
            // Merged, and the other one's tag won.
            ("DEPLOYED", Some(("DEPLOYED", "1.3")), Phase::Cancelled),
            // Never touched.
            ("DEPLOYMENT_ERROR", None, Phase::Failed),
            ("DEPLOYED", None, Phase::Failed),
            ("CANCELED", None, Phase::Cancelled),
            ("DEPLOYING", None, Phase::Running),
        ];
        for (whole, service, expected) in cases {
            assert_eq!(told_of(whole, service).status.phase, expected, "{whole} {service:?}");
        }
    }

    #[test]
    fn a_short_hash_is_the_same_commit() {
        let id = id_of_execution(&Target::application("web"), "env", "e1").with(COMMIT, "abc");
        let details = |commit: &str| json!({"commit": {"git_commit_id": commit}}).as_object().unwrap().clone();
        assert_eq!(superseded(&id, &details("abcdef")), None);
        assert_eq!(superseded(&id, &details("")), None);
        assert!(superseded(&id, &details("bcd")).unwrap().contains("`bcd`"));
    }
}
