//! Let the proxy take TCP connections to another port, for instance those to a database.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), dokploy_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/settings.getTraefikPorts"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!([{"targetPort": 5432, "publishedPort": 5432, "protocol": "tcp"}])))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/settings.updateTraefikPorts"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!(true)))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use dokploy_client::Client;
//! use dokploy_client::types::{NewTraefikPort, SettingsGetTraefikPortsParams, TraefikPortProtocolEnum, UpdateTraefikPorts};
//!
//! let client = Client::new(instance, "a key")?;
//! let ports = client.settings_get_traefik_ports(&SettingsGetTraefikPortsParams::default()).await?;
//! if ports.value().iter().all(|port| port.published_port != Some(6379)) {
//!     let postgres = NewTraefikPort::new(TraefikPortProtocolEnum::Tcp, 5432, 5432);
//!     let redis = NewTraefikPort::new(TraefikPortProtocolEnum::Tcp, 6379, 6379);
//!     client.settings_update_traefik_ports(&UpdateTraefikPorts::new(vec![postgres, redis])).await?;
//! }
//! # Ok(())
//! # }
//! ```
