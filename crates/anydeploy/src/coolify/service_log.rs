//! The log of what runs: what the containers print.
//!
//! Facts of 4.3.11: the last lines of the first container, stdout and stderr in one, without colours; a service asks for the
//! name of one of its containers; what does not run has no log.

use coolify_client::types::ContainerLogs;

use super::Coolify;
use super::settings::ServiceOrDatabase;
use crate::adapter::parse_timestamp;
use crate::{
    Ability, Deployer, Error, ErrorKind, LogLine, LogOptions, LogPage, Result, ServiceLogOptions, Target, TargetKind,
    platform,
};

/// The most lines that Coolify gives out at once.
const MAX_LOG_LINES: usize = 10_000;

/// Reads the last lines of what runs.
pub(super) async fn read(coolify: &Coolify, target: &Target, options: &ServiceLogOptions) -> Result<LogPage> {
    target.validate()?;
    coolify.capabilities().require(&platform::COOLIFY, target.kind(), Ability::ServiceLogs)?;
    // One line more than is wanted shows whether there are older ones; Coolify takes none for its default of 100.
    let lines = options.tail.saturating_add(1).min(MAX_LOG_LINES);
    let logs = match target.kind() {
        TargetKind::Service => {
            let part = match &options.part {
                Some(part) => part.clone(),
                None => only_part(&coolify.api.service(target.id()).await?.0)?,
            };
            coolify.api.service_log(target.id(), &part, lines).await?
        }
        _ if options.part.is_some() => {
            let message = format!("a target of kind `{}` has no parts: leave the part out", target.kind());
            return Err(Error::new(ErrorKind::InvalidInput, message).with_platform(platform::COOLIFY));
        }
        TargetKind::Database => coolify.api.database_log(target.id(), lines).await?,
        _ => coolify.api.application_log(target.id(), lines).await?,
    };
    Ok(page(&logs, options.tail))
}

/// The only container of a service.
fn only_part(service: &ServiceOrDatabase) -> Result<String> {
    let parts = service.applications.iter().chain(&service.databases).flatten();
    let mut parts: Vec<_> = parts.filter_map(|part| part.name.clone()).collect();
    match (parts.len(), parts.pop()) {
        (1, Some(part)) => Ok(part),
        (_, None) => {
            let error = Error::new(ErrorKind::NotFound, "the service lists no container");
            Err(error.with_platform(platform::COOLIFY))
        }
        (count, Some(last)) => {
            parts.push(last);
            let names: Vec<_> = parts.iter().map(|part| format!("`{part}`")).collect();
            let message = format!("the service has {count} containers: {}", names.join(", "));
            let error = Error::new(ErrorKind::Ambiguous, message).with_platform(platform::COOLIFY);
            Err(error.with_advice("name one of them as the part"))
        }
    }
}

fn page(logs: &ContainerLogs, tail: usize) -> LogPage {
    let mut page = LogPage::from_newest(logs.logs.expose().lines().rev().map(line), LogOptions::tail(tail));
    // Older lines cannot be had where this many came.
    page.truncated |= page.lines.len() >= MAX_LOG_LINES;
    page
}

/// A line behind the time at which it was written.
fn line(text: &str) -> LogLine {
    match text.split_once(' ').map(|(time, rest)| (parse_timestamp(time), rest)) {
        Some((Some(time), rest)) => LogLine::new(rest).with_time(Some(time)),
        // An empty line is its time alone.
        _ => match parse_timestamp(text) {
            Some(time) => LogLine::new("").with_time(Some(time)),
            None => LogLine::new(text),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(text: &str, tail: usize) -> LogPage {
        page(&serde_json::from_value(json!({ "logs": text })).unwrap(), tail)
    }

    #[test]
    fn each_line_has_its_time_and_keeps_its_text() {
        let page = read("2026-11-22T15:40:24.123456789Z GET /  200\n2026-11-22T15:40:25Z\nno time", 9);
        let lines: Vec<_> = page.lines.iter().map(|line| (line.text.as_str(), line.time.is_some())).collect();
        assert_eq!(lines, [("GET /  200", true), ("", true), ("no time", false)]);
        assert!(!page.truncated && !page.unfinished);
        let page = read("a\nb\nc", 2);
        assert!(page.truncated && page.lines.len() == 2);
    }

    #[test]
    fn a_full_answer_may_lack_older_lines() {
        for (lines, truncated) in [(MAX_LOG_LINES - 1, false), (MAX_LOG_LINES, true)] {
            assert_eq!(read(&"x\n".repeat(lines), MAX_LOG_LINES).truncated, truncated, "{lines}");
        }
    }

    #[test]
    fn a_service_with_several_containers_asks_for_one_of_them() {
        let service = |parts: Value| -> ServiceOrDatabase {
            serde_json::from_value(json!({ "uuid": "s", "applications": parts, "databases": [] })).unwrap()
        };
        assert_eq!(only_part(&service(json!([{ "name": "web" }]))).unwrap(), "web");
        let error = only_part(&service(json!([{ "name": "web" }, { "name": "worker" }]))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Ambiguous);
        assert!(error.to_string().contains("`web`, `worker`"), "{error}");
        assert_eq!(only_part(&service(json!([]))).unwrap_err().kind(), ErrorKind::NotFound);
    }
}
