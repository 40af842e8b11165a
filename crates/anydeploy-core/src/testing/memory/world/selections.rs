//! Several targets in memory by one request.

use super::{World, platform, unknown};
use crate::{DeployRequest, Error, ErrorKind, Result, Selection, SelectionEntry, SelectionReport, Target};

impl World {
    /// Triggers a deployment of each target that a selection names.
    pub(in crate::testing::memory) fn trigger_selection(&mut self, selection: &Selection) -> Result<SelectionReport> {
        let requests = match selection {
            Selection::Tag(tag) => self.tagged(tag)?,
            Selection::Requests(requests) => requests.clone(),
        };
        if let Some(missing) = requests.iter().find(|request| !self.lines.contains_key(request.target())) {
            return Err(unknown(missing.target()));
        }
        let entries =
            requests.iter().map(|request| SelectionEntry::new(request.target().clone(), self.trigger(request)));
        Ok(SelectionReport::new(entries.collect()))
    }

    /// Adds a tag to a target.
    pub(in crate::testing::memory) fn tag(&mut self, target: Target, tag: String) {
        self.line(target).tags.push(tag);
    }

    fn tagged(&self, tag: &str) -> Result<Vec<DeployRequest>> {
        let tagged = self.lines.iter().filter(|(_, line)| line.tags.iter().any(|known| known == tag));
        let requests: Vec<_> = tagged.map(|(target, _)| DeployRequest::new(target.clone())).collect();
        if requests.is_empty() {
            let message = format!("nothing has the tag `{tag}`");
            return Err(Error::new(ErrorKind::NotFound, message).with_platform(platform()));
        }
        Ok(requests)
    }
}
