//! Where a variable stands: at the target itself, above it, or built in.

use qovery_client::types::{
    ApiVariableScopeEnum as Scope, ApiVariableTypeEnum as Type, ServiceTypeForVariableEnum as ServiceType,
    VariableResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::qovery::error::unknown;
use crate::{Origin, Result, SecretText, TargetKind, Variable, VariableValue};

/// Who owns what a person set in Qovery; others are kept in step with another store.
const OWNER: &str = "QOVERY";

/// What is needed of a variable to change it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Details {
    pub(super) id: String,
    /// `APIVariableTypeEnum`.
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// The path of a variable that is a file.
    pub(super) mount_path: Option<String>,
    /// The variable that it overrides or is an alias of.
    pub(super) of: Option<String>,
    /// Whether a file has the values of other variables put into it.
    pub(super) enable_interpolation_in_file: Option<bool>,
}

impl Details {
    pub(super) fn of(variable: &Variable) -> Option<Self> {
        Self::deserialize(&variable.details).ok()
    }

    /// Whether it is another name of a variable.
    pub(super) fn is_alias(&self) -> bool {
        self.kind == Type::Alias.as_str()
    }

    /// Whether a person may give it another value.
    pub(super) fn is_editable(&self) -> bool {
        let fixed = [Type::Alias, Type::BuiltIn, Type::ExternalSecret, Type::FileExternalSecret];
        !fixed.iter().any(|kind| kind.as_str() == self.kind)
    }
}

/// The scope of what stands at a target of a kind itself.
pub(super) fn scope_of(kind: &TargetKind) -> Result<Scope> {
    Ok(match kind {
        TargetKind::Application => Scope::Application,
        TargetKind::Container => Scope::Container,
        TargetKind::Job => Scope::Job,
        TargetKind::Helm => Scope::Helm,
        TargetKind::Terraform => Scope::Terraform,
        TargetKind::Environment => Scope::Environment,
        other => return Err(unknown(other)),
    })
}

/// The word of a kind of service in an import; an environment has none, as an import at its level is not declared.
pub(super) fn service_type(kind: &TargetKind) -> Option<ServiceType> {
    match kind {
        TargetKind::Application => Some(ServiceType::Application),
        TargetKind::Container => Some(ServiceType::Container),
        TargetKind::Job => Some(ServiceType::Job),
        TargetKind::Helm => Some(ServiceType::Helm),
        TargetKind::Terraform => Some(ServiceType::Terraform),
        _ => None,
    }
}

/// A row as a variable of a target whose own variables have this scope.
pub(super) fn variable(row: VariableResponse, own: &Scope) -> Variable {
    let secret = row.is_secret == Some(true);
    let is_built_in = row.variable_type == Some(Type::BuiltIn)
        || row.scope == Some(Scope::BuiltIn)
        || row.key.to_ascii_uppercase().starts_with("QOVERY_");
    let is_foreign = row.owned_by.as_deref().is_some_and(|owner| !owner.eq_ignore_ascii_case(OWNER));
    let origin = match row.scope.as_ref() {
        _ if is_built_in => Origin::Platform,
        Some(scope) if scope != own => Origin::Inherited(scope.as_str().to_ascii_lowercase()),
        _ if is_foreign => Origin::Platform,
        _ => Origin::User,
    };
    let value = match row.value {
        Some(value) if !secret => VariableValue::Known(SecretText::new(value.expose())),
        _ => VariableValue::Hidden,
    };
    let details = Details {
        id: row.id,
        kind: row.variable_type.as_ref().map_or("VALUE", Type::as_str).to_owned(),
        mount_path: row.mount_path,
        of: row.overridden_variable.or(row.aliased_variable).map(|of| of.id),
        enable_interpolation_in_file: row.enable_interpolation_in_file,
    };
    Variable::new(row.key, value)
        .with_origin(origin)
        .with_secret(secret)
        .with_comment(row.description.filter(|comment| !comment.is_empty()))
        .with_details(serde_json::to_value(details).unwrap_or(Value::Null))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(row: Value) -> Variable {
        variable(serde_json::from_value(row).unwrap(), &Scope::Application)
    }

    #[test]
    fn a_variable_is_of_the_target_above_it_or_of_the_platform() {
        let origin = |scope: &str, more: &Value| {
            let mut row = json!({"id": "v", "key": "PORT", "value": "80", "scope": scope});
            row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            read(row).origin
        };
        assert_eq!(origin("APPLICATION", &json!({})), Origin::User);
        assert_eq!(origin("APPLICATION", &json!({"owned_by": "DOPPLER"})), Origin::Platform);
        assert_eq!(origin("APPLICATION", &json!({"key": "QOVERY_X"})), Origin::Platform);
        assert_eq!(origin("ENVIRONMENT", &json!({})), Origin::Inherited("environment".into()));
        assert_eq!(origin("BUILT_IN", &json!({"variable_type": "BUILT_IN"})), Origin::Platform);
    }

    proptest! {
        #[test]
        fn a_value_is_read_as_it_stands(value in any::<String>()) {
            let row = json!({"id": "v", "key": "A", "value": value, "scope": "APPLICATION"});
            prop_assert_eq!(read(row).value, value.as_str().into());
        }
    }

    #[test]
    fn the_value_of_a_secret_and_one_that_is_missing_are_hidden() {
        let value = |row: Value| read(row).value;
        assert_eq!(value(json!({"id": "v", "key": "A", "value": ""})), "".into());
        assert_eq!(value(json!({"id": "v", "key": "A", "value": null})), VariableValue::Hidden);
        assert_eq!(value(json!({"id": "v", "key": "A", "value": "x", "is_secret": true})), VariableValue::Hidden);
    }
}
