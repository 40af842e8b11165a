//! What a fleet does next, as one function of where its members stand.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{FleetPlan, NextWave, NotBegun, Rest, Standing, WaveRange};

/// What is in force for the members that wait and for those that are under way; each is stronger than the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Directive {
    /// Members begin.
    #[default]
    Go,
    /// No member begins.
    Stop(NotBegun),
    /// No member begins, and those under way are cancelled.
    Cancel(NotBegun),
}

impl Directive {
    /// Why members do not begin, if they do not.
    #[must_use]
    pub const fn why(self) -> Option<NotBegun> {
        match self {
            Self::Go => None,
            Self::Stop(why) | Self::Cancel(why) => Some(why),
        }
    }

    /// Whether members begin.
    #[must_use]
    pub const fn is_go(&self) -> bool {
        matches!(self, Self::Go)
    }

    /// How strong it is, whatever its reason.
    pub(super) const fn strength(self) -> u8 {
        match self {
            Self::Go => 0,
            Self::Stop(_) => 1,
            Self::Cancel(_) => 2,
        }
    }
}

/// What a fleet does next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// These members begin, by their places in the plan.
    Begin(Vec<usize>),
    /// Nothing begins until a member comes further.
    Wait,
    /// This wave comes next, after the plan's pause and gate.
    BeforeWave(usize),
    /// This directive comes into force; the members that wait are not begun.
    Obey(Directive),
    /// Every member is done or will not begin.
    End,
}

/// What a fleet does next.
///
/// `waves` are those of [`FleetPlan::wave_ranges`], `standings` has one entry for each member of the plan, `open` is how
/// many waves may begin (at least 1), and `directive` is what is in force.
///
/// It is the same for all who run a fleet, and it depends on nothing else.
/// So a run that is resumed decides as the one before did:
/// * A wave that has begun stays open.
/// * A fleet that has stopped stays stopped, because some of its members are [`Standing::NotBegun`] or as many have failed.
#[must_use]
pub fn decide(
    plan: &FleetPlan,
    waves: &[WaveRange],
    standings: &[Standing],
    open: usize,
    directive: Directive,
) -> Decision {
    let has = |wanted: fn(&Standing) -> bool| standings.iter().any(wanted);
    let is_waiting = |standing: &Standing| *standing == Standing::Waiting;
    let waits = has(|standing| *standing == Standing::Waiting);
    if !waits && !has(|standing| standing.is_under_way()) {
        return Decision::End;
    }
    let due = due(plan, standings);
    if due.strength() > directive.strength() {
        return Decision::Obey(due);
    }
    if directive != Directive::Go {
        return if waits { Decision::Obey(directive) } else { Decision::Wait };
    }
    let next = waves.iter().position(|wave| standings[wave.clone()].iter().any(is_waiting));
    let Some(wave) = next else { return Decision::Wait };
    let has_begun = standings[waves[wave].clone()].iter().any(|standing| !is_waiting(standing));
    if wave >= open.max(1) && !has_begun {
        let lets_go = |standing: &Standing| match plan.next_wave {
            NextWave::Over => *standing != Standing::Deploying,
            NextWave::Healthy => !standing.is_under_way(),
        };
        let before = &standings[..waves[wave].start];
        return if before.iter().all(lets_go) { Decision::BeforeWave(wave) } else { Decision::Wait };
    }
    let members = begin(plan, &waves[wave], standings);
    if members.is_empty() { Decision::Wait } else { Decision::Begin(members) }
}

/// The directive that follows from what has happened.
fn due(plan: &FleetPlan, standings: &[Standing]) -> Directive {
    let failed = standings.iter().filter(|standing| **standing == Standing::Failed).count();
    if plan.rest != Rest::GoOn && failed >= plan.max_failures.of(plan.members.len()) {
        let why = NotBegun::TooManyFailures;
        return if plan.rest == Rest::CancelRunning { Directive::Cancel(why) } else { Directive::Stop(why) };
    }
    let stopped = standings.iter().find_map(|standing| match standing {
        Standing::NotBegun(why) => Some(*why),
        _ => None,
    });
    match stopped {
        Some(why @ NotBegun::Cancelled) => Directive::Cancel(why),
        Some(why) => Directive::Stop(why),
        None => Directive::Go,
    }
}

/// The members of a wave that begin now: as many as the limits leave room for, in their order.
fn begin(plan: &FleetPlan, wave: &WaveRange, standings: &[Standing]) -> Vec<usize> {
    let mut room = plan.concurrency.total.max(1);
    let mut by_profile: BTreeMap<&str, usize> =
        plan.concurrency.by_profile.iter().map(|(profile, limit)| (profile.as_str(), (*limit).max(1))).collect();
    for (member, _) in plan.members.iter().zip(standings).filter(|(_, standing)| standing.is_under_way()) {
        room = room.saturating_sub(1);
        if let Some(left) = by_profile.get_mut(member.profile.as_str()) {
            *left = left.saturating_sub(1);
        }
    }
    let mut members = Vec::new();
    for index in wave.clone().filter(|index| standings[*index] == Standing::Waiting) {
        if room == 0 {
            break;
        }
        match by_profile.get_mut(plan.members[index].profile.as_str()) {
            Some(0) => continue,
            Some(left) => *left -= 1,
            None => {}
        }
        room -= 1;
        members.push(index);
    }
    members
}

#[cfg(test)]
mod tests;
