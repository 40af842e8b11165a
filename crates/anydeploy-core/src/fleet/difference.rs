//! What differs between two plans, by member and field.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{FleetPlan, Member};

/// How many differences are named.
const MAX_NAMED: usize = 5;

impl FleetPlan {
    /// What differs between this plan, as it was begun, and another one, in sentences; empty if nothing does.
    ///
    /// Only the first five are named, with the number of the others.
    #[must_use]
    pub fn differences(&self, now: &Self) -> Vec<String> {
        if self == now { Vec::new() } else { differences(self, now) }
    }
}

/// What differs between two plans that are not equal.
fn differences(begun: &FleetPlan, now: &FleetPlan) -> Vec<String> {
    let mut found = Vec::new();
    let by_name = |plan: &FleetPlan| -> BTreeMap<String, Member> {
        plan.members.iter().map(|member| (member.name.clone(), member.clone())).collect()
    };
    let (before, after) = (by_name(begun), by_name(now));
    for (name, member) in &before {
        match after.get(name) {
            None => found.push(format!("the member `{name}` is gone")),
            Some(other) if other != member => {
                compare(&format!("the member `{name}`: "), "", &value(member), &value(other), &mut found);
            }
            Some(_) => {}
        }
    }
    found.extend(
        after.keys().filter(|name| !before.contains_key(*name)).map(|name| format!("the member `{name}` is new")),
    );
    let rest = |plan: &FleetPlan| {
        let mut plan = plan.clone();
        plan.members.clear();
        value(&plan)
    };
    compare("", "", &rest(begun), &rest(now), &mut found);
    if found.is_empty() {
        found.push("the members are in another order".to_owned());
    }
    let more = found.len().saturating_sub(MAX_NAMED);
    if more > 0 {
        found.truncate(MAX_NAMED);
        found.push(format!("and {more} more"));
    }
    found
}

fn value(of: &impl serde::Serialize) -> Value {
    // Both are values that are written to the checkpoint, so they have a JSON form.
    serde_json::to_value(of).unwrap_or_default()
}

/// Names each field whose values differ.
fn compare(of: &str, field: &str, before: &Value, after: &Value, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(one), Value::Object(other)) => {
            let names: std::collections::BTreeSet<_> = one.keys().chain(other.keys()).collect();
            for name in names {
                let field = if field.is_empty() { name.clone() } else { format!("{field}.{name}") };
                let (before, after) = (one.get(name).unwrap_or(&Value::Null), other.get(name).unwrap_or(&Value::Null));
                compare(of, &field, before, after, found);
            }
        }
        _ if before == after => {}
        _ => found.push(format!("{of}`{field}` was {before} and is {after}")),
    }
}
