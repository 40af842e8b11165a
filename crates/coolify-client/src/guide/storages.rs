//! Add a volume to an application and back it up every night.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), coolify_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/v1/applications/a1/storages"))
//! #     .respond_with(ResponseTemplate::new(201).set_body_json(serde_json::json!({"uuid": "v1", "name": "a1-uploads", "mount_path": "/uploads"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("PUT"))
//! #     .and(path("/api/v1/applications/a1/storages/v1/backups"))
//! #     .respond_with(ResponseTemplate::new(201).set_body_json(serde_json::json!({"uuid": "b1", "frequency": "daily", "retention_amount_locally": 3})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use coolify_client::Client;
//! use coolify_client::types::{NewStorage, Storage, StorageBackupUpdate, StorageTypeEnum};
//!
//! let client = Client::new(instance, "a token")?;
//! let volume = NewStorage::new("/uploads", StorageTypeEnum::Persistent).with_name("uploads");
//! let storage = client.create_storage_by_application_uuid("a1", &volume).await?.into_value();
//! if let Storage::PersistentStorage(volume) = storage {
//!     let plan = StorageBackupUpdate::new("daily").with_retention_amount_locally(3);
//!     client.set_application_storage_backup_schedule("a1", &volume.uuid, &plan).await?;
//! }
//! # Ok(())
//! # }
//! ```
