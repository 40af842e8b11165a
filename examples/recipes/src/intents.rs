//! Intents in a table of SQLite, and a trigger that is sent once for each key.

use std::path::Path;

use anydeploy::{CallKind, DeployRequest, Deployer, DeployerExt, Deployment, Error, ErrorKind, Intent, Result};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use sqlx::types::Json;

use crate::step;

/// The intents of jobs, each under the key of its job.
#[derive(Clone, Debug)]
pub struct Intents {
    pool: SqlitePool,
}

/// Why a job has no deployment.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// Nothing was started, or it is not known yet: run the job again, later.
    Again(Error),
    /// Running the job again does not help, or could deploy twice.
    Final(Error),
}

impl Intents {
    /// Opens the database at a path, which is made if it is not there.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub async fn open(path: &Path) -> sqlx::Result<Self> {
        // An intent is on the disk before its trigger is sent, also if the machine loses its power.
        let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
        let pool = SqlitePool::connect_with(options.synchronous(SqliteSynchronous::Full)).await?;
        sqlx::query("CREATE TABLE IF NOT EXISTS intents (job TEXT PRIMARY KEY, intent TEXT NOT NULL)")
            .execute(&pool)
            .await?;
        Ok(Self { pool })
    }

    /// The database, for tables of the caller's.
    #[must_use]
    pub fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// Triggers the deployment of a job, or finds it if an earlier run of the job has triggered it.
    ///
    /// # Errors
    /// What the job does next.
    pub async fn deploy_once(
        &self,
        job: &str,
        deployer: &dyn Deployer,
        request: &DeployRequest,
    ) -> Result<Deployment, Failure> {
        let intent = match self.read(job).await.map_err(Failure::Final)? {
            Some(intent) => intent,
            None => {
                let intent = deployer.prepare(request).await.map_err(failure)?;
                self.store(job, &intent).await.map_err(Failure::Final)?
            }
        };
        step("prepared").await;
        // In a process that did not make the intent, this is a search, and sends nothing.
        match deployer.send(&intent).await {
            Ok(deployment) => {
                step("sent").await;
                Ok(deployment)
            }
            // Nothing was started by this intent, and never will be: the next run makes another one.
            Err(error) if matches!(error.kind(), ErrorKind::NotTriggered | ErrorKind::IntentExpired) => {
                self.forget(job, &intent).await.map_err(Failure::Final)?;
                Err(Failure::Again(error))
            }
            Err(error) => Err(failure(error)),
        }
    }

    async fn read(&self, job: &str) -> Result<Option<Intent>> {
        let query = sqlx::query_scalar("SELECT intent FROM intents WHERE job = ?").bind(job);
        let intent: Option<Json<Intent>> = query.fetch_optional(&self.pool).await.map_err(broken)?;
        Ok(intent.map(|Json(intent)| intent))
    }

    /// Stores the intent, unless another worker has stored one meanwhile; returns the one that is stored.
    async fn store(&self, job: &str, intent: &Intent) -> Result<Intent> {
        let query = "INSERT INTO intents VALUES (?, ?) ON CONFLICT (job) DO UPDATE SET job = job RETURNING intent";
        let query = sqlx::query_scalar(query).bind(job).bind(Json(intent));
        query.fetch_one(&self.pool).await.map(|Json(stored)| stored).map_err(broken)
    }

    /// Forgets this intent, and not one that another worker has stored meanwhile.
    async fn forget(&self, job: &str, intent: &Intent) -> Result<()> {
        let query =
            sqlx::query("DELETE FROM intents WHERE job = ? AND intent ->> 'id' = ?").bind(job).bind(intent.id());
        query.execute(&self.pool).await.map(drop).map_err(broken)
    }
}

/// Both steps follow the rule of reads: an intent that was sent is searched for when it is sent again.
fn failure(error: Error) -> Failure {
    if error.may_call_again(CallKind::Read) { Failure::Again(error) } else { Failure::Final(error) }
}

fn broken(error: sqlx::Error) -> Error {
    Error::new(ErrorKind::InvalidConfiguration, "the intent cannot be kept").with_source(error)
}
