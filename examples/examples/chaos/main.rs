//! The chaos proof: thousands of deployments on the three fakes behind a network that breaks one exchange in five.
//!
//! It prints one JSON object a platform; `examples::chaos` says what each figure counts.
//! The exit status is 1 if anything was deployed twice, lost or misreported, or if, with one caller a target, more than
//! 0.5 % of the calls were undecidable.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "examples print")]

mod arguments;

use std::process::ExitCode;

use clap::Parser;
use examples::chaos::run;

use arguments::Arguments;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let options = arguments.options();
    let mut proven = true;
    for platform in arguments.platforms() {
        match run(platform, &options, |adapter| adapter).await {
            Ok(report) => {
                println!("{}", report.to_json());
                let unresolved = report.unresolved.iter().filter(|_| arguments.verbose);
                report.wrongs.iter().chain(unresolved).for_each(|line| eprintln!("{line}"));
                proven &= report.is_proof();
            }
            Err(error) => {
                eprintln!("{error:#}");
                return ExitCode::from(2);
            }
        }
    }
    if proven { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
