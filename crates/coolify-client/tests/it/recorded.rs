//! Every recorded success decodes to the type of its operation's answer.

use coolify_client::wire::Repaired;
use serde_json::Value;

use super::generated::decode;

const SUCCESSES: &str = include_str!("recorded/success.jsonl");

#[test]
fn recorded_successes_decode() {
    let mut failures = Vec::new();
    for (number, line) in SUCCESSES.lines().enumerate() {
        let recorded: Value = serde_json::from_str(line).unwrap();
        let operation = recorded["operation"].as_str().unwrap();
        let status = u16::try_from(recorded["status"].as_u64().unwrap()).unwrap();
        let outcome = decode::decode(operation, status, &body(&recorded));
        match &outcome {
            Some(Err(reason)) => failures.push(format!("line {}: {operation}: {reason}", number + 1)),
            // Servers were seen to answer so; a document that needs this is false.
            Some(Ok(repairs)) if repairs.iter().any(|repair| repair.what() == Repaired::Removed) => {
                failures.push(format!("line {}: {operation}: {repairs:?}", number + 1));
            }
            _ => {}
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The body as it was on the wire; `null` and nothing stand for an empty one.
fn body(recorded: &Value) -> Vec<u8> {
    match &recorded["body"] {
        Value::Null => Vec::new(),
        Value::String(text) if recorded["text"] == true => text.clone().into_bytes(),
        body => body.to_string().into_bytes(),
    }
}
