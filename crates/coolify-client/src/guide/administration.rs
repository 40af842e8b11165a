//! Notify a team on Slack when a deployment fails.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), coolify_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("PATCH"))
//! #     .and(path("/api/v1/notifications/slack"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"slack_enabled": true, "deployment_failure_slack_notifications": true})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use coolify_client::Client;
//! use coolify_client::types::SlackNotificationUpdate;
//! use coolify_client::wire::Secret;
//!
//! let client = Client::new(instance, "a token")?;
//! let update = SlackNotificationUpdate::default()
//!     .with_slack_enabled(true)
//!     .with_slack_webhook_url(Secret::new("https://hooks.slack.com/services/T0/B0/x"))
//!     .with_deployment_failure_slack_notifications(true);
//! let settings = client.update_current_team_slack_notifications(&update).await?.into_value();
//! assert_eq!(settings.slack_enabled, Some(true));
//! # Ok(())
//! # }
//! ```
