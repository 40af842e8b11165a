//! The six engines of databases, and what the server calls each of them.

/// The engine of a database on Dokploy, each with procedures and a list of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DokployDatabase {
    /// `PostgreSQL`.
    Postgres,
    /// `MySQL`.
    Mysql,
    /// `MariaDB`.
    Mariadb,
    /// `MongoDB`.
    Mongo,
    /// Redis.
    Redis,
    /// libSQL.
    Libsql,
}

impl DokployDatabase {
    /// Every engine.
    pub const ALL: [Self; 6] = [Self::Postgres, Self::Mysql, Self::Mariadb, Self::Mongo, Self::Redis, Self::Libsql];

    /// The word before the dot of its procedures, which is the name of its lists as well.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Mariadb => "mariadb",
            Self::Mongo => "mongo",
            Self::Redis => "redis",
            Self::Libsql => "libsql",
        }
    }

    pub(super) fn id_field(self) -> &'static str {
        match self {
            Self::Postgres => "postgresId",
            Self::Mysql => "mysqlId",
            Self::Mariadb => "mariadbId",
            Self::Mongo => "mongoId",
            Self::Redis => "redisId",
            Self::Libsql => "libsqlId",
        }
    }

    pub(super) fn not_found(self) -> &'static str {
        match self {
            Self::Postgres => "Postgres not found",
            Self::Mysql => "MySql not found",
            Self::Mariadb => "Mariadb not found",
            Self::Mongo => "Mongo not found",
            Self::Redis => "Redis not found",
            Self::Libsql => "Libsql not found",
        }
    }
}
