//! `cargo xtask operations`: what the clients hold, as JSON lines.

use std::path::Path;

use serde_json::json;

use crate::generate::{PLATFORMS, document};

/// Prints a line for each area of each platform, with its operations and generated lines.
///
/// # Errors
///
/// What is wrong in the documents, or a generated file that cannot be read.
pub(crate) fn command(root: &Path) -> Result<(), String> {
    for platform in PLATFORMS {
        let document = document(root, platform).map_err(|e| e.to_string())?;
        let generated = root.join(format!("crates/{platform}-client/src/generated"));
        let mut rest = lines(&generated).map_err(|e| format!("{}: {e}", generated.display()))?;
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
