//! The forms in which addresses, tokens, times and sizes are given.

mod address;
mod size;
mod token;

pub(super) use address::api_url;
pub(super) use size::{read_size, size};
pub use token::is_jwt;
pub(super) use token::token_mismatch;
