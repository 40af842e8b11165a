//! Which image a deployment with a tag of its own ran: the log says which one was pulled.

use super::Dokploy;
use crate::adapter::retry_briefly;
use crate::{Deployment, Phase, RanRevision, Revision};

/// The last lines of a log in which the pull is searched for.
const LINES: usize = 200;

/// What the server writes before it pulls an image (0.30.2).
const PULLING: &str = "Pulling ";

/// The deployment with the tag that ran, once it has succeeded; it has failed if that is another one.
///
/// A log that cannot be read, or does not name the image, leaves the revision unverified.
pub(super) async fn verified(dokploy: &Dokploy, deployment: Deployment, row: &str, tag: &str) -> Deployment {
    if deployment.status.phase != Phase::Succeeded {
        let has_failed = deployment.status.phase == Phase::Failed;
        return deployment.with_note(has_failed.then(|| format!("the image tag stays `{tag}`")));
    }
    let Ok(log) = retry_briefly(|| dokploy.api.log(row, LINES)).await else { return deployment };
    let Some(ran) = pulled_tag(&log) else { return deployment };
    deployment
        .with_revision(RanRevision::ImageTag(ran.to_owned()))
        .verified_against(&Revision::ImageTag(tag.to_owned()))
}

/// The tag of the image that a log says was pulled first.
fn pulled_tag(log: &str) -> Option<&str> {
    let image = log.lines().find_map(|line| line.strip_prefix(PULLING))?.trim();
    let name = image.rsplit('/').next()?;
    Some(name.split_once(':').map_or("latest", |(_, tag)| tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_is_that_of_the_image_that_was_pulled() {
        for (log, expected) in [
            ("Initializing deployment\nPulling nginx:1.28\nStatus: …\n", Some("1.28")),
            ("Pulling registry.test:5000/me/web:2\n✅ Pulling image completed.\n", Some("2")),
            ("Pulling nginx\n", Some("latest")),
            ("Initializing deployment\n", None),
            ("\n", None),
        ] {
            assert_eq!(pulled_tag(log), expected, "{log}");
        }
    }
}
