//! Circles among the modules of a crate: each module in one can only be understood with all the others.
//!
//! A module and those inside it are one unit, so that only modules beside each other make a circle.
//! Paths in the expansion of macros, and names that come by `*`, are not followed.

mod graph;
mod paths;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use graph::circles;
use paths::Module;

use super::{Diagnostics, File};

/// How many modules of a crate may stand in circles: lower it whenever the number falls, and never raise it.
const LIMITS: &[(&str, usize)] = &[
    ("crates/anydeploy", 12),
    ("crates/anydeploy-core", 0),
    ("crates/anydeploy-fakes", 0),
    ("crates/anydeploy-wire", 0),
];

/// The path of a module below its crate's root.
type Name = Vec<String>;

/// Finds the circles of every crate, and reports a crate that has more modules in circles than it may.
pub(super) fn check(files: &[File]) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for (krate, modules) in crates(files) {
        let circles = circles(&edges(&modules));
        let found: usize = circles.iter().map(BTreeSet::len).sum();
        let limit = LIMITS.iter().find(|(name, _)| *name == krate).map_or(0, |(_, limit)| *limit);
        if found > limit {
            let lines: String = circles.iter().map(|circle| format!("\n    {}", written(circle))).collect();
            let reason = format!("{krate}: {found} modules stand in circles, and {limit} may:{lines}");
            diagnostics.push(reason);
        } else if found < limit {
            println!(
                "tidy: {found} modules of {krate} stand in circles; lower the limit of {limit} in xtask/src/tidy/circles.rs"
            );
        }
    }
    diagnostics
}

fn written(circle: &BTreeSet<Name>) -> String {
    let names: Vec<String> = circle.iter().map(|name| name.join("::")).collect();
    names.join(", ")
}

/// The modules of each crate, without tests and without what is generated.
fn crates(files: &[File]) -> BTreeMap<String, BTreeMap<Name, Module>> {
    let mut crates: BTreeMap<String, BTreeMap<Name, Module>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.is_rust() && !file.is_generated()) {
        let path = file.path.display().to_string();
        let Some((krate, inside)) = path.split_once("/src/") else { continue };
        // What does not parse is the compiler's to report.
        if let Some(module) = Module::parse(name(Path::new(inside)), &file.text) {
            crates.entry(krate.to_owned()).or_default().insert(module.name.clone(), module);
        }
    }
    for modules in crates.values_mut() {
        let tests: BTreeSet<Name> = modules.values().flat_map(|module| module.tests.iter().cloned()).collect();
        modules.retain(|name, _| !(1..=name.len()).any(|length| tests.contains(&name[..length])));
    }
    crates
}

/// `foo/bar.rs` is the module `foo::bar`; the root of the crate has no name.
fn name(file: &Path) -> Name {
    let path = file.with_extension("");
    let name: Name = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if name == ["lib"] || name == ["main"] { Name::new() } else { name }
}

/// Which module needs which, both brought to the level at which they stand beside each other.
fn edges(modules: &BTreeMap<Name, Module>) -> BTreeSet<(Name, Name)> {
    let mut edges = BTreeSet::new();
    for (from, module) in modules {
        for path in &module.paths {
            let to = owner(modules, path, 8);
            let level = from.iter().zip(&to).take_while(|(from, to)| from == to).count();
            if let (Some(from), Some(to)) = (from.get(..=level), to.get(..=level)) {
                edges.insert((from.to_vec(), to.to_vec()));
            }
        }
    }
    edges
}

/// The module that a path leads to, through at most `hops` re-exports.
fn owner(modules: &BTreeMap<Name, Module>, path: &[String], hops: usize) -> Name {
    let is_module = |length: &usize| modules.contains_key(&path[..*length]);
    let length = (0..=path.len()).rev().find(is_module).unwrap_or_default();
    let (name, rest) = path.split_at(length);
    let exported = rest.first().and_then(|item| modules.get(name)?.imports.get(item));
    match exported {
        Some(target) if hops > 0 => owner(modules, target, hops - 1),
        _ => name.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<File> = files.iter().map(|(path, text)| File::new(&format!("a/src/{path}"), *text)).collect();
        crates(&files).values().flat_map(|modules| circles(&edges(modules))).map(|circle| written(&circle)).collect()
    }

    #[test]
    fn modules_that_use_each_other_are_a_circle() {
        let files = [("lib.rs", "mod a; mod b; mod c;"), ("a.rs", "use crate::b::B;"), ("b.rs", "use super::c;")];
        assert!(found(&files).is_empty());
        let files = [files[0], files[1], files[2], ("c.rs", "fn f() -> crate::a::A { crate::a::A }")];
        assert_eq!(found(&files), ["a, b, c"]);
    }

    #[test]
    fn a_module_and_those_inside_it_are_one_unit() {
        let files = [("lib.rs", ""), ("a.rs", "mod b; use b::B; struct A;"), ("a/b.rs", "use super::A;")];
        assert!(found(&files).is_empty());
        let files = [("lib.rs", ""), ("a.rs", ""), ("a/b.rs", "use crate::c::C;"), ("c.rs", "use crate::a::A;")];
        assert_eq!(found(&files), ["a, c"]);
    }

    #[test]
    fn a_reexport_leads_to_the_module_that_has_the_item() {
        let files = [("lib.rs", "pub use b::B;"), ("a.rs", "use crate::B;"), ("b.rs", "use crate::a::{self, A};")];
        assert_eq!(found(&files), ["a, b"]);
    }

    #[test]
    fn tests_make_no_circle() {
        let inline = "#[cfg(test)] mod tests { use crate::b::B; }";
        let files = [("lib.rs", ""), ("a.rs", inline), ("b.rs", "use crate::a::A;")];
        assert!(found(&files).is_empty());
        let declared = "#[cfg(test)] mod tests;";
        let files = [("lib.rs", ""), ("a.rs", declared), ("a/tests.rs", "use crate::b::B;"), ("b.rs", "use crate::a;")];
        assert!(found(&files).is_empty());
    }
}
