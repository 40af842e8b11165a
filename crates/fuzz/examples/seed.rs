//! Writes a first corpus: the answers that real servers gave, as the targets want them.

use std::error::Error;
use std::fs;
use std::path::Path;

use serde_json::Value;

#[path = "../../coolify-client/tests/it/generated/decode.rs"]
#[allow(dead_code, reason = "only the names of the operations are wanted")]
mod coolify;
#[path = "../../dokploy-client/tests/it/generated/decode.rs"]
#[allow(dead_code, reason = "only the names of the operations are wanted")]
mod dokploy;
#[path = "../../qovery-client/tests/it/generated/decode.rs"]
#[allow(dead_code, reason = "only the names of the operations are wanted")]
mod qovery;

/// The index of 404 among the statuses of an answer.
const STATUS_404: u8 = 13;

/// A platform, the details of an id as pairs of a name and a value, and the answers to what is asked about it.
type Seed = (u8, &'static [[u8; 2]], &'static [(u8, &'static str)]);

const PENDING: [Seed; 6] = [
    // A phantom id, and the deployment it may stand for.
    (
        0,
        &[[0, 0], [1, 3], [2, 6]],
        &[
            (STATUS_404, r#"{"message":"Deployment not found."}"#),
            (
                0,
                r#"{"count":1,"deployments":[{"deployment_uuid":"e","status":"finished","pull_request_id":0,
                "created_at":"2026-08-20T14:00:05Z","updated_at":"2026-08-20 14:00:09"}]}"#,
            ),
        ],
    ),
    // A correlation tag in a row; one in a job of the queue; and one that a commit message replaced.
    (1, &[[0, 0]], &[(0, r#"[{"deploymentId":"r","status":"done","description":"[anydeploy:d]"}]"#), (0, "[]")]),
    (
        1,
        &[[0, 0], [1, 7], [2, 8]],
        &[
            (0, "[]"),
            (
                0,
                r#"[{"id":"j-1","state":"active","timestamp":1787234405000,"processedOn":1787234406000,
                "data":{"applicationId":"web","composeId":"web","descriptionLog":"[anydeploy:d]"}}]"#,
            ),
        ],
    ),
    (
        1,
        &[[0, 0], [1, 3], [3, 7], [4, 3]],
        &[
            (
                0,
                r#"[{"deploymentId":"r","status":"done","description":"Commit: a","createdAt":"2026-08-20T14:00:06.5Z",
                "finishedAt":"2026-08-20T14:00:09Z"}]"#,
            ),
            (0, "[]"),
        ],
    ),
    // A request that has left the queue, and one that started at once.
    (
        2,
        &[[0, 18], [1, 0], [2, 2], [3, 8], [5, 2]],
        &[
            (0, r#"{"results":[]}"#),
            (
                0,
                r#"{"environment":{"id":"e","state":"DEPLOYED","last_deployment_id":"d","last_deployment_state":"DEPLOYED",
                "deployment_request_id":"d"},"applications":[{"id":"0a1b2c3d-0000-4000-8000-000000000001","state":"DEPLOYED","execution_id":"d"}]}"#,
            ),
        ],
    ),
    (
        2,
        &[[0, 18], [2, 2], [3, 6], [4, 2]],
        &[
            (
                0,
                r#"{"environment":{"id":"e","state":"DEPLOYED","last_deployment_id":"d","last_deployment_state":"DEPLOYED"}}"#,
            ),
            (
                0,
                r#"{"results":[{"identifier":{"execution_id":"d"},"status":"DEPLOYED","trigger_action":"DEPLOY",
                "auditing_data":{"created_at":"2026-08-20T14:00:06Z","origin":"API"},
                "stages":[{"services":[{"identifier":{"service_id":"0a1b2c3d-0000-4000-8000-000000000001"},"status":"DEPLOYED"}]}]},
                {"identifier":{"execution_id":"1"},"status":"DEPLOYED","stages":[]}]}"#,
            ),
        ],
    ),
];

const IDS: [&str; 5] = [
    "coolify:application:web?deployment=d&unconfirmed=0&since=1787234405",
    "coolify:database:db?since=1787234405",
    "dokploy:compose:c?nonce=n&after=1&since=1.2&queued=3&ahead=2&active=4&until=5&crowded=1",
    "qovery:job:a@e?environment=e&execution=x&inferred=1&commit=c&tag=t",
    "qovery:environment:e?environment=e&request=r&after=x&since=1.2&next=1&first=1&gone=3.4",
];

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let platforms =
        [("coolify", coolify::OPERATIONS), ("dokploy", dokploy::OPERATIONS), ("qovery", qovery::OPERATIONS)];
    let (mut written, mut before) = (0, 0);
    for (index, (platform, operations)) in platforms.into_iter().enumerate() {
        let path = here.join(format!("../{platform}-client/tests/it/recorded/success.jsonl"));
        for line in fs::read_to_string(path)?.lines() {
            let line: Value = serde_json::from_str(line)?;
            let body = body(&line["body"]);
            let Some(choice) = operations.iter().position(|id| line["operation"] == **id) else { continue };
            let choice = u16::try_from(before + choice)?.to_le_bytes();
            write(here, "answers", written, &[&choice[..], &body].concat())?;
            // Every method of the adapter, with 200 and JSON.
            let platform = u8::try_from(index)?;
            for method in 0..7 {
                let bytes = [&[u8::try_from(method)? * 3 + platform, 0, 0], &body[..]].concat();
                write(here, "adapters", written * 7 + method, &bytes)?;
            }
            write(here, "triggers", written, &[&[platform, 0, 0], &body[..]].concat())?;
            written += 1;
        }
        before += operations.len();
    }
    for (number, (platform, details, answers)) in PENDING.into_iter().enumerate() {
        // A choice beyond those of resolved ids, for the methods that take an id.
        for method in [0, 2, 3] {
            let mut bytes = vec![21 + method * 3 + platform, u8::try_from(details.len())?];
            bytes.extend(details.as_flattened());
            for (status, body) in answers {
                bytes.extend([&[*status, 0], body.as_bytes(), &[0xff]].concat());
            }
            write(here, "adapters", written * 7 + number * 3 + usize::from(method), &bytes)?;
        }
    }
    for (number, id) in IDS.into_iter().enumerate() {
        write(here, "ids", number, id.as_bytes())?;
    }
    Ok(())
}

/// The body as it was sent.
fn body(value: &Value) -> Vec<u8> {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned).into_bytes()
}

fn write(here: &Path, target: &str, number: usize, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    let folder = here.join("corpus").join(target);
    fs::create_dir_all(&folder)?;
    Ok(fs::write(folder.join(format!("seed-{number}")), bytes)?)
}
