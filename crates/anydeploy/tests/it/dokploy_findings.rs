//! What genuine servers and their users showed of the Dokploy adapter: each finding is a test.

mod cost;
mod earlier;
mod intents;
mod order;
mod reads;
mod recovery;
mod revision;
