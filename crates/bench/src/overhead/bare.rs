//! The same requests by hand: reqwest, and serde derives of what the adapters read.

use std::hint::black_box;
use std::io;

use reqwest::{Client, Method};
use serde::Deserialize;

use super::exchange::Exchange;

/// Sends the requests of recorded exchanges, and reads the answers.
pub(super) async fn round(client: &Client, url: &str, token: &str, exchanges: &[Exchange]) -> io::Result<()> {
    for exchange in exchanges {
        let method = Method::from_bytes(exchange.method.as_bytes()).map_err(io::Error::other)?;
        let request = client.request(method, format!("{url}{}", exchange.path)).bearer_auth(token);
        let request = if exchange.request.is_empty() {
            request
        } else {
            request.header("content-type", "application/json").body(exchange.request.clone())
        };
        let answer = request.send().await.and_then(reqwest::Response::error_for_status).map_err(io::Error::other)?;
        let body = answer.bytes().await.map_err(io::Error::other)?;
        read(&exchange.path, &body)?;
    }
    Ok(())
}

/// Reads the answer at a path as the type that is there.
fn read(path: &str, body: &[u8]) -> io::Result<()> {
    let path = path.split('?').next().unwrap_or_default();
    let (start, end) = (|text: &str| path.starts_with(text), |text: &str| path.ends_with(text));
    match () {
        () if start("/api/v1/deployments/applications/") => decode::<CoolifyPage>(body),
        () if start("/api/v1/deployments/") => decode::<CoolifyRow>(body),
        () if end("/api/v1/deployments") => decode::<Vec<CoolifyRow>>(body),
        () if end("/api/v1/deploy") => decode::<CoolifyAccepted>(body),
        () if end("/deployment.all") => decode::<Vec<DokployRow>>(body),
        () if end("/application.one") => decode::<DokployApplication>(body),
        () if end("/deployment.queueList") => decode::<Vec<DokployJob>>(body),
        () if end("/settings.isCloud") => decode::<bool>(body),
        () if end("/statuses") => decode::<QoveryStatuses>(body),
        () if end("/deploymentQueue") => decode::<QoveryPage<QoveryQueued>>(body),
        () if end("/deploymentHistoryV2") => decode::<QoveryPage<QoveryPast>>(body),
        () if start("/container/") && end("/deploy") => decode::<QoveryStatus>(body),
        () if start("/container/") => decode::<QoveryContainer>(body),
        () if body.is_empty() => Ok(()),
        () => Err(io::Error::other(format!("there is no type for the answer at {path}"))),
    }
}

fn decode<T: serde::de::DeserializeOwned>(body: &[u8]) -> io::Result<()> {
    black_box(serde_json::from_slice::<T>(body)?);
    Ok(())
}

/// Structs whose members nobody reads: that they are decoded is all that counts.
macro_rules! types {
    ($($name:ident $(<$generic:ident>)? { $($field:ident: $type:ty,)* })*) => {$(
        #[derive(Deserialize)]
        #[expect(dead_code, reason = "only decoded")]
        struct $name $(<$generic>)? { $($field: $type,)* }
    )*};
}

type Text = Option<String>;

types! {
    CoolifyPage { count: Option<i64>, deployments: Vec<CoolifyRow>, }
    CoolifyRow {
        commit: Text,
        commit_message: Text,
        created_at: Text,
        deployment_url: Text,
        deployment_uuid: String,
        docker_registry_image_tag: Text,
        finished_at: Text,
        logs: Text,
        pull_request_id: Option<i64>,
        status: String,
        updated_at: Text,
    }
    CoolifyAccepted { deployments: Vec<CoolifyStarted>, }
    CoolifyStarted { deployment_uuid: Text, message: Text, resource_uuid: Text, }
    QoveryStatuses {
        environment: QoveryEnvironment,
        applications: Vec<QoveryStatus>,
        containers: Vec<QoveryStatus>,
        databases: Vec<QoveryStatus>,
        helms: Vec<QoveryStatus>,
        jobs: Vec<QoveryStatus>,
        terraforms: Vec<QoveryStatus>,
    }
    QoveryEnvironment {
        id: String,
        state: String,
        deployment_request_id: Text,
        last_deployment_id: Text,
        last_deployment_state: Text,
    }
    QoveryStatus {
        id: String,
        state: String,
        execution_id: Text,
        is_part_last_deployment: Option<bool>,
        deployment_request_id: Text,
        deployment_requests_count: Option<i64>,
        status_details: Option<QoveryDetails>,
    }
    QoveryDetails { action: Text, status: Text, sub_action: Text, }
    QoveryContainer { id: String, name: String, tag: Text, environment: QoveryReference, }
    QoveryReference { id: String, }
    QoveryPage<T> { results: Vec<T>, }
    QoveryQueued { identifier: QoveryRequest, trigger_action: Text, stages: Vec<QoveryStage>, }
    QoveryRequest { deployment_request_id: String, }
    QoveryPast {
        identifier: QoveryExecution,
        auditing_data: Option<QoveryAudit>,
        status: String,
        action_status: Text,
        trigger_action: Text,
        stages: Vec<QoveryStage>,
    }
    QoveryExecution { execution_id: String, }
    QoveryAudit { created_at: Text, updated_at: Text, triggered_by: Text, origin: Text, }
    QoveryStage { services: Vec<QoveryPart>, }
    QoveryPart {
        identifier: QoveryService,
        status: String,
        status_details: Option<QoveryDetails>,
        details: Option<QoveryRan>,
    }
    QoveryService { service_id: String, }
    QoveryRan { tag: Text, }
}

/// The same for the members in camel case of Dokploy.
macro_rules! camel_types {
    ($($name:ident { $($field:ident: $type:ty,)* })*) => {$(
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        #[expect(dead_code, reason = "only decoded")]
        struct $name { $($field: $type,)* }
    )*};
}

camel_types! {
    DokployRow {
        deployment_id: String,
        title: String,
        description: Text,
        status: Text,
        created_at: Text,
        started_at: Text,
        finished_at: Text,
        error_message: Text,
    }
    DokployApplication { name: String, application_status: String, domains: Vec<DokployDomain>, }
    DokployDomain { host: String, https: Option<bool>, path: Text, }
    DokployJob { id: String, state: String, timestamp: Option<i64>, processed_on: Option<i64>, data: DokployJobData, }
    DokployJobData {
        application_id: Text,
        compose_id: Text,
        preview_deployment_id: Text,
        description_log: Text,
        title_log: Text,
    }
}
