//! Pass 7: files that would be too long are split by names, so that nothing moves when something is added.

use std::collections::BTreeMap;

use heck::ToSnakeCase as _;

use super::super::model::{Model, Operation};
use super::MANY_LINES;
use super::schemas::file as schemas_file;

/// The most words of a name that distinguish all groups.
const MAX_WORDS: usize = 4;

/// The most words for groups that are still too long then, in foreign documents.
const MAX_FOREIGN_WORDS: usize = 16;

/// The types that only one area reaches: one file, or one for each first word of their names.
pub(super) fn schemas(model: &Model, area: &String, names: &[&str]) -> Vec<(String, String)> {
    let file = format!("{area}/schemas.rs");
    let whole = schemas_file(model, &[area], names);
    if whole.lines().count() < MANY_LINES {
        return vec![(file, whole)];
    }
    let groups =
        finest(names, |name| name.to_snake_case(), '_', |group| schemas_file(model, &[area], group).lines().count());
    let modules: String = groups.keys().map(|module| format!("mod {module};\npub use {module}::*;\n")).collect();
    let root = format!("//! Types of `{area}`, by the first word of their names.\n\n{modules}");
    let mut files = vec![(file, root)];
    for (module, group) in groups {
        files.push((format!("{area}/schemas/{module}.rs"), schemas_file(model, &[area], &group)));
    }
    files
}

/// The operations of an area, by the first words of their paths if they would fill `lines` lines.
pub(super) fn operations<'a>(operations: &[&'a Operation], lines: usize) -> BTreeMap<String, Vec<&'a Operation>> {
    if lines < MANY_LINES {
        return BTreeMap::new();
    }
    // About as long each, which is near enough to choose how many words it takes.
    let size = |group: &[&Operation]| lines * group.len() / operations.len();
    finest(operations, |operation| words(&operation.path), '/', size)
}

/// The fixed parts of a path.
fn words(path: &str) -> String {
    let words = path.split(['/', '.']).filter(|word| !word.is_empty() && !word.starts_with('{'));
    words.collect::<Vec<_>>().join("/")
}

/// Groups by as many first words of a key as it takes to keep each group short.
fn finest<T: Copy>(
    items: &[T],
    key: impl Fn(&T) -> String,
    separator: char,
    size: impl Fn(&[T]) -> usize,
) -> BTreeMap<String, Vec<T>> {
    let by_words = |items: &[T], count: usize| {
        let mut groups = BTreeMap::<String, Vec<T>>::new();
        for item in items {
            let key = key(item);
            let words: Vec<&str> = key.split(separator).take(count).collect();
            groups.entry(module(&words.join("_"))).or_default().push(*item);
        }
        groups
    };
    let is_short = |group: &Vec<T>| size(group) < MANY_LINES;
    let mut groups = BTreeMap::new();
    for count in 1..=MAX_WORDS {
        groups = by_words(items, count);
        if groups.values().all(is_short) {
            return groups;
        }
    }
    for count in MAX_WORDS + 1..=MAX_FOREIGN_WORDS {
        let (short, long): (BTreeMap<_, _>, BTreeMap<_, _>) =
            groups.into_iter().partition(|(_, group)| is_short(group));
        groups = short;
        // What has no further word keeps its name; what another group has already is put to it.
        for (name, group) in long.into_values().flat_map(|group| by_words(&group, count)) {
            groups.entry(name).or_default().extend(group);
        }
        if groups.values().all(is_short) {
            break;
        }
    }
    groups
}

/// A name as that of a module beside `schemas`.
fn module(name: &str) -> String {
    let name = name.to_snake_case();
    let is_free = syn::parse_str::<syn::Ident>(&name).is_ok() && name != "schemas";
    if is_free { name } else { format!("{name}_") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_take_as_many_words_as_they_need() {
        let paths = ["/a/{id}/x", "/a/{id}/y", "/a.type", "/schemas", "/b"];
        let by = |limit: usize| {
            let groups = finest(&paths, |path| words(path), '/', |group| MANY_LINES + group.len() - limit);
            groups.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(by(4), ["a", "b", "schemas_"]);
        assert_eq!(by(2), ["a_type", "a_x", "a_y", "b", "schemas_"]);
    }

    #[test]
    fn only_groups_that_are_too_long_take_more_than_a_few_words() {
        let paths = ["/io/api/core/v1/pod/x", "/io/api/core/v1/pod/y", "/io/api/core/v1/node", "/io/api/apps/v1/pod"];
        let groups = finest(&paths, |path| words(path), '/', |group| MANY_LINES + group.len() - 2);
        let groups: Vec<String> = groups.into_keys().collect();
        assert_eq!(groups, ["io_api_apps_v1", "io_api_core_v1_node", "io_api_core_v1_pod_x", "io_api_core_v1_pod_y"]);
    }
}
