//! After the passes: the files are written, or compared with those that are there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::diagnostic::{Error, Result};
use super::emit::Files;

/// The folders that hold nothing but generated files.
const GENERATED: [&str; 2] = ["src/generated", "tests/it/generated"];

/// Writes the files that differ, and removes those that are no longer generated.
pub(crate) fn write(folder: &Path, files: &Files) -> Result<()> {
    for path in leftovers(folder, files)? {
        std::fs::remove_file(&path).map_err(|e| Error::file(&path, e))?;
    }
    for (path, text) in files {
        let path = folder.join(path);
        // A file that stays as it is keeps its date, so that cargo does not build it again.
        if std::fs::read_to_string(&path).is_ok_and(|there| there == *text) {
            continue;
        }
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|e| Error::file(parent, e))?;
        }
        std::fs::write(&path, text).map_err(|e| Error::file(&path, e))?;
    }
    Ok(())
}

/// What `write` would change, as a unified diff.
pub(crate) fn compare(folder: &Path, files: &Files) -> Result<String> {
    let mut diff = String::new();
    for path in leftovers(folder, files)? {
        let there = std::fs::read_to_string(&path).map_err(|e| Error::file(&path, e))?;
        diff.push_str(&unified(&path, &there, ""));
    }
    for (path, text) in files {
        let path = folder.join(path);
        let there = std::fs::read_to_string(&path).unwrap_or_default();
        if there != *text {
            diff.push_str(&unified(&path, &there, text));
        }
    }
    Ok(diff)
}

fn unified(path: &Path, there: &str, wanted: &str) -> String {
    let path = path.display().to_string();
    let diff = similar::TextDiff::from_lines(there, wanted);
    diff.unified_diff().header(&path, &path).to_string()
}

/// Files in the generated folders that are not generated any more.
fn leftovers(folder: &Path, files: &Files) -> Result<BTreeSet<PathBuf>> {
    let wanted: BTreeSet<PathBuf> = files.keys().map(|path| folder.join(path)).collect();
    let mut found = BTreeSet::new();
    let mut folders: Vec<PathBuf> = GENERATED.iter().map(|name| folder.join(name)).collect();
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        let entries = std::fs::read_dir(&folder).map_err(|e| Error::file(&folder, e))?;
        for entry in entries {
            let path = entry.map_err(|e| Error::file(&folder, e))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if !wanted.contains(&path) {
                found.insert(path);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_compares_equal_and_what_is_changed_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let path = PathBuf::from("src/generated/mod.rs");
        let files = Files::from([(path.clone(), "mod a;\n".to_owned())]);
        let diff = compare(folder, &files).unwrap();
        assert!(diff.contains("+mod a;"), "{diff}");
        write(folder, &files).unwrap();
        assert_eq!(compare(folder, &files).unwrap(), "");

        std::fs::write(folder.join(&path), "mod b;\n").unwrap();
        let diff = compare(folder, &files).unwrap();
        assert!(diff.contains("-mod b;") && diff.contains("+mod a;"), "{diff}");
    }

    #[test]
    fn files_that_are_no_longer_generated_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let old = PathBuf::from("src/generated/common/old.rs");
        write(folder, &Files::from([(old.clone(), "\n".to_owned())])).unwrap();
        std::fs::write(folder.join("src/lib.rs"), "").unwrap();

        let diff = compare(folder, &Files::new()).unwrap();
        assert!(diff.contains("old.rs"), "{diff}");
        write(folder, &Files::new()).unwrap();
        assert!(!folder.join(old).exists());
        assert!(folder.join("src/lib.rs").exists());
    }
}
