//! Which file a type belongs to.

use std::collections::{BTreeMap, BTreeSet};

use super::super::model::Model;
use super::super::rewrite::reached;

/// The areas that reach each type.
pub(super) type Homes = BTreeMap<String, BTreeSet<String>>;

/// A type belongs to the areas whose operations reach it.
pub(super) fn find(model: &Model) -> Homes {
    let mut homes = Homes::new();
    for operation in &model.operations {
        for name in reached(model, operation) {
            homes.entry(name).or_default().insert(operation.area.clone());
        }
    }
    homes
}
