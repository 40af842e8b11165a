//! Identifiers of the same form as Qovery's.

use std::sync::atomic::{AtomicU64, Ordering};

/// Servers of one process never share an id, so that a mix-up of two of them cannot pass unseen.
static SERVERS: AtomicU64 = AtomicU64::new(1);

#[derive(Debug)]
pub(super) struct Ids {
    server: u64,
    next: u64,
    started_ms: u64,
}

impl Ids {
    pub(super) fn new(started_ms: u64) -> Self {
        Self { server: SERVERS.fetch_add(1, Ordering::Relaxed), next: 0, started_ms }
    }

    fn count(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// The id of an object: a UUID.
    pub(super) fn object(&mut self) -> String {
        let n = self.count();
        let scatter = (n ^ (self.server << 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{n:012x}",
            scatter >> 32,
            (scatter >> 16) & 0xffff,
            scatter & 0xfff,
            self.server & 0xfff
        )
    }

    /// The id of a request: a UUID that sorts by age as text, which the web console relies on.
    pub(super) fn request(&mut self) -> String {
        let n = self.count();
        let ms = self.started_ms + n;
        format!("{:08x}-{:04x}-7000-8{:03x}-{n:012x}", (ms >> 16) & 0xffff_ffff, ms & 0xffff, self.server & 0xfff)
    }

    /// The hash of a commit.
    pub(super) fn commit(&mut self) -> String {
        let n = self.count();
        let scatter = (n ^ (self.server << 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        format!("{scatter:016x}{:08x}{n:016x}", scatter >> 32)
    }

    /// The id of an execution: `<uuid>-<number>`, which is *not* a UUID.
    pub(super) fn execution(&mut self, number: usize) -> String {
        format!("{}-{number}", self.object())
    }
}
