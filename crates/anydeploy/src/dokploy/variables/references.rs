//! References such as `${{project.KEY}}`, which the server resolves when it deploys and never checks when it saves.

use super::dialect::assignments;
use super::texts::{Column, Texts};

const OPENS: &str = "${{";
const CLOSES: &str = "}}";

/// Whether a value holds a reference that the next deployment cannot resolve, so that it fails.
pub(super) fn is_unresolved(value: &str, column: Column, texts: &Texts) -> bool {
    let defines = |text: &str, key: &str| assignments(text).iter().any(|one| one.key == key);
    references(value).any(|name| match name.split_once('.') {
        Some(("project", key)) => !defines(&texts.shared.project, key),
        Some(("environment", key)) => !defines(&texts.shared.environment, key),
        // Only the server can read a vault.
        Some(("vault", _)) => false,
        _ => !defines(texts.get(column), name),
    })
}

/// Whether the server takes a part of a value for a reference.
pub(super) fn has_reference(value: &str) -> bool {
    references(value).next().is_some()
}

/// What stands between the braces; a space in it is part of the name.
fn references(value: &str) -> impl Iterator<Item = &str> {
    value.split(OPENS).skip(1).filter_map(|rest| Some(rest.split_once(CLOSES)?.0))
}

#[cfg(test)]
mod tests {
    use super::super::texts::Shared;
    use super::*;

    #[test]
    fn a_reference_is_looked_up_where_the_server_looks() {
        let shared = Shared { project: "PV=1".into(), environment: "EV=1".into() };
        let env = Some("OWN=1".to_owned());
        let texts = Texts { env, build_args: None, build_secrets: None, creates_env_file: None, shared };
        for (value, unresolved) in [
            ("plain $A ${B}", false),
            ("${{project.PV}}-${{environment.EV}}-${{OWN}}", false),
            ("${{vault.x.y}}", false),
            ("${{project.NOPE}}", true),
            ("x${{OWN}}${{environment.NOPE}}", true),
            ("${{NOPE}}", true),
            ("${{ OWN }}", true),
            ("${{open", false),
        ] {
            assert_eq!(is_unresolved(value, Column::Env, &texts), unresolved, "{value}");
        }
        assert!(has_reference("a${{OWN}}") && !has_reference("${OWN}"));
    }
}
