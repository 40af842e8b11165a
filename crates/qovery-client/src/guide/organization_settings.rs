//! Have a webhook called when a deployment fails.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), qovery_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/organization/o1/webhook"))
//! #     .respond_with(ResponseTemplate::new(201).set_body_json(serde_json::json!({"id": "w1", "kind": "STANDARD", "target_secret_set": true})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let base_url = server.uri();
//! use qovery_client::Client;
//! use qovery_client::types::{OrganizationWebhookCreateRequest, OrganizationWebhookEventEnum, OrganizationWebhookKindEnum};
//! use qovery_client::wire::Secret;
//!
//! // `Client::new("a token")?` is enough for Qovery's own address.
//! let client = Client::from_http(Client::http_builder(base_url, "a token").build()?);
//! let webhook = OrganizationWebhookCreateRequest::new(
//!     vec![OrganizationWebhookEventEnum::DeploymentFailure],
//!     OrganizationWebhookKindEnum::Standard,
//!     Secret::new("https://ci.example.com/hook"),
//! )
//! .with_target_secret(Secret::new("a-secret"))
//! .with_enabled(true);
//! let created = client.create_organization_webhook("o1", &webhook).await?;
//! assert_eq!(created.value().target_secret_set, Some(true));
//! # Ok(())
//! # }
//! ```
