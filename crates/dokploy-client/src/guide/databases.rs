//! Create a database and deploy it.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), dokploy_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/postgres.create"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"postgresId": "p1", "name": "main", "appName": "main-x1", "applicationStatus": "idle", "environmentId": "e1"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/postgres.deploy"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"postgresId": "p1", "name": "main", "appName": "main-x1", "applicationStatus": "idle", "environmentId": "e1"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use dokploy_client::Client;
//! use dokploy_client::types::{CreatePostgres, PostgresReference};
//! use dokploy_client::wire::Secret;
//!
//! let client = Client::new(instance, "a key")?;
//! let database = CreatePostgres::new("shop", Secret::new("a password"), "shop", "e1", "main")
//!     .with_docker_image("postgres:18");
//! let database = client.postgres_create(&database).await?.into_value();
//! // It blocks until Docker has taken the service, and answers what was before.
//! client.postgres_deploy(&PostgresReference::new(database.postgres_id)).await?;
//! # Ok(())
//! # }
//! ```
