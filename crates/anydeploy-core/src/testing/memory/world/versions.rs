//! Restarting a target in memory, and the versions that it can go back to.

use super::entry::{Entry, Stage};
use super::{World, platform, unknown};
use crate::{
    Action, DeployRequest, Error, ErrorKind, Phase, RanRevision, Result, RollbackObstacle, RollbackPoint,
    RollbackTarget, Target,
};

impl World {
    /// The versions that a target ran, newest first.
    pub(in crate::testing::memory) fn versions(&self, target: &Target, limit: usize) -> Result<Vec<RollbackTarget>> {
        let line = self.lines.get(target).ok_or_else(|| unknown(target))?;
        let newest = self.newest(target);
        let versions = self.deployments.iter().rev().filter(|(_, entry)| entry.request.target() == target);
        let listed = versions.filter(|(_, entry)| {
            let is_over = matches!(entry.stage, Stage::Over(Phase::Succeeded | Phase::Failed));
            is_over && entry.makes_a_version()
        });
        let listed = listed.take(limit).map(|(number, entry)| {
            let deployment = entry.to_deployment();
            let point = RollbackPoint::new(number.to_string(), entry.ran()).with_newest(newest.clone());
            RollbackTarget::new(target.clone(), point)
                .with_title(deployment.title)
                .with_deployed_at(deployment.finished_at)
                .with_deployment(Some(deployment.id))
                .with_current(Some(line.version == Some(*number)))
                .with_builds(Some(false))
                .with_obstacle(obstacle(entry, line.version == Some(*number)))
        });
        Ok(listed.collect())
    }

    /// Checks that a request can do what it asks for beside deploying.
    pub(super) fn check_action(&self, request: &DeployRequest) -> Result<()> {
        let target = request.target();
        let line = self.lines.get(target).ok_or_else(|| unknown(target))?;
        if request.action() == Action::Restart && line.version.is_none() {
            let message = format!("the target `{target}` was never deployed");
            return Err(Error::new(ErrorKind::Conflict, message).with_platform(platform()));
        }
        let Some(point) = request.rollback_point() else { return Ok(()) };
        if point.newest.is_some() && point.newest != self.newest(target) {
            let message = "the target was deployed since its versions were listed";
            return Err(Error::new(ErrorKind::Conflict, message).with_platform(platform()));
        }
        let number = point.id.parse().ok();
        let entry = number.and_then(|number| self.deployments.get(&number));
        let obstacle = match entry.filter(|entry| entry.request.target() == target) {
            Some(entry) => obstacle(entry, line.version == number),
            None => Some(RollbackObstacle::NotKept),
        };
        match obstacle {
            Some(obstacle) => Err(obstacle.to_error().with_platform(platform())),
            None => Ok(()),
        }
    }

    /// The revision of the version that a target runs.
    pub(super) fn running_revision(&self, target: &Target) -> RanRevision {
        let version = self.lines.get(target).and_then(|line| line.version);
        version.and_then(|number| self.deployments.get(&number)).map_or(RanRevision::Unverified, Entry::ran)
    }

    /// The number of the newest deployment of a target, as text.
    fn newest(&self, target: &Target) -> Option<String> {
        let mut newest_first = self.deployments.iter().rev();
        newest_first.find(|(_, entry)| entry.request.target() == target).map(|(number, _)| number.to_string())
    }
}

fn obstacle(entry: &Entry, is_current: bool) -> Option<RollbackObstacle> {
    match entry.stage {
        _ if is_current => Some(RollbackObstacle::IsCurrent),
        Stage::Over(Phase::Succeeded) => None,
        _ => Some(RollbackObstacle::Failed),
    }
}
