//! Find the notification channels that report failed builds.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), dokploy_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/notification.all"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!([{"notificationId": "n1", "name": "ops", "notificationType": "slack", "appBuildError": true}])))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use dokploy_client::Client;
//! use dokploy_client::types::NotificationTypeEnum;
//!
//! let client = Client::new(instance, "a key")?;
//! let channels = client.notification_all().await?.into_value();
//! let failures: Vec<_> = channels.iter().filter(|channel| channel.app_build_error == Some(true)).collect();
//! assert_eq!(failures.len(), 1);
//! assert_eq!(failures[0].notification_type, Some(NotificationTypeEnum::Slack));
//! # Ok(())
//! # }
//! ```
