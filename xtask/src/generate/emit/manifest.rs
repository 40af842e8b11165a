//! The features of a client's manifest.

use super::super::diagnostic::{Error, Result};
use super::super::document::Area;

const BEGIN: &str = "# One feature an area; kept by `cargo xtask generate`.\n";
const END: &str = "# End of the areas.\n";

/// The manifest with the features that the areas ask for.
pub(crate) fn features(manifest: &str, areas: &[Area]) -> Result<String> {
    let cut = manifest.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    });
    let Some((before, after)) = cut else {
        let reason = format!("the manifest has no lines\n{BEGIN}{END}");
        return Err(Error::Generator(reason));
    };
    let quoted = |areas: Vec<&Area>| -> String {
        let names = areas.iter().map(|area| format!("\n    {:?},", area.name));
        names.collect()
    };
    let by_default = quoted(areas.iter().filter(|area| area.by_default).collect());
    let all = quoted(areas.iter().collect());
    let empty: String = areas.iter().map(|area| format!("{} = []\n", area.name)).collect();
    Ok(format!(
        "{before}{BEGIN}default = [\"deploy\", \"rustls\"]\ndeploy = [{by_default}\n]\nfull = [{all}\n]\n{empty}{END}{after}"
    ))
}
