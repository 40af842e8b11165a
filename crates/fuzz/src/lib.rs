//! What the fuzz targets share: answers and ids made from arbitrary bytes, and a server that gives the answers.

mod answer;
mod id;
mod scene;
mod server;

pub use answer::{Answer, answers};
pub use id::unsettled;
pub use scene::{Adapter, Scene, check, check_id};
pub use server::Server;
