//! The log of what runs: the last lines that an application or a container wrote, of all its pods.

use qovery_client::types::Log;

use super::{Qovery, ids};
use crate::adapter::parse_timestamp;
use crate::{
    Ability, Deployer, Error, ErrorKind, LogLine, LogOptions, LogPage, Result, ServiceLogOptions, Target, platform,
};

/// How many entries Qovery sends at most (document of 2026-08-20, line 8455).
const MAX_LOG_ENTRIES: usize = 1000;

/// Reads the last lines of what runs.
pub(super) async fn read(qovery: &Qovery, target: &Target, options: &ServiceLogOptions) -> Result<LogPage> {
    let target = &ids::target(target)?;
    qovery.capabilities().require(&platform::QOVERY, target.kind(), Ability::ServiceLogs)?;
    if options.part.is_some() {
        let message = format!("the log of a target of kind `{}` is that of all its pods", target.kind());
        let error = Error::new(ErrorKind::InvalidInput, message).with_platform(platform::QOVERY);
        return Err(error.with_advice("leave the part out; the source of each line is its pod"));
    }
    Ok(page(&qovery.api.service_log(target).await?, options.tail))
}

/// The last lines; Qovery's command line takes the last entries for the newest (210d6c6, `rde_logs.go`).
fn page(entries: &[Log], tail: usize) -> LogPage {
    let mut page = LogPage::from_newest(entries.iter().rev().flat_map(newest), LogOptions::tail(tail));
    // Older lines cannot be had where this many came.
    page.truncated |= entries.len() >= MAX_LOG_ENTRIES;
    page
}

/// The lines of an entry, newest first.
fn newest(entry: &Log) -> impl Iterator<Item = LogLine> {
    let time = entry.created_at.as_deref().and_then(parse_timestamp);
    let line = move |text| LogLine::new(text).with_time(time).with_source(entry.pod_name.as_deref());
    entry.message.as_deref().unwrap_or_default().lines().rev().map(line)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_lines_of_an_entry_have_its_time_and_its_pod() {
        let entries: Vec<Log> = serde_json::from_value(json!([
            { "id": "1", "created_at": "2026-08-20T14:00:00Z", "message": "old", "pod_name": "web-1" },
            { "id": "2", "created_at": "2026-08-20T14:00:01.5Z", "message": "one\ntwo\n", "pod_name": "web-2" },
            { "id": "3" },
        ]))
        .unwrap();
        let page = page(&entries, 2);
        let lines: Vec<_> = page.lines.iter().map(|line| (line.text.as_str(), line.source.as_deref())).collect();
        assert_eq!((lines, page.truncated), (vec![("one", Some("web-2")), ("two", Some("web-2"))], true));
        assert!(page.lines.iter().all(|line| line.time.is_some()));
        assert!(!super::page(&entries, 3).truncated);
    }

    #[test]
    fn a_full_answer_may_lack_older_lines() {
        let entries: Vec<Log> =
            serde_json::from_value(json!(vec![json!({ "message": "x" }); MAX_LOG_ENTRIES])).unwrap();
        assert!(page(&entries, 10_000).truncated);
    }
}
