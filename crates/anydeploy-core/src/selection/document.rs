//! The JSON form of a selection, which names either a tag or requests.

use serde::{Deserialize, Serialize};

use super::Selection;
use crate::DeployRequest;
use crate::json::VersionOne;

#[derive(Serialize, Deserialize)]
pub(super) struct Document {
    #[serde(default)]
    v: VersionOne,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    requests: Option<Vec<DeployRequest>>,
}

impl From<Selection> for Document {
    fn from(selection: Selection) -> Self {
        let (tag, requests) = match selection {
            Selection::Tag(tag) => (Some(tag), None),
            Selection::Requests(requests) => (None, Some(requests)),
        };
        Self { v: VersionOne, tag, requests }
    }
}

impl TryFrom<Document> for Selection {
    type Error = &'static str;

    fn try_from(Document { tag, requests, .. }: Document) -> Result<Self, &'static str> {
        match (tag, requests) {
            (Some(tag), None) => Ok(Self::Tag(tag)),
            (None, Some(requests)) => Ok(Self::Requests(requests)),
            _ => Err("a selection names either a tag or requests"),
        }
    }
}
