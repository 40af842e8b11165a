//! Deploy another tag of the image of a container.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), qovery_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/container/c1/deploy"))
//! #     .respond_with(ResponseTemplate::new(202).set_body_json(serde_json::json!({"id": "c1", "state": "DEPLOYING", "deployment_request_id": null})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let base_url = server.uri();
//! use qovery_client::Client;
//! use qovery_client::types::{ContainerDeployRequest, StateEnum};
//!
//! // `Client::new("a token")?` is enough for Qovery's own address.
//! let client = Client::from_http(Client::http_builder(base_url, "a token").build()?);
//! let tag = ContainerDeployRequest::default().with_image_tag("1.4.0");
//! let status = client.deploy_container("c1", &tag).await?.into_value();
//! assert_eq!(status.map(|status| status.state), Some(StateEnum::Deploying));
//! # Ok(())
//! # }
//! ```
