//! Text that names a deployment or a target: read or refused, never a panic, and the same again after a round trip.

#![no_main]

use anydeploy::{DeploymentId, Target};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(id) = text.parse::<DeploymentId>() {
        let again: DeploymentId = id.to_string().parse().expect("what was written is read");
        assert_eq!(again, id);
        assert_eq!(again.to_string(), id.to_string());
    }
    if let Ok(target) = text.parse::<Target>() {
        let again: Target = target.to_string().parse().expect("what was written is read");
        assert_eq!(again, target);
    }
});
