//! Give an application a file, and see what else is mounted.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), dokploy_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/mounts.create"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"mountId": "m1", "type": "file", "mountPath": "/etc/app.toml"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/mounts.listByServiceId"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!([{"mountId": "m1", "type": "file", "mountPath": "/etc/app.toml"}])))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use dokploy_client::Client;
//! use dokploy_client::types::{CreateMount, MountTypeEnum, ServiceTypeEnum};
//! use dokploy_client::wire::Secret;
//!
//! let client = Client::new(instance, "a key")?;
//! let mount = CreateMount::new("/etc/app.toml", "a1", MountTypeEnum::File)
//!     .with_file_path("app.toml".to_owned())
//!     .with_content(Secret::new("workers = 4"));
//! client.mounts_create(&mount).await?;
//! let mounts = client.mounts_list_by_service_id("a1", &ServiceTypeEnum::Application).await?;
//! assert_eq!(mounts.value().len(), 1);
//! # Ok(())
//! # }
//! ```
