//! Let an application run another image the next time it is deployed.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), dokploy_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/application.update"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!(true)))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/application.one"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"applicationId": "a1", "name": "web", "appName": "web-x1", "applicationStatus": "done", "environmentId": "e1", "dockerImage": "ghcr.io/acme/web:1.4.0"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use dokploy_client::Client;
//! use dokploy_client::types::UpdateApplication;
//!
//! let client = Client::new(instance, "a key")?;
//! let change = UpdateApplication::new("a1").with_docker_image("ghcr.io/acme/web:1.4.0".to_owned());
//! client.application_update(&change).await?;
//! let application = client.application_one("a1").await?.into_value();
//! assert_eq!(application.docker_image.as_deref(), Some("ghcr.io/acme/web:1.4.0"));
//! # Ok(())
//! # }
//! ```
