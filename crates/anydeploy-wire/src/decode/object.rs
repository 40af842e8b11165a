//! Reading an object member by member, as the expansion of [`object!`](crate::object) does.

use super::{expected::Expected, mismatch::Mismatch, node::Node, read::Read, step::Step};

/// The members of an object.
///
/// The mismatch of an optional member waits until all are read: to look for one after each of a hundred members would
/// be most of the code of a struct.
#[derive(Debug)]
pub struct Object<'a> {
    node: &'a Node<'a>,
    mismatch: Option<Mismatch>,
}

impl<'a> Object<'a> {
    /// The members of a value.
    ///
    /// # Errors
    ///
    /// If it is no object; an empty list is none either.
    pub fn of(node: &'a Node<'a>) -> Result<Self, Mismatch> {
        node.members().map(|_| Self { node, mismatch: None })
    }

    /// A member that has to be there.
    ///
    /// # Errors
    ///
    /// If it is not there, or does not fit.
    pub fn required<T: Read>(&mut self, name: &'static str) -> Result<T, Mismatch> {
        match self.member(name, true) {
            Some(member) => T::read(&member),
            None => Err(self.node.expected(Expected::Member(name))),
        }
    }

    /// A member that need not be there.
    pub fn optional<T: Read + Default>(&mut self, name: &'static str) -> T {
        if let Some(member) = self.member(name, false) {
            match T::read(&member) {
                Ok(value) => return value,
                Err(mismatch) => self.mismatch = Some(mismatch),
            }
        }
        T::default()
    }

    /// The mismatch of an optional member, if there is one.
    pub fn mismatch(&mut self) -> Option<Mismatch> {
        self.mismatch.take()
    }

    /// The node of a member, which is not read any more once another does not fit.
    fn member(&self, name: &'static str, is_required: bool) -> Option<Node<'a>> {
        let value = self.node.value().get(name)?;
        self.node.notes().add_known(is_required);
        if self.mismatch.is_some() {
            return None;
        }
        Some(self.node.below(Step::Member(name), value))
    }
}
