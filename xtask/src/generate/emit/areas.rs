//! The files of the areas, of what they share, and the module above them.

use std::collections::BTreeMap;

use heck::{ToShoutySnakeCase as _, ToSnakeCase as _};

use super::super::document::Area;
use super::super::model::{Model, Operation};
use super::home::Homes;
use super::{operations, schemas, split};

/// The files below `src/generated`.
pub(super) fn files(model: &Model, areas: &[Area], homes: &Homes) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut exports = String::new();
    for area in areas {
        let own = homes.iter().filter(|(_, homes)| homes.iter().eq([&area.name]));
        let own: Vec<&str> = own.map(|(name, _)| name.as_str()).collect();
        let name = &area.name;
        files.extend(area_files(model, area, !own.is_empty()));
        if !own.is_empty() {
            files.extend(split::schemas(model, name, &own));
            let export = format!("pub use super::{name}::schemas::*;");
            exports.push_str(&lines(&[&condition([name]), &export], "    "));
        }
    }
    // A file a type: its name stays when another area comes to share it.
    let mut shared = String::new();
    for (name, areas) in homes.iter().filter(|(_, areas)| areas.len() > 1) {
        let module = name.to_snake_case();
        let homes: Vec<&String> = areas.iter().collect();
        files.insert(format!("common/{module}.rs"), schemas::file(model, &homes, &[name]));
        let condition = condition(areas);
        let (declare, export) = (format!("mod {module};"), format!("pub use {module}::*;"));
        shared.push_str(&lines(&[&condition, &declare, &condition, &export], ""));
    }
    let has_shared = !shared.is_empty();
    if has_shared {
        let shared = format!("//! Types that several areas share.\n\n{shared}");
        files.insert("common/mod.rs".to_owned(), shared);
        exports.push_str("    pub use super::common::*;\n");
    }
    files.insert("mod.rs".to_owned(), root(areas, &exports, has_shared));
    files
}

/// The operations of an area; they stand in files of their own where there are many.
fn area_files(model: &Model, area: &Area, has_schemas: bool) -> Vec<(String, String)> {
    let name = &area.name;
    let operations: Vec<&Operation> = model.operations.iter().filter(|operation| operation.area == *name).collect();
    let title = area.title.trim();
    let schemas = if has_schemas { "pub mod schemas;\n" } else { "" };
    let heading = format!("# Area `{name}`\n\n{title}");
    let body = operations::render(model, &heading, &operations, "");
    let groups = split::operations(&operations, body.lines().count());
    if groups.len() < 2 {
        let gap = if has_schemas { "\n" } else { "" };
        let list = operations::list(operations.iter().map(|operation| (None, *operation)));
        let uses = schemas::uses(&body, "use crate::Client;\n");
        return vec![(format!("{name}.rs"), format!("//! {title}\n\n{schemas}{gap}{uses}\n{body}\n{list}"))];
    }
    let modules: String = groups.keys().map(|module| format!("mod {module};\n")).collect();
    let all = groups.iter().flat_map(|(module, all)| all.iter().map(|operation| (Some(module.as_str()), *operation)));
    let root = format!("//! {title}\n\n{modules}{schemas}\nuse crate::wire;\n\n{}", operations::list(all));
    let mut files = vec![(format!("{name}.rs"), root)];
    for (module, operations) in groups {
        let heading = format!("# Area `{name}`: `{}`\n\n{title}", module.replace('_', " "));
        let body = operations::render(model, &heading, &operations, "pub(super)");
        let uses = schemas::uses(&body, "use crate::Client;\n");
        files.push((format!("{name}/{module}.rs"), format!("//! Operations of `{name}`.\n\n{uses}\n{body}")));
    }
    files
}

/// `mod.rs`: the areas, and the two modules that are public.
fn root(areas: &[Area], exports: &str, has_shared: bool) -> String {
    let mut text = String::from("//! The generated part of the client.\n\n");
    let mut operations = String::new();
    let mut all = String::new();
    for Area { name, title, .. } in areas {
        let condition = condition([name]);
        text.push_str(&lines(&[&condition, &format!("mod {name};")], ""));
        let constant = name.to_shouty_snake_case();
        let docs = format!("/// {}", title.trim());
        let export = format!("pub use super::{name}::OPERATIONS as {constant};");
        operations.push_str(&lines(&[&docs, &condition, &export], "    "));
        let entry = format!("({name:?}, {constant}),");
        all.push_str(&lines(&[&condition, &entry], "        "));
    }
    if has_shared {
        text.push_str("mod common;\n");
    }
    text + &format!(
        "
/// Every type of a request or a response, whatever area it belongs to.
pub mod types {{
{exports}}}

/// The operations that this build knows, by area.
pub mod operations {{
    use crate::wire::Operation;

{operations}
    /// Every area that is compiled in, with its operations.
    pub const ALL: &[(&str, &[Operation])] = &[
{all}    ];
}}
"
    )
}

fn condition<'a>(areas: impl IntoIterator<Item = &'a String>) -> String {
    let features: Vec<String> = areas.into_iter().map(|area| format!("feature = {area:?}")).collect();
    match features.as_slice() {
        [one] => format!("#[cfg({one})]"),
        more => format!("#[cfg(any({}))]", more.join(", ")),
    }
}

fn lines(lines: &[&str], indent: &str) -> String {
    lines.iter().map(|line| format!("{indent}{line}\n")).collect()
}
