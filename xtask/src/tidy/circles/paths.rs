//! The paths that a module names, from the root of its crate.

use std::collections::BTreeMap;

use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, UseTree};

use super::Name;

/// What a module names.
#[derive(Debug)]
pub(super) struct Module {
    pub(super) name: Name,
    /// Every path into the crate, whether it is imported or stands in the code.
    pub(super) paths: Vec<Vec<String>>,
    /// Where each imported name leads; other modules may get it from here.
    pub(super) imports: BTreeMap<String, Vec<String>>,
    /// The modules in files of their own that only tests have.
    pub(super) tests: Vec<Name>,
}

impl Module {
    /// Reads the module of a file, if the file is Rust.
    pub(super) fn parse(name: Name, text: &str) -> Option<Self> {
        let file = syn::parse_file(text).ok()?;
        let module = Self { name: name.clone(), paths: Vec::new(), imports: BTreeMap::new(), tests: Vec::new() };
        let mut reader = Reader { module, here: name };
        reader.visit_file(&file);
        Some(reader.module)
    }
}

struct Reader {
    module: Module,
    /// The module that is being read: the file's, or one that is written inside it.
    here: Name,
}

impl Reader {
    /// The path from the root of the crate; `None` if it leads to another crate, or into this very module.
    fn absolute(&self, path: &[String]) -> Option<Vec<String>> {
        let ups = path.iter().take_while(|part| *part == "super").count();
        match path.first()?.as_str() {
            "crate" => Some(path[1..].to_vec()),
            "super" => Some([self.here.get(..self.here.len().checked_sub(ups)?)?, &path[ups..]].concat()),
            "self" => Some([self.here.as_slice(), &path[1..]].concat()),
            _ => None,
        }
    }

    fn import(&mut self, tree: &UseTree, path: &mut Vec<String>) {
        match tree {
            UseTree::Path(inner) => {
                path.push(inner.ident.to_string());
                self.import(&inner.tree, path);
                path.pop();
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, path)),
            UseTree::Name(inner) => self.import_name(path, &inner.ident.to_string(), None),
            UseTree::Rename(inner) => {
                self.import_name(path, &inner.ident.to_string(), Some(inner.rename.to_string()));
            }
            UseTree::Glob(_) => self.module.paths.extend(self.absolute(path)),
        }
    }

    fn import_name(&mut self, path: &[String], name: &str, rename: Option<String>) {
        let mut path = path.to_vec();
        if name != "self" {
            path.push(name.to_owned());
        }
        let as_name = rename.or_else(|| path.last().cloned()).unwrap_or_default();
        // A path without a keyword begins at a module inside this one, or at another crate, which no module is named as.
        let target = self.absolute(&path).unwrap_or_else(|| [self.here.as_slice(), &path].concat());
        if self.here == self.module.name {
            self.module.imports.insert(as_name, target.clone());
        }
        self.module.paths.push(target);
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        if !attributes(item).iter().any(is_for_tests) {
            visit::visit_item(self, item);
        } else if let Item::Mod(module) = item {
            let name = [self.here.as_slice(), &[module.ident.to_string()]].concat();
            self.module.tests.extend(module.content.is_none().then_some(name));
        }
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        self.here.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.here.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.import(&item.tree, &mut Vec::new());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.module.paths.extend(self.absolute(&parts));
        visit::visit_path(self, path);
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Const(item) => &item.attrs,
        _ => &[],
    }
}

/// Whether an attribute is `#[cfg(test)]`.
fn is_for_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Ident>().is_ok_and(|what| what == "test")
}
