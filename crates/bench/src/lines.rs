//! The lines that a run prints and keeps: first what was run where, then its figures.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::figure::Figure;

/// What was run where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Run {
    #[serde(rename = "run")]
    pub(crate) bench: String,
    pub(crate) commit: String,
    pub(crate) rustc: String,
    pub(crate) cpus: usize,
    /// The version of valgrind; nothing where it is not installed.
    pub(crate) valgrind: Option<String>,
}

/// The lines of one bench.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lines {
    pub(crate) run: Run,
    pub(crate) figures: Vec<Figure>,
}

impl Run {
    /// A run of a bench in this repository on this machine.
    pub(crate) fn here(bench: &str, root: &Path) -> Self {
        let says = |program: &str, arguments: &[&str]| {
            let output = Command::new(program).current_dir(root).args(arguments).output().ok()?;
            let said = String::from_utf8(output.stdout).ok()?.trim().to_owned();
            (output.status.success() && !said.is_empty()).then_some(said)
        };
        let changed = says("git", &["status", "--porcelain", "--untracked-files=no"]).is_some();
        let commit = says("git", &["rev-parse", "--short", "HEAD"]).unwrap_or_else(|| "unknown".to_owned());
        let version = |said: String| said.split(' ').nth(1).map(str::to_owned);
        Self {
            bench: bench.to_owned(),
            commit: if changed { format!("{commit} with changes") } else { commit },
            rustc: says("rustc", &["--version"]).and_then(version).unwrap_or_else(|| "unknown".to_owned()),
            cpus: std::thread::available_parallelism().map_or(1, usize::from),
            valgrind: says("valgrind", &["--version"]),
        }
    }
}

impl Lines {
    /// Where the lines of a bench are kept.
    fn path(root: &Path, bench: &str) -> PathBuf {
        root.join("docs/performance").join(format!("{bench}.jsonl"))
    }

    /// Keeps the lines in place of those of the run before.
    pub(crate) fn keep(&self, root: &Path) -> io::Result<()> {
        let mut text = serde_json::to_string(&self.run)? + "\n";
        for figure in &self.figures {
            text.push_str(&figure.line());
            text.push('\n');
        }
        let path = Self::path(root, &self.run.bench);
        std::fs::create_dir_all(path.parent().unwrap_or(root))?;
        std::fs::write(path, text)
    }

    /// The lines of a bench that are kept; nothing if there are none.
    pub(crate) fn kept(root: &Path, bench: &str) -> io::Result<Option<Self>> {
        let text = match std::fs::read_to_string(Self::path(root, bench)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text?,
        };
        let mut lines = text.lines();
        let run = serde_json::from_str(lines.next().unwrap_or_default())?;
        let figures = lines.map(serde_json::from_str).collect::<Result<_, _>>()?;
        Ok(Some(Self { run, figures }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_they_were_kept() {
        let root = tempfile::tempdir().unwrap();
        let run = Run::here("decode", root.path());
        let figures = vec![Figure::new("decode", "time", "µs", 1.5).against(3.0).at_most(1.0)];
        let lines = Lines { run, figures };
        lines.keep(root.path()).unwrap();
        assert_eq!(Lines::kept(root.path(), "decode").unwrap(), Some(lines));
        assert_eq!(Lines::kept(root.path(), "watch").unwrap(), None);
    }
}
