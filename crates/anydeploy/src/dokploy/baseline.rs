//! What is read before a trigger.

use dokploy_client::types::DeploymentStatusEnum;
use serde::{Deserialize, Serialize};

use super::Dokploy;
use super::rows::{Newest, Rows};
use crate::adapter::retry_read;
use crate::{Error, Result, Target};

/// The rows of a target before a trigger, as far as a later search needs them.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Baseline {
    pub(super) newest: Newest,
    /// Whether one of them was not over.
    pub(super) is_busy: bool,
}

impl Baseline {
    pub(super) fn of(rows: &Rows) -> Self {
        use DeploymentStatusEnum::{Cancelled, Done, Error};
        let is_busy = rows.rows.iter().any(|row| !matches!(row.status, Some(Done | Error | Cancelled)));
        Self { newest: rows.newest(), is_busy }
    }
}

/// Reads the rows before a trigger; an error of it is safe to repeat, because nothing was triggered.
pub(super) async fn baseline(dokploy: &Dokploy, target: &Target) -> Result<Baseline> {
    // A restart of the panel takes 50 s (observed on 0.30.2).
    let rows = retry_read(dokploy.timing.server_restarts, || dokploy.api.rows(target)).await.map_err(Error::of_read)?;
    // Dokploy 0.30.2 lists nothing, with a 200, for an id that it does not know as one of this kind: so it answers
    // for the id of a compose stack that is given as that of an application.
    if rows.rows.is_empty()
        && let Some(error) = dokploy.api.is_gone(target).await
    {
        let advice = "check the id and its kind: an id of an application is not one of a compose stack";
        return Err(error.of_read().with_advice(advice));
    }
    // A read that fails for another reason says nothing; the trigger itself is refused where it has to be.
    Ok(Baseline::of(&rows))
}
