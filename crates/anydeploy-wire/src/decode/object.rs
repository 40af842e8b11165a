//! Reading an object member by member.

use crate::Read;

use super::{
    fault::{Fault, Step, Want},
    node::Node,
};

/// The members of an object, as the expansion of [`object!`](crate::object) reads them.
///
/// The fault of an optional member waits until all are read: to look for one after each of a
/// hundred members would be most of the code of a struct.
#[derive(Debug)]
pub struct Object<'a> {
    node: &'a Node<'a>,
    fault: Option<Fault>,
}

impl<'a> Object<'a> {
    pub(super) fn new(node: &'a Node<'a>) -> Self {
        Self { node, fault: None }
    }

    /// A member that has to be there.
    ///
    /// # Errors
    ///
    /// If it is not there, or does not fit.
    pub fn required<T: Read>(&mut self, name: &'static str) -> Result<T, Fault> {
        match self.member(name, true) {
            Some(member) => T::read(&member),
            None => Err(self.node.fault(Want::Member(name))),
        }
    }

    /// A member that need not be there.
    pub fn optional<T: Read + Default>(&mut self, name: &'static str) -> T {
        if let Some(member) = self.member(name, false) {
            match T::read(&member) {
                Ok(value) => return value,
                Err(fault) => self.fault = Some(fault),
            }
        }
        T::default()
    }

    /// What was wrong with an optional member, if anything.
    pub fn fault(&mut self) -> Option<Fault> {
        self.fault.take()
    }

    /// The node of a member, which is not worth a look once something is wrong.
    fn member(&self, name: &'static str, is_required: bool) -> Option<Node<'a>> {
        let value = self.node.value.get(name)?;
        self.node.notes.known(is_required);
        if self.fault.is_some() {
            return None;
        }
        Some(self.node.below(Step::Member(name), value))
    }
}
