//! The search for services: by name, kind, project, environment and tag.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Service;
use crate::{Error, ErrorKind, Result, TargetKind};

/// How many names an error lists.
const MAX_NAMES: usize = 5;

/// How alike two names are at least, from 0 to 1, so that one may have been meant by the other.
const MIN_LIKENESS: f64 = 0.7;

/// Which services are meant; what is not given matches all of them.
///
/// Names are compared exactly, upper and lower case included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ServiceQuery {
    /// The name of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The kind of target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<TargetKind>,
    /// The name of the project that holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The name or the id of the environment that holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// A tag that it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

impl ServiceQuery {
    /// All services.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// The services of this name.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..Self::default() }
    }

    /// Those of this kind alone.
    #[must_use]
    pub fn with_kind(mut self, kind: TargetKind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Those in the project of this name alone.
    #[must_use]
    pub fn with_project(mut self, project: impl Into<String>) -> Self {
        self.project = Some(project.into());
        self
    }

    /// Those in the environment of this name or id alone.
    #[must_use]
    pub fn with_environment(mut self, environment: impl Into<String>) -> Self {
        self.environment = Some(environment.into());
        self
    }

    /// Those with this tag alone.
    #[must_use]
    pub fn with_tag(mut self, tag: impl Into<String>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// Whether a service is meant.
    #[must_use]
    pub fn matches(&self, service: &Service) -> bool {
        let is_in = |environment: &String| {
            service.environment.as_ref() == Some(environment)
                || service.target.environment_id() == Some(environment.as_str())
        };
        self.name.as_ref().is_none_or(|name| service.name == *name)
            && self.kind.as_ref().is_none_or(|kind| service.target.kind() == kind)
            && self.project.as_ref().is_none_or(|project| service.project.as_ref() == Some(project))
            && self.environment.as_ref().is_none_or(is_in)
            && self.tag.as_ref().is_none_or(|tag| service.tags.contains(tag))
    }

    /// The services that are meant, of all that a platform lists.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] if the query has a project, an environment or a tag, and none of the services reports
    /// any: then nothing shows which of them are meant.
    pub fn select(&self, listed: Vec<Service>) -> Result<Vec<Service>> {
        let is_reported = |has: fn(&Service) -> bool| listed.is_empty() || listed.iter().any(has);
        let has_environment =
            |service: &Service| service.environment.is_some() || service.target.environment_id().is_some();
        let unknown = [
            (self.project.is_some() && !is_reported(|service| service.project.is_some()), "project"),
            (self.environment.is_some() && !is_reported(has_environment), "environment"),
            (self.tag.is_some() && !is_reported(|service| !service.tags.is_empty()), "tag"),
        ];
        if let Some((_, what)) = unknown.into_iter().find(|(is_unknown, _)| *is_unknown) {
            let message = format!("no service reports its {what}, so none can be found by it");
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        Ok(listed.into_iter().filter(|service| self.matches(service)).collect())
    }

    /// The one service that is meant.
    ///
    /// `found` are the services that match, and `others` those that may have been meant by a name that none has.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] with the nearest names if none matches, [`ErrorKind::Ambiguous`] with the candidates if
    /// several do: none is chosen.
    pub(crate) fn one_of(&self, mut found: Vec<Service>, others: &[Service]) -> Result<Service> {
        match (found.pop(), found.is_empty()) {
            (Some(one), true) => Ok(one),
            (Some(last), false) => {
                found.push(last);
                let candidates: Vec<_> = found.iter().map(candidate).collect();
                let (verb, what) = if self.name.is_some() { ("have", self) } else { ("are", self) };
                let message = format!("{} services {verb} {what}: {}", found.len(), listed(&candidates));
                Err(Error::new(ErrorKind::Ambiguous, message))
            }
            (None, _) => {
                let nearest = self.name.as_ref().map(|name| nearest(name, others)).unwrap_or_default();
                let near =
                    if nearest.is_empty() { String::new() } else { format!("; did you mean {}?", listed(&nearest)) };
                let verb = if self.name.is_some() { "has" } else { "is" };
                let error = Error::new(ErrorKind::NotFound, format!("no service {verb} {self}{near}"));
                Err(error.with_advice("check the name, and that the token may see the service"))
            }
        }
    }
}

impl fmt::Display for ServiceQuery {
    /// Such as "the name `web` in the project `shop`", which follows "a service has", and "in the project `shop`", which
    /// follows "a service is".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = self.name.iter().map(|name| format!("the name `{name}`")).collect();
        parts.extend(self.kind.iter().map(|kind| format!("of the kind `{kind}`")));
        parts.extend(self.project.iter().map(|project| format!("in the project `{project}`")));
        parts.extend(self.environment.iter().map(|environment| format!("in the environment `{environment}`")));
        parts.extend(self.tag.iter().map(|tag| format!("with the tag `{tag}`")));
        if parts.is_empty() { f.write_str("there") } else { f.write_str(&parts.join(" ")) }
    }
}

/// A service as an error lists it: its target, and where it is.
fn candidate(service: &Service) -> String {
    let place: Vec<_> = [&service.project, &service.environment].into_iter().flatten().map(String::as_str).collect();
    if place.is_empty() {
        return format!("`{}`", service.target);
    }
    format!("`{}` in {}", service.target, place.join("/"))
}

/// The names that are most like a name, the likest first.
fn nearest(name: &str, others: &[Service]) -> Vec<String> {
    let likeness = |other: &Service| strsim::jaro_winkler(&name.to_lowercase(), &other.name.to_lowercase());
    let mut near: Vec<_> = others.iter().map(|other| (likeness(other), format!("`{}`", other.name))).collect();
    near.retain(|(alike, _)| *alike >= MIN_LIKENESS);
    near.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    near.into_iter().map(|(_, other)| other).collect()
}

/// The first few of some words, and how many more there are.
fn listed(words: &[String]) -> String {
    let more = words.len().saturating_sub(MAX_NAMES);
    let first = words[..words.len() - more].join(", ");
    if more == 0 { first } else { format!("{first} and {more} more") }
}
