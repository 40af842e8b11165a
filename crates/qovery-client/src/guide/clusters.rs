//! See what deploying a cluster would change, then deploy it.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), qovery_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("GET"))
//! #     .and(path("/organization/o1/cluster"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"results": [{"id": "c1", "name": "eu", "deployment_status": "OUT_OF_DATE"}]})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("POST"))
//! #     .and(path("/organization/o1/cluster/c1/deploy"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"cluster_id": "c1", "status": "DEPLOYMENT_QUEUED"})))
//! #     .expect(2)
//! #     .mount(&server)
//! #     .await;
//! # let base_url = server.uri();
//! use qovery_client::Client;
//! use qovery_client::types::{ClusterDeploymentStatusEnum, DeployClusterParams};
//!
//! // `Client::new("a token")?` is enough for Qovery's own address.
//! let client = Client::from_http(Client::http_builder(base_url, "a token").build()?);
//! for cluster in client.list_organization_cluster("o1").await?.into_value().results {
//!     if cluster.deployment_status == Some(ClusterDeploymentStatusEnum::OutOfDate) {
//!         let dry = DeployClusterParams::default().with_dry_run(true);
//!         client.deploy_cluster("o1", &cluster.id, &dry).await?;
//!         client.deploy_cluster("o1", &cluster.id, &DeployClusterParams::default()).await?;
//!     }
//! }
//! # Ok(())
//! # }
//! ```
