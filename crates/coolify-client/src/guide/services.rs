//! Bring newer images into a service.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), coolify_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/v1/services"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!([{"uuid": "s1", "name": "wiki", "status": "running:healthy"}])))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/v1/services/s1/restart"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"message": "Service restarting request queued."})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use coolify_client::Client;
//! use coolify_client::types::RestartServiceByUuidParams;
//!
//! let client = Client::new(instance, "a token")?;
//! let services = client.list_services().await?.into_value();
//! let params = RestartServiceByUuidParams::default().with_latest(true);
//! client.restart_service_by_uuid(&services[0].uuid, &params).await?;
//! # Ok(())
//! # }
//! ```
