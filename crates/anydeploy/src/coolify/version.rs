//! How the version of a server compares with the one on which the rules of this adapter were observed.

use std::cmp::Ordering;

use crate::VersionSupport;

/// The version that was observed.
const OBSERVED: [u64; 3] = [4, 3, 11];

/// Compares a version such as `4.3.11`, `4.0.0-beta.467` or `4.4-rc.1`, which is not always a semantic one.
pub(super) fn support(version: &str) -> VersionSupport {
    let version = version.trim().trim_start_matches(['v', 'V']);
    let (numbers, early) = match version.split_once(['-', '+']) {
        Some((numbers, _)) => (numbers, version.contains('-')),
        None => (version, false),
    };
    let numbers: Result<Vec<u64>, _> = numbers.split('.').map(str::parse).collect();
    let Ok(mut numbers) = numbers else { return VersionSupport::Unknown };
    // `4.4` is the first of its line.
    numbers.resize(numbers.len().max(OBSERVED.len()), 0);
    match numbers.as_slice().cmp(OBSERVED.as_slice()) {
        Ordering::Less => VersionSupport::Older,
        // What comes before a version is older than it.
        Ordering::Equal if early => VersionSupport::Older,
        Ordering::Equal => VersionSupport::Observed,
        Ordering::Greater => VersionSupport::Newer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_version_is_compared() {
        use VersionSupport::{Newer, Observed, Older, Unknown};
        let cases = [
            ("4.3.11", Observed),
            ("v4.3.11\n", Observed),
            ("4.3.11+build.7", Observed),
            ("4.3.10", Older),
            ("4.0.0-beta.467", Older),
            ("4.3.11-rc.1", Older),
            ("4.3.9", Older),
            ("3.12.36", Older),
            ("4.3.21", Newer),
            ("4.4-rc.1", Newer),
            ("4.4", Newer),
            ("5", Newer),
            ("4.3.11.1", Newer),
            ("", Unknown),
            ("nightly", Unknown),
            ("4.x", Unknown),
            ("<html>", Unknown),
        ];
        for (version, support) in cases {
            assert_eq!(super::support(version), support, "{version:?}");
        }
    }
}
