//! Deployments that cannot be read any more, with what is known of the reason.

use dokploy_client::types::Deployment as Row;

use super::rows::MAX_KEPT_ROWS;
use super::status::status;
use super::{ApplicationStatusEnum, Dokploy};
use crate::adapter::retry_briefly;
use crate::{Error, ErrorKind, Target, platform};

/// The error of a row that is not among the rows of its target any more.
pub(super) async fn row_is_gone(dokploy: &Dokploy, target: &Target, rows: &[Row]) -> Error {
    if rows.is_empty() && dokploy.api.is_gone(target).await.is_some() {
        return lost("the row of this deployment is gone, and so is what was deployed: somebody deleted it")
            .with_advice("it is not known how the deployment ended");
    }
    let advice = "check the service itself: it is not known how the deployment ended";
    // 0.30.2 deletes rows beyond the newest ten before it inserts one.
    if rows.len() >= MAX_KEPT_ROWS {
        return lost("the row of this deployment was deleted to make room for newer ones").with_advice(advice);
    }
    lost("the row of this deployment is gone: somebody removed it").with_advice(advice)
}

/// The error of a deployment whose row may exist, but cannot be identified any more.
pub(super) fn ambiguous() -> Error {
    let message = "Dokploy accepted the deployment, and its row cannot be distinguished from those of others";
    Error::new(ErrorKind::Undecidable, message).with_platform(platform::DOKPLOY)
}

/// The error of a deployment that left the queue without a row, where `is_idle` says that no job of its target is left.
pub(super) async fn never_started(dokploy: &Dokploy, target: &Target, rows: &[Row], is_idle: bool) -> Error {
    let is_over = |row: &Row| status(row.status.as_ref()).is_terminal();
    if is_idle && rows.iter().all(is_over) && is_running(dokploy, target).await {
        let message = "the job of this deployment left the queue without a row: it broke off before it had one, as it does if \
                       the remote server cannot be reached";
        let advice = "nothing of it was deployed unless it shows in the history; check the remote server and the disk, and \
                      deploy again";
        return lost(message).with_advice(advice);
    }
    lost("the job of this deployment left the queue without a row: the queue was cleaned, or the server restarted")
        .with_advice("nothing of it was deployed unless it shows in the history; deploy again if it does not")
}

/// Whether the status of a target says that a job of it began, and no end of one.
///
/// A job sets it at its start, and its row comes after old rows were removed with their logs: where that fails, on a remote
/// server that cannot be reached for one, there is no row, and nothing resets the status (source of 0.30.2).
async fn is_running(dokploy: &Dokploy, target: &Target) -> bool {
    let settings = retry_briefly(|| dokploy.api.settings(target)).await;
    settings.is_ok_and(|settings| settings.status == ApplicationStatusEnum::Running)
}

fn lost(message: &'static str) -> Error {
    Error::new(ErrorKind::NotFound, message).with_platform(platform::DOKPLOY)
}
