//! Find the preview of a pull request.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), dokploy_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/previewDeployment.all"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!([{"previewDeploymentId": "v1", "pullRequestNumber": "42", "previewStatus": "done", "domain": {"domainId": "d1", "host": "preview-42.example.com"}}])))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use dokploy_client::Client;
//!
//! let client = Client::new(instance, "a key")?;
//! let previews = client.preview_deployment_all("a1").await?.into_value();
//! let preview = previews.iter().find(|preview| preview.pull_request_number.as_deref() == Some("42"));
//! let domain = preview.and_then(|preview| preview.domain.as_ref());
//! assert_eq!(domain.and_then(|domain| domain.host.as_deref()), Some("preview-42.example.com"));
//! # Ok(())
//! # }
//! ```
