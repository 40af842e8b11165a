//! What genuine servers and their users showed wrong with the Coolify adapter: each a fact, and a test that bears its name.

mod additional;
mod commits;
mod kinds;
mod lists;
mod reasons;
mod refusals;
mod running;
mod sizes;
mod starts;
mod triggers;
