//! Generated dotenv texts, planned, saved as the adapter saves them, and read as the server reads them.

use std::cell::Cell;

use proptest::prelude::*;

use super::text::{Edit, edited};
use super::texts::{Column, Shared};
use super::*;
use crate::VariableValue;
use crate::fixtures::with_dotenv_texts;

/// What is there before, every byte of which is kept.
const BEFORE: &str = "# kept\n\nKEPT = \"before\" # why\n";

/// Whether some form of quotes keeps the value of a variable.
fn fits(variable: &DesiredVariable) -> bool {
    let (key, value) = (variable.key.clone(), variable.value.expose().to_owned());
    edited("", &[Edit::Add { key, value }]).is_ok()
}

#[test]
fn a_dotenv_text_that_is_saved_is_read_back_and_the_second_plan_is_empty() {
    let (wanted, saved) = (Cell::new(0_usize), Cell::new(0_usize));
    let web = Target::application("web");
    with_dotenv_texts(any::<bool>(), |(text, is_build)| {
        let Ok(desired) = DesiredVariables::from_dotenv(&text) else { return Ok(()) };
        let (scope, column) =
            if is_build { (VariableScope::Build, Column::BuildArgs) } else { (VariableScope::Runtime, Column::Env) };
        wanted.set(wanted.get() + desired.len());
        let desired: DesiredVariables = desired.in_scope(&scope).iter().filter(|one| fits(one)).cloned().collect();
        let before = Some(BEFORE.to_owned());
        let texts = Texts {
            env: before.clone(),
            build_args: before,
            build_secrets: None,
            creates_env_file: Some(true),
            shared: Shared::default(),
        };
        let options = PlanOptions::merge().with_allow_empty(true);
        edits::check(web.kind(), &desired).unwrap();
        let plan = texts.to_set(&web).plan(&edits::kept(&desired), options).unwrap();
        // Values that fit alone may not fit one behind the other; they are refused, and nothing is saved.
        let Ok(changed) = edits::apply(&texts, &plan) else { return Ok(()) };
        prop_assert!(changed.get(column).starts_with(BEFORE), "{}", changed.get(column));
        let read = changed.to_set(&web);
        for variable in &desired {
            let value = read.get(&variable.key, &scope).map(|one| &one.value);
            prop_assert_eq!(value, Some(&VariableValue::Known(variable.value.clone())), "{}", changed.get(column));
        }
        saved.set(saved.get() + desired.len());
        prop_assert_eq!(read.variables.len(), desired.len() + 2, "what is not in the text is kept");
        let second = read.plan(&edits::kept(&desired), options).unwrap();
        prop_assert!(second.is_empty(), "{:?}", second);
        Ok(())
    });
    assert!(saved.get() * 10 > wanted.get() * 9, "{} of {} were saved", saved.get(), wanted.get());
}
