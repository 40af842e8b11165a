//! The procedures that every kind of service has under its own name.

use std::time::Duration;

use dokploy_client::wire::{Method, Operation};

/// How long the server may take for what it answers when it is over, such as the start of many containers.
const SYNCHRONOUS: Duration = Duration::from_mins(5);

/// How long the deployment of a database may take, which pulls its image within the request.
const PULL: Duration = Duration::from_mins(10);

/// The procedures of a kind of service.
///
/// Their typed answers hold passwords and variables in clear, and those of databases are in an area that is not compiled
/// otherwise, so that each is read as a row of a few columns, or dropped.
pub(super) struct Procedures {
    /// The column of its id.
    pub(super) id: &'static str,
    pub(super) one: Operation,
    pub(super) update: Operation,
    pub(super) save_environment: Operation,
    pub(super) start: Operation,
    pub(super) stop: Operation,
    /// Restarts an application or a database.
    pub(super) reload: Operation,
    /// Deploys a database; what has a queue is deployed by the typed client.
    pub(super) deploy: Operation,
    /// What its containers print.
    pub(super) read_logs: Operation,
}

macro_rules! procedures {
    ($word:literal) => {
        Procedures {
            id: concat!($word, "Id"),
            one: procedures!(Get, $word, "one"),
            update: procedures!(Post, $word, "update"),
            save_environment: procedures!(Post, $word, "saveEnvironment"),
            start: procedures!(Post, $word, "start").with_timeout(SYNCHRONOUS),
            stop: procedures!(Post, $word, "stop").with_timeout(SYNCHRONOUS),
            reload: procedures!(Post, $word, "reload").with_timeout(SYNCHRONOUS),
            deploy: procedures!(Post, $word, "deploy").with_timeout(PULL),
            read_logs: procedures!(Get, $word, "readLogs"),
        }
    };
    ($method:ident, $word:literal, $verb:literal) => {
        Operation::new(Method::$method, concat!($word, "-", $verb), concat!("/", $word, ".", $verb))
    };
}

pub(super) static APPLICATION: Procedures = procedures!("application");
pub(super) static COMPOSE: Procedures = procedures!("compose");
/// Of these, a preview has `one` alone.
pub(super) static PREVIEW: Procedures = procedures!("previewDeployment");
pub(super) static POSTGRES: Procedures = procedures!("postgres");
pub(super) static MYSQL: Procedures = procedures!("mysql");
pub(super) static MARIADB: Procedures = procedures!("mariadb");
pub(super) static MONGO: Procedures = procedures!("mongo");
pub(super) static REDIS: Procedures = procedures!("redis");
pub(super) static LIBSQL: Procedures = procedures!("libsql");
