//! A test's way to the type of every response, by the operation's id.

use std::fmt::Write as _;

use quote::ToTokens as _;

use super::super::model::{Answer, Model};

/// `tests/it/generated/decode.rs`.
pub(super) fn file(model: &Model, crate_name: &str) -> String {
    let mut arms = String::new();
    for operation in &model.operations {
        let read = match &operation.answer {
            Answer::Json(kind) => {
                let kind = kind.to_token_stream().to_string().replace(' ', "");
                format!("json::<{}>(body)", kind.replace(',', ", "))
            }
            Answer::Text { .. } => "text(body)".to_owned(),
            Answer::Bytes(_) | Answer::Empty => "Ok(Vec::new())".to_owned(),
        };
        // Writing to a string does not fail.
        let _ = write!(arms, "        #[cfg(feature = {:?})]\n        {:?} => {read},\n", operation.area, operation.id);
    }
    let text = if arms.contains("text(body)") { TEXT } else { "" };
    let ids: String = model.operations.iter().map(|o| format!("    {:?},\n", o.id)).collect();
    format!(
        "\
//! The type of every response of the API, by the operation's id.

use {crate_name}::{{types, wire}};

/// What had to be repaired in a response, or why it cannot be read.
pub(crate) type Outcome = Result<Vec<wire::Repair>, String>;

/// Decodes the body of a success, and of text no more than its UTF-8; `None` if the operation's area is off.
pub(crate) fn decode(operation: &str, status: u16, body: &[u8]) -> Option<Outcome> {{
    if !(200..300).contains(&status) {{
        return Some(Err(format!(\"{{status}} is not a success\")));
    }}
    let outcome = match operation {{
{arms}        off if OPERATIONS.contains(&off) => return None,
        unknown => Err(format!(\"there is no operation {{unknown}}\")),
    }};
    Some(outcome)
}}

/// Every operation, whether its area is on or off.
pub(crate) const OPERATIONS: &[&str] = &[
{ids}];

fn json<T: wire::Read>(body: &[u8]) -> Outcome {{
    let (_, repairs) = wire::decode::<T>(body).map_err(|error| error.to_string())?;
    Ok(repairs)
}}
{text}"
    )
}

/// Only where an operation answers with text.
const TEXT: &str = "
fn text(body: &[u8]) -> Outcome {
    std::str::from_utf8(body).map_err(|error| error.to_string())?;
    Ok(Vec::new())
}
";
