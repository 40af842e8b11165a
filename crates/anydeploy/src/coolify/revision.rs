//! Which version a deployment ran, as far as its row and its log say.

use super::row::Row;
use crate::{Phase, RanRevision};

/// Fewer digits are no abbreviation of a hash for git.
const MIN_HASH_DIGITS: usize = 7;

/// How many digits the hash of a commit has; a repository may use the longer form.
const FULL_HASHES: [usize; 2] = [40, 64];

/// Whether a text is the hash of a commit, whole or abbreviated.
pub(super) fn is_commit_hash(text: &str) -> bool {
    (MIN_HASH_DIGITS..=64).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// Whether a commit is named by its full hash.
pub(super) fn is_full_hash(commit: &str) -> bool {
    FULL_HASHES.contains(&commit.len()) && is_commit_hash(commit)
}

/// The version that a deployment ran, once it succeeded.
///
/// The row of an application made from an image has its tag for previews alone, and its log for the others; its commit
/// is what was asked for, without effect (4.3.11).
pub(super) fn ran(row: &Row) -> RanRevision {
    if super::phase(&row.status) != Phase::Succeeded {
        return RanRevision::Unverified;
    }
    if let Some(tag) = row.docker_registry_image_tag.as_ref().filter(|tag| !tag.is_empty()) {
        return RanRevision::ImageTag(tag.clone());
    }
    let is_image = build_pack(row).map(|pack| pack == "dockerimage");
    if is_image == Some(true) {
        return row.log.image_tag.clone().map_or(RanRevision::Unverified, RanRevision::ImageTag);
    }
    // A list does not say what the application is made from; a rollback of one from a repository clones it, or has
    // started an image of that commit, and then has no message either.
    if is_image.is_none() && row.rollback == Some(true) && row.commit_message.is_none() {
        return RanRevision::Unverified;
    }
    match &row.commit {
        Some(commit) if is_commit_hash(commit) => RanRevision::Commit(commit.clone()),
        _ => RanRevision::Unverified,
    }
}

/// What the application is made from; only the single read holds the application.
fn build_pack(row: &Row) -> Option<&str> {
    row.application.as_ref()?.build_pack.as_deref()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_tells_the_version_that_ran_or_nothing() {
        const SHA: &str = "0123456789abcdef0123456789abcdef01234567";
        let log = |image: &str| {
            json!([{"output": "Docker 27.0.0"}, {"output": format!("Starting deployment of {image} to localhost.")}])
                .to_string()
        };
        let image = json!({"build_pack": "dockerimage"});
        let git = json!({"build_pack": "nixpacks"});
        let unverified = RanRevision::Unverified;
        let tag = |tag: &str| RanRevision::ImageTag(tag.to_owned());
        let commit = RanRevision::Commit(SHA.to_owned());
        let cases = [
            (json!({"commit": SHA, "application": git}), commit.clone()),
            (json!({"commit": SHA}), commit.clone()),
            (json!({"commit": "HEAD", "application": git}), unverified.clone()),
            (json!({"commit": "main", "application": git}), unverified.clone()),
            (json!({"commit": SHA, "rollback": true, "application": git}), commit.clone()),
            (json!({"commit": SHA, "rollback": true, "commit_message": "fix"}), commit),
            (json!({"commit": SHA, "rollback": true}), unverified.clone()),
            (json!({"commit": "HEAD", "application": image, "logs": log("nginx:1.27")}), tag("1.27")),
            (json!({"commit": SHA, "rollback": true, "application": image, "logs": log("nginx:1.27")}), tag("1.27")),
            (json!({"commit": "HEAD", "application": image, "logs": log("host:5000/nginx")}), unverified.clone()),
            (json!({"commit": "HEAD", "application": image, "logs": log("host:5000/nginx:1.27")}), tag("1.27")),
            (json!({"commit": "HEAD", "application": image, "logs": log("host:5000/a@sha256:ab")}), tag("sha256-ab")),
            (json!({"commit": "HEAD", "application": image}), unverified.clone()),
            (json!({"commit": "HEAD", "docker_registry_image_tag": "1.28"}), tag("1.28")),
            (json!({"commit": SHA, "status": "in_progress"}), unverified),
        ];
        for (details, revision) in cases {
            let mut row = json!({"deployment_uuid": "d", "status": "finished"});
            row.as_object_mut().unwrap().extend(details.as_object().unwrap().clone());
            assert_eq!(ran(&serde_json::from_value(row).unwrap()), revision, "{details}");
        }
    }
}
