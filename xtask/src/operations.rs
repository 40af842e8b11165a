//! `cargo xtask operations`: what the clients hold, as JSON lines.

use std::path::Path;

use serde_json::json;

use crate::generate::document;
use crate::outcome::{Failure, Outcome};
use crate::platforms;

/// Print operations and generated lines by area, as JSON lines
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

/// Runs `operations`.
///
/// # Errors
///
/// What is wrong in the documents, or a generated file that cannot be read.
pub(crate) fn run(root: &Path, _: &Arguments) -> Outcome {
    for platform in platforms::names() {
        let document = document(root, platform).map_err(|e| Failure::new(e, repair(platform)))?;
        let generated = root.join(format!("crates/{platform}-client/src/generated"));
        let mut rest =
            lines(&generated).map_err(|e| Failure::new(format!("{}: {e}", generated.display()), repair(platform)))?;
        for area in &document.areas {
            let operations = document.operations();
            let operations = operations.iter().filter(|o| o.area() == area.name).count();
            let own = ["", ".rs"].map(|end| generated.join(format!("{}{end}", area.name)));
            let own: usize = own.iter().map(|path| lines(path).unwrap_or_default()).sum();
            rest -= own;
            println!(
                "{}",
                json!({
                    "platform": platform,
                    "area": area.name,
                    "default": area.by_default,
                    "operations": operations,
                    "lines": own,
                })
            );
        }
        // What areas share, and the module above them.
        let operations = document.operations().len();
        let total = json!({"platform": platform, "operations": operations, "shared_lines": rest});
        println!("{total}");
    }
    Ok(())
}

fn repair(platform: &str) -> String {
    format!("cargo xtask generate {platform}")
}

/// The lines of a file, or of all files in a folder.
fn lines(path: &Path) -> std::io::Result<usize> {
    if !path.is_dir() {
        return Ok(std::fs::read_to_string(path)?.lines().count());
    }
    let mut total = 0;
    for entry in std::fs::read_dir(path)? {
        total += lines(&entry?.path())?;
    }
    Ok(total)
}
