//! Generated dotenv texts, sent as the adapter sends them and stored as the server stores them.

use coolify_client::types::EnvironmentVariable;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::coolify::variables::check;
use crate::fixtures::with_dotenv_texts;
use crate::{DesiredVariables, PlanOptions};

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
fn a_dotenv_text_that_is_written_is_read_back_and_the_second_plan_is_empty() {
    with_dotenv_texts(any::<bool>(), |(text, is_application)| {
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
            prop_assert_eq!(variable.literal == Some(true), wanted.literal == Some(true));
        }
        let second = read.plan(&desired, options).unwrap();
        prop_assert!(second.is_empty(), "{:?}", second);
        Ok(())
    });
}
