//! Back a database up every night, and once at once.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), dokploy_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/backup.create"))
//! #     .respond_with(ResponseTemplate::new(200))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/postgres.one"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"postgresId": "p1", "name": "main", "appName": "main-x1", "applicationStatus": "done", "environmentId": "e1", "backups": [{"backupId": "b1", "schedule": "0 3 * * *"}]})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/backup.manualBackupPostgres"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!(true)))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use dokploy_client::Client;
//! use dokploy_client::types::{BackupDatabaseTypeEnum, BackupReference, CreateBackup};
//!
//! let client = Client::new(instance, "a key")?;
//! let plan = CreateBackup::new("shop", BackupDatabaseTypeEnum::Postgres, "the id of a destination", "main", "0 3 * * *")
//!     .with_postgres_id("p1".to_owned());
//! client.backup_create(&plan).await?;
//! // The answer is empty; the database knows the new plan.
//! let database = client.postgres_one("p1").await?.into_value();
//! for backup in database.backups {
//!     client.backup_manual_backup_postgres(&BackupReference::new(backup.backup_id)).await?;
//! }
//! # Ok(())
//! # }
//! ```
