//! Check whether the containers of a service really run, which its status does not show.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), dokploy_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/docker.getServiceContainersByAppName"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!([{"containerId": "c1", "name": "web-x1.1", "state": "running", "currentState": "Running 5 minutes ago", "node": "main", "error": ""}])))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use dokploy_client::Client;
//! use dokploy_client::types::DockerGetServiceContainersByAppNameParams;
//!
//! let client = Client::new(instance, "a key")?;
//! let params = DockerGetServiceContainersByAppNameParams::default();
//! let tasks = client.docker_get_service_containers_by_app_name("web-x1", &params).await?.into_value();
//! assert!(tasks.iter().any(|task| task.state.as_deref() == Some("running")));
//! # Ok(())
//! # }
//! ```
