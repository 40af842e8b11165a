//! Counts instructions by valgrind's callgrind and memory by its massif, where it is installed.

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
    let written = run(command, folder, "callgrind", &[])?;
    total(&written).ok_or_else(|| io::Error::other("callgrind wrote no total"))
}

/// The most bytes that all threads of a command allocate at once.
pub(super) fn peak(command: &Command, folder: &Path) -> io::Result<u64> {
    let written = run(command, folder, "massif", &["--peak-inaccuracy=0.1", "--depth=1"])?;
    most(&written).ok_or_else(|| io::Error::other("massif wrote no snapshot"))
}

/// Runs a command in one of valgrind's tools, and returns what that writes.
fn run(command: &Command, folder: &Path, tool: &str, options: &[&str]) -> io::Result<String> {
    let out = folder.join("valgrind.out");
    let mut valgrind = Command::new("valgrind");
    valgrind.args([&format!("--tool={tool}"), "--quiet", &format!("--{tool}-out-file={}", out.display())]);
    valgrind.args(options).arg(command.get_program()).args(command.get_args());
    let output = valgrind.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    std::fs::read_to_string(&out)
}

/// The total in what callgrind writes.
fn total(written: &str) -> Option<u64> {
    let line = |start: &str| written.lines().rev().find_map(|line| line.strip_prefix(start)?.trim().parse().ok());
    line("totals:").or_else(|| line("summary:"))
}

/// The most of the snapshots that massif writes.
fn most(written: &str) -> Option<u64> {
    written.lines().filter_map(|line| line.strip_prefix("mem_heap_B=")?.parse().ok()).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_stands_in_a_line_of_its_own() {
        assert_eq!(total("events: Ir\nfn=main\n16 400\nsummary: 1234\n\ntotals: 1234\n"), Some(1234));
        assert_eq!(total("events: Ir\n"), None);
    }

    #[test]
    fn the_peak_is_the_largest_snapshot() {
        assert_eq!(most("snapshot=0\nmem_heap_B=7\nmem_heap_extra_B=99\nmem_heap_B=30\nmem_heap_B=4\n"), Some(30));
        assert_eq!(most("desc: (none)\n"), None);
    }
}
