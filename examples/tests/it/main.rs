//! The tests of the examples, as one program.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

mod chaos;
#[cfg(unix)]
mod crash;
mod faulty;
