//! Where a resource is: an environment of a project.

/// A row that has a number, an id and a name.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) number: u64,
    pub(super) uuid: String,
    pub(super) name: String,
}

/// An environment of a project.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) project: Named,
    pub(super) environment: Named,
}
