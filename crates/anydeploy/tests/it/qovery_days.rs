//! Day-to-day operations on Qovery: each trap a habit of the fake server, and a test of the adapter that bears its name.

mod bystanders;
mod finding;
mod lifecycle;
mod restart;
mod rollback;
mod selection;
mod starting;
mod variables;
