//! Writes a first corpus: the answers that real servers gave, as the targets want them.

use std::error::Error;
use std::fs;
use std::path::Path;

use serde_json::Value;

#[path = "../../coolify-client/tests/generated/decode.rs"]
#[allow(dead_code, reason = "only the names of the operations are wanted")]
mod coolify;
#[path = "../../dokploy-client/tests/generated/decode.rs"]
#[allow(dead_code, reason = "only the names of the operations are wanted")]
mod dokploy;
#[path = "../../qovery-client/tests/generated/decode.rs"]
#[allow(dead_code, reason = "only the names of the operations are wanted")]
mod qovery;

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let platforms = [("coolify", coolify::OPERATIONS), ("dokploy", dokploy::OPERATIONS), ("qovery", qovery::OPERATIONS)];
    let (mut written, mut before) = (0, 0);
    for (index, (platform, operations)) in platforms.into_iter().enumerate() {
        let path = here.join(format!("../{platform}-client/tests/recorded/success.jsonl"));
        for line in fs::read_to_string(path)?.lines() {
            let line: Value = serde_json::from_str(line)?;
            let body = body(&line["body"]);
            let Some(choice) = operations.iter().position(|id| line["operation"] == **id) else { continue };
            let choice = u16::try_from(before + choice)?.to_le_bytes();
            write(here, "answers", written, &[&choice[..], &body].concat())?;
            // Every method of the adapter, with 200 and JSON.
            for method in 0..8 {
                write(here, "adapters", written * 8 + method, &[&[u8::try_from(method * 3 + index)?, 0, 0], &body[..]].concat())?;
            }
            written += 1;
        }
        before += operations.len();
    }
    for (number, id) in ["coolify:application:web?deployment=d", "dokploy:compose:c?nonce=n&since=1&ahead=2", "qovery:job:a@e?execution=x&inferred=1"].into_iter().enumerate() {
        write(here, "ids", number, id.as_bytes())?;
    }
    Ok(())
}

/// The body as it was sent.
fn body(value: &Value) -> Vec<u8> {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned).into_bytes()
}

fn write(here: &Path, target: &str, number: usize, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    let folder = here.join("corpus").join(target);
    fs::create_dir_all(&folder)?;
    Ok(fs::write(folder.join(format!("seed-{number}")), bytes)?)
}
