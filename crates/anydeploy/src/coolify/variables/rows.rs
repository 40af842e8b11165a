//! Coolify's rows as variables.

use coolify_client::types::EnvironmentVariable;
use serde_json::json;

use crate::adapter::sorted_by;
use crate::{Origin, SecretText, Target, TargetKind, Variable, VariableScope, VariableSet, VariableValue};

/// The names of what the details of a variable hold.
const UUID: &str = "uuid";
pub(super) const MULTILINE: &str = "is_multiline";
const RUNTIME: &str = "is_runtime";

/// The variables of a target.
///
/// Those of services and databases come in no order, and a changed one moves to the end, so they are sorted.
pub(super) fn variables(target: &Target, rows: Vec<EnvironmentVariable>) -> VariableSet {
    let rows = match target.kind() {
        TargetKind::Application => rows,
        _ => sorted_by(rows, |one, other| (&one.key, &one.uuid).cmp(&(&other.key, &other.uuid))),
    };
    VariableSet::new(target.clone(), rows.into_iter().map(variable).collect())
}

fn variable(row: EnvironmentVariable) -> Variable {
    let is = |flag: Option<bool>| flag == Some(true);
    let (scope, origin) = (
        if is(row.is_preview) { VariableScope::Preview } else { VariableScope::Runtime },
        if is(row.is_coolify) || is(row.is_buildpack_control) { Origin::Platform } else { Origin::User },
    );
    let details = json!({
        UUID: row.uuid,
        MULTILINE: is(row.is_multiline),
        RUNTIME: row.is_runtime,
    });
    // An empty value is null, and still has what becomes of it in the container, which a hidden one has not.
    let value = match (row.value, row.real_value) {
        (Some(value), _) => VariableValue::Known(SecretText::new(value.expose())),
        (None, Some(_)) => VariableValue::Known(SecretText::default()),
        (None, None) => VariableValue::Hidden,
    };
    Variable::new(row.key, value)
        .with_scope(scope)
        .with_origin(origin)
        .with_secret(is(row.is_shown_once))
        .with_literal(Some(is(row.is_literal)))
        .with_at_build(row.is_buildtime)
        .with_comment(row.comment)
        .with_details(details)
}

/// The id of a variable.
pub(super) fn uuid(variable: &Variable) -> &str {
    variable.details[UUID].as_str().unwrap_or_default()
}

/// A flag of a variable.
pub(super) fn flag(variable: &Variable, name: &str) -> bool {
    variable.details[name].as_bool().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn read(target: &Target, rows: Value) -> Vec<Variable> {
        variables(target, serde_json::from_value(rows).unwrap()).variables
    }

    #[test]
    fn a_row_is_a_variable_with_its_scope_origin_and_value() {
        let rows = json!([
            { "key": "A", "uuid": "1", "value": "x", "real_value": "x", "is_buildtime": true, "comment": "why" },
            { "key": "A", "uuid": "2", "value": "x", "real_value": "x", "is_preview": true },
            { "key": "EMPTY", "uuid": "3", "value": null, "real_value": "" },
            { "key": "SECRET", "uuid": "4", "is_shown_once": true },
            { "key": "SERVICE_URL", "uuid": "5", "value": "x", "is_coolify": true },
            { "key": "NIXPACKS_NODE", "uuid": "6", "value": "22", "is_buildpack_control": true, "is_runtime": false },
        ]);
        let read = read(&Target::application("web"), rows);
        let seen: Vec<_> = read.iter().map(|one| (&one.value, &one.scope, &one.origin, one.secret)).collect();
        let (known, empty) = (VariableValue::from("x"), VariableValue::from(""));
        let (runtime, preview) = (VariableScope::Runtime, VariableScope::Preview);
        assert_eq!(seen[0], (&known, &runtime, &Origin::User, false));
        assert_eq!(seen[1], (&known, &preview, &Origin::User, false));
        assert_eq!(seen[2], (&empty, &runtime, &Origin::User, false));
        assert_eq!(seen[3], (&VariableValue::Hidden, &runtime, &Origin::User, true));
        assert_eq!((seen[4].2, seen[5].2), (&Origin::Platform, &Origin::Platform));
        assert_eq!((read[0].at_build, read[0].comment.as_deref(), uuid(&read[0])), (Some(true), Some("why"), "1"));
    }

    #[test]
    fn variables_of_services_and_databases_are_sorted_and_those_of_applications_are_not() {
        let rows = json!([{ "key": "B", "uuid": "1" }, { "key": "A", "uuid": "2" }]);
        let keys = |target: Target| read(&target, rows.clone()).into_iter().map(|one| one.key).collect::<Vec<_>>();
        assert_eq!(keys(Target::application("x")), ["B", "A"]);
        assert_eq!(keys(Target::service("x")), ["A", "B"]);
    }
}
