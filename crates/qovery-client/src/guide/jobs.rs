//! Run a cron job now.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), qovery_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/job/j1/deploy"))
//! #     .respond_with(ResponseTemplate::new(202).set_body_json(serde_json::json!({"id": "j1", "state": "EXECUTING"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let base_url = server.uri();
//! use qovery_client::Client;
//! use qovery_client::types::{DeployJobParams, JobDeployRequest, JobForceEvent};
//!
//! // `Client::new("a token")?` is enough for Qovery's own address.
//! let client = Client::from_http(Client::http_builder(base_url, "a token").build()?);
//! let now = DeployJobParams::default().with_force_event(JobForceEvent::Cron);
//! let status = client.deploy_job("j1", &now, &JobDeployRequest::default()).await?;
//! assert!(status.value().is_some());
//! # Ok(())
//! # }
//! ```
