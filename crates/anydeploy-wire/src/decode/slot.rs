//! The slots that the members of an object are read into.

use super::{
    mismatch::Mismatch,
    node::{Node, Slot},
    read::Read,
};

impl<T: Read> Slot for T {
    fn fill(&mut self, node: &mut Node<'_>) -> Result<(), Mismatch> {
        match T::read(node) {
            Ok(value) => {
                *self = value;
                Ok(())
            }
            Err(mismatch) => Err(mismatch),
        }
    }
}

/// The slot of a member that has to be there.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "the macros make it and take it apart, without a function for each type")]
pub struct Required<T>(pub Option<T>);

impl<T: Read> Slot for Required<T> {
    fn fill(&mut self, node: &mut Node<'_>) -> Result<(), Mismatch> {
        match T::read(node) {
            Ok(value) => {
                self.0 = Some(value);
                Ok(())
            }
            Err(mismatch) => Err(mismatch),
        }
    }
}

impl<T> Required<T> {
    /// The value.
    ///
    /// # Errors
    ///
    /// If nothing was read into the slot.
    pub fn into_value(self) -> Result<T, Mismatch> {
        match self.0 {
            Some(value) => Ok(value),
            None => Err(Mismatch::no_json()),
        }
    }
}
