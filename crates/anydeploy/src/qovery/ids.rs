//! The ids of Qovery: UUIDs in lower case, made so once where they enter the adapter.

use crate::{Error, ErrorKind, Result, Target, platform};

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

/// A UUID in lower case, which is the id of a service or an environment, or part of `of`.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] if it is none.
pub(super) fn uuid(text: &str, of: impl std::fmt::Display) -> Result<String> {
    if is_uuid(text) {
        return Ok(text.to_ascii_lowercase());
    }
    let message =
        format!("`{of}` holds an id that is no UUID, and Qovery's are; look it up in the address of its page");
    Err(Error::new(ErrorKind::InvalidInput, message).with_platform(platform::QOVERY))
}

/// An id that begins with a UUID, such as that of an execution (`<uuid>-<number>`), with that in lower case.
pub(super) fn lower(text: &str) -> String {
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
        assert_eq!(lower(&format!("{CAPITALS}-17")), format!("{SMALL}-17"));
        assert_eq!(lower("ABC123-42"), "ABC123-42");
    }

    #[test]
    fn what_is_no_uuid_is_refused() {
        for id in ["web", "710649e0fa5340a89e1c0b2d4f6a8c01", "710649e0-fa53-40a8-9e1c-0b2d4f6a8c0g", "é"] {
            assert_eq!(target(&Target::application(id)).unwrap_err().kind(), ErrorKind::InvalidInput, "{id}");
            let placed = Target::application(SMALL).in_environment(id);
            assert_eq!(target(&placed).unwrap_err().kind(), ErrorKind::InvalidInput, "{id}");
        }
    }
}
