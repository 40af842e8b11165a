//! Generated dotenv texts, sent as the adapter sends them and stored as the server stores them.

use coolify_client::types::EnvironmentVariable;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use super::*;
use crate::coolify::variables::check;
use crate::{DesiredVariables, PlanOptions};

/// How many texts are tried: many where the code is fast.
const TEXTS: u32 = if cfg!(debug_assertions) { 2_000 } else { 100_000 };

/// The text of a `.env` file, with values in each kind of quotes and without any.
fn text() -> impl Strategy<Value = String> {
    let letters = r#"[a-z \n\t\\"'#$é\u{a0}\u{200b}🚀{}]{0,10}"#;
    let line = ("[A-Z_][A-Z0-9_.-]{0,2}", letters, 0..3_u8).prop_map(|(key, value, quotes)| match quotes {
        0 => format!("{key}='{}'\n", value.replace('\'', "")),
        1 => format!("{key}=\"{}\"\n", value.replace('\\', "\\\\").replace('"', "\\\"")),
        _ => format!("{key}={}\n", value.replace(['\n', '\'', '"'], "")),
    });
    prop::collection::vec(line, 1..5).prop_map(|lines| lines.concat())
}

/// What the server has of an item: the value trimmed, an empty one as null, and the flags as they were sent.
fn stored(number: usize, item: &Item) -> EnvironmentVariable {
    let value = item.value.expose().trim();
    let row = json!({
        "uuid": format!("row{number}"),
        "key": item.key,
        "value": (!value.is_empty()).then_some(value),
        "real_value": value,
        "is_literal": item.is_literal,
        "is_multiline": item.is_multiline,
        "is_shown_once": item.is_shown_once,
        "is_preview": item.scope == VariableScope::Preview,
        "is_buildtime": item.is_buildtime.unwrap_or(true),
        "comment": item.comment,
    });
    serde_json::from_value(row).unwrap()
}

#[test]
fn what_is_written_is_read_back_and_the_second_plan_is_empty() {
    let mut runner = TestRunner::new(Config { cases: TEXTS, failure_persistence: None, ..Config::default() });
    let property = |(text, is_application): (String, bool)| {
        let target = if is_application { Target::application("web") } else { Target::database("store") };
        let Ok(desired) = DesiredVariables::from_dotenv(&text) else { return Ok(()) };
        let desired: DesiredVariables = desired.iter().filter(|one| check(&target, one).is_ok()).cloned().collect();
        let options = PlanOptions::merge().with_allow_empty(true);
        let plan = VariableSet::new(target.clone(), Vec::new()).plan(&desired, options).unwrap();
        let writes = Writes::of(&plan);
        prop_assert_eq!(writes.items.len(), desired.len());
        let rows = writes.items.iter().enumerate().map(|(number, item)| stored(number, item)).collect();
        let read = rows::variables(&target, rows);
        prop_assert!(is_complete(&writes.sorted(&read)), "{:?}", writes.sorted(&read));
        prop_assert_eq!(writes.applied(&read).unwrap().written.len(), desired.len());
        for wanted in &desired {
            let variable = read.get(&wanted.key, &wanted.scope).unwrap();
            prop_assert_eq!(&variable.value, &VariableValue::Known(wanted.value.clone()));
            prop_assert_eq!(rows::flag(variable, MULTILINE), wanted.value.expose().contains('\n'));
        }
        let second = read.plan(&desired, options).unwrap();
        prop_assert!(second.is_empty(), "{:?}", second);
        Ok(())
    };
    runner.run(&(text(), any::<bool>()), property).unwrap();
}
