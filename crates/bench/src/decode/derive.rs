//! The baseline: plain serde derives with the members that the generated types have, and nothing else that those do.

use serde::Deserialize;

/// Structs whose members nobody reads: that they are decoded is all that counts.
macro_rules! types {
    ($($(#[$attribute:meta])* $name:ident { $($field:ident: $type:ty,)* })*) => {$(
        #[derive(Deserialize)]
        $(#[$attribute])*
        #[expect(dead_code, reason = "only decoded")]
        pub(super) struct $name { $($field: $type,)* }
    )*};
}

type Text = Option<String>;
type Number = Option<i64>;
type Flag = Option<bool>;

types! {
    CoolifyRow {
        application_id: Text,
        application_name: Text,
        build_server_id: Number,
        commit: Text,
        commit_message: Text,
        configuration_hash: Text,
        created_at: Text,
        current_process_id: Text,
        deployment_url: Text,
        deployment_uuid: String,
        destination_id: Text,
        docker_registry_image_tag: Text,
        finished_at: Text,
        force_rebuild: Flag,
        git_type: Text,
        horizon_job_id: Text,
        horizon_job_worker: Text,
        id: Number,
        is_api: Flag,
        is_webhook: Flag,
        logs: Text,
        only_this_server: Flag,
        pull_request_id: Number,
        restart_only: Flag,
        rollback: Flag,
        server_id: Number,
        server_name: Text,
        status: String,
        updated_at: Text,
    }
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
        deployment_request_id: Text,
        id: String,
        last_deployment_date: Text,
        last_deployment_id: Text,
        last_deployment_state: Text,
        origin: Text,
        state: String,
        total_deployment_duration_in_seconds: Number,
        triggered_by: Text,
    }
    QoveryStatus {
        deployment_request_id: Text,
        deployment_requests_count: Number,
        execution_id: Text,
        id: String,
        is_part_last_deployment: Flag,
        last_deployment_date: Text,
        service_deployment_status: Text,
        state: String,
        status_details: Option<QoveryDetails>,
        steps: Option<QoverySteps>,
    }
    QoveryDetails { action: Text, status: Text, sub_action: Text, }
    QoverySteps { details: Vec<QoveryStep>, total_computing_duration_sec: Number, total_duration_sec: Number, }
    QoveryStep { duration_sec: Number, status: Text, step_name: Text, }
    #[serde(rename_all = "camelCase")]
    DokployRow {
        application_id: Text,
        backup_id: Text,
        build_server_id: Text,
        compose_id: Text,
        created_at: Text,
        deployment_id: String,
        description: Text,
        error_message: Text,
        finished_at: Text,
        is_preview_deployment: Flag,
        log_path: Text,
        pid: Text,
        preview_deployment_id: Text,
        rollback_id: Text,
        schedule_id: Text,
        server_id: Text,
        started_at: Text,
        status: Text,
        title: Text,
        volume_backup_id: Text,
    }
}
