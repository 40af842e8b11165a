//! Run a command in a container every night, and once at once.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), coolify_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/v1/applications/a1/scheduled-tasks"))
//! #     .respond_with(ResponseTemplate::new(201).set_body_json(serde_json::json!({"uuid": "t1", "name": "vacuum", "command": "bin/vacuum", "frequency": "daily"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/v1/applications/a1/scheduled-tasks/t1/execute"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"message": "Scheduled task execution queued."})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use coolify_client::Client;
//! use coolify_client::types::NewScheduledTask;
//!
//! let client = Client::new(instance, "a token")?;
//! let task = NewScheduledTask::new("bin/vacuum", "daily", "vacuum").with_timeout(600);
//! let task = client.create_scheduled_task_by_application_uuid("a1", &task).await?.into_value();
//! let queued = client.execute_scheduled_task_by_application_uuid("a1", &task.uuid).await?;
//! assert!(queued.value().message.is_some());
//! # Ok(())
//! # }
//! ```
