//! The text of a YAML file as a JSON mapping.

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Number, Value};

/// Reads one document that is a mapping; the error is a sentence with its line.
pub(super) fn parse(text: &str) -> Result<Map<String, Value>, String> {
    let documents = Yaml::load_from_str(text);
    let documents =
        documents.map_err(|error| format!("is not YAML: {} in line {}", error.info(), error.marker().line()))?;
    let [document] = documents.as_slice() else {
        return Err(format!("holds {} documents, and one is needed", documents.len()));
    };
    match value(document)? {
        Value::Object(fields) => Ok(fields),
        _ => Err("is not a mapping".to_owned()),
    }
}

fn value(node: &Yaml<'_>) -> Result<Value, String> {
    Ok(match node {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(value)) => Value::Bool(*value),
        Yaml::Value(Scalar::Integer(value)) => Value::Number((*value).into()),
        Yaml::Value(Scalar::FloatingPoint(value)) => {
            let number = Number::from_f64(value.into_inner());
            Value::Number(number.ok_or_else(|| format!("holds {value}, which is no number of JSON"))?)
        }
        Yaml::Value(Scalar::String(value)) => Value::String(value.to_string()),
        Yaml::Sequence(items) => Value::Array(items.iter().map(value).collect::<Result<_, _>>()?),
        Yaml::Mapping(entries) => {
            let mut fields = Map::new();
            for (key, entry) in entries {
                let Yaml::Value(Scalar::String(name)) = key else {
                    return Err("has a key that is not text; quote it".to_owned());
                };
                fields.insert(name.to_string(), value(entry)?);
            }
            Value::Object(fields)
        }
        _ => return Err("has a tag or an alias, which is not read".to_owned()),
    })
}
