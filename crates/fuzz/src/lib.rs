//! What the fuzz targets share: answers and ids made from arbitrary bytes, and a server that gives the answers.

mod answer;
mod id;
mod scene;
#[path = "../../anydeploy/tests/it/hostile/server.rs"]
mod server;
#[path = "../../anydeploy/tests/it/hostile/vocabulary.rs"]
mod vocabulary;

pub use answer::{Answer, answers};
pub use id::pending_id;
pub use scene::{Adapter, Scene, check, check_id};
