//! The setting that a request changes before its trigger: it is set back if nothing was triggered.

use crate::turn::Turn;
use crate::{DeployRequest, Error, ErrorKind, Partial, Result};

use super::Trigger;

/// A setting that was changed for a trigger, by its name; `None` if nothing was.
pub(super) type Changed = Option<&'static str>;

/// Changes the setting that a request names, if it names one.
pub(super) async fn set(trigger: &mut dyn Trigger, request: &DeployRequest, turn: &Turn) -> Result<Changed> {
    let Some(setting) = request.setting() else { return Ok(None) };
    Ok(trigger.set(turn).await?.then(|| setting.name()))
}

/// The error of a trigger: the setting is set back if nothing was triggered, and otherwise named as written.
pub(super) async fn undo(trigger: &mut dyn Trigger, changed: Changed, error: Error) -> Error {
    let Some(name) = changed else { return error };
    if error.is_safe_to_repeat() {
        let remark = trigger.unset().await;
        return error.with_remark(&remark);
    }
    error.with_partial(Some(Partial::new(vec![name.to_owned()], Vec::new(), Vec::new())))
}

/// The error of a recovery, which writes nothing: it says whether the setting of a trigger that was not sent is changed.
pub(super) async fn name_what_is_set(trigger: &mut dyn Trigger, request: &DeployRequest, error: Error) -> Error {
    let Some(setting) = request.setting().filter(|_| error.kind() == ErrorKind::NotTriggered) else { return error };
    let name = vec![setting.name().to_owned()];
    let partial = match trigger.is_set().await {
        Ok(true) => Partial::new(name, Vec::new(), Vec::new()),
        Ok(false) => Partial::new(Vec::new(), name, Vec::new()),
        Err(_) => Partial::new(Vec::new(), Vec::new(), name),
    };
    error.with_partial(Some(partial))
}
