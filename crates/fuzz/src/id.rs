//! Ids of pending deployments, with details of any text.

use anydeploy::DeploymentId;

use crate::vocabulary::{NAMES, VALUES};

/// The id with details: the first byte says how many, then each has one for its name, and one for its value or for how
/// many bytes of text that is.
pub fn pending_id<'a>(mut id: DeploymentId, platform: usize, data: &'a [u8]) -> Option<(DeploymentId, &'a [u8])> {
    let (count, mut rest) = data.split_first()?;
    let names = NAMES.get(platform)?;
    for _ in 0..count % 10 {
        let (&[name, value], after) = rest.split_first_chunk::<2>()?;
        let name = names[usize::from(name) % names.len()];
        let value = usize::from(value);
        if let Some(known) = VALUES.get(value) {
            id = id.with(name, *known);
            rest = after;
        } else {
            let (text, after) = after.split_at_checked(value % 16)?;
            id = id.with(name, String::from_utf8_lossy(text));
            rest = after;
        }
    }
    Some((id, rest))
}
