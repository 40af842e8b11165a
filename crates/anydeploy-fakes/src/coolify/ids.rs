//! Identifiers as Coolify makes them: 24 lower-case letters and digits.

use std::sync::atomic::{AtomicU64, Ordering};

/// Makes ids that differ within one process, also between two fakes.
pub(super) struct Ids(u64);

static FAKES: AtomicU64 = AtomicU64::new(1);

impl Ids {
    pub(super) fn new() -> Self {
        Self(FAKES.fetch_add(1, Ordering::Relaxed) << 40)
    }

    pub(super) fn next(&mut self) -> String {
        const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
        self.0 += 1;
        let mut word = self.0;
        (0..24)
            .map(|_| {
                word = mix(word);
                char::from(ALPHABET[usize::try_from(word % 36).unwrap_or_default()])
            })
            .collect()
    }
}

/// One step of splitmix64.
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
