//! What an application is built from: the heads of its branches, and the images that builds left on the machine.

use std::collections::{BTreeMap, BTreeSet};

/// The branch of an application until `PATCH` changes it.
pub(super) const BRANCH: &str = "main";

/// The repository of an application and what was built from it.
#[derive(Debug, Default)]
pub(super) struct Repository {
    heads: BTreeMap<String, String>,
    /// The tags of the images on the machine: the text that each deployment was asked for or resolved to.
    images: BTreeSet<String>,
    /// Whether something that a build depends on changed since the last one.
    stale: bool,
}

impl Repository {
    pub(super) fn push(&mut self, branch: &str, commit: &str) {
        self.heads.insert(branch.to_owned(), commit.to_owned());
    }

    /// The newest commit of a branch, if anything was pushed to it.
    pub(super) fn head(&self, branch: &str) -> Option<&str> {
        self.heads.get(branch).map(String::as_str)
    }

    /// Whether a deployment with this tag must build: an image of that name is used whatever is in it.
    pub(super) fn must_build(&self, tag: &str) -> bool {
        self.stale || !self.images.contains(tag)
    }

    /// Whether the machine has an image of this tag.
    pub(super) fn has_image(&self, tag: &str) -> bool {
        self.images.contains(tag)
    }

    /// Removes every image from the machine.
    pub(super) fn prune(&mut self) {
        self.images.clear();
    }

    /// A deployment with this tag succeeded.
    pub(super) fn built(&mut self, tag: &str) {
        self.images.insert(tag.to_owned());
        self.stale = false;
    }

    /// Something that a build depends on changed.
    pub(super) fn outdate(&mut self) {
        self.stale = true;
    }
}
