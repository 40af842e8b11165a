//! `cargo xtask bench`: builds the package `bench`, optimised where its figures count, and runs it.

use std::path::Path;
use std::process::Command;

use crate::outcome::{Failure, Outcome};

/// Measure what the crates cost, and print each figure as one line of JSON
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What to measure: `overhead`, `decode`, `watch`, `fleet`, `compile` or `all`, with its options, which `help` prints
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    arguments: Vec<String>,
}

/// Runs `bench`.
///
/// # Errors
///
/// If it fails, or misses a bound under `--strict`.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Outcome {
    let arguments = call(&arguments.arguments);
    let repair = || format!("correct what is reported, then repeat it with: cargo {}", arguments.join(" "));
    match Command::new(env!("CARGO")).current_dir(root).args(&arguments).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(Failure::new("the bench failed", repair())),
        Err(error) => Err(Failure::new(format!("the bench could not be started: {error}"), repair())),
    }
}

/// The arguments of cargo.
fn call(arguments: &[String]) -> Vec<String> {
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let mut call = vec!["run", "--quiet", "--locked", "--package", "bench"];
    // Figures of small sizes and the page do not depend on how the program was built, and the usual build is there.
    if !has("--smoke") && !has("page") {
        call.push("--release");
    }
    call.push("--");
    let arguments = arguments.iter().map(|argument| if argument == "help" { "--help" } else { argument });
    call.into_iter().chain(arguments).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_is_measured_in_an_optimised_build() {
        let call =
            |arguments: &[&str]| call(&arguments.iter().map(|&text| text.to_owned()).collect::<Vec<_>>()).join(" ");
        assert_eq!(call(&["watch", "--strict"]), "run --quiet --locked --package bench --release -- watch --strict");
        assert_eq!(call(&["watch", "--smoke"]), "run --quiet --locked --package bench -- watch --smoke");
        assert_eq!(call(&["page"]), "run --quiet --locked --package bench -- page");
    }
}
