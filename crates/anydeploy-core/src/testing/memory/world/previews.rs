//! The previews of a target in memory.

use super::entry::Stage;
use super::{World, unknown};
use crate::testing::memory::Write;
use crate::{Method, Phase, Preview, Result, ServiceState, Target};

impl World {
    /// The previews of a target, the one with the highest number first.
    pub(in crate::testing::memory) fn previews(&self, target: &Target) -> Result<Vec<Preview>> {
        let line = self.lines.get(target).ok_or_else(|| unknown(target))?;
        Ok(line.previews.iter().rev().map(|number| self.preview(target, *number)).collect())
    }

    /// Deletes the preview of a pull request, and says whether there was one.
    pub(in crate::testing::memory) fn remove_preview(&mut self, target: &Target, pull_request: u64) -> Result<bool> {
        let line = self.lines.get_mut(target).ok_or_else(|| unknown(target))?;
        let existed = line.previews.remove(&pull_request);
        if existed {
            self.writes.push(Write::new(target.clone(), Method::DeletePreview, Some(pull_request.to_string())));
        }
        Ok(existed)
    }

    fn preview(&self, target: &Target, pull_request: u64) -> Preview {
        let own = |entry: &&super::Entry| {
            entry.request.target() == target && entry.request.pull_request() == Some(pull_request)
        };
        let newest = self.deployments.values().rev().find(own);
        let state = match newest.map(|entry| &entry.stage) {
            Some(Stage::Over(Phase::Succeeded)) => ServiceState::Running,
            Some(Stage::Over(Phase::Failed)) => ServiceState::Failed,
            Some(Stage::Queued | Stage::Running(_)) => ServiceState::Starting,
            _ => ServiceState::Unknown,
        };
        Preview::new(target.clone(), pull_request, state, state.as_str())
            .with_exists(Some(true))
            .with_deployed_at(newest.and_then(|entry| entry.to_deployment().finished_at))
    }
}
