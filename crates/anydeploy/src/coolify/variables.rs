//! The variables of a target: read, compared and written, each with every flag that Coolify would reset when left out.
//!
//! Facts of 4.3.11: a variable is known by its key and by whether it is for previews; one that is made for an application is
//! copied for previews, and the copy is left alone from then on.
//! A bulk is not atomic, adds what is not there, and empties or resets what an item leaves out.

mod rows;
mod write;

use futures::future::{BoxFuture, FutureExt};

use super::Coolify;
use crate::adapter::retry_briefly;
use crate::{
    Ability, Applied, Deployer, DesiredVariable, DesiredVariables, Error, ErrorKind, PlanEntry, PlanOptions, Result,
    Target, TargetKind, VariablePlan, VariableScope, VariableSet, Variables, platform,
};

/// The longest key and the longest comment, in characters; more is a 422.
const MAX_KEY: usize = 255;
const MAX_COMMENT: usize = 256;

impl Variables for Coolify {
    fn read_variables<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<VariableSet>> {
        read(self, target).boxed()
    }

    fn plan_changes<'a>(
        &'a self,
        target: &'a Target,
        desired: &'a DesiredVariables,
        options: PlanOptions,
    ) -> BoxFuture<'a, Result<VariablePlan>> {
        plan(self, target, desired, options).boxed()
    }

    fn apply_plan<'a>(&'a self, plan: &'a VariablePlan) -> BoxFuture<'a, Result<Applied>> {
        write::apply(self, plan).boxed()
    }
}

async fn read(coolify: &Coolify, target: &Target) -> Result<VariableSet> {
    coolify.capabilities().require(&platform::COOLIFY, target.kind(), Ability::Variables)?;
    target.validate()?;
    let rows = retry_briefly(|| coolify.api.variables(target)).await?;
    Ok(rows::variables(target, rows))
}

async fn plan(
    coolify: &Coolify,
    target: &Target,
    desired: &DesiredVariables,
    options: PlanOptions,
) -> Result<VariablePlan> {
    for variable in desired {
        check(target, variable)?;
    }
    let plan = read(coolify, target).await?.plan(desired, options)?;
    let present = plan.base().clone();
    Ok(plan.with_warnings(|entry, wanted| warning(&present, entry, wanted)))
}

/// Refuses what Coolify would refuse, or store as something else.
fn check(target: &Target, variable: &DesiredVariable) -> Result<()> {
    let invalid = |what: &str| {
        let message = format!("the variable `{}` {what}", variable.key);
        Err(Error::new(ErrorKind::InvalidInput, message).with_platform(platform::COOLIFY))
    };
    if !is_key(&variable.key) {
        return invalid("has a key that is not made of letters, digits, `_` and `.`, or is too long");
    }
    if variable.comment.as_ref().is_some_and(|comment| comment.chars().count() > MAX_COMMENT) {
        return invalid("has a comment of more than 256 characters");
    }
    // The server trims values, the last line end of a certificate included, and comments.
    let would_trim =
        |text: &str| text.trim_matches(|letter: char| letter.is_whitespace() || is_invisible(letter)) != text;
    if would_trim(variable.value.expose()) {
        return invalid("has a value that begins or ends with white space, which Coolify would remove");
    }
    if variable.comment.as_deref().is_some_and(would_trim) {
        return invalid("has a comment that begins or ends with white space, which Coolify would remove");
    }
    match (&variable.scope, target.kind()) {
        (VariableScope::Runtime, _) | (VariableScope::Preview, TargetKind::Application) => Ok(()),
        (VariableScope::Build, _) => invalid("is for the build alone, and Coolify's are for the containers as well"),
        (scope, kind) => invalid(&format!("has the scope `{scope}`, which a target of kind `{kind}` does not have")),
    }
}

fn is_key(key: &str) -> bool {
    let mut letters = key.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.'))
        && key.len() <= MAX_KEY
}

/// What the server's framework trims besides white space.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{feff}' | '\u{200b}' | '\u{200e}')
}

/// What Coolify makes of a variable otherwise than a reader expects.
fn warning(present: &VariableSet, entry: &PlanEntry, wanted: Option<&DesiredVariable>) -> Option<String> {
    let mut warnings = Vec::new();
    if let Some(wanted) = wanted {
        let value = wanted.value.expose();
        let before = present.get(&entry.key, &entry.scope);
        let is_literal = wanted.literal.or(before.and_then(|row| row.literal)) == Some(true);
        // Both are put into single quotes, and a quote within is not escaped.
        if (is_literal || value.contains('\n')) && value.contains('\'') {
            warnings.push("the file of the container breaks off at the single quote in it");
        } else if !is_literal && value.contains(['$', '#', '"', '\'', '\\']) {
            warnings.push("Compose may read `$`, `#`, quotes or backslashes in it otherwise than as they stand");
        }
    }
    let has_copy = entry.scope == VariableScope::Runtime && present.get(&entry.key, &VariableScope::Preview).is_some();
    if has_copy {
        warnings.push("its copy for previews stays as it is");
    }
    (!warnings.is_empty()).then(|| warnings.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_coolify_would_store_as_something_else_is_refused() {
        let (web, database) = (Target::application("web"), Target::database("db"));
        let refused = |target: &Target, variable: DesiredVariable| {
            let error = check(target, &variable).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(!error.to_string().contains("hunter2"), "{error}");
        };
        let long = "K".repeat(256);
        for key in ["1A", "A-B", "A B", "", "Ä", &*long] {
            refused(&web, DesiredVariable::new(key, "x"));
        }
        for value in [" hunter2", "hunter2\n", "\thunter2", "hunter2\u{a0}", "\u{feff}hunter2", " ", "\r"] {
            refused(&web, DesiredVariable::new("A", value));
        }
        for comment in [&*"c".repeat(257), " why", "why\n"] {
            refused(&web, DesiredVariable::new("A", "x").with_comment(comment));
        }
        refused(&web, DesiredVariable::new("A", "x").with_scope(VariableScope::Build));
        refused(&database, DesiredVariable::new("A", "x").with_scope(VariableScope::Preview));
        for value in ["", "a b", "a\nb", "a\r\nb", "{{team.K}}", "'\"$#\\", "ä\u{200b}ö"] {
            check(&web, &DesiredVariable::new("A_1.b", value)).unwrap();
        }
        check(&web, &DesiredVariable::new("A", "x").with_scope(VariableScope::Preview)).unwrap();
    }
}
