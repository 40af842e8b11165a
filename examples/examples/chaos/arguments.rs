//! The command line.

use std::collections::BTreeSet;
use std::str::FromStr;

use anydeploy::{Platform, platform};
use anydeploy_fakes::Fault;
use examples::chaos::{ChaosOptions, name_of};

const USAGE: &str = "usage: chaos [--deploys N] [--seed S] [--platform coolify|dokploy|qovery] [--callers-per-target K]
             [--strangers N] [--without FAULT] [--only FAULT] [--verbose]
  --deploys N             calls on each platform; 1000 by default
  --seed S                what scripts and faults are drawn from; 1 by default
  --platform P            only this platform
  --callers-per-target K  callers that deploy the same target at once; 1 by default
  --strangers N           lets every Nth deployment of other people be one of another program with the same token
  --without FAULT         never injects this fault, such as LateDelivery or 'HtmlPage 403', by its name in the figures;
                          may be given again
  --only FAULT            injects this fault and no other; may be given again
  --verbose               tells the first calls that were told of no end in words, besides the wrongs";

/// What the command line asks for.
pub(crate) struct Arguments {
    pub(crate) options: ChaosOptions,
    pub(crate) platforms: Vec<Platform>,
    pub(crate) verbose: bool,
}

impl Arguments {
    /// Reads the command line.
    pub(crate) fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut deploys, mut seed, mut callers, mut strangers) = (1000, 1, 1, 0);
        let mut platforms = vec![platform::COOLIFY, platform::DOKPLOY, platform::QOVERY];
        let (mut faults, mut only) = (Fault::ALL.to_vec(), Vec::new());
        let mut verbose = false;
        while let Some(word) = words.next() {
            match &*word {
                "--verbose" => {
                    verbose = true;
                    continue;
                }
                "--help" | "-h" => return Err(USAGE.to_owned()),
                _ => {}
            }
            let value = words.next().ok_or_else(|| format!("{word} wants a value\n{USAGE}"))?;
            match &*word {
                "--deploys" => deploys = number(&word, &value)?,
                "--seed" => seed = number(&word, &value)?,
                "--callers-per-target" => callers = number(&word, &value)?,
                "--strangers" => strangers = number(&word, &value)?,
                "--without" => {
                    known(&value)?;
                    faults.retain(|fault| name_of(*fault) != value);
                }
                "--only" => {
                    known(&value)?;
                    only.push(value);
                }
                "--platform" => {
                    let wanted = Platform::from(&*value);
                    platforms.retain(|platform| *platform == wanted);
                    if platforms.is_empty() {
                        return Err(format!("there is no platform `{value}`\n{USAGE}"));
                    }
                }
                _ => return Err(USAGE.to_owned()),
            }
        }
        faults.retain(|fault| only.is_empty() || only.contains(&name_of(*fault)));
        if deploys == 0 || callers == 0 {
            return Err(format!("nothing would be deployed\n{USAGE}"));
        }
        let options = ChaosOptions::new(deploys, seed).with_callers_per_target(callers);
        let options = options.with_strangers(strangers).with_faults(faults);
        Ok(Self { options, platforms, verbose })
    }
}

/// Whether there is a fault of this name.
fn known(name: &str) -> Result<(), String> {
    let names: BTreeSet<String> = Fault::ALL.into_iter().map(name_of).collect();
    if names.contains(name) {
        return Ok(());
    }
    let names: Vec<String> = names.into_iter().collect();
    Err(format!("there is no fault `{name}`, but {}\n{USAGE}", names.join(", ")))
}

fn number<T: FromStr>(word: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{word} wants a whole number\n{USAGE}"))
}
