//! What the id of a deployment says: all that is known of it from its trigger until its execution is known, and after.

use super::action::Action;
use super::ids;
use crate::adapter::{Overlap, Timestamps};
use crate::{Deployment, DeploymentId, DeploymentStatus, Identity, Phase, Result, Revision, Target, platform};

/// The keys of an id; stored ids have them, so that none may change.
mod key {
    pub(super) const ENVIRONMENT: &str = "environment";
    pub(super) const REQUEST: &str = "request";
    pub(super) const AFTER: &str = "after";
    pub(super) const ACCEPTED_AT: &str = "since";
    pub(super) const NEXT: &str = "next";
    pub(super) const FIRST: &str = "first";
    pub(super) const LEFT_QUEUE_AT: &str = "gone";
    pub(super) const OVERLAP: &str = "overlap";
    /// What earlier releases wrote for [`OVERLAP`].
    pub(super) const EARLIER_OVERLAP: &str = "crowded";
    pub(super) const EXECUTION: &str = "execution";
    pub(super) const CANCELLED: &str = "cancelled";
    pub(super) const COMMIT: &str = "commit";
    pub(super) const TAG: &str = "tag";
    pub(super) const CHART: &str = "chart";
    pub(super) const RESOLVED: &str = "resolved";
    pub(super) const ACTION: &str = "action";
    pub(super) const TOGETHER: &str = "together";
}

/// The identities whose name is a key as well.
const LESS_THAN_EXACT: [Identity; 2] = [Identity::Adopted, Identity::Inferred];

/// The value of a key that is only there or not.
const SET: &str = "1";
/// The value of [`key::OVERLAP`] for [`Overlap::Target`].
const SAME_TARGET: &str = "same";
/// The value of [`key::OVERLAP`] for [`Overlap::Environment`].
const AROUND: &str = "around";

/// What is known of a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) target: Target,
    /// The environment whose queue and executions are read.
    pub(super) environment: String,
    /// What is done.
    pub(super) action: Action,
    /// The commit, tag or chart version that is to run; [`Revision::Configured`] where none is named.
    pub(super) revision: Revision,
    /// The revision was not named by the caller, but read before the trigger.
    pub(super) is_revision_read: bool,
    /// Its trigger was one for several targets of the environment.
    pub(super) is_together: bool,
    /// The request, if it had to wait.
    pub(super) request: Option<String>,
    /// When the trigger was accepted.
    pub(super) accepted_at: Option<Timestamps>,
    /// How it is identified, once its request or its execution is known.
    pub(super) identity: Identity,
    /// Qovery was asked to cancel its request while it waited.
    pub(super) is_cancelled: bool,
    /// The execution, once it is known.
    pub(super) execution: Option<String>,
    /// What leads to the execution, until it is known.
    pub(super) clues: Clues,
}

/// What the order of executions is compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Clues {
    /// The newest execution that is known to be another one; `None` if the environment never had one.
    pub(super) after: Option<String>,
    /// The first fitting execution after that one can only be the right one.
    pub(super) is_next: bool,
    /// The first fitting execution that began after the trigger was accepted can only be the right one.
    pub(super) is_first: bool,
    /// When the request was first seen to have left the queue.
    /// Where that is not to be seen, when it was last known to wait: of one that was cancelled, and without a request, of one
    /// that may be its own.
    pub(super) left_queue_at: Option<Timestamps>,
    /// Another trigger of the same program, whose deployment is not known either, may have deployed the target.
    pub(super) overlap: Option<Overlap>,
}

impl Pending {
    /// A deployment of which nothing is known but its place.
    pub(super) fn new(target: Target, environment: impl Into<String>) -> Self {
        Self {
            target,
            environment: environment.into(),
            action: Action::Deploy,
            revision: Revision::Configured,
            is_revision_read: false,
            is_together: false,
            request: None,
            accepted_at: None,
            identity: Identity::Exact,
            is_cancelled: false,
            execution: None,
            clues: Clues::default(),
        }
    }

    /// An execution that Qovery itself lists for the target.
    pub(super) fn listed(target: &Target, environment: &str, execution: &str) -> Self {
        Self { execution: Some(execution.to_owned()), ..Self::new(target.clone(), environment) }
    }

    /// What an id says, with the ids in it in lower case.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if it belongs to another platform, or its target or
    /// environment is no UUID.
    pub(super) fn of(id: &DeploymentId) -> Result<Self> {
        id.expect_platform(&platform::QOVERY)?;
        let target = ids::target(id.target())?;
        let environment = ids::uuid(id.require(key::ENVIRONMENT)?, id)?;
        let is_set = |key| id.get(key).is_some();
        let named = |key| id.get(key).map(str::to_owned);
        let revision = named(key::COMMIT)
            .map(Revision::Commit)
            .or_else(|| named(key::TAG).map(Revision::ImageTag))
            .or_else(|| named(key::CHART).map(Revision::ChartVersion));
        let overlap = id.get(key::OVERLAP).or(id.get(key::EARLIER_OVERLAP));
        let overlap = overlap.map(|word| if word == SAME_TARGET { Overlap::Target } else { Overlap::Environment });
        let clues = Clues {
            after: id.get(key::AFTER).map(ids::lower),
            is_next: is_set(key::NEXT),
            is_first: is_set(key::FIRST),
            left_queue_at: Timestamps::read(id, key::LEFT_QUEUE_AT),
            overlap,
        };
        Ok(Self {
            action: Action::of_word(id.get(key::ACTION)),
            revision: revision.unwrap_or_default(),
            is_revision_read: is_set(key::RESOLVED),
            is_together: is_set(key::TOGETHER),
            request: id.get(key::REQUEST).map(ids::lower),
            accepted_at: Timestamps::read(id, key::ACCEPTED_AT),
            identity: LESS_THAN_EXACT.into_iter().find(|known| is_set(known.as_str())).unwrap_or(Identity::Exact),
            is_cancelled: is_set(key::CANCELLED),
            execution: id.get(key::EXECUTION).map(ids::lower),
            clues,
            ..Self::new(target, environment)
        })
    }

    /// The id that says all this.
    pub(super) fn id(&self) -> DeploymentId {
        let Clues { after, is_next, is_first, left_queue_at, overlap } = &self.clues;
        let [commit, tag, chart] = named_by(&self.revision);
        let overlap = overlap.map(|overlap| if overlap == Overlap::Target { SAME_TARGET } else { AROUND });
        let set = |is_set: bool| is_set.then_some(SET);
        let texts = [
            (key::ENVIRONMENT, Some(&*self.environment)),
            (key::COMMIT, commit),
            (key::TAG, tag),
            (key::CHART, chart),
            (key::RESOLVED, set(self.is_revision_read)),
            (key::ACTION, self.action.word()),
            (key::TOGETHER, set(self.is_together)),
            (key::AFTER, after.as_deref()),
            (key::OVERLAP, overlap),
            (key::NEXT, set(*is_next)),
            (key::FIRST, set(*is_first)),
            (key::REQUEST, self.request.as_deref()),
            (self.identity.as_str(), set(LESS_THAN_EXACT.contains(&self.identity))),
            (key::EXECUTION, self.execution.as_deref()),
            (key::CANCELLED, set(self.is_cancelled)),
        ];
        let times = [(key::ACCEPTED_AT, &self.accepted_at), (key::LEFT_QUEUE_AT, left_queue_at)];
        let bare = DeploymentId::new(platform::QOVERY, self.target.clone());
        let texts = texts.into_iter().filter_map(|(key, text)| Some((key, text?)));
        let with_texts = texts.fold(bare, |id, (key, text)| id.with(key, text));
        times.into_iter().fold(with_texts, |id, (key, time)| time.iter().fold(id, |id, time| time.write(id, key)))
    }

    /// The same with its execution, without what was needed to resolve it.
    pub(super) fn with_execution(self, execution: &str) -> Self {
        Self { execution: Some(execution.to_owned()), clues: Clues::default(), ..self }
    }

    /// The same, known by the order of executions alone.
    pub(super) fn inferred(self) -> Self {
        let identity = if self.identity == Identity::Exact { Identity::Inferred } else { self.identity };
        Self { identity, ..self }
    }

    /// The key of its trigger, which stays from the answer until the execution is known.
    pub(super) fn key(&self) -> String {
        // What a request that waits comes after moves on with the executions that it waits for.
        let known = self.request.as_ref().or(self.clues.after.as_ref()).map_or("", |known| known);
        let triggered = if self.is_together { &self.environment } else { &self.target.to_string() };
        format!("{triggered} {:?} {known}", self.accepted_at)
    }

    /// Whether another revision than the one that was named may have been deployed under it.
    pub(super) fn may_be_merged(&self) -> bool {
        self.request.is_some() || self.identity == Identity::Inferred
    }

    /// The deployment, whose request or execution is known.
    pub(super) fn to_deployment(&self, phase: Phase, raw: impl Into<String>) -> Deployment {
        self.deployment(self.identity, phase, raw)
    }

    /// The deployment, which was accepted and is not listed yet.
    pub(super) fn accepted(&self) -> Deployment {
        self.unresolved(Phase::Queued, "accepted")
    }

    /// The deployment, which is not resolved yet.
    pub(super) fn unresolved(&self, phase: Phase, raw: impl Into<String>) -> Deployment {
        self.deployment(Identity::Pending, phase, raw)
    }

    fn deployment(&self, identity: Identity, phase: Phase, raw: impl Into<String>) -> Deployment {
        let [commit, ..] = named_by(&self.revision);
        let created_at = self.accepted_at.and_then(Timestamps::date);
        let note = self.action.note_for(self.target.kind()).filter(|_| phase == Phase::Succeeded && !self.is_together);
        Deployment::new(self.id(), identity, DeploymentStatus::new(phase, raw))
            .with_action(self.action.asked())
            .with_note(note.map(str::to_owned))
            .with_commit(commit.map(str::to_owned))
            .with_times(created_at, None)
    }
}

/// The commit, the image tag or the chart version that a revision names.
pub(super) fn named_by(revision: &Revision) -> [Option<&str>; 3] {
    match revision {
        Revision::Commit(commit) => [Some(commit), None, None],
        Revision::ImageTag(tag) => [None, Some(tag), None],
        Revision::ChartVersion(version) => [None, None, Some(version)],
        _ => [None; 3],
    }
}

/// The execution that an id names.
pub(super) fn execution_of(id: &DeploymentId) -> Option<&str> {
    id.get(key::EXECUTION)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ErrorKind, JobEvent, TerraformAction};

    const CAPITALS: &str = "710649E0-FA53-40A8-9E1C-0B2D4F6A8C01";
    const SMALL: &str = "710649e0-fa53-40a8-9e1c-0b2d4f6a8c01";

    fn at(seconds: i64) -> Option<Timestamps> {
        let id = DeploymentId::new(platform::QOVERY, Target::application("a")).with("t", seconds.to_string());
        Timestamps::read(&id, "t")
    }

    #[test]
    fn what_is_written_into_an_id_is_read_back_from_it() {
        let bare = Pending::new(Target::application(SMALL), SMALL);
        let clues = Clues {
            after: Some("e1".into()),
            is_next: true,
            is_first: true,
            left_queue_at: at(8),
            overlap: Some(Overlap::Target),
        };
        let waits = Pending { request: Some("r1".into()), accepted_at: at(7), clues, ..bare.clone() };
        let cases = [
            bare.clone(),
            waits.clone(),
            Pending { identity: Identity::Adopted, ..waits.clone() },
            Pending { is_cancelled: true, ..waits.clone() },
            waits.inferred().with_execution("e2"),
            Pending::listed(&Target::environment(SMALL), SMALL, "e3"),
            Pending { revision: Revision::Commit("abc".into()), is_revision_read: true, ..bare.clone() },
            Pending { revision: Revision::ImageTag("1".into()), ..bare.clone() },
            Pending { revision: Revision::ChartVersion("2".into()), ..bare.clone() },
            Pending { action: Action::Event(JobEvent::Delete), ..bare.clone() },
            Pending { is_together: true, ..bare.clone() },
            Pending { action: Action::Terraform(TerraformAction::Plan), ..bare },
        ];
        for pending in cases {
            let text = pending.id().to_string();
            let read = Pending::of(&text.parse().unwrap()).unwrap();
            assert_eq!(read, pending, "{text}");
            assert_eq!(read.id().to_string(), text);
        }
    }

    #[test]
    fn ids_that_an_earlier_release_stored_are_read() {
        let text = format!(
            "qovery:application:{SMALL}?environment={SMALL}&commit=abc&resolved=1&after=e1&crowded=around&since=7.9&next=1"
        );
        let read = Pending::of(&text.parse().unwrap()).unwrap();
        assert_eq!((read.clues.overlap, read.clues.is_next), (Some(Overlap::Environment), true));
        assert_eq!((&read.revision, read.is_revision_read), (&Revision::Commit("abc".into()), true));
        assert_eq!(read.accepted_at.unwrap().server, 7);
        let found =
            format!("qovery:application:{SMALL}?environment={SMALL}&request=r&inferred=1&adopted=1&execution=e2");
        let read = Pending::of(&found.parse().unwrap()).unwrap();
        assert_eq!((read.identity, read.execution.as_deref()), (Identity::Adopted, Some("e2")));
        assert_eq!(read.action, Action::Deploy);
    }

    #[test]
    fn a_uuid_in_capitals_is_the_same_in_lower_case() {
        let id = DeploymentId::new(platform::QOVERY, Target::application(CAPITALS).in_environment(CAPITALS))
            .with("environment", CAPITALS)
            .with("execution", format!("{CAPITALS}-17"))
            .with("request", CAPITALS)
            .with("tag", "V1.0");
        let read = Pending::of(&id).unwrap();
        assert_eq!(read.target, Target::application(SMALL).in_environment(SMALL));
        assert_eq!((&*read.environment, read.request.as_deref()), (SMALL, Some(SMALL)));
        assert_eq!(read.execution, Some(format!("{SMALL}-17")));
        assert_eq!(read.revision, Revision::ImageTag("V1.0".into()), "a tag has a case of its own");
    }

    #[test]
    fn what_names_no_place_is_refused_and_an_execution_may_have_any_form() {
        let id = DeploymentId::new(platform::QOVERY, Target::application(SMALL));
        let kind = |id: &DeploymentId| Pending::of(id).unwrap_err().kind();
        assert_eq!(kind(&id), ErrorKind::InvalidInput, "it lacks its environment");
        assert_eq!(kind(&id.clone().with("environment", "e")), ErrorKind::InvalidInput);
        assert_eq!(kind(&DeploymentId::new(platform::COOLIFY, Target::application("a"))), ErrorKind::InvalidInput);
        let placed = id.with("environment", SMALL).with("execution", "ABC123-42");
        assert_eq!(Pending::of(&placed).unwrap().execution.as_deref(), Some("ABC123-42"));
    }
}
