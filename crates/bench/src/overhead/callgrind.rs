//! Counts instructions by valgrind's callgrind, where it is installed.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// Whether valgrind is installed.
pub(super) fn is_installed() -> bool {
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// The instructions that a command executes from its beginning to its end.
pub(super) fn instructions(command: &Command, folder: &Path) -> io::Result<u64> {
    let out = folder.join("callgrind.out");
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--quiet"]).arg(format!("--callgrind-out-file={}", out.display()));
    valgrind.arg(command.get_program()).args(command.get_args());
    let output = valgrind.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let written = std::fs::read_to_string(&out)?;
    total(&written).ok_or_else(|| io::Error::other("callgrind wrote no total"))
}

/// The total in what callgrind writes.
fn total(written: &str) -> Option<u64> {
    let line = |start: &str| written.lines().rev().find_map(|line| line.strip_prefix(start)?.trim().parse().ok());
    line("totals:").or_else(|| line("summary:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_stands_in_a_line_of_its_own() {
        assert_eq!(total("events: Ir\nfn=main\n16 400\nsummary: 1234\n\ntotals: 1234\n"), Some(1234));
        assert_eq!(total("events: Ir\n"), None);
    }
}
