//! Several targets in one request, and the deployment of each.

mod document;
mod report;

use serde::{Deserialize, Serialize};

use document::Document;
pub use report::{SelectionEntry, SelectionReport};

use crate::{Ability, Action, Capabilities, DeployRequest, Error, ErrorKind, Platform, Target, TargetKind};

/// The longest tag that is accepted.
const MAX_TAG_BYTES: usize = 255;

/// What is deployed by one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Document", try_from = "Document")]
#[non_exhaustive]
pub enum Selection {
    /// Everything with this tag, as far as the token can see it.
    Tag(String),
    /// These requests, each of another target of the same environment.
    Requests(Vec<DeployRequest>),
}

impl Selection {
    /// The targets that it names itself; none for a tag, whose targets the platform knows.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        let requests = match self {
            Self::Requests(requests) => requests.as_slice(),
            Self::Tag(_) => &[],
        };
        requests.iter().map(DeployRequest::target)
    }

    /// Checks that a platform with these capabilities can do what is asked; adapters call it before they send anything.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if the tag is not usable, no request is given, or two have the same target;
    /// [`ErrorKind::Unsupported`] if the platform has no such selection, if it takes no targets of a kind into one, or if a
    /// request has another action than [`Action::Deploy`] or changes a setting; and those of [`DeployRequest::check`].
    pub fn check(&self, platform: &Platform, capabilities: &Capabilities) -> Result<(), Error> {
        let invalid =
            |message: String| Err(Error::new(ErrorKind::InvalidInput, message).with_platform(platform.clone()));
        let requests = match self {
            Self::Tag(_) if !can_any(capabilities, Ability::DeployByTag) => {
                return Err(Error::unsupported(platform.clone(), "deploying by a tag"));
            }
            Self::Tag(tag) if is_unusable(tag) => {
                return invalid(format!(
                    "the tag is empty, holds a comma or a control character, or is longer than {MAX_TAG_BYTES} bytes"
                ));
            }
            Self::Tag(_) => return Ok(()),
            Self::Requests(_) if !can_any(capabilities, Ability::DeployTogether) => {
                return Err(Error::unsupported(platform.clone(), "deploying several targets by one request"));
            }
            Self::Requests(requests) if requests.is_empty() => {
                return invalid("a selection names at least one target".to_owned());
            }
            Self::Requests(requests) => requests,
        };
        for (index, request) in requests.iter().enumerate() {
            request.check(platform, capabilities)?;
            if request.action() != Action::Deploy || request.setting().is_some() {
                let what = "an action or a setting for one of several targets in one request";
                return Err(Error::unsupported(platform.clone(), what));
            }
            let target = request.target();
            capabilities.require(platform, target.kind(), Ability::DeployTogether)?;
            let is_same =
                |other: &DeployRequest| (other.target().kind(), other.target().id()) == (target.kind(), target.id());
            if requests[..index].iter().any(is_same) {
                return invalid(format!("the target `{target}` stands in the selection twice"));
            }
        }
        Ok(())
    }
}

fn can_any(capabilities: &Capabilities, ability: Ability) -> bool {
    capabilities.target_kinds().any(|kind: &TargetKind| capabilities.can(kind, ability))
}

/// Whether a tag cannot stand in a request; a comma separates tags where a platform takes several.
fn is_unusable(tag: &str) -> bool {
    tag.trim().is_empty()
        || tag.len() > MAX_TAG_BYTES
        || tag.contains(|letter: char| letter.is_control() || letter == ',')
}
