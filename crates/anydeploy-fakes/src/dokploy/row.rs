//! The deployment rows and their log files.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::service::{Kind, Target};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Running,
    Done,
    Error,
    Cancelled,
}

impl Status {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Error => "error",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One row of the table of deployments.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) target: Target,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) status: Status,
    /// The word for it, if it is not the server's own.
    pub(super) word: Option<String>,
    pub(super) log_path: String,
    pub(super) created: DateTime<Utc>,
    pub(super) finished: Option<DateTime<Utc>>,
    pub(super) error_message: Option<String>,
    pub(super) rollback: Option<String>,
}

impl Row {
    /// The twenty columns as every deployment endpoint shows them.
    pub(super) fn json(&self) -> Value {
        let id_if = |kind| (self.target.kind == kind).then_some(self.target.id.as_str());
        json!({
            "deploymentId": self.id,
            "title": self.title,
            "description": self.description,
            "status": self.word.as_deref().unwrap_or(self.status.word()),
            "logPath": self.log_path,
            "pid": null,
            "applicationId": id_if(Kind::Application),
            "composeId": id_if(Kind::Compose),
            "serverId": null,
            // The server never sets this flag, not even for a preview.
            "isPreviewDeployment": false,
            "previewDeploymentId": id_if(Kind::Preview),
            "createdAt": stamp(self.created),
            "startedAt": stamp(self.created),
            "finishedAt": self.finished.map(stamp),
            "errorMessage": self.error_message,
            "scheduleId": null,
            "backupId": null,
            "rollbackId": self.rollback,
            "volumeBackupId": null,
            "buildServerId": null,
        })
    }
}

/// A moment as the server's text columns hold it.
pub(super) fn stamp(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Where the log of a deployment lies; seconds are its finest unit.
pub(super) fn log_path(app_name: &str, moment: DateTime<Utc>) -> String {
    format!("/etc/dokploy/logs/{app_name}/{app_name}-{}.log", moment.format("%Y-%m-%d:%H:%M:%S"))
}

/// A log file; each line appears at its tick.
#[derive(Debug, Default)]
pub(super) struct Log {
    lines: Vec<(u64, String)>,
    /// How often it was truncated and written anew.
    pub(super) truncations: u64,
}

impl Log {
    /// A log whose lines come one after another, spread over `ticks` from `start`.
    pub(super) fn paced(lines: &[String], start: u64, ticks: u64) -> Self {
        let mut log = Self { lines: vec![(start, "Initializing deployment".to_owned())], truncations: 0 };
        let count = u64::try_from(lines.len()).unwrap_or(u64::MAX).saturating_add(1);
        let step = (ticks / count).min(5);
        for (number, line) in (1..).zip(lines) {
            // Where there are more lines than ticks, several come at once.
            let after = if step > 0 { step.saturating_mul(number) } else { ticks.saturating_mul(number) / count };
            log.lines.push((start.saturating_add(after), line.clone()));
        }
        log
    }

    pub(super) fn push(&mut self, tick: u64, line: impl Into<String>) {
        self.lines.push((tick, line.into()));
    }

    /// What differs whenever the file does, as long as the tick is the same.
    pub(super) fn state(&self) -> (u64, usize) {
        (self.truncations, self.lines.len())
    }

    /// Nothing more is written after `tick`.
    pub(super) fn cut(&mut self, tick: u64) {
        self.lines.retain(|(at, _)| *at <= tick);
    }

    /// Writes it anew: those of its lines that are there at `tick` become these.
    pub(super) fn rewrite(&mut self, tick: u64, rewrite: impl FnOnce(Vec<String>) -> Vec<String>) {
        let written = self.lines.extract_if(.., |(at, _)| *at <= tick).map(|(_, line)| line).collect();
        self.lines.splice(..0, rewrite(written).into_iter().map(|line| (tick, line)));
        self.truncations += 1;
    }

    /// The last `tail` lines that are there at `tick`, and `half` of the next one.
    pub(super) fn read(&self, tick: u64, tail: usize, half: bool) -> String {
        let mut lines: Vec<&str> =
            self.lines.iter().filter(|(at, _)| *at <= tick).flat_map(|(_, text)| text.split('\n')).collect();
        let next = self.lines.iter().find(|(at, _)| half && *at > tick);
        let end = next.map_or("\n", |(_, text)| {
            lines.push(&text[..text.floor_char_boundary(text.len() / 2)]);
            ""
        });
        lines[lines.len().saturating_sub(tail)..].join("\n") + end
    }
}
