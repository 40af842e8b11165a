//! What is known of the server: whether it is Dokploy Cloud, where jobs are remembered and can be cancelled.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::Target;

/// The numbers of a version such as `v0.30.2`; one that is missing or followed by letters counts as far as it goes.
pub(super) fn release(version: &str) -> Option<(u32, u32, u32)> {
    let mut numbers = version.trim().trim_start_matches('v').splitn(3, '.');
    let (major, minor) = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
    let patch = numbers.next().unwrap_or_default();
    let digits = patch.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(patch.len());
    Some((major, minor, patch[..digits].parse().unwrap_or_default()))
}

/// The first release that keeps the description of a trigger.
pub(super) const KEEPS_TAG: (u32, u32, u32) = (0, 25, 0);

/// What is known of one server.
#[derive(Debug, Default)]
pub(super) struct Edition {
    is_cloud: Mutex<Option<bool>>,
    release: Mutex<Option<(u32, u32, u32)>>,
    lacks_central_list: AtomicBool,
    lacks_queue: AtomicBool,
    lacks_preview_rows: AtomicBool,
    /// The application of each preview whose rows were read there.
    applications: Mutex<HashMap<String, Target>>,
}

impl Edition {
    pub(super) fn is_cloud(&self) -> Option<bool> {
        *self.is_cloud.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set(&self, is_cloud: bool) {
        *self.is_cloud.lock().unwrap_or_else(PoisonError::into_inner) = Some(is_cloud);
    }

    pub(super) fn release(&self) -> Option<(u32, u32, u32)> {
        *self.release.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a release, unless a later one would allow less: an older server may be updated meanwhile, and then keeps tags.
    pub(super) fn set_release(&self, release: (u32, u32, u32)) {
        if release >= KEEPS_TAG {
            *self.release.lock().unwrap_or_else(PoisonError::into_inner) = Some(release);
        }
    }

    /// Whether the list of all rows was refused once, or was too large.
    pub(super) fn lacks_central_list(&self) -> bool {
        self.lacks_central_list.load(Ordering::Relaxed)
    }

    pub(super) fn set_lacks_central_list(&self) {
        self.lacks_central_list.store(true, Ordering::Relaxed);
    }

    /// Whether the queue was refused once, or the server has none to show.
    pub(super) fn lacks_queue(&self) -> bool {
        self.lacks_queue.load(Ordering::Relaxed)
    }

    pub(super) fn set_lacks_queue(&self) {
        self.lacks_queue.store(true, Ordering::Relaxed);
    }

    /// Whether the list of the rows of a preview was refused once.
    pub(super) fn lacks_preview_rows(&self) -> bool {
        self.lacks_preview_rows.load(Ordering::Relaxed)
    }

    pub(super) fn set_lacks_preview_rows(&self) {
        self.lacks_preview_rows.store(true, Ordering::Relaxed);
    }

    /// The application of a preview, which never changes.
    pub(super) fn application_of(&self, preview: &str) -> Option<Target> {
        self.applications.lock().unwrap_or_else(PoisonError::into_inner).get(preview).cloned()
    }

    pub(super) fn set_application_of(&self, preview: &str, application: Target) {
        self.applications.lock().unwrap_or_else(PoisonError::into_inner).insert(preview.to_owned(), application);
    }

    /// Notes the answer to a trigger.
    ///
    /// The cloud answers `true` (source of 0.30.2); a self-hosted server answers nothing, and an object for a compose
    /// stack (observed on 0.30.2).
    pub(super) fn answered(&self, answer: &Value) {
        match answer {
            Value::Bool(true) => self.set(true),
            Value::Null | Value::Object(_) => self.set(false),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_without_tags_is_asked_for_again() {
        let edition = Edition::default();
        for (release, remembered) in
            [((0, 24, 9), None), ((0, 29, 8), Some((0, 29, 8))), ((0, 24, 0), Some((0, 29, 8)))]
        {
            edition.set_release(release);
            assert_eq!(edition.release(), remembered);
        }
    }

    #[test]
    fn the_numbers_of_a_version_are_read() {
        for (version, numbers) in [
            ("v0.30.2", Some((0, 30, 2))),
            ("0.26.1\n", Some((0, 26, 1))),
            ("v0.29.12-canary.3", Some((0, 29, 12))),
            ("v0.25", Some((0, 25, 0))),
            ("canary", None),
            ("", None),
        ] {
            assert_eq!(release(version), numbers, "{version}");
        }
    }
}
