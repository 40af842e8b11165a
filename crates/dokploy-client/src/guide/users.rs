//! Find out whom a key belongs to.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), dokploy_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/user.get"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"id": "m1", "userId": "u1", "organizationId": "o1", "role": "owner", "user": {"id": "u1", "email": "ops@example.com"}})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use dokploy_client::Client;
//! use dokploy_client::types::MemberRoleEnum;
//!
//! let client = Client::new(instance, "a key")?;
//! let member = client.user_get().await?.into_value();
//! assert_eq!(member.map(|member| member.role), Some(MemberRoleEnum::Owner));
//! # Ok(())
//! # }
//! ```
