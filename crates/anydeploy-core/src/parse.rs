//! Reading targets and deployment ids from text, and refusing those that cannot stand in a request.

use std::str::FromStr;

use form_urlencoded::parse;

use crate::text::{self, serde_as_text};
use crate::{DeploymentId, Error, ErrorKind, Platform, Target, TargetKind};

/// The longest text that is read as an id.
const MAX_BYTES: usize = 4096;

impl Target {
    /// Reads a target, whatever its kind.
    pub(crate) fn of_any_kind(text: &str) -> Result<Self, Error> {
        let Some((kind, id)) = text.split_once(':') else {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!("`{}` is not a target: it has the form `application:ID`", text::excerpt(text)),
            ));
        };
        let (id, environment) = match id.split_once('@') {
            Some((id, environment)) => (id, Some(environment)),
            None => (id, None),
        };
        let target = Self::new(kind.into(), id);
        let target = match environment {
            Some(environment) => target.in_environment(environment),
            None => target,
        };
        target.validate()?;
        Ok(target)
    }

    /// Checks that the ids can stand in a request.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if an id is empty, longer than 200 bytes, is `.` or `..`, or holds
    /// white space, control characters or one of `/ ? # , @ : % & = \`.
    pub fn validate(&self) -> Result<(), Error> {
        for part in [Some(self.kind().as_str()), Some(self.id()), self.environment_id()].into_iter().flatten() {
            if let Err(reason) = text::check_id(part) {
                return Err(Error::new(
                    ErrorKind::InvalidInput,
                    format!("the target `{}` is not usable: {reason}", text::excerpt(&self.to_string())),
                ));
            }
        }
        Ok(())
    }
}

impl FromStr for Target {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let target = Self::of_any_kind(text)?;
        if let TargetKind::Other(word) = target.kind()
            && let Some(kind) = meant(word)
        {
            let text = text::excerpt(text);
            let message = format!("the target `{text}` is of no known kind; did you mean `{kind}:{}`?", target.id());
            return Err(Error::new(ErrorKind::InvalidInput, message));
        }
        Ok(target)
    }
}

/// The kind that an unknown word most likely means: one that it differs from by a slip, or that it abbreviates.
fn meant(word: &str) -> Option<TargetKind> {
    let word = word.to_lowercase();
    // Of a short word two letters are too much to be a slip: `pod` is not `job`.
    let slips = if word.len() < 6 { 1 } else { 2 };
    let near = |kind: &&TargetKind| text::distance(&word, kind.as_str()) <= slips;
    let abbreviated = |kind: &&TargetKind| word.len() >= 3 && kind.as_str().starts_with(&*word);
    TargetKind::NAMED.iter().find(near).or_else(|| TargetKind::NAMED.iter().find(abbreviated)).cloned()
}

serde_as_text!(Target);

impl DeploymentId {
    /// A detail that an adapter needs.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if it is missing.
    pub fn require(&self, key: &str) -> Result<&str, Error> {
        self.get(key).ok_or_else(|| {
            Error::new(ErrorKind::InvalidInput, format!("the deployment id `{self}` lacks `{key}`"))
                .with_platform(self.platform().clone())
        })
    }

    /// Checks that the id belongs to `platform`, so that one platform is never asked about another's deployment.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if it does not.
    pub fn expect_platform(&self, platform: &Platform) -> Result<(), Error> {
        if self.platform() == platform {
            return Ok(());
        }
        Err(Error::new(ErrorKind::InvalidInput, format!("the deployment `{self}` is not one of {platform}'s"))
            .with_platform(platform.clone()))
    }
}

impl FromStr for DeploymentId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let malformed = |reason: &str| {
            Error::new(ErrorKind::InvalidInput, format!("`{}` is not a deployment id: {reason}", text::excerpt(text)))
        };
        // A file that holds an id ends in a line break; within an id, white space is escaped.
        let text = text.trim_ascii();
        if text.len() > MAX_BYTES {
            return Err(malformed("it is longer than 4096 bytes"));
        }
        if text.contains(|letter: char| letter.is_ascii_whitespace() || letter.is_ascii_control()) {
            return Err(malformed("there is white space in it"));
        }
        let (platform, rest) = text.split_once(':').ok_or_else(|| malformed("it has no platform before a colon"))?;
        text::check_id(platform).map_err(malformed)?;
        let (target, query) = rest.split_once('?').unwrap_or((rest, ""));
        let target = Target::of_any_kind(target)
            .map_err(|_| malformed("no target of the form `application:ID` follows the platform"))?;
        let mut id = Self::new(platform.into(), target);
        for (key, value) in parse(query.as_bytes()) {
            if id.get(&key).is_some() {
                return Err(malformed("a detail stands in it twice"));
            }
            id = id.with(&key, value);
        }
        // What was not escaped becomes longer when it is written again, and has to be readable then.
        if id.to_string().len() > MAX_BYTES {
            return Err(malformed("it is longer than 4096 bytes once it is escaped"));
        }
        Ok(id)
    }
}

serde_as_text!(DeploymentId);
