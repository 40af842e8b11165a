//! The command line.

use std::collections::BTreeSet;

use anydeploy_fakes::Fault;
use clap::Parser;
use clap::builder::PossibleValuesParser;
use examples::chaos::{ChaosOptions, Verb, name_of};
use examples::{PLATFORMS, ScenePlatform};

const RESULT: &str = "It prints one JSON object a platform.
The exit status is 1 if anything was deployed twice, lost or misreported, or if, with one caller a target, more than
0.5 % of the calls were undecidable.";

/// Deploys thousands of times on fake servers behind a network that breaks one exchange in five, and checks every result.
#[derive(Debug, Parser)]
#[command(name = "chaos", after_help = RESULT)]
pub(crate) struct Arguments {
    /// Makes this many calls on each platform
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    deploys: u64,
    /// Determines the scripts and the faults
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Runs on this platform only
    #[arg(long, value_parser = PossibleValuesParser::new(PLATFORMS.map(|platform| platform.name)))]
    platform: Option<String>,
    /// Does this with the targets
    #[arg(long, value_name = "VERB", default_value = Verb::Deploy.as_str(),
        value_parser = PossibleValuesParser::new(Verb::ALL.map(Verb::as_str)))]
    verb: String,
    /// Lets this many callers deploy the same target at once
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    callers_per_target: u16,
    /// Lets every Nth deployment of other people be one of another program with the same token; 0 is none
    #[arg(long, value_name = "N", default_value_t = 0)]
    foreign: u64,
    /// Lets the watches share the hub of their account, instead of polling each by itself
    #[arg(long)]
    hub: bool,
    /// Never injects this fault, such as `LateDelivery` or `HtmlPage 403`; may be repeated
    #[arg(long, value_name = "FAULT", value_parser = fault)]
    without: Vec<String>,
    /// Injects this fault and no other; may be repeated
    #[arg(long, value_name = "FAULT", value_parser = fault)]
    only: Vec<String>,
    /// Explains the first calls without an outcome, besides those with a wrong one
    #[arg(long)]
    pub(crate) verbose: bool,
}

impl Arguments {
    /// How much chaos is asked for.
    pub(crate) fn options(&self) -> ChaosOptions {
        let is_wanted = |fault: &Fault| {
            let name = name_of(*fault);
            !self.without.contains(&name) && (self.only.is_empty() || self.only.contains(&name))
        };
        let verb = Verb::of(&self.verb).unwrap_or_default();
        let options = ChaosOptions::new(self.deploys, self.seed).with_verb(verb);
        let options = options.with_foreign(self.foreign).with_hub(self.hub);
        let options = options.with_callers_per_target(usize::from(self.callers_per_target));
        options.with_faults(Fault::ALL.into_iter().filter(is_wanted))
    }

    /// The platforms to run on.
    pub(crate) fn platforms(&self) -> impl Iterator<Item = ScenePlatform> {
        let wanted =
            PLATFORMS.into_iter().filter(|entry| self.platform.as_deref().is_none_or(|name| name == entry.name));
        wanted.map(|entry| entry.scene)
    }
}

/// The name of a fault, as the figures have it.
fn fault(name: &str) -> Result<String, String> {
    let names: BTreeSet<String> = Fault::ALL.into_iter().map(name_of).collect();
    if names.contains(name) {
        return Ok(name.to_owned());
    }
    let names: Vec<String> = names.into_iter().collect();
    Err(format!("the faults are {}", names.join(", ")))
}
