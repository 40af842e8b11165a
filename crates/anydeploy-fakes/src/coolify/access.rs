//! Tokens, what they may do, and how often they may ask.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::clock::Clock;

/// What an API token may do; no ability but `Root` implies another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CoolifyAbility {
    /// `read`: reads, without secrets and build logs.
    Read,
    /// `read:sensitive`: makes secrets and build logs visible; opens nothing by itself.
    ReadSensitive,
    /// `write`: creates, changes and deletes; does not deploy.
    Write,
    /// `deploy`: deploys, starts, stops and cancels; does not read.
    Deploy,
    /// `root`: everything.
    Root,
}

impl CoolifyAbility {
    /// The word that stands in the server's 403.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::ReadSensitive => "read:sensitive",
            Self::Write => "write",
            Self::Deploy => "deploy",
            Self::Root => "root",
        }
    }
}

/// The team that owns everything in the fake.
pub(super) const HOME_TEAM: u64 = 0;

/// One API token.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) abilities: Vec<CoolifyAbility>,
    pub(super) team: u64,
    pub(super) admin: bool,
}

impl Token {
    pub(super) fn may(&self, ability: CoolifyAbility) -> bool {
        self.abilities.iter().any(|held| *held == ability || *held == CoolifyAbility::Root)
    }

    /// Whether secrets are shown: the ability alone is not enough, its user must be an admin.
    pub(super) fn sees_secrets(&self) -> bool {
        self.admin && self.may(CoolifyAbility::ReadSensitive)
    }

    /// A plain member may hold a token that only reads.
    pub(super) fn exceeds_role(&self) -> bool {
        !self.admin && self.abilities.iter().any(|held| *held != CoolifyAbility::Read)
    }
}

/// Whose requests are counted together.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Bucket {
    /// All tokens of one user; users of the fake are one a team.
    User(u64),
    /// Callers without a token.
    Address,
    /// The health check has a bucket of its own.
    Health,
}

/// How many requests a minute the health check allows.
pub(super) const HEALTH_LIMIT: u32 = 1000;

/// What the rate limiter says to one request.
pub(super) enum Verdict {
    Pass { remaining: u32 },
    Refuse { retry_after: u64, reset: u64 },
}

/// Fixed windows of requests, as the server's limiter counts them.
pub(super) struct Limiter {
    window: Duration,
    clock: Clock,
    windows: HashMap<Bucket, (Instant, u32)>,
}

impl Limiter {
    pub(super) fn new(window: Duration, clock: Clock) -> Self {
        Self { window, clock, windows: HashMap::new() }
    }

    pub(super) fn take(&mut self, bucket: Bucket, limit: u32) -> Verdict {
        let now = Instant::now();
        let (opened, used) = self.windows.entry(bucket).or_insert((now, 0));
        if now.duration_since(*opened) >= self.window {
            (*opened, *used) = (now, 0);
        }
        if *used >= limit {
            let left = self.window.saturating_sub(now.duration_since(*opened));
            let retry_after = left.as_secs() + 1;
            let epoch = u64::try_from(self.clock.now().timestamp()).unwrap_or_default();
            return Verdict::Refuse { retry_after, reset: epoch + retry_after };
        }
        *used += 1;
        Verdict::Pass { remaining: limit - *used }
    }
}
