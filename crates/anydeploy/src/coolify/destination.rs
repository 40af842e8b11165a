//! The id of a destination, which is a text in the row of a deployment and a number in the application (4.3.11).

use coolify_client::wire::{Mismatch, Node, Read};
use serde_json::Value;

/// The id of a destination, which is a server with a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Destination(String);

impl Read for Destination {
    fn read(node: &mut Node<'_>) -> Result<Self, Mismatch> {
        match Value::read(node)? {
            Value::String(id) => Ok(Self(id)),
            Value::Number(id) => Ok(Self(id.to_string())),
            _ => Err(node.mismatch()),
        }
    }
}
