//! The ids of Qovery: UUIDs in lower case, made so once where they enter the adapter.

use super::pending::{AFTER, ENVIRONMENT, EXECUTION, REQUEST};
use crate::{DeploymentId, Error, ErrorKind, Result, Target, platform};

/// The length of a UUID as text.
const UUID_LENGTH: usize = 36;

/// The target with its ids in lower case.
///
/// Every service and environment has a UUID (Qovery's document of 2026-08-20), which the server writes in lower case;
/// one in capitals names the same thing (RFC 9562), and is found in no answer as it stands.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] if an id is no UUID.
pub(super) fn target(target: &Target) -> Result<Target> {
    target.validate().map_err(|error| error.with_platform(platform::QOVERY))?;
    let normal = Target::new(target.kind().clone(), uuid(target.id(), target)?);
    match target.environment_id() {
        Some(environment) => Ok(normal.in_environment(uuid(environment, target)?)),
        None => Ok(normal),
    }
}

/// The id of a deployment with the ids in it in lower case.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] if it belongs to another platform, or its target or environment is no UUID.
pub(super) fn deployment(id: &DeploymentId) -> Result<DeploymentId> {
    id.expect_platform(&platform::QOVERY)?;
    let mut normal = with_target(id, &target(id.target())?)?;
    let environment = id.get(ENVIRONMENT).map(|environment| uuid(environment, id)).transpose()?;
    let others = [EXECUTION, REQUEST, AFTER].map(|key| (key, id.get(key).map(lower)));
    for (key, value) in [(ENVIRONMENT, environment)].into_iter().chain(others) {
        // An id that is right already stays as it is, with its details in their order.
        if let Some(value) = value.filter(|value| id.get(key) != Some(value)) {
            normal = normal.with(key, value);
        }
    }
    Ok(normal)
}

/// The same id with another spelling of its target.
fn with_target(id: &DeploymentId, target: &Target) -> Result<DeploymentId> {
    let text = id.to_string();
    let details = text.split_once('?').map_or_else(String::new, |(_, details)| format!("?{details}"));
    format!("{}:{target}{details}", platform::QOVERY).parse()
}

fn uuid(text: &str, of: impl std::fmt::Display) -> Result<String> {
    if is_uuid(text) {
        return Ok(text.to_ascii_lowercase());
    }
    let message =
        format!("`{of}` holds an id that is no UUID, and Qovery's are; look it up in the address of its page");
    Err(Error::new(ErrorKind::InvalidInput, message).with_platform(platform::QOVERY))
}

/// An id that begins with a UUID, such as that of an execution (`<uuid>-<number>`), with that in lower case.
fn lower(text: &str) -> String {
    match text.split_at_checked(UUID_LENGTH) {
        Some((head, rest)) if is_uuid(head) => format!("{}{rest}", head.to_ascii_lowercase()),
        _ => text.to_owned(),
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == UUID_LENGTH
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAPITALS: &str = "710649E0-FA53-40A8-9E1C-0B2D4F6A8C01";
    const SMALL: &str = "710649e0-fa53-40a8-9e1c-0b2d4f6a8c01";

    #[test]
    fn a_uuid_in_capitals_is_the_same_in_lower_case() {
        let capitals = Target::application(CAPITALS).in_environment(CAPITALS);
        assert_eq!(target(&capitals).unwrap(), Target::application(SMALL).in_environment(SMALL));
        let id = DeploymentId::new(platform::QOVERY, capitals)
            .with(ENVIRONMENT, CAPITALS)
            .with(EXECUTION, format!("{CAPITALS}-17"))
            .with(REQUEST, CAPITALS)
            .with("tag", "V1.0");
        let normal = deployment(&id).unwrap();
        assert_eq!(normal.get(EXECUTION), Some(&*format!("{SMALL}-17")));
        assert_eq!((normal.get(ENVIRONMENT), normal.get(REQUEST)), (Some(SMALL), Some(SMALL)));
        assert_eq!(normal.get("tag"), Some("V1.0"), "a tag has a case of its own");
        assert_eq!(deployment(&normal).unwrap(), normal);
    }

    #[test]
    fn what_is_no_uuid_is_refused_and_an_execution_may_have_any_form() {
        for id in ["web", "710649e0fa5340a89e1c0b2d4f6a8c01", "710649e0-fa53-40a8-9e1c-0b2d4f6a8c0g", "é"] {
            assert_eq!(target(&Target::application(id)).unwrap_err().kind(), ErrorKind::InvalidInput, "{id}");
            let placed = Target::application(SMALL).in_environment(id);
            assert_eq!(target(&placed).unwrap_err().kind(), ErrorKind::InvalidInput, "{id}");
        }
        let id = DeploymentId::new(platform::QOVERY, Target::application(SMALL)).with(ENVIRONMENT, SMALL);
        assert_eq!(deployment(&id.clone().with(EXECUTION, "ABC123-42")).unwrap().get(EXECUTION), Some("ABC123-42"));
        assert!(deployment(&id.with(ENVIRONMENT, "e")).is_err());
    }
}
