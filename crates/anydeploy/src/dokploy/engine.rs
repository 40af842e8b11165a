//! The engines of databases, and which one a database has.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::procedures::{LIBSQL, MARIADB, MONGO, MYSQL, POSTGRES, Procedures, REDIS};

/// The engine of a database: its id alone does not say which procedures it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Engine {
    Postgres,
    Mysql,
    Mariadb,
    Mongo,
    Redis,
    Libsql,
}

impl Engine {
    pub(super) const ALL: [Self; 6] =
        [Self::Postgres, Self::Mysql, Self::Mariadb, Self::Mongo, Self::Redis, Self::Libsql];

    /// The name of its lists, and of its procedures.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Mariadb => "mariadb",
            Self::Mongo => "mongo",
            Self::Redis => "redis",
            Self::Libsql => "libsql",
        }
    }

    pub(super) fn procedures(self) -> &'static Procedures {
        match self {
            Self::Postgres => &POSTGRES,
            Self::Mysql => &MYSQL,
            Self::Mariadb => &MARIADB,
            Self::Mongo => &MONGO,
            Self::Redis => &REDIS,
            Self::Libsql => &LIBSQL,
        }
    }
}

/// The engines of the databases that were listed so far, by id; none of them changes.
#[derive(Debug, Default)]
pub(super) struct Engines(Mutex<HashMap<String, Engine>>);

impl Engines {
    pub(super) fn get(&self, id: &str) -> Option<Engine> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).copied()
    }

    pub(super) fn note(&self, id: &str, engine: Engine) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), engine);
    }
}
