//! The forms in which addresses, tokens, sizes and budgets are given.

mod address;
mod budget;
mod size;
mod token;

pub(super) use address::api_url;
pub(super) use budget::{budget, read_budget};
pub(super) use size::{read_size, size};
pub use token::is_jwt;
pub(super) use token::token_mismatch;
