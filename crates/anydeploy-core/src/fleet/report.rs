//! How a fleet stands, member by member.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{FleetPlan, MemberResult, MemberStage, NotBegun, Standing, Triggered};
use crate::json::VersionOne;

/// How a fleet stands: of each member, how far it has come.
///
/// At the end every member is [done](MemberStage::Done); in a report that is taken before, or after a run was dropped,
/// some are not.
/// `Display` is a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FleetReport {
    #[serde(default)]
    v: VersionOne,
    /// All members, in the order of the plan.
    pub members: Vec<MemberReport>,
    /// Why the fleet stopped, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<NotBegun>,
}

/// How one member stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MemberReport {
    /// Its name.
    pub name: String,
    /// The profile that deploys it.
    pub profile: String,
    /// Its wave, counted from 0.
    pub wave: usize,
    /// How far it has come.
    pub at: MemberStage,
}

impl FleetReport {
    /// The report of a plan whose members stand so, in the order of the plan; one that is missing is waiting.
    ///
    /// Engines that run the steps by themselves make it from what they know.
    #[must_use]
    pub fn of(plan: &FleetPlan, stages: impl IntoIterator<Item = MemberStage>, stopped: Option<NotBegun>) -> Self {
        let waves = plan.wave_ranges().into_iter().enumerate();
        let of_members = waves.flat_map(|(wave, members)| std::iter::repeat_n(wave, members.len()));
        let mut stages = stages.into_iter();
        let members = plan.members.iter().zip(of_members).map(|(member, wave)| MemberReport {
            name: member.name.clone(),
            profile: member.profile.clone(),
            wave,
            at: stages.next().unwrap_or_default(),
        });
        Self { v: VersionOne, members: members.collect(), stopped }
    }

    /// Whether every member is done and has what it waited for.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.members.iter().all(|member| member.at.standing() == Standing::Succeeded)
    }

    /// A member by its name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&MemberReport> {
        self.members.iter().find(|member| member.name == name)
    }

    /// The members that were triggered, or of which nothing shows whether they were.
    pub fn triggered(&self) -> impl Iterator<Item = &MemberReport> {
        self.members.iter().filter(|member| member.at.triggered() != Triggered::No)
    }

    /// The members that are done and do not have what they waited for.
    pub fn failed(&self) -> impl Iterator<Item = &MemberReport> {
        self.members.iter().filter(|member| member.at.standing() == Standing::Failed)
    }
}

impl MemberReport {
    /// How it ended, if it is done.
    #[must_use]
    pub fn result(&self) -> Option<&MemberResult> {
        match &self.at {
            MemberStage::Done { result } => Some(result),
            _ => None,
        }
    }
}

impl fmt::Display for FleetReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |text: fn(&MemberReport) -> &str| {
            self.members.iter().map(|member| text(member).chars().count()).max().unwrap_or_default()
        };
        let (name, profile) = (width(|member| &member.name), width(|member| &member.profile));
        for member in &self.members {
            writeln!(f, "{:>3}  {:<name$}  {:<profile$}  {}", member.wave + 1, member.name, member.profile, member.at)?;
        }
        let count =
            |wanted: fn(Standing) -> bool| self.members.iter().filter(|member| wanted(member.at.standing())).count();
        let succeeded = count(|standing| standing == Standing::Succeeded);
        let failed = count(|standing| standing == Standing::Failed);
        let not_begun = count(|standing| matches!(standing, Standing::NotBegun(_)));
        write!(f, "{succeeded} succeeded, {failed} failed, {not_begun} not begun")?;
        let open = [
            (count(Standing::is_under_way), "under way"),
            (count(|standing| standing == Standing::Waiting), "waiting"),
        ];
        open.iter().filter(|(members, _)| *members > 0).try_for_each(|(members, how)| write!(f, ", {members} {how}"))
    }
}
