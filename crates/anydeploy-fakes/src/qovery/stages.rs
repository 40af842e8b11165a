//! Deployment stages: the services of one begin when those of the stage before are over.

use super::action::{Action, action_status};
use super::kind::QoveryServiceKind;
use super::run::Run;

/// Puts the runs of an execution, each with the number of its stage, one stage after another.
///
/// Stops and deletions go through the stages backwards (engine 59fa717, `deploy_environment.rs`).
/// When a run fails, those that have not begun never do: they are bystanders, or left out.
pub(super) fn in_order(mut runs: Vec<Run>, action: Action, with_bystanders: bool) -> Vec<Run> {
    let backwards = matches!(action.words().done, "STOPPED" | "DELETED");
    runs.sort_by_key(|run| if backwards { u32::MAX - run.stage } else { run.stage });
    let (mut begins, mut failed_at) = (0, None);
    for stage in runs.chunk_by_mut(|one, other| one.stage == other.stage) {
        for run in &mut *stage {
            run.begins = run.begins.max(failed_at.unwrap_or(begins));
            run.is_bystander = failed_at.is_some();
        }
        let fails = |run: &&Run| !run.is_bystander && action_status(run.outcome()) == "ERROR";
        failed_at = failed_at.or_else(|| stage.iter().filter(fails).map(Run::end).min());
        begins = stage.iter().map(Run::end).max().unwrap_or(begins);
    }
    // The engine does not report Terraform services that it had not started.
    let is_listed = |run: &Run| !run.is_bystander || (with_bystanders && run.kind != QoveryServiceKind::Terraform);
    runs.into_iter().filter(is_listed).collect()
}

/// The name of a stage.
pub(super) fn name(stage: u32) -> String {
    if stage == 1 { "DEFAULT".to_owned() } else { format!("STAGE {stage}") }
}
