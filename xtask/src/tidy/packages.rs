//! Rules for packages and platforms: what each of them has to bring along.

use std::path::Path;

use super::{Diagnostics, File};
use crate::platforms::{self, Platform};

/// What the manifest of a published package says.
const KEYS: &[&str] = &[
    "\ndescription = ",
    "\nkeywords = ",
    "\ncategories = ",
    "\ndocumentation = ",
    "\nlicense.workspace = true",
    "\nreadme = ",
    "\nrust-version.workspace = true",
    "\n[package.metadata.docs.rs]\nall-features = true\nrustdoc-args = [\"--cfg\", \"docsrs\"]\n",
];

/// Files that a package holds as a copy of the one in the root: a link does not survive packaging.
const COPIES: &[&str] = &["LICENSE-APACHE", "LICENSE-MIT"];

/// Checks every package that is published, and every platform of the table.
pub(super) fn check(files: &[File]) -> Diagnostics {
    let manifests = files.iter().filter(|file| file.path.starts_with("crates") && file.path.ends_with("Cargo.toml"));
    let published = manifests.filter(|manifest| !manifest.text.contains("\npublish = false"));
    let mut diagnostics: Diagnostics = published.flat_map(|manifest| check_package(files, manifest)).collect();
    diagnostics.extend(platforms::all().iter().flat_map(|platform| check_platform(files, platform)));
    diagnostics
}

fn text<'a>(files: &'a [File], path: &Path) -> Option<&'a str> {
    files.iter().find(|file| file.path == path).map(|file| file.text.as_str())
}

fn check_package(files: &[File], manifest: &File) -> Diagnostics {
    let place = manifest.path.display();
    let folder = manifest.path.parent().unwrap_or(Path::new(""));
    let mut diagnostics = Diagnostics::new();
    for key in KEYS.iter().filter(|key| !manifest.text.contains(**key)) {
        diagnostics.push(format!("{place}: a published package says `{}`", key.trim().replace('\n', "; ")));
    }
    for name in COPIES {
        if text(files, &folder.join(name)) != text(files, Path::new(name)) {
            diagnostics.push(format!("{place}: repair its licence: cp {name} {}", folder.display()));
        }
    }
    if !manifest.text.contains("\nreadme = \"../") && text(files, &folder.join("README.md")).is_none() {
        diagnostics.push(format!("{place}: a published package has a README.md beside it"));
    }
    diagnostics
}

/// A platform has its place in each crate; the page "a new platform" in CONTRIBUTING.md fills them one by one.
fn check_platform(files: &[File], platform: &Platform) -> Diagnostics {
    let Platform { name, title } = platform;
    let client = platform.client();
    let places = [
        (format!("specs/{name}/common.yaml"), "openapi: 3.0.3".to_owned()),
        (format!("crates/{client}/src/lib.rs"), "mod generated;".to_owned()),
        ("crates/anydeploy/Cargo.toml".to_owned(), format!("\n{name} = [\"dep:{client}\"")),
        (format!("crates/anydeploy/src/{name}.rs"), format!("for {title}")),
        ("crates/anydeploy/src/platform.rs".to_owned(), format!("Platform::new(\"{name}\")")),
        ("crates/anydeploy/src/any_config.rs".to_owned(), format!("{title}(crate::{name}::")),
        (format!("crates/anydeploy-fakes/src/{name}.rs"), format!("Fake{title}")),
        ("examples/src/platforms.rs".to_owned(), format!("entry!(\"{name}\"")),
        ("crates/fuzz/Cargo.toml".to_owned(), format!("\n{client} = ")),
    ];
    let is_missing =
        |(path, part): &(String, String)| !text(files, Path::new(path)).is_some_and(|text| text.contains(part));
    let missing = places.into_iter().filter(is_missing);
    missing.map(|(path, part)| format!("{path}: the platform {name} needs `{}` in it", part.trim())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(licence: &str) -> Vec<File> {
        let keys: String = KEYS.iter().copied().collect();
        vec![
            File::new("LICENSE-MIT", "free"),
            File::new("LICENSE-APACHE", "free too"),
            File::new("crates/a/Cargo.toml", format!("[package]{keys}\n")),
            File::new("crates/a/LICENSE-MIT", licence),
            File::new("crates/a/LICENSE-APACHE", "free too"),
            File::new("crates/a/README.md", "# a\n"),
        ]
    }

    #[test]
    fn a_package_that_lacks_a_key_a_readme_or_a_licence_is_reported() {
        let complete = package("free");
        assert_eq!(check_package(&complete, &complete[2]), Diagnostics::new());
        let mut without = package("old");
        without.pop();
        without[2].text = without[2].text.replace("\nkeywords = ", "");
        let diagnostics = check_package(&without, &without[2]).join("\n");
        for reason in ["says `keywords =`", "cp LICENSE-MIT crates/a", "has a README.md"] {
            assert!(diagnostics.contains(reason), "{diagnostics}");
        }
    }

    #[test]
    fn a_platform_without_its_places_is_reported() {
        let platform = Platform { name: "toy".to_owned(), title: "Toy".to_owned() };
        let specs = [File::new("specs/toy/common.yaml", "openapi: 3.0.3\n")];
        let missing = check_platform(&specs, &platform);
        assert_eq!(missing.len(), 8, "{missing:?}");
        assert!(missing[0].starts_with("crates/toy-client/src/lib.rs: "), "{missing:?}");
    }
}
