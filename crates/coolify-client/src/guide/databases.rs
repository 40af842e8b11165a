//! Start the databases that are stopped.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), coolify_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/v1/databases"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!([{"uuid": "d1", "name": "pg", "status": "exited:unhealthy", "database_type": "standalone-postgresql"}])))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/v1/databases/d1/start"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"message": "Database starting request queued."})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use coolify_client::Client;
//!
//! let client = Client::new(instance, "a token")?;
//! let databases = client.list_databases().await?.into_value();
//! for database in databases {
//!     if database.status.is_some_and(|status| status.starts_with("exited")) {
//!         client.start_database_by_uuid(&database.uuid).await?;
//!     }
//! }
//! # Ok(())
//! # }
//! ```
