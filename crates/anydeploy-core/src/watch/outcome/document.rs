//! The JSON form of an outcome.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Failure, Loss, Outcome};
use crate::json::VersionOne;
use crate::{Deployment, Error, LogPage};

/// The members of an outcome's JSON form; which of them are there depends on the word.
#[derive(Serialize, Deserialize)]
struct Document {
    #[serde(default)]
    v: VersionOne,
    outcome: Word,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deployment: Option<Deployment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    log: Option<LogPage>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    log_error: Option<Error>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<Error>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Succeeded,
    Failed,
    Cancelled,
    Superseded,
    Lost,
}

impl From<Outcome> for Document {
    fn from(outcome: Outcome) -> Self {
        let of =
            |outcome, deployment| Self { v: VersionOne, outcome, deployment, log: None, log_error: None, error: None };
        match outcome {
            Outcome::Succeeded(deployment) => of(Word::Succeeded, Some(deployment)),
            Outcome::Cancelled(deployment) => of(Word::Cancelled, Some(deployment)),
            Outcome::Superseded(deployment) => of(Word::Superseded, Some(deployment)),
            Outcome::Failed(Failure { deployment, log, log_error, .. }) => {
                Self { log, log_error, ..of(Word::Failed, Some(deployment)) }
            }
            Outcome::Lost(Loss { last, error }) => Self { error: Some(error), ..of(Word::Lost, last) },
        }
    }
}

impl TryFrom<Document> for Outcome {
    type Error = &'static str;

    fn try_from(document: Document) -> Result<Self, Self::Error> {
        let Document { outcome, deployment, log, log_error, error, .. } = document;
        if matches!(outcome, Word::Lost) {
            let error = error.ok_or("the outcome `lost` lacks its member `error`")?;
            return Ok(Self::Lost(Loss::new(deployment, error)));
        }
        let deployment = deployment.ok_or("the outcome lacks its member `deployment`")?;
        Ok(match outcome {
            Word::Succeeded => Self::Succeeded(deployment),
            Word::Cancelled => Self::Cancelled(deployment),
            Word::Superseded => Self::Superseded(deployment),
            _ => Self::Failed(Failure { log, log_error, ..Failure::new(deployment) }),
        })
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Document::from(self.clone()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Outcome {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Document::deserialize(deserializer)?.try_into().map_err(de::Error::custom)
    }
}
