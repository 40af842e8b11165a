//! Generated dotenv texts, imported as the adapter imports them and listed as the server lists them.

use proptest::prelude::*;
use serde_json::json;

use super::super::{levels, rules};
use super::*;
use crate::fixtures::with_dotenv_texts;
use crate::{DesiredVariables, PlanOptions};

/// The row that the server lists of what was imported.
fn listed(number: usize, wanted: &DesiredVariable, scope: &Scope) -> crate::Variable {
    let sent = serde_json::to_value(import_entry(wanted, scope)).unwrap();
    let row = json!({
        "id": format!("row{number}"),
        "key": sent["name"],
        "value": sent["value"],
        "is_secret": sent["is_secret"],
        "scope": sent["scope"],
        "variable_type": "VALUE",
    });
    levels::variable(serde_json::from_value(row).unwrap(), scope)
}

#[test]
fn a_dotenv_text_that_is_imported_is_read_back_and_the_second_plan_is_empty() {
    let (web, scope) = (Target::application("web"), Scope::Application);
    with_dotenv_texts(Just(()), |(text, ())| {
        let Ok(desired) = DesiredVariables::from_dotenv(&text) else { return Ok(()) };
        let takes = |one: &&DesiredVariable| {
            let alone: DesiredVariables = std::iter::once((*one).clone()).collect();
            rules::check_desired(&alone).is_ok()
        };
        let desired: DesiredVariables = desired.iter().filter(takes).cloned().collect();
        let options = PlanOptions::merge().with_allow_empty(true);
        let plan = VariableSet::new(web.clone(), Vec::new()).plan(&desired, options).unwrap();
        let wanted: Vec<_> = plan.writes().filter_map(|entry| plan.desired(entry)).collect();
        prop_assert_eq!(wanted.len(), desired.len());
        let rows = wanted.iter().enumerate().map(|(number, wanted)| listed(number, wanted, &scope)).collect();
        let read = VariableSet::new(web.clone(), rows);
        let sent = desired.iter().map(|one| (&*one.key, Sent::Accepted)).collect();
        prop_assert_eq!(judge(&plan, &sent, Ok(read.clone()), None).unwrap().written.len(), desired.len());
        let second = read.plan(&desired, options).unwrap();
        prop_assert!(second.is_empty(), "{:?}", second);
        Ok(())
    });
}

#[test]
fn a_refusal_after_a_write_that_somebody_undid_is_not_safe_to_repeat() {
    let web = Target::application("web");
    let desired = DesiredVariables::new().set("A", "1").set("B", "2");
    let plan = VariableSet::new(web.clone(), Vec::new()).plan(&desired, PlanOptions::merge()).unwrap();
    let refused = || Some(Error::new(ErrorKind::Rejected, "no"));
    let none = || Ok(VariableSet::new(web.clone(), Vec::new()));
    let error = judge(&plan, &BTreeMap::from([("A", Sent::Accepted)]), none(), refused()).unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Incomplete, false));
    assert_eq!(judge(&plan, &BTreeMap::new(), none(), refused()).unwrap_err().kind(), ErrorKind::Rejected);
}

#[test]
fn a_variable_whose_comment_is_gone_is_not_written() {
    let web = Target::application("web");
    let row = |value: &str, comment: Option<&str>| {
        let comment = comment.map(str::to_owned);
        let variable = crate::Variable::new("A", VariableValue::Known(value.into())).with_comment(comment);
        VariableSet::new(web.clone(), vec![variable])
    };
    let cases = [
        (None, Some("old"), "2", Some("old"), State::Done),
        (None, Some("old"), "2", None, State::NotDone),
        (None, None, "2", Some("of somebody"), State::Done),
        (Some("new"), Some("old"), "2", Some("new"), State::Done),
        (Some("new"), Some("old"), "2", Some("old"), State::NotDone),
        (Some(""), Some("old"), "2", None, State::Done),
        (None, Some("old"), "1", Some("old"), State::NotDone),
    ];
    for (wanted, before, value, after, expected) in cases {
        let desired = DesiredVariable::new("A", "2");
        let desired = wanted.map_or(desired.clone(), |wanted| desired.with_comment(wanted));
        let desired = DesiredVariables::new().with(desired);
        let plan = row("1", before).plan(&desired, PlanOptions::merge()).unwrap();
        let state = state_of(&plan, plan.writes().next().unwrap(), &row(value, after));
        assert_eq!(state, expected, "{wanted:?} {before:?} {value} {after:?}");
    }
}
