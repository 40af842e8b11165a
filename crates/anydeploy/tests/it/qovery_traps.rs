//! The traps of Qovery: each a habit of the fake server, and a test of the adapter that bears its name.

mod answers;
mod others;
mod outcomes;
