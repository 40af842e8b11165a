//! What the unit tests of several adapters share: generated dotenv texts, and intents that earlier versions stored.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

use std::fs;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::{Intent, Platform};

/// How many dotenv texts are tried, unless `PROPTEST_CASES` says so.
const TEXTS: u32 = 2_000;

/// Runs a property with generated texts of a `.env` file, and something else that is generated.
///
/// `PROPTEST_CASES=100000 cargo test -p anydeploy --lib dotenv` runs it with as many.
pub(crate) fn with_dotenv_texts<T: std::fmt::Debug>(
    other: impl Strategy<Value = T>,
    property: impl Fn((String, T)) -> Result<(), TestCaseError>,
) {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(TEXTS);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    runner.run(&(text(), other), property).unwrap();
}

/// The text of a `.env` file, with values in each kind of quotes and without any.
fn text() -> impl Strategy<Value = String> {
    let letters = r#"[a-z \n\t\\"'#$é\u{a0}\u{200b}🚀{}`]{0,10}"#;
    let line = ("[A-Z_][A-Z0-9_.-]{0,2}", letters, 0..3_u8).prop_map(|(key, value, quotes)| match quotes {
        0 => format!("{key}='{}'\n", value.replace('\'', "")),
        1 => format!("{key}=\"{}\"\n", value.replace('\\', "\\\\").replace('"', "\\\"")),
        _ => format!("{key}={}\n", value.replace(['\n', '\'', '"'], "")),
    });
    prop::collection::vec(line, 1..5).prop_map(|lines| lines.concat())
}

/// The intents of a platform that earlier versions stored, each with the name of its file.
pub(crate) fn stored_intents(platform: &Platform) -> Vec<(String, Intent)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/v1");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap());
    let read = files.map(|file| {
        let intent: Intent = serde_json::from_str(&fs::read_to_string(file.path()).unwrap()).unwrap();
        (file.file_name().into_string().unwrap(), intent)
    });
    let found: Vec<_> = read.filter(|(_, intent)| intent.platform() == platform).collect();
    assert!(!found.is_empty(), "no intent of {platform} in {folder}");
    found
}
