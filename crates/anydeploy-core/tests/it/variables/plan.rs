//! What a plan does with each variable.

use anydeploy_core::{
    Change, DesiredVariable, DesiredVariables, Error, ErrorKind, Origin, PlanOptions, Target, Variable, VariablePlan,
    VariableScope, VariableSet, VariableValue,
};

fn planned(
    present: Vec<Variable>,
    desired: &DesiredVariables,
    options: PlanOptions,
) -> Result<Vec<(String, Change)>, Error> {
    let plan = VariableSet::new(Target::application("web"), present).plan(desired, options)?;
    Ok(plan.entries().iter().map(|entry| (entry.key.clone(), entry.change)).collect())
}

fn changes(expected: &[(&str, Change)]) -> Vec<(String, Change)> {
    expected.iter().map(|(key, change)| ((*key).to_owned(), *change)).collect()
}

fn set(pairs: &[(&str, &str)]) -> DesiredVariables {
    pairs.iter().map(|(key, value)| DesiredVariable::new(*key, *value)).collect()
}

#[test]
fn a_merge_removes_nothing_and_an_exact_plan_what_users_set() {
    let present = || {
        vec![
            Variable::new("SAME", "1"),
            Variable::new("OTHER", "1"),
            Variable::new("GONE", "1"),
            Variable::new("MADE", "1").with_origin(Origin::Platform),
            Variable::new("ABOVE", "1").with_origin(Origin::Inherited("project".into())),
            Variable::new("BUILD", "1").with_scope(VariableScope::Build),
        ]
    };
    let desired = set(&[("OTHER", "2"), ("SAME", "1"), ("NEW", "")]);
    let with = |gone| {
        changes(&[
            ("SAME", Change::Keep),
            ("OTHER", Change::Change),
            ("GONE", gone),
            ("MADE", Change::Protected),
            ("ABOVE", Change::Protected),
            ("BUILD", Change::Keep),
            ("NEW", Change::Add),
        ])
    };
    assert_eq!(planned(present(), &desired, PlanOptions::merge()).unwrap(), with(Change::Keep));
    assert_eq!(planned(present(), &desired, PlanOptions::exact()).unwrap(), with(Change::Remove));
}

#[test]
fn an_exact_plan_covers_the_scopes_that_are_desired() {
    let present = || vec![Variable::new("A", "1"), Variable::new("B", "1").with_scope(VariableScope::Build)];
    let of_build = set(&[("C", "1")]).in_scope(&VariableScope::Build);
    let expected = changes(&[("A", Change::Keep), ("B", Change::Remove), ("C", Change::Add)]);
    assert_eq!(planned(present(), &of_build, PlanOptions::exact()).unwrap(), expected);
    let everything = PlanOptions::exact().with_allow_empty(true);
    let expected = changes(&[("A", Change::Remove), ("B", Change::Keep)]);
    assert_eq!(planned(present(), &DesiredVariables::new(), everything).unwrap(), expected);
}

#[test]
fn no_desired_variable_is_an_error_unless_it_is_allowed() {
    for options in [PlanOptions::merge(), PlanOptions::exact()] {
        let error = planned(vec![Variable::new("A", "1")], &DesiredVariables::new(), options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains("allow_empty"), "{error}");
    }
    let allowed = PlanOptions::merge().with_allow_empty(true);
    let kept = planned(vec![Variable::new("A", "1")], &DesiredVariables::new(), allowed).unwrap();
    assert_eq!(kept, changes(&[("A", Change::Keep)]));
}

#[test]
fn a_hidden_value_is_written_again_and_what_the_platform_made_may_be_changed() {
    let present = vec![
        Variable::new("KEY", VariableValue::Hidden),
        Variable::new("MADE", "1").with_origin(Origin::Platform),
        Variable::new("ABOVE", "1").with_origin(Origin::Inherited("project".into())),
    ];
    let desired = set(&[("KEY", "1"), ("MADE", "2"), ("ABOVE", "1")]);
    let expected = changes(&[
        ("KEY", Change::Rewrite),
        ("MADE", Change::Change),
        ("ABOVE", Change::Protected),
        ("ABOVE", Change::Add),
    ]);
    assert_eq!(planned(present, &desired, PlanOptions::exact()).unwrap(), expected);
}

#[test]
fn an_attribute_that_is_not_desired_stays_and_one_that_the_platform_lacks_is_not_compared() {
    let present = || {
        let full = Variable::new("A", "1").with_secret(true).with_literal(Some(true)).with_at_build(Some(true));
        vec![full.with_comment(Some("why".into())), Variable::new("B", "1")]
    };
    let change = |wanted: DesiredVariable| {
        let key = wanted.key.clone();
        let desired = DesiredVariables::new().with(wanted);
        let planned = planned(present(), &desired, PlanOptions::merge()).unwrap();
        planned.into_iter().find(|(of, _)| *of == key).unwrap().1
    };
    let a = || DesiredVariable::new("A", "1");
    for kept in [a(), a().with_secret(true), a().with_at_build(true), a().with_comment("why"), a().with_literal(true)] {
        assert_eq!(change(kept.clone()), Change::Keep, "{kept:?}");
    }
    let others =
        [a().with_secret(false), a().with_literal(false), a().with_at_build(false), a().with_comment("because")];
    for changed in others {
        assert_eq!(change(changed.clone()), Change::Change, "{changed:?}");
    }
    assert_eq!(change(DesiredVariable::new("B", "1").with_at_build(true).with_literal(true)), Change::Keep);
    assert_eq!(change(DesiredVariable::new("B", "1").with_comment("")), Change::Keep, "an empty comment is none");
}

#[test]
fn a_key_that_stands_twice_is_changed_by_an_exact_plan_alone() {
    let present = || vec![Variable::new("A", "1"), Variable::new("A", "2"), Variable::new("B", "1")];
    let error = planned(present(), &set(&[("A", "1")]), PlanOptions::merge()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous);
    assert!(error.to_string().contains("`A` stands twice in the scope `runtime`"), "{error}");
    let kept = changes(&[("A", Change::Keep), ("A", Change::Keep), ("B", Change::Keep)]);
    assert_eq!(planned(present(), &set(&[("A", "2")]), PlanOptions::merge()).unwrap(), kept, "the last takes effect");
    let exact = changes(&[("A", Change::Remove), ("A", Change::Change), ("B", Change::Remove)]);
    assert_eq!(planned(present(), &set(&[("A", "3")]), PlanOptions::exact()).unwrap(), exact);
}

#[test]
fn the_same_key_in_two_scopes_is_two_variables() {
    let present = vec![Variable::new("A", "1"), Variable::new("A", "1").with_scope(VariableScope::Preview)];
    let desired = set(&[("A", "2")]);
    let expected = changes(&[("A", Change::Change), ("A", Change::Keep)]);
    assert_eq!(planned(present, &desired, PlanOptions::exact()).unwrap(), expected);
}

#[test]
fn what_no_platform_takes_is_refused_without_the_value() {
    let twice = set(&[("A", "hunter2")])
        .with(DesiredVariable::new("A", "hunter3").with_scope(VariableScope::Build))
        .in_scope(&VariableScope::Runtime);
    let table = [
        set(&[("A B", "hunter2")]),
        set(&[("", "hunter2")]),
        set(&[("A=B", "hunter2")]),
        set(&[("A", "\0hunter2")]),
        twice,
    ];
    for desired in table {
        let error = planned(Vec::new(), &desired, PlanOptions::merge()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        assert!(!error.to_string().contains("hunter"), "{error}");
    }
}

#[test]
fn an_entry_leads_to_what_is_there_and_what_is_wanted() {
    let present = vec![Variable::new("OLD", "0"), Variable::new("A", "1")];
    let desired = set(&[("NEW", "3"), ("A", "2")]);
    let plan = VariableSet::new(Target::application("web"), present).plan(&desired, PlanOptions::exact()).unwrap();
    let seen: Vec<_> = plan.entries().iter().map(|entry| sides(&plan, entry)).collect();
    let expected = [(Some("OLD"), None, Some(0)), (Some("A"), Some("2"), Some(1)), (None, Some("3"), None)];
    assert_eq!(seen, expected);
    let warned = plan.clone().with_warnings(|_, wanted| wanted.map(|_| "written".to_owned()));
    let warnings: Vec<_> = warned.entries().iter().map(|entry| entry.warning.is_some()).collect();
    assert_eq!(warnings, [false, true, true]);
}

/// The present key, the desired value and the place of an entry.
fn sides<'a>(
    plan: &'a VariablePlan,
    entry: &anydeploy_core::PlanEntry,
) -> (Option<&'a str>, Option<&'a str>, Option<usize>) {
    let present = plan.present(entry).map(|variable| &*variable.key);
    (present, plan.desired(entry).map(|wanted| wanted.value.expose()), entry.place())
}
