//! `cargo xtask ci`: everything that must hold before a change lands, in the order in which it fails soonest.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// One step: what it proves, and the command that proves it.
struct Step {
    name: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
    expect: Expect,
}

/// When a step has passed.
enum Expect {
    /// The command exits with 0.
    Success,
    /// The command exits with 0 and prints none of these words.
    Without(&'static [&'static str]),
}

const fn cargo(name: &'static str, arguments: &'static [&'static str]) -> Step {
    Step { name, program: env!("CARGO"), arguments, environment: &[], expect: Expect::Success }
}

/// The crates that would bring HTTP or TLS into the tree of the core.
const HTTP: &[&str] = &["reqwest", "hyper", "rustls", "openssl", "native-tls", "http "];

/// Every area of the clients, and all that the facade has; so that one build serves all steps.
const EVERYTHING: &str =
    "anydeploy/raw-api,anydeploy/testing,coolify-client/full,dokploy-client/full,qovery-client/full";

const STEPS: &[Step] = &[
    cargo("formatting", &["fmt", "--all", "--check"]),
    cargo("house rules", &["xtask", "tidy"]),
    cargo("generated code is fresh", &["xtask", "generate", "--check"]),
    cargo("the accuracy page is fresh", &["xtask", "accuracy", "--check"]),
    Step {
        expect: Expect::Without(HTTP),
        ..cargo(
            "the core speaks no HTTP",
            &["tree", "--locked", "-p", "anydeploy-core", "-e", "normal", "--prefix", "none"],
        )
    },
    cargo(
        "lints",
        &["clippy", "--locked", "--workspace", "--all-targets", "--features", EVERYTHING, "--", "-D", "warnings"],
    ),
    cargo(
        "the clients without any area",
        &[
            "check",
            "--locked",
            "-p",
            "coolify-client",
            "-p",
            "dokploy-client",
            "-p",
            "qovery-client",
            "--no-default-features",
        ],
    ),
    cargo(
        "each platform alone: coolify",
        &["check", "--locked", "-p", "anydeploy", "--no-default-features", "--features", "coolify,rustls"],
    ),
    cargo(
        "each platform alone: dokploy",
        &["check", "--locked", "-p", "anydeploy", "--no-default-features", "--features", "dokploy,rustls"],
    ),
    cargo(
        "each platform alone: qovery",
        &["check", "--locked", "-p", "anydeploy", "--no-default-features", "--features", "qovery,rustls"],
    ),
    cargo(
        "the facade without TLS",
        &["check", "--locked", "-p", "anydeploy", "--no-default-features", "--features", "coolify,dokploy,qovery"],
    ),
    cargo(
        "TLS without a provider is refused and does not panic",
        &[
            "test",
            "--locked",
            "-p",
            "anydeploy-wire",
            "--no-default-features",
            "--features",
            "rustls-no-provider",
            "--test",
            "it",
        ],
    ),
    // A workspace of its own, which shares what was compiled; without the fuzzer, which takes a C++ compiler.
    cargo(
        "the fuzz targets compile",
        &[
            "check",
            "--locked",
            "--manifest-path",
            "crates/fuzz/Cargo.toml",
            "--target-dir",
            "target",
            "--all-targets",
            "--no-default-features",
            "--features",
            "areas",
        ],
    ),
    cargo("tests", &["test", "--locked", "--workspace", "--all-targets", "--features", EVERYTHING]),
    cargo("examples in the documentation", &["test", "--locked", "--workspace", "--doc", "--features", EVERYTHING]),
    cargo("the quickstart runs", &["run", "--locked", "-p", "examples", "--example", "quickstart"]),
    Step {
        environment: &[("RUSTDOCFLAGS", "-D warnings")],
        ..cargo("documentation", &["doc", "--locked", "--workspace", "--no-deps", "--features", EVERYTHING])
    },
];

/// The licences, sources and duplicates of dependencies; its advisories need a network that CI may not have.
const DENY: Step = cargo("dependencies", &["deny", "--locked", "check", "bans", "licenses", "sources"]);

/// Runs every step, and stops at the first that fails.
pub(crate) fn command(root: &Path) -> Result<(), String> {
    let started = Instant::now();
    for step in STEPS {
        run(root, step)?;
    }
    if has_cargo_deny() {
        run(root, &DENY)?;
    } else {
        println!("ci: {} NOT CHECKED: cargo-deny is not installed (cargo install --locked cargo-deny)", DENY.name);
    }
    println!("ci: all passed in {}", seconds(started.elapsed()));
    Ok(())
}

fn run(root: &Path, step: &Step) -> Result<(), String> {
    println!("ci: {} …", step.name);
    let started = Instant::now();
    let mut command = Command::new(step.program);
    command.current_dir(root).args(step.arguments).envs(step.environment.iter().copied());
    let passed = match step.expect {
        Expect::Success => command.status().map(|status| status.success()),
        Expect::Without(words) => command.output().map(|output| {
            let printed = String::from_utf8_lossy(&output.stdout);
            let found = printed.lines().filter(|line| words.iter().any(|word| line.starts_with(word)));
            output.status.success() && found.inspect(|line| println!("    {line}")).count() == 0
        }),
    };
    let again = format!("repeat it with: cargo {}", step.arguments.join(" "));
    match passed {
        Ok(true) => {
            println!("ci: {} passed in {}", step.name, seconds(started.elapsed()));
            Ok(())
        }
        Ok(false) => Err(format!("ci: {} FAILED after {}; {again}", step.name, seconds(started.elapsed()))),
        Err(error) => Err(format!("ci: {} could not be started: {error}; {again}", step.program)),
    }
}

fn has_cargo_deny() -> bool {
    Command::new(env!("CARGO")).args(["deny", "--version"]).output().is_ok_and(|output| output.status.success())
}

fn seconds(time: Duration) -> String {
    format!("{:.0} s", time.as_secs_f64())
}
