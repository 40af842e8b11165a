//! Deploy another version of a chart.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), qovery_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/helm/h1/deploy"))
//! #     .respond_with(ResponseTemplate::new(202).set_body_json(serde_json::json!({"id": "h1", "state": "DEPLOYMENT_QUEUED"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let base_url = server.uri();
//! use qovery_client::Client;
//! use qovery_client::types::{DeployHelmParams, HelmDeployRequest};
//!
//! // `Client::new("a token")?` is enough for Qovery's own address.
//! let client = Client::from_http(Client::http_builder(base_url, "a token").build()?);
//! let version = HelmDeployRequest::default().with_chart_version("4.2.0");
//! let status = client.deploy_helm("h1", &DeployHelmParams::default(), &version).await?;
//! assert_eq!(status.status(), 202);
//! # Ok(())
//! # }
//! ```
