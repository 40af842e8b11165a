//! The declared Rust version, `rust-version` in the workspace's manifest, which has to compile what users compile.

use std::path::Path;
use std::process::Command;

use super::step::{Action, Call, Step};

const NAME: &str = "the declared Rust version";

/// Checks the facade with every platform by the declared version, unless that is the one that compiles everything.
///
/// Its own target folder keeps it from making cargo compile the rest again.
/// Without TLS, as that would compile a cryptography library in C once more and nothing of ours.
pub(super) fn step(root: &Path, platforms: &str) -> Step {
    let action = match (declared(root), in_use()) {
        (Some(declared), Some(in_use)) => action(&declared, &in_use, is_installed(&declared), platforms),
        (None, _) => {
            missing("`rust-version` is not in Cargo.toml", "add `rust-version` to `[workspace.package]`".into())
        }
        (_, None) => missing("rustc does not say its version", "rustup show".into()),
    };
    Step::new(NAME, action)
}

fn action(declared: &str, in_use: &str, is_installed: bool, platforms: &str) -> Action {
    if in_use == declared {
        return Action::Nothing(format!("{declared} is the toolchain that runs every other step"));
    }
    if !is_installed {
        let repair = format!("rustup toolchain install {declared} --profile minimal");
        return missing(&format!("Rust {declared} is not installed"), repair);
    }
    let check = "cargo check --locked --target-dir target/declared-rust -p anydeploy --no-default-features";
    Action::Run(Call::new("rustup", &format!("run {declared} {check} --features {platforms}")))
}

fn missing(what: &str, repair: String) -> Action {
    Action::Missing { what: what.to_owned(), repair }
}

/// The first release of the declared version, as `1.95.0`.
fn declared(root: &Path) -> Option<String> {
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).ok()?;
    let version = manifest.lines().find_map(|line| line.strip_prefix("rust-version = \"")?.strip_suffix('"'))?;
    Some(if version.matches('.').count() == 1 { format!("{version}.0") } else { version.to_owned() })
}

/// The version of the compiler beside the cargo that runs this tool.
fn in_use() -> Option<String> {
    let rustc = Path::new(env!("CARGO")).with_file_name("rustc");
    let output = Command::new(rustc).arg("--version").output().ok()?;
    let printed = String::from_utf8(output.stdout).ok()?;
    printed.split(' ').nth(1).map(str::to_owned)
}

fn is_installed(version: &str) -> bool {
    // Asked by this name, rustup does not install what is missing.
    let listed = Command::new("rustup").args(["toolchain", "list"]).output();
    listed.is_ok_and(|output| {
        let listed = String::from_utf8_lossy(&output.stdout);
        listed.lines().any(|line| line.starts_with(&format!("{version}-")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_toolchain_in_use_is_not_asked_twice() {
        let action = action("1.95.0", "1.95.0", true, "coolify");
        assert!(matches!(action, Action::Nothing(reason) if reason.starts_with("1.95.0")));
    }

    #[test]
    fn a_newer_toolchain_leaves_the_declared_one_to_be_checked() {
        let action = action("1.95.0", "1.96.1", true, "coolify,qovery");
        let Action::Run(call) = action else { panic!("{action:?}") };
        let call = call.to_string();
        assert!(call.starts_with("rustup run 1.95.0 cargo check") && call.ends_with("coolify,qovery"), "{call}");
    }

    #[test]
    fn a_missing_toolchain_is_named_with_the_command_that_installs_it() {
        let action = action("1.95.0", "1.96.1", false, "coolify");
        let Action::Missing { repair, .. } = action else { panic!("{action:?}") };
        assert_eq!(repair, "rustup toolchain install 1.95.0 --profile minimal");
    }

    #[test]
    fn the_manifest_declares_a_whole_version() {
        let version = declared(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap();
        assert_eq!(version.split('.').filter(|part| part.parse::<u32>().is_ok()).count(), 3, "{version}");
    }
}
