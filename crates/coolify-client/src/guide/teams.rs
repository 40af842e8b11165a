//! Find out whom a token belongs to.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), coolify_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/v1/team"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"id": 3, "name": "Acme"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use coolify_client::Client;
//!
//! let client = Client::new(instance, "a token")?;
//! let team = client.get_token_team().await?.into_value();
//! assert_eq!((team.id, team.name.as_deref()), (3, Some("Acme")));
//! # Ok(())
//! # }
//! ```
