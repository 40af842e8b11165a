//! Arbitrary bytes as the answer of every operation: the first two bytes choose which.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../coolify-client/tests/it/generated/decode.rs"]
mod coolify;
#[path = "../../dokploy-client/tests/it/generated/decode.rs"]
mod dokploy;
#[path = "../../qovery-client/tests/it/generated/decode.rs"]
mod qovery;

fuzz_target!(|data: &[u8]| {
    let Some((choice, body)) = data.split_first_chunk::<2>() else { return };
    let choice = usize::from(u16::from_le_bytes(*choice));
    let all = coolify::OPERATIONS.len() + dokploy::OPERATIONS.len() + qovery::OPERATIONS.len();
    let choice = choice % all;
    let outcome = if let Some(operation) = coolify::OPERATIONS.get(choice) {
        coolify::decode(operation, 200, body)
    } else if let Some(operation) = dokploy::OPERATIONS.get(choice - coolify::OPERATIONS.len()) {
        dokploy::decode(operation, 200, body)
    } else {
        let operation = qovery::OPERATIONS[choice - coolify::OPERATIONS.len() - dokploy::OPERATIONS.len()];
        qovery::decode(operation, 200, body)
    };
    match outcome.expect("every area is on") {
        // A repair is reported by its place, which is never longer than the names of the types.
        Ok(repairs) => assert!(repairs.len() <= 512, "{} repairs", repairs.len()),
        Err(error) => assert!(error.len() <= 4096, "an error of {} bytes", error.len()),
    }
});
