//! The bodies that are decoded, made by code.

use serde_json::{Map, Value, json};

/// Members of a row of Coolify that may be absent, each with what it usually holds.
fn optional_members(number: usize) -> Vec<(&'static str, Value)> {
    let at = format!("2026-11-29T12:{:02}:{:02}.000000Z", number / 60 % 60, number % 60);
    vec![
        ("application_id", json!(number.to_string())),
        ("application_name", json!(format!("a shop with a number, {number}"))),
        ("build_server_id", json!(number % 7)),
        ("commit", json!("3f2a8c51d0e94b7fa6c1d2e3f4a5b6c7d8e9f0a1")),
        ("commit_message", json!("Say \"why\"")),
        ("configuration_hash", json!("b5bb9d8014a0f9b1")),
        ("created_at", json!(at)),
        ("current_process_id", json!((4000 + number).to_string())),
        ("deployment_url", json!(format!("/project/p/{number}"))),
        ("destination_id", json!("0")),
        ("docker_registry_image_tag", json!("1.27.3")),
        ("finished_at", json!(at)),
        ("force_rebuild", json!(false)),
        ("git_type", json!("github")),
        ("horizon_job_id", json!("0b4b0c65")),
        ("horizon_job_worker", json!("coolify-horizon-1")),
        ("id", json!(number)),
        ("is_api", json!(true)),
        ("is_webhook", json!(false)),
        ("only_this_server", json!(false)),
        ("pull_request_id", json!(0)),
        ("restart_only", json!(false)),
        ("rollback", json!(false)),
        ("server_id", json!(number % 3)),
        ("server_name", json!("localhost")),
        ("updated_at", json!(at)),
    ]
}

/// How many members of a row may be absent.
pub(super) const MISFITS: usize = 26;

fn coolify_row(number: usize) -> Map<String, Value> {
    let members = optional_members(number).into_iter().map(|(name, value)| (name.to_owned(), value));
    let mut row: Map<String, Value> = members.collect();
    row.insert("deployment_uuid".to_owned(), json!(format!("d{number:023}")));
    row.insert("status".to_owned(), json!("in_progress"));
    row
}

/// What Coolify lists as active, each row with its log.
pub(super) fn coolify_active(rows: usize, log: usize) -> Vec<u8> {
    let row = |number: usize| {
        let mut row = coolify_row(number);
        row.insert("logs".to_owned(), Value::String(coolify_log(log)));
        Value::Object(row)
    };
    bytes(&Value::Array((0..rows).map(row).collect()))
}

/// A long list of rows, the last of which have a member each that does not fit, if there are to be any.
pub(super) fn coolify_rows(rows: usize, misfits: usize) -> Vec<u8> {
    let row = |number: usize| {
        let mut row = coolify_row(number);
        if let Some(misfit) = (number + misfits).checked_sub(rows) {
            let (name, _) = optional_members(number)[misfit % MISFITS];
            row.insert(name.to_owned(), json!({ "of": "another kind" }));
        }
        Value::Object(row)
    };
    bytes(&Value::Array((0..rows).map(row).collect()))
}

/// A log as Coolify keeps it: a list of entries, as text.
pub(super) fn coolify_log(length: usize) -> String {
    let entry = |order: usize| {
        json!({
            "command": null,
            "output": format!("#{order} [build 4/7] RUN npm ci --omit=dev \"--prefer-offline\": added {order} packages"),
            "type": "stdout",
            "timestamp": "2026-11-29T12:00:00.000000Z",
            "hidden": order.is_multiple_of(5),
            "batch": 1,
            "order": order,
        })
    };
    let entries = length / entry(1000).to_string().len() + 1;
    Value::Array((1..=entries).map(entry).collect()).to_string()
}

/// What Coolify answers to a read of one deployment with such a log.
pub(super) fn coolify_deployment(log: usize) -> Vec<u8> {
    let mut row = coolify_row(0);
    row.insert("logs".to_owned(), Value::String(coolify_log(log)));
    bytes(&Value::Object(row))
}

/// The statuses of an environment with so many services.
pub(super) fn qovery_statuses(services: usize) -> Vec<u8> {
    let status = |number: usize| {
        json!({
            "id": format!("50000000-0000-4000-8000-{number:012}"),
            "state": "DEPLOYED",
            "service_deployment_status": "UP_TO_DATE",
            "is_part_last_deployment": true,
            "status_details": { "action": "DEPLOY", "status": "SUCCESS", "sub_action": "NONE" },
            "deployment_request_id": null,
            "deployment_requests_count": 0,
            "execution_id": "e0000000-0000-4000-8000-000000000001-17",
            "last_deployment_date": "2026-11-29T12:00:00.123456Z",
            "steps": {
                "total_duration_sec": 93,
                "total_computing_duration_sec": 81,
                "details": [
                    { "step_name": "BUILD", "status": "SUCCESS", "duration_sec": 61 },
                    { "step_name": "DEPLOYMENT", "status": "SUCCESS", "duration_sec": 20 },
                ],
            },
        })
    };
    bytes(&json!({
        "environment": {
            "id": "e0000000-0000-4000-8000-000000000001",
            "state": "DEPLOYED",
            "last_deployment_id": "e0000000-0000-4000-8000-000000000001-17",
            "last_deployment_state": "DEPLOYED",
            "last_deployment_date": "2026-11-29T12:00:00.123456Z",
        },
        "applications": [],
        "containers": (0..services).map(status).collect::<Vec<_>>(),
        "databases": [], "helms": [], "jobs": [], "terraforms": [],
    }))
}

/// The rows of an application of Dokploy.
pub(super) fn dokploy_rows(rows: usize) -> Vec<u8> {
    let row = |number: usize| {
        json!({
            "deploymentId": format!("x0hOJs5PjSIZWZ3{number:06}"),
            "title": "Manual deployment",
            "description": "Commit: 3f2a8c51d0e94b7fa6c1d2e3f4a5b6c7d8e9f0a1",
            "status": "done",
            "logPath": format!("/etc/dokploy/logs/app-run-wbxmiq/app-run-wbxmiq-2026-11-29:22:07:{number:02}.log"),
            "pid": null,
            "applicationId": "rAzZpwuWQdWVVdoSmWDRe",
            "composeId": null,
            "serverId": null,
            "isPreviewDeployment": false,
            "previewDeploymentId": null,
            "createdAt": "2026-11-29T22:07:24.737Z",
            "startedAt": "2026-11-29T22:07:24.737Z",
            "finishedAt": "2026-11-29T22:09:01.002Z",
            "errorMessage": null,
            "scheduleId": null,
            "backupId": null,
            "rollbackId": null,
            "volumeBackupId": null,
            "buildServerId": null,
        })
    };
    bytes(&Value::Array((0..rows).map(row).collect()))
}

fn bytes(body: &Value) -> Vec<u8> {
    body.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use anydeploy_wire::decode;
    use coolify_client::types::Deployment;

    use super::*;

    #[test]
    fn a_clean_list_needs_no_repair_and_each_misfit_one_at_another_place() {
        assert!(decode::<Vec<Deployment>>(&coolify_rows(MISFITS, 0)).unwrap().1.is_empty());
        let repairs = decode::<Vec<Deployment>>(&coolify_rows(2 * MISFITS, MISFITS)).unwrap().1;
        let places: std::collections::BTreeSet<_> = repairs.iter().map(anydeploy_wire::Repair::pointer).collect();
        assert_eq!(places.len(), MISFITS, "{places:?}");
    }

    #[test]
    fn the_long_list_is_as_long_as_it_is_said_to_be() {
        let megabytes = coolify_rows(20_000, 0).len() as f64 / 1e6;
        assert!((15.2..16.2).contains(&megabytes), "{megabytes}");
    }
}
