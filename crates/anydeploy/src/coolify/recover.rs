//! Recovers the deployment of a trigger whose answer was lost, or names none.

use super::Coolify;
use super::asked::Asked;
use super::asked::is_active;
use super::baseline::{Age, Baseline};
use crate::failure::after_loss;
use crate::in_flight::InFlight;
use crate::recovery::{Resolution, recover_with};
use crate::time::parse_timestamp;
use crate::{Adoption, Deployment, Error, ErrorKind, Identity, Result, Target};

impl Coolify {
    /// Polls for a new deployment that is what the trigger asked for.
    ///
    /// Coolify stores no correlation tag in a deployment, so that finding one is no proof: the identity is
    /// [`Identity::Inferred`], and only if no concurrent trigger of this process may have made it.
    pub(super) async fn recover(
        &self,
        target: &Target,
        asked: &Asked,
        baseline: &Baseline,
        in_flight: &InFlight,
        lost: Error,
    ) -> Result<Deployment> {
        if !baseline.is_read {
            let why = "the token or the version of Coolify gives no list of deployments in which to find it";
            return Err(after_loss(ErrorKind::Undecidable, why, lost));
        }
        recover_with(lost, self.grace / 2, || async {
            // A row that is older than one from before the trigger is older than the trigger.
            let page = self.search(target, |page| baseline.ages(page).last() == Some(&Age::Known)).await?;
            let here = |age: Age| {
                let ages = baseline.ages(&page);
                let rows = page.rows.iter().zip(ages).filter(move |(row, of)| *of == age && asked.is_same_place(row));
                rows.map(|(row, _)| row)
            };
            let mut own = here(Age::New).filter(|row| asked.may_be(row));
            let is_unclear = here(Age::Unclear).any(|row| asked.may_be(row));
            Ok(match (own.next(), own.next()) {
                _ if is_unclear => Resolution::Ambiguous("Coolify deleted old deployments at the same moment"),
                (Some(row), None) if !in_flight.has_overlap() => {
                    let id = asked.note(super::read::id_of(target, &row.deployment_uuid));
                    Resolution::likely(self.deployment_of(id, row, Identity::Inferred))
                }
                (Some(_), _) => {
                    Resolution::Ambiguous("Coolify does not report who started the deployments that are new")
                }
                (None, _) if may_be_merged(asked) && here(Age::New).next().is_some() => {
                    Resolution::Ambiguous("Coolify may have taken it for another deployment of the same commit")
                }
                // A request that was merged stores nothing. What ran before is no answer to a fresh one, so nothing of the
                // caller's was started either way.
                (None, _)
                    if asked.adoption == Adoption::Any
                        && may_be_merged(asked)
                        && here(Age::Known).any(|row| was_active(row, baseline)) =>
                {
                    Resolution::Ambiguous("Coolify may have taken it for another deployment of the same commit")
                }
                (None, _) => Resolution::NotFound,
            })
        })
        .await
    }
}

/// Whether Coolify may have taken the request for a deployment of the same commit: it searches for none if the
/// cache is left out, nor for a rollback (4.3.11).
fn may_be_merged(asked: &Asked) -> bool {
    !asked.force && asked.commit.is_none()
}

/// Whether a deployment was queued or in progress after the baseline was read.
fn was_active(row: &coolify_client::types::Deployment, baseline: &Baseline) -> bool {
    let last_sign = row.updated_at.as_deref().or(row.finished_at.as_deref()).and_then(parse_timestamp);
    let ended = last_sign.zip(baseline.at).is_none_or(|(sign, at)| sign.timestamp() >= at.server);
    is_active(row) || ended
}
