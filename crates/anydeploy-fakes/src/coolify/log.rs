//! The log of a deployment: a JSON array inside a string, growing with the ticks and beyond the final status.

use chrono::{Duration, SecondsFormat};
use serde_json::{Value, json};

use super::deployment::{Deployment, End};

/// One entry before it is numbered.
struct Entry {
    command: Option<String>,
    output: String,
    stream: &'static str,
    hidden: bool,
    batch: u64,
}

impl Entry {
    fn said(output: impl Into<String>) -> Self {
        Self { command: None, output: output.into(), stream: "stdout", hidden: false, batch: 1 }
    }

    fn complained(output: impl Into<String>) -> Self {
        Self { stream: "stderr", ..Self::said(output) }
    }

    /// A debug line: what the job ran on the machine. Its batch is a counter, while plain lines always have 1.
    fn ran(batch: u64, command: String, stream: &'static str, output: impl Into<String>) -> Self {
        Self { command: Some(command), output: output.into(), stream, hidden: true, batch }
    }
}

impl Deployment {
    /// The log as it stands at tick `now`; nothing before the first line.
    pub(super) fn log(&self, now: u64, late: bool) -> Option<String> {
        let mut entries = self.progress(now);
        if let Some((_, _, end)) = &self.ended {
            entries.extend(self.outcome(end));
            if self.has_last_lines(now, late) {
                entries.extend(self.last_lines(end));
            }
        }
        if entries.is_empty() {
            return None;
        }
        let begun = self.started.map_or(self.created, |(_, at)| at);
        let numbered: Vec<Value> = (1..)
            .zip(entries)
            .map(|(order, entry)| {
                let at = begun + Duration::milliseconds(order * 7);
                let mut line = json!({
                    "command": entry.command,
                    "output": entry.output,
                    "type": entry.stream,
                    "timestamp": at.to_rfc3339_opts(SecondsFormat::Micros, true),
                    "hidden": entry.hidden,
                    "batch": entry.batch,
                });
                // The logger that writes the first line gives it no number.
                if let (true, Some(line)) = (order > 1, line.as_object_mut()) {
                    line.insert("order".to_owned(), order.into());
                }
                line
            })
            .collect();
        serde_json::to_string(&numbered).ok()
    }

    /// The lines written while it was in progress, up to tick `now`.
    fn progress(&self, now: u64) -> Vec<Entry> {
        let Some((start, _)) = self.started else { return Vec::new() };
        let until = self.ended.as_ref().map_or(now, |(at, _, _)| now.min(*at));
        let mut lines = vec![
            Entry::said(format!("Starting deployment of {} to localhost.", self.source)),
            Entry::ran(2, format!("docker run -d --name {} helper", self.uuid), "stdout", "0123456789ab"),
        ];
        lines.extend(self.script.lines.iter().map(Entry::said));
        let (count, span) = (lines.len() as u64, self.script.ticks - 1);
        (0..).zip(lines).filter(|(line, _)| start + 1 + line * span / count <= until).map(|(_, entry)| entry).collect()
    }

    /// What is in the log together with the final status.
    fn outcome(&self, end: &End) -> Vec<Entry> {
        match end {
            End::Finished => vec![Entry::said("New container started."), Entry::said("Rolling update completed.")],
            // A container that is not healthy is replaced by the old one, and the update is called completed all the same.
            End::Failed(_) if self.script.unhealthy => vec![
                Entry::said("New container started."),
                Entry::said("Attempt 1 of 1 | Healthcheck status: \"unhealthy\""),
                Entry::said("New container is not healthy, rolling back to the old container."),
                Entry::said("Rolling update completed."),
            ],
            End::Failed(reason) => {
                vec![Entry::ran(3, format!("docker exec {} docker compose up -d", self.uuid), "stderr", reason)]
            }
            End::CancelledByApi => {
                let what = if self.started.is_some() {
                    "Deployment container stopped."
                } else {
                    "Deployment container not yet started. Will be cancelled when job checks status."
                };
                vec![Entry::complained("Deployment cancelled by user via API."), Entry::said(what)]
            }
            End::NotFunctional => vec![Entry::complained("Server is not functional.")],
            End::CancelledInBrowser | End::PreviewDeleted | End::ServerRestarted => Vec::new(),
        }
    }

    /// The last line of every log, whatever the outcome.
    fn closing(&self) -> Entry {
        Entry::said(format!("Gracefully shutting down build container: {}", self.uuid))
    }

    /// What the job writes when the status is final already.
    fn last_lines(&self, end: &End) -> Vec<Entry> {
        match end {
            End::Failed(_) if self.script.unhealthy => vec![self.closing()],
            End::Failed(reason) => vec![
                Entry::complained("========================================"),
                Entry::complained(format!("Deployment failed: {reason}")),
                Entry { hidden: true, ..Entry::complained("Error code: 0") },
                Entry::complained("========================================"),
                Entry::complained("Deployment failed. Removing the new version of your application."),
                self.closing(),
            ],
            End::CancelledInBrowser | End::CancelledByApi if self.started.is_some() => {
                vec![Entry::said("Deployment cancelled by user, stopping execution."), self.closing()]
            }
            End::Finished => vec![self.closing()],
            End::CancelledInBrowser
            | End::PreviewDeleted
            | End::CancelledByApi
            | End::ServerRestarted
            | End::NotFunctional => Vec::new(),
        }
    }
}
