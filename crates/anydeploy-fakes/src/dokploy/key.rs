//! API keys: whose they are, what they may do, and how many calls they have left.

/// An API key for the fake server to accept.
///
/// One HTTP request costs two units of a budget, as on the real server: the key is verified twice.
#[derive(Clone, Debug)]
#[must_use]
pub struct DokployKey {
    access: Option<Vec<String>>,
    limit: Option<(u64, u64)>,
    remaining: Option<u64>,
    enabled: bool,
}

impl DokployKey {
    /// The key of an owner, who may do everything.
    pub fn owner() -> Self {
        Self { access: None, limit: None, remaining: None, enabled: true }
    }

    /// The key of a member, who may do nothing until given access.
    pub fn member() -> Self {
        Self { access: Some(Vec::new()), ..Self::owner() }
    }

    /// Lets a member read and deploy one service; an owner needs no leave.
    pub fn with_access_to(mut self, service: impl Into<String>) -> Self {
        if let Some(access) = &mut self.access {
            access.push(service.into());
        }
        self
    }

    /// Limits the key to this many verifications; the count starts again after a pause longer than the window.
    pub fn with_rate_limit(mut self, verifications: u64, window_in_ticks: u64) -> Self {
        self.limit = Some((verifications, window_in_ticks));
        self
    }

    /// Limits the key to this many verifications for ever.
    pub fn with_remaining(mut self, verifications: u64) -> Self {
        self.remaining = Some(verifications);
        self
    }

    /// A key that was switched off, which the server answers like an unknown one.
    pub fn disabled(mut self) -> Self {
        self.enabled = false;
        self
    }
}

/// Who is calling.
#[derive(Clone, Debug)]
pub(super) struct Caller(Option<Vec<String>>);

impl Caller {
    /// A caller without a session, for procedures that need none.
    pub(super) fn nobody() -> Self {
        Self(Some(Vec::new()))
    }

    pub(super) fn is_member(&self) -> bool {
        self.0.is_some()
    }

    pub(super) fn may_use(&self, service: &str) -> bool {
        self.0.as_ref().is_none_or(|access| access.iter().any(|id| id == service))
    }

    /// The services that were named for this caller; an owner needs none.
    pub(super) fn services(&self) -> &[String] {
        self.0.as_deref().unwrap_or_default()
    }
}

/// The keys a server knows, with their counters.
#[derive(Debug, Default)]
pub(super) struct Keys(Vec<Known>);

#[derive(Debug)]
struct Known {
    secret: String,
    key: DokployKey,
    count: u64,
    last: Option<u64>,
}

impl Keys {
    pub(super) fn add(&mut self, secret: String, key: DokployKey) {
        self.0.push(Known { secret, key, count: 0, last: None });
    }

    /// Verifies a key once and charges it for that.
    pub(super) fn verify(&mut self, secret: &str, now: u64) -> Option<Caller> {
        let known = self.0.iter_mut().find(|known| known.secret == secret)?;
        known.charge(now).then(|| Caller(known.key.access.clone()))
    }
}

impl Known {
    fn charge(&mut self, now: u64) -> bool {
        if !self.key.enabled || self.key.remaining == Some(0) {
            return false;
        }
        if let Some((most, window)) = self.key.limit {
            // The counter starts anew only after a silence since the last *accepted* verification.
            if self.last.is_none_or(|last| now.saturating_sub(last) > window) {
                self.count = 0;
            }
            if self.count >= most {
                return false;
            }
            self.count += 1;
            self.last = Some(now);
        }
        self.key.remaining = self.key.remaining.map(|left| left - 1);
        true
    }
}
