//! What genuine servers and their users showed of the Dokploy adapter: each finding is a test that bears its fact.

mod cost;
mod earlier;
mod lost;
mod order;
mod reads;
mod revision;
