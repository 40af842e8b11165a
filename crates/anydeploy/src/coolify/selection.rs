//! Deploying everything with a tag by one request, with the deployment of each application found by itself.
//!
//! Facts of 4.3.11: a tag is stored in lower case, and applications alone are listed by one.
//! The answer names a deployment for each application that has one, and among them phantom ids; which sentence is about
//! which is not said.
//! A service of the tag is started, which the answer says in a sentence without an id; a database is passed over.
//! A full queue is a 429 that names nothing, although the applications before it are queued; each row is written before the
//! answer.

use std::collections::HashMap;

use coolify_client::types::{DeployAccepted, DeployAcceptedItem, DeployByTagOrUuidParams};
use futures::future::{BoxFuture, FutureExt};

use super::answer::{Answered, confirm};
use super::api::tag_as_stored;
use super::asked::Asked;
use super::baseline::{self, Baseline, Context};
use super::deployment::to_deployment;
use super::error::refusal;
use super::pending::Pending;
use super::trigger::{CoolifyPlanner, Plan, place_of, search_for};
use super::{Coolify, rows};
use crate::adapter::throttle::{Class, as_class};
use crate::adapter::{
    Answer, Planner, Resolution, Search, Timestamps, Turn, checked, concurrently, mask, retry_briefly, settle,
    sorted_by, try_concurrently,
};
use crate::{
    DeployRequest, Deployer, Deployment, Error, ErrorKind, Result, Selection, SelectionEntry, SelectionReport,
    Selections, Target, platform,
};

/// How many reads before and after the trigger are made at once.
const MAX_CONCURRENT_READS: usize = 4;

/// How many applications are searched at once after a lost answer: more than reads, as a search waits between its polls.
const MAX_CONCURRENT_SEARCHES: usize = 16;

impl Selections for Coolify {
    fn trigger_selection<'a>(&'a self, selection: &'a Selection) -> BoxFuture<'a, Result<SelectionReport>> {
        async move {
            selection.check(&platform::COOLIFY, &self.capabilities())?;
            match selection {
                Selection::Tag(tag) => deploy_tag(self, tag).await,
                _ => Err(Error::unsupported(platform::COOLIFY, "deploying several targets but by their tag")),
            }
        }
        .boxed()
    }
}

/// An application of the tag, with what was read before the trigger.
struct Member {
    request: DeployRequest,
    asked: Asked,
    baseline: Baseline,
    turn: Turn,
}

impl Member {
    fn target(&self) -> &Target {
        self.request.target()
    }

    fn context(&self) -> Context<'_> {
        Context { target: self.target(), asked: &self.asked, baseline: &self.baseline, turn: &self.turn }
    }
}

async fn deploy_tag(coolify: &Coolify, tag: &str) -> Result<SelectionReport> {
    let tag = tag_as_stored(tag);
    let mut members = members(coolify, &tag).await?;
    for member in &mut members {
        member.turn.sent(coolify.timing.trigger_settles);
    }
    let params = DeployByTagOrUuidParams { tag: Some(tag), ..DeployByTagOrUuidParams::default() };
    let (answers, others, also) = match coolify.api.deploy(&params).await {
        Ok((accepted, at)) => {
            let named = Named::of(accepted);
            let answers = each(&members, |member| named.answer(coolify, member, at)).await;
            (answers, named.others(coolify, &members).await, named.also())
        }
        Err(error) if error.kind() == ErrorKind::QueueFull => {
            let answers = each(&members, |member| search_once(coolify, member, error.clone())).await;
            if answers.iter().all(|answer| matches!(answer, Answer::Failed(error) if error.is_safe_to_repeat())) {
                end_without(members);
                return Err(error);
            }
            (answers, Vec::new(), Vec::new())
        }
        // A refusal comes before anything is triggered.
        Err(error) if error.is_safe_to_repeat() => {
            end_without(members);
            return Err(error);
        }
        Err(lost) => (members.iter().map(|_| Answer::Lost(lost.clone())).collect(), Vec::new(), Vec::new()),
    };
    let ends = members.into_iter().zip(answers).map(|(member, answer)| ended(coolify, member, answer));
    let mut entries = concurrently(MAX_CONCURRENT_SEARCHES, ends.collect()).await;
    entries.extend(others);
    Ok(SelectionReport::new(entries).with_also(also))
}

/// The applications of a tag, each in its turn and counted.
///
/// # Errors
/// Those of a read before a trigger; [`ErrorKind::NotFound`] if no application has the tag.
async fn members(coolify: &Coolify, tag: &str) -> Result<Vec<Member>> {
    let before = |error: Error| error.with_safe_to_repeat(true);
    let tagged = retry_briefly(|| coolify.api.applications_with_tag(tag)).await.map_err(before)?;
    if tagged.is_empty() {
        let error = Error::new(ErrorKind::NotFound, "no application that the token can see has the tag");
        return Err(error.with_platform(platform::COOLIFY));
    }
    let requests = tagged.into_iter().map(|row| DeployRequest::new(Target::application(row.uuid))).collect();
    // Turns are always taken in this order, so that two selections do not wait for each other.
    let mut requests = sorted_by::<DeployRequest>(requests, |one, other| one.target().cmp(other.target()));
    // A target that is listed twice would wait for its own turn.
    requests.dedup();
    let mut turns = Vec::with_capacity(requests.len());
    for request in requests {
        let asked = Asked::of(&request)?;
        let turn = Turn::take(&place_of(&coolify.api, request.target(), &asked), request.target()).await;
        turns.push((request, asked, turn));
    }
    let counted = turns.into_iter().map(|(request, asked, turn)| {
        async move {
            let baseline = baseline::count(&coolify.api, request.target()).await?;
            Ok(Member { request, asked, baseline, turn })
        }
        .boxed()
    });
    try_concurrently(MAX_CONCURRENT_READS, counted.collect()).await
}

/// What each member's part of the answer means.
async fn each<'a>(members: &'a [Member], read: impl Fn(&'a Member) -> BoxFuture<'a, Answer>) -> Vec<Answer> {
    let reads = members.iter().map(read).collect();
    // What is read to confirm a trigger belongs to it, and waits behind no other reads.
    as_class(Class::Trigger, concurrently(MAX_CONCURRENT_READS, reads)).await
}

/// The deployment of a member, or why it has none.
fn ended(coolify: &Coolify, member: Member, answer: Answer) -> BoxFuture<'_, SelectionEntry> {
    async move {
        let Member { request, asked, baseline, turn } = member;
        let planner = CoolifyPlanner(coolify);
        let mut trigger = planner.trigger(&request, Plan::Deploy { asked, baseline, change: None });
        let result = settle(&mut *trigger, turn, answer).await;
        drop(trigger);
        SelectionEntry::new(request.target().clone(), result)
    }
    .boxed()
}

/// Ends the turns of members that were not triggered.
fn end_without(members: Vec<Member>) {
    for member in members {
        member.turn.end_without();
    }
}

/// What the answer names.
struct Named {
    /// The id of the deployment of each application that has one.
    ids: HashMap<String, String>,
    sentences: Vec<String>,
}

impl Named {
    fn of(accepted: DeployAccepted) -> Self {
        let named = |item: DeployAcceptedItem| Some((item.resource_uuid?, item.deployment_uuid?));
        let sentences = match accepted.message {
            Some(serde_json::Value::Array(sentences)) => sentences,
            other => other.into_iter().collect(),
        };
        let text = |sentence: &serde_json::Value| sentence.as_str().map(mask);
        Self {
            ids: accepted.details.into_iter().filter_map(named).collect(),
            sentences: sentences.iter().filter_map(text).collect(),
        }
    }

    /// What the answer means for a member.
    fn answer<'a>(&'a self, coolify: &'a Coolify, member: &'a Member, at: Option<Timestamps>) -> BoxFuture<'a, Answer> {
        async move {
            let Some(uuid) = self.ids.get(member.target().id()) else {
                return match search_once(coolify, member, self.refused()).await {
                    // The answer names what it started, so that what is new here is more likely another caller's.
                    Answer::Accepted(found) if !self.ids.is_empty() => Answer::Failed(unnamed(*found)),
                    answer => answer,
                };
            };
            // No sentence says of which application it is, so only the row shows whether the id is a phantom.
            let answered = Answered::Unsaid(uuid.clone());
            match confirm(coolify, &member.context(), answered, checked(at, member.baseline.at)).await {
                Ok(deployment) => Answer::accepted(deployment),
                Err(error) => Answer::Failed(error),
            }
        }
        .boxed()
    }

    /// The error of an application for which the answer names no deployment.
    fn refused(&self) -> Error {
        let unauthorized = self.sentences.iter().find(|sentence| sentence.starts_with("Unauthorized"));
        let kind = if unauthorized.is_some() { ErrorKind::PermissionDenied } else { ErrorKind::Rejected };
        let error = refusal("Coolify names no deployment of the application, and has stored none", kind);
        error.with_server_message(unauthorized.map_or("", String::as_str))
    }

    /// The deployments of applications that got the tag only after they were listed.
    async fn others(&self, coolify: &Coolify, members: &[Member]) -> Vec<SelectionEntry> {
        let mut entries = Vec::new();
        for (uuid, id) in &self.ids {
            if members.iter().any(|member| member.target().id() == uuid) {
                continue;
            }
            let target = Target::application(uuid);
            // Without a baseline, an id that is not stored may stand for anything.
            let row = retry_briefly(|| rows::row(&coolify.api, &target, id)).await.map_err(|_| unlisted());
            let result = row.map(|row| to_deployment(coolify, &target, &Pending::row(id), &row));
            entries.push(SelectionEntry::new(target, result));
        }
        entries
    }

    /// What is about no application.
    fn also(&self) -> Vec<String> {
        let is_of_application = |said: &String| {
            said.starts_with("Application ") || said.contains("already queued") || said.starts_with("Unauthorized")
        };
        self.sentences.iter().filter(|sentence| !is_of_application(sentence)).cloned().collect()
    }
}

/// The error of an application that the answer does not name beside others, and that has a new deployment.
fn unnamed(found: Deployment) -> Error {
    let message =
        "Coolify names no deployment of the application, and another caller may have started the one that is new";
    refusal(message, ErrorKind::Undecidable).with_last(Some(found))
}

fn unlisted() -> Error {
    let message = "the application had the tag only after the list was read, and its deployment cannot be read";
    refusal(message, ErrorKind::Undecidable)
}

/// Searches once for the deployment of a member that an answer does not name: its row is written before the answer (4.3.11),
/// so that it is there by now.
fn search_once<'a>(coolify: &'a Coolify, member: &'a Member, refused: Error) -> BoxFuture<'a, Answer> {
    async move {
        let search = Search::of_own(&member.turn, coolify.timing.acted_on_within());
        let mut baseline = member.baseline.clone();
        let found = search_for(coolify, member.target(), &member.asked, &mut baseline, search).await;
        match found {
            Ok(Resolution::Found(deployment) | Resolution::Likely(deployment)) => Answer::Accepted(deployment),
            Ok(Resolution::NotFound) => Answer::Failed(refused.with_safe_to_repeat(true)),
            // The search goes on as after a lost answer.
            _ => Answer::Lost(refused.with_safe_to_repeat(false)),
        }
    }
    .boxed()
}
