//! The command line.

use clap::builder::PossibleValuesParser;
use clap::{Parser, Subcommand};
use examples::crash::CrashOptions;
use examples::{PLATFORMS, ScenePlatform};

const RESULT: &str = "It prints one JSON object a platform.
The exit status is 1 if anything was triggered twice, lost or misreported, or if more than 1 % of the runs with one
caller a target were undecidable.";

/// Kills processes while they deploy on fake servers behind a bad network, lets others recover, and checks the results.
#[derive(Debug, Parser)]
#[command(name = "crash", after_help = RESULT, args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) role: Option<Role>,
    /// Makes this many runs on each platform
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..))]
    runs: u64,
    /// Determines the scenarios, the scripts and the faults
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Runs on this platform only
    #[arg(long, value_parser = PossibleValuesParser::new(PLATFORMS.map(|platform| platform.name)))]
    platform: Option<String>,
    /// Begins with this run, to repeat one
    #[arg(long, value_name = "N", default_value_t = 0)]
    first: u64,
    /// Makes this many runs at once
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..))]
    at_once: u16,
    /// Explains the first undecidable runs, besides those with something wrong
    #[arg(long)]
    pub(crate) verbose: bool,
}

/// What the program is, if not the proof.
#[derive(Debug, Subcommand)]
pub(crate) enum Role {
    /// A process that deploys or recovers.
    #[command(hide = true)]
    Child {
        /// What it is asked for
        task: String,
    },
}

impl Arguments {
    pub(crate) fn options(&self) -> CrashOptions {
        CrashOptions::new(self.runs, self.seed).with_first(self.first).with_at_once(usize::from(self.at_once))
    }

    /// The platforms to run on.
    pub(crate) fn platforms(&self) -> impl Iterator<Item = ScenePlatform> {
        let wanted =
            PLATFORMS.into_iter().filter(|entry| self.platform.as_deref().is_none_or(|name| name == entry.name));
        wanted.map(|entry| entry.scene)
    }
}
