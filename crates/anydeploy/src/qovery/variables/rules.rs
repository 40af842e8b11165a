//! What Qovery refuses of variables, or makes of them otherwise than a reader expects.
//!
//! The names are those of Qovery's documentation (4e9636b, `environment-variables.mdx`), what cannot be edited is of its
//! document of 2026-08-20, lines 12524 to 12527.

use super::levels::Details;
use crate::{
    Change, DesiredVariable, DesiredVariables, Error, ErrorKind, Origin, PlanEntry, Result, Variable, VariablePlan,
    VariableScope, VariableSet,
};

/// The longest comment.
const MAX_COMMENT_CHARS: usize = 255;

/// Checks what needs no state.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] with the key.
pub(super) fn check_desired(desired: &DesiredVariables) -> Result<()> {
    for wanted in desired {
        let key = &wanted.key;
        let begins = key.starts_with(|letter: char| letter.is_ascii_alphabetic());
        let fits = key.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        if !begins || !fits {
            let message = format!("the name `{key}` is none for Qovery: letters, digits and `_`, a letter first");
            return Err(invalid(message));
        }
        if key.to_ascii_uppercase().starts_with("QOVERY_") {
            return Err(invalid(format!("the name `{key}` is one of Qovery's own")));
        }
        if wanted.scope != VariableScope::Runtime {
            let message =
                format!("the variable `{key}` has the scope `{}`; on Qovery there is `runtime`", wanted.scope);
            return Err(invalid(message));
        }
        if wanted.comment.as_ref().is_some_and(|comment| comment.chars().count() > MAX_COMMENT_CHARS) {
            return Err(invalid(format!("the comment of `{key}` is longer than {MAX_COMMENT_CHARS} characters")));
        }
    }
    Ok(())
}

/// Checks that Qovery can do what a plan says.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] with the key.
pub(super) fn check(plan: &VariablePlan) -> Result<()> {
    for entry in plan.writes() {
        let Some(wanted) = plan.desired(entry) else { continue };
        let key = &entry.key;
        let Some(present) = plan.present(entry) else {
            // An override has no secrecy of its own.
            let above = above(plan.base(), key);
            if above.and_then(Details::of).is_some_and(|above| above.is_alias()) {
                let message = format!("the variable `{key}` above is an alias, of which Qovery makes no override");
                return Err(invalid(message));
            }
            if above.is_some_and(|above| wanted.secret.is_some_and(|secret| secret != above.secret)) {
                let message = format!("whether `{key}` is a secret is decided by the one above, which it overrides");
                return Err(invalid(message));
            }
            continue;
        };
        if present.origin != Origin::User {
            return Err(invalid(format!("the variable `{key}` is not a person's, so that it cannot be changed here")));
        }
        if wanted.secret.is_some_and(|secret| secret != present.secret) {
            let message = format!("whether `{key}` is a secret cannot be changed; remove it, and add it anew");
            return Err(invalid(message));
        }
        if Details::of(present).is_some_and(|details| !details.is_editable()) {
            return Err(invalid(format!("the value of `{key}` stands elsewhere, so that it cannot be changed here")));
        }
    }
    Ok(())
}

/// The variable of a key that stands nearest above the target.
pub(super) fn above<'a>(base: &'a VariableSet, key: &str) -> Option<&'a Variable> {
    let is_above = |one: &&Variable| one.key == key && matches!(one.origin, Origin::Inherited(_));
    // The environment stands between the project and a service.
    let above = base.variables.iter().filter(is_above);
    above.max_by_key(|one| one.origin == Origin::Inherited("environment".to_owned()))
}

/// The id of what an override is made of: the variable that is overridden above already, or the nearest one itself.
///
/// The console makes an override only of what is neither an override nor an alias (720181b, `variable-list.tsx`).
pub(super) fn overridden(base: &VariableSet, nearest: Details) -> String {
    let mut details = nearest;
    // An override of an override may be there; each step leads to another row.
    for _ in &base.variables {
        let Some(of) = details.of.take().filter(|_| !details.is_alias()) else { break };
        match base.variables.iter().filter_map(Details::of).find(|row| row.id == of) {
            Some(row) => details = row,
            None => return of,
        }
    }
    details.id
}

/// What a reader may not expect of one entry.
pub(super) fn warning(base: &VariableSet, entry: &PlanEntry, wanted: Option<&DesiredVariable>) -> Option<String> {
    let details = entry.place().and_then(|place| base.variables.get(place)).and_then(Details::of);
    if entry.change == Change::Remove {
        return Some("what overrides it or is an alias of it is removed as well".to_owned());
    }
    if let Some(path) = details.and_then(|details| details.mount_path) {
        return Some(format!("it is a file, and stays at `{path}`"));
    }
    let wanted = wanted?;
    let is_template = wanted.value.expose().contains("{{");
    is_template.then(|| "Qovery puts the values of other variables where its value says `{{NAME}}`".to_owned())
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Target, VariableValue};

    #[test]
    fn an_override_is_made_of_what_the_nearest_one_overrides() {
        let row = |id: &str, kind: &str, of: Option<&str>| Details {
            id: id.to_owned(),
            kind: kind.to_owned(),
            mount_path: None,
            of: of.map(str::to_owned),
            enable_interpolation_in_file: None,
        };
        let rows = || {
            [
                row("root", "VALUE", None),
                row("first", "OVERRIDE", Some("root")),
                row("second", "OVERRIDE", Some("first")),
                row("hidden", "FILE", Some("not listed")),
                row("alias", "ALIAS", Some("root")),
                row("one", "OVERRIDE", Some("other")),
                row("other", "OVERRIDE", Some("one")),
            ]
        };
        let variables = rows()
            .into_iter()
            .map(|row| Variable::new("A", VariableValue::Hidden).with_details(serde_json::to_value(row).unwrap()));
        let base = VariableSet::new(Target::application("web"), variables.collect());
        let made_of = rows().map(|row| overridden(&base, row));
        assert_eq!(made_of[..5], ["root", "root", "root", "not listed", "alias"]);
        assert!(["one", "other"].contains(&&*made_of[5]), "a circle ends");
    }
}
