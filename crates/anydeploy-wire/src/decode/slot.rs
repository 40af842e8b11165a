//! Where the members of an object go while it is read.

use super::{mismatch::Mismatch, node::Node, read::Read};

/// A place for a value, whatever its type.
pub trait Slot {
    /// Reads a value into it.
    ///
    /// # Errors
    ///
    /// If the value does not fit; what was there stays.
    fn fill(&mut self, node: &mut Node<'_>) -> Result<(), Mismatch>;
}

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
        self.0.ok_or_else(Mismatch::no_json)
    }
}
