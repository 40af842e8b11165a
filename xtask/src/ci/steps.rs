//! The list of steps, made from the table of platforms.

use std::env;
use std::path::Path;
use std::process::Command;

use super::declared;
use super::step::{Action, Expect, Step};
use crate::platforms::{self, Platform};

/// The crates that would bring HTTP or TLS into the tree of the core.
const HTTP: &[&str] = &["reqwest", "hyper", "rustls", "openssl", "native-tls", "http "];

/// The facade's ways to speak TLS, each by itself, and none.
const TLS: [(&str, &str); 4] = [
    ("no TLS", ""),
    ("native-tls", ",native-tls"),
    ("rustls-no-provider", ",rustls-no-provider"),
    ("rustls", ",rustls"),
];

/// How many tests of a program run at once.
///
/// Most tests wait for a fake server, so that two at a time, as on two cores by default, leave the cores idle.
const TEST_THREADS: &str = "16";

/// What is in the names of the tests that run beside all others: they mostly wait, and have a time of their own, which
/// stands still while the machine is busy.
const CHAOS: &str = "chaos::";

/// The examples beside the quickstart.
const EXAMPLES: [&str; 7] = [
    "find_and_select",
    "follow_and_health",
    "fleet_waves",
    "job_queue",
    "web_service",
    "qovery_environments",
    "day_in_the_life",
];

/// Every step, in the order in which they run.
pub(super) fn steps(root: &Path) -> Vec<Step> {
    let names = platforms::names().collect::<Vec<_>>().join(",");
    let clients = each(" ", |platform| format!("-p {}", platform.client()));
    // Every area of the clients, and all that the facade has; so that one build serves all steps. A step that selected a
    // package, or no target that takes dev-dependencies, would have other features of dependencies, and compile anew.
    let everything = format!(
        "anydeploy/fleet-yaml,anydeploy/raw-api,anydeploy/testing,anydeploy/websocket,{}",
        each(",", |platform| format!("{}/full", platform.client()))
    );

    let mut steps = vec![
        Step::cargo("formatting", "fmt --all --check").repaired_by("cargo fmt --all"),
        Step::cargo("house rules", "xtask tidy"),
        Step::cargo("generated code is fresh", "xtask generate --check").repaired_by("cargo xtask generate"),
        Step::cargo("the accuracy page is fresh", "xtask accuracy --check").repaired_by("cargo xtask accuracy"),
        Step::cargo("the core speaks no HTTP", "tree --locked -p anydeploy-core -e normal --prefix none")
            .expecting(Expect::Without(HTTP)),
        Step::cargo(
            "lints",
            &format!("clippy --locked --workspace --all-targets --features {everything} -- -D warnings"),
        ),
        declared::step(root, &names),
        // Beside the core, the dependencies have the features that they have in the steps below, and compile once.
        Step::cargo(
            "the clients without any area",
            &format!("check --locked -p anydeploy-core {clients} --no-default-features"),
        ),
    ];
    steps.extend(platforms_alone());
    steps.extend([
        Step::cargo(
            "TLS without a provider is refused and does not panic",
            "test --locked -p anydeploy-wire --no-default-features --features rustls-no-provider --test it",
        ),
        // A workspace of its own, which shares what was compiled; without the fuzzer, which takes a C++ compiler.
        Step::cargo(
            "the fuzz targets compile",
            "check --locked --manifest-path crates/fuzz/Cargo.toml --target-dir target --all-targets \
             --no-default-features --features areas",
        ),
        Step::cargo("the tests compile", &format!("test --locked --workspace --no-run --features {everything}")),
        Step::cargo(
            "tests, and examples in the documentation",
            &format!("test --locked --workspace --features {everything} -- --skip {CHAOS}"),
        )
        .with_variable("RUST_TEST_THREADS", TEST_THREADS)
        .beside(&format!("test --locked --workspace --tests --features {everything} -- {CHAOS}")),
        examples(&everything),
        durable_fleet(&everything),
        Step::cargo(
            "the capability table is fresh",
            &format!("run --locked --example capabilities --features {everything} -- --check README.md"),
        )
        .repaired_by("cargo run --example capabilities -- --write README.md"),
        // The benches at small sizes, and by the build of the tests: it shows that they run, and asserts no figure.
        Step::cargo(
            "documentation, and the benches run",
            &format!("doc --locked --workspace --lib --bins --examples --no-deps --features {everything}"),
        )
        .with_variable("RUSTDOCFLAGS", "-D warnings")
        .beside(&format!("run --locked --bin bench --features {everything} -- all --smoke")),
        // What is packaged was compiled, and its dependencies were fetched, by the steps before; and a contributor may
        // have changes that are not committed.
        Step::cargo(
            "packages",
            "package --locked --offline --workspace --exclude xtask --exclude examples --exclude recipes --exclude bench --no-verify --allow-dirty --quiet",
        ),
        dependencies(),
    ]);
    steps
}

/// The examples that end by themselves, at once, because they mostly wait.
fn examples(everything: &str) -> Step {
    let run = |name: &str| format!("run --locked --example {name} --features {everything}");
    let first = Step::cargo("the examples run", &run("quickstart"));
    EXAMPLES.iter().fold(first, |step, name| step.beside(&run(name)))
}

/// The facade with each platform alone, and with each way to speak TLS alone.
///
/// One check is for one of each, because no adapter depends on how its connection is made.
fn platforms_alone() -> Vec<Step> {
    let platforms: Vec<&str> = platforms::names().collect();
    let pairs = platforms.iter().cycle().zip(TLS.iter().cycle()).take(platforms.len().max(TLS.len()));
    let check = |(platform, (tls, feature)): (&&str, &(&str, &str))| {
        let features = format!("{platform}{feature}");
        let command = format!("check --locked -p anydeploy --no-default-features --features {features}");
        Step::cargo(format!("one platform and one TLS alone: {platform}, {tls}"), &command)
    };
    pairs.map(check).collect()
}

/// A small durable fleet, where a Restate server is installed or has to be.
fn durable_fleet(everything: &str) -> Step {
    let name = "a durable fleet runs";
    let on_path = || {
        let folders = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&folders).any(|folder| folder.join("restate-server").is_file())
    };
    let is_set = |variable: &str| env::var_os(variable).is_some_and(|value| !value.is_empty());
    if is_set("RESTATE_SERVER") || is_set("ANYDEPLOY_REQUIRE_RESTATE") || on_path() {
        return Step::cargo(
            name,
            &format!("run --locked --example durable_fleet --features {everything} -- --members 24"),
        );
    }
    let reason = "NOT CHECKED: no Restate server is installed (npm install --global @restatedev/restate-server)";
    Step::new(name, Action::Nothing(reason.to_owned()))
}

/// The licences, sources and duplicates of dependencies; its advisories need a network that CI may not have.
fn dependencies() -> Step {
    let version = Command::new(env!("CARGO")).args(["deny", "--version"]).output();
    if version.is_ok_and(|output| output.status.success()) {
        return Step::cargo("dependencies", "deny --locked check bans licenses sources");
    }
    let reason = "NOT CHECKED: cargo-deny is not installed (cargo install --locked cargo-deny)";
    Step::new("dependencies", Action::Nothing(reason.to_owned()))
}

/// A text for each platform, joined.
fn each(separator: &str, text: impl Fn(&Platform) -> String) -> String {
    platforms::all().iter().map(text).collect::<Vec<_>>().join(separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_keep_their_names_and_commands() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        // Which of the two it says about these steps depends on the machine.
        let is_fixed =
            |step: &Step| !["the declared Rust version", "a durable fleet runs", "dependencies"].contains(&&*step.name);
        let steps: Vec<String> = steps(&root).iter().filter(|step| is_fixed(step)).map(ToString::to_string).collect();
        insta::assert_snapshot!(steps.join("\n"));
    }
}
