//! The traps of Coolify: each a habit of the fake server, and a test of the adapter that bears its name.

mod ages;
mod deploying;
mod reading;
mod refusals;
