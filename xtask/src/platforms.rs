//! The platforms, from `specs/platforms.json`: the one list that every command reads.

use std::sync::LazyLock;

use clap::builder::PossibleValuesParser;
use serde::Deserialize;

/// One platform; every place that belongs to it is named after it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Platform {
    /// The folder below `specs`, the feature and module of the facade, and the beginning of the client's name.
    pub(crate) name: String,
    /// The name as its makers write it, which is also the adapter's type.
    pub(crate) title: String,
}

impl Platform {
    /// The name of the crate that holds the generated client.
    pub(crate) fn client(&self) -> String {
        format!("{}-client", self.name)
    }
}

/// All platforms, in the order of the file.
pub(crate) fn all() -> &'static [Platform] {
    static PLATFORMS: LazyLock<Vec<Platform>> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../../specs/platforms.json"))
            .expect("specs/platforms.json is a list of objects with `name` and `title`")
    });
    &PLATFORMS
}

/// The names of all platforms.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    all().iter().map(|platform| platform.name.as_str())
}

/// Takes the name of a platform from the command line.
pub(crate) fn parser() -> PossibleValuesParser {
    PossibleValuesParser::new(names())
}
