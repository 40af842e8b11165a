//! Text that names a deployment or a target: read or refused, never a panic, and the same again after a round trip.

#![no_main]

use anydeploy::{DeploymentId, Error, Target, platform};
use libfuzzer_sys::fuzz_target;

/// The longest line that a refusal may be: our own words, and the beginning of what was refused.
const MAX_LINE_BYTES: usize = 500;

fuzz_target!(|text: &str| {
    match text.parse::<DeploymentId>() {
        Ok(id) => {
            let again: DeploymentId = id.to_string().parse().expect("what was written is read");
            assert_eq!(again, id);
            assert_eq!(again.to_string(), id.to_string());
        }
        Err(error) => short(&error),
    }
    match text.parse::<Target>() {
        Ok(target) => {
            let again: Target = target.to_string().parse().expect("what was written is read");
            assert_eq!(again, target);
        }
        Err(error) => short(&error),
    }
    // A detail may be any text.
    let id = DeploymentId::new(platform::DOKPLOY, Target::application("a")).with("nonce", text).with(text, "1");
    match id.to_string().parse::<DeploymentId>() {
        Ok(again) => assert_eq!(again, id),
        Err(error) => assert!(id.to_string().len() > 4096, "{error}"),
    }
});

/// A refusal quotes the beginning of the text, on one line.
fn short(error: &Error) {
    let line = error.to_string();
    assert!(line.len() <= MAX_LINE_BYTES && !line.chars().any(char::is_control), "{line}");
}
