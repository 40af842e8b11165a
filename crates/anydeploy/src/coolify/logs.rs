//! A deployment's log: a JSON array inside a string.

use coolify_client::wire::Patch;

use super::lines::Log;
use super::pending::Pending;
use super::read::application_only;
use super::reason::reason;
use super::row::RowWithLog;
use super::rows::Place;
use super::{Coolify, rows, service_log, twin};
use futures::future::{BoxFuture, FutureExt};

use crate::{
    DeploymentId, Error, ErrorKind, LogOptions, LogPage, Logs, Phase, Result, ServiceLogOptions, Target, platform,
};

impl Logs for Coolify {
    fn read_log<'a>(&'a self, id: &'a DeploymentId, options: LogOptions) -> BoxFuture<'a, Result<LogPage>> {
        read(self, id, options).boxed()
    }

    fn read_service_log<'a>(
        &'a self,
        target: &'a Target,
        options: ServiceLogOptions,
    ) -> BoxFuture<'a, Result<LogPage>> {
        async move { service_log::read(self, target, &options).await }.boxed()
    }
}

async fn read(coolify: &Coolify, id: &DeploymentId, options: LogOptions) -> Result<LogPage> {
    id.expect_platform(&platform::COOLIFY)?;
    application_only(id.target(), "the log of anything but the deployment of an application")?;
    let row = row(coolify, id).await?;
    match &row.logs {
        Patch::Value(text) => Ok(page(&text.0, super::phase(&row.status), options)),
        // Nothing was written yet.
        Patch::Null => Ok(LogPage::default()),
        // Coolify leaves the member out for a token that may not read it.
        Patch::Absent => Err(Error::new(
            ErrorKind::PermissionDenied,
            "the token may not read logs; that needs the ability `read:sensitive` and a user who is admin or owner",
        )
        .with_platform(platform::COOLIFY)
        .with_operation("get-deployment-by-uuid")
        .with_status(200)),
    }
}

/// The row of a deployment, or of the one that Coolify took the request for.
async fn row(coolify: &Coolify, id: &DeploymentId) -> Result<RowWithLog> {
    let (target, pending) = (id.target(), Pending::of(id)?);
    let error = match coolify.api.deployment_with_log(&pending.uuid).await {
        Err(error) if error.kind() == ErrorKind::NotFound => error,
        answer => return answer,
    };
    if let Some(row) = listed(coolify, target, &pending.uuid).await.ok().flatten() {
        return Ok(row);
    }
    let Some(merged) = pending.merged() else { return Err(error) };
    let twin = twin::row(coolify, target, &pending.uuid, merged).await?.deployment_uuid;
    match coolify.api.deployment_with_log(&twin).await {
        Err(error) if error.kind() == ErrorKind::NotFound => listed(coolify, target, &twin).await?.ok_or(error),
        answer => answer,
    }
}

/// The row in a list, which is searched without the logs: only that of the row is read.
async fn listed(coolify: &Coolify, target: &Target, uuid: &str) -> Result<Option<RowWithLog>> {
    let rows = match rows::listed(&coolify.api, target, uuid).await? {
        None => return Ok(None),
        // One that was made meanwhile stands before it.
        Some((_, Place::After(newer))) => {
            coolify.api.logs_of(target.id(), i64::try_from(newer).unwrap_or(i64::MAX), 2).await?
        }
        Some((_, Place::Active)) => coolify.api.active_logs().await?,
    };
    Ok(rows.into_iter().find(|row| row.deployment_uuid == uuid))
}

/// The last lines that people see, with the one that says why the deployment failed.
fn page(text: &str, phase: Phase, options: LogOptions) -> LogPage {
    let Some(log) = Log::read(text) else { return LogPage::default() };
    let reason = if phase == Phase::Failed { reason(log.texts().iter().flat_map(|text| text.lines())) } else { None };
    // One line more than is wanted shows whether there are older ones.
    let most = options.tail.saturating_add(1);
    LogPage::from_newest(log.newest_first(most), options).with_reason(reason)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::super::lines::order;
    use super::*;

    fn texts(log: &str) -> Vec<String> {
        page(log, Phase::Running, LogOptions::tail(usize::MAX)).lines.into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn entries_are_sorted_by_order_and_not_by_batch() {
        let log = r#"[{"output":"first","batch":1},{"output":"third","batch":1,"order":3},
            {"output":"second","batch":7,"order":2,"hidden":false}]"#;
        assert_eq!(texts(log), ["first", "second", "third"]);
    }

    #[test]
    fn entries_of_one_order_stay_as_they_were_written() {
        // Short lists are sorted in another way than long ones.
        let orders = (0..100).map(|number| (number, (100 - number) / 10));
        let log: Vec<_> =
            orders.clone().map(|(number, order)| json!({ "output": number.to_string(), "order": order })).collect();
        let mut written: Vec<_> = orders.collect();
        written.sort_by_key(|(_, order)| *order);
        let expected: Vec<_> = written.iter().map(|(number, _)| number.to_string()).collect();
        assert_eq!(texts(&Value::from(log).to_string()), expected);
    }

    #[test]
    fn hidden_entries_are_left_out_and_outputs_are_cut_into_lines() {
        let log = r#"[{"output":"docker login -p x","hidden":true,"order":1},{"output":"a\nb","order":2},{"order":3}]"#;
        assert_eq!(texts(log), ["a", "b"]);
    }

    #[test]
    fn an_odd_entry_does_not_bring_hidden_ones_to_light() {
        let log = r#"[{"output":"docker login -p x","hidden":true,"order":1},{"output":"a","order":"2"}]"#;
        assert_eq!(texts(log), ["a"]);
        assert_eq!(texts(&log[..60]), Vec::<String>::new());
        for hidden in [r#"{"$serde_json::private::RawValue":"false"}"#, "0", r#""false""#, "[]"] {
            assert_eq!(
                texts(&format!(r#"[{{"output":"docker login -p x","hidden":{hidden}}}]"#)),
                Vec::<String>::new()
            );
        }
    }

    #[test]
    fn half_of_a_surrogate_pair_costs_no_line() {
        let log = r#"[{"output":"a\ud83d"},{"output":"b","type":"stdout"}]"#;
        assert_eq!(texts(log), ["a\u{fffd}", "b"]);
    }

    #[test]
    fn of_a_long_text_the_end_is_read() {
        let log = format!("{}last", "line\n".repeat(100_000));
        let lines = Log::read(&log).unwrap().newest_first(3).map(|line| line.text).collect::<Vec<_>>();
        assert_eq!(lines, ["last", "line", "line"]);
        assert!(page(&log, Phase::Running, LogOptions::tail(2)).truncated);
    }

    #[test]
    fn plain_text_is_shown_as_it_is() {
        assert_eq!(texts("plain\ntext"), ["plain", "text"]);
    }

    /// An entry as Coolify writes it, or not quite; hidden ones say `secret`.
    fn entry() -> impl Strategy<Value = Value> {
        let order = prop_oneof![
            any::<i8>().prop_map(Value::from),
            any::<i8>().prop_map(|order| order.to_string().into()),
            any::<f64>().prop_map(Value::from),
            Just(Value::Null),
            ".{0,4}".prop_map(Value::from),
        ];
        let hidden = prop_oneof![
            Just(json!(false)),
            Just(Value::Null),
            Just(json!(true)),
            any::<i8>().prop_map(Value::from),
            ".{0,5}".prop_map(Value::from),
            Just(json!([])),
        ];
        (order, hidden, "[a-z\n\r]{0,8}", ".{0,30}").prop_map(|(order, hidden, output, timestamp)| {
            let shown = matches!(hidden, Value::Null | Value::Bool(false));
            let output = if shown { output } else { format!("secret\n{output}secret") };
            json!({ "order": order, "hidden": hidden, "output": output, "timestamp": timestamp, "batch": 1 })
        })
    }

    proptest! {
        #[test]
        fn whatever_is_not_plainly_shown_is_hidden_and_the_rest_is_in_order(
            entries in prop::collection::vec(entry(), 0..20),
        ) {
            let read = texts(&Value::from(entries.clone()).to_string());
            let mut shown: Vec<_> = entries.iter().filter(|entry| !entry["output"].to_string().contains("secret")).collect();
            shown.sort_by_key(|entry| order(&entry["order"].to_string()));
            let wanted: Vec<_> = shown.iter().flat_map(|entry| entry["output"].as_str().unwrap().lines()).collect();
            prop_assert_eq!(read, wanted);
        }

        #[test]
        fn a_page_is_the_end_of_the_log(entries in prop::collection::vec(entry(), 0..20), tail in 0..30_usize) {
            let log = Value::from(entries).to_string();
            let page = |tail| page(&log, Phase::Failed, LogOptions::tail(tail));
            let (page, all) = (page(tail), page(usize::MAX).lines);
            prop_assert_eq!(page.truncated, all.len() > tail);
            prop_assert!(page.lines.len() == all.len().min(tail) && all.ends_with(&page.lines));
        }

        #[test]
        fn a_log_that_is_cut_off_or_wrapped_up_shows_nothing(
            entries in prop::collection::vec(entry(), 1..9),
            before in "[ \n\u{feff}]{0,2}",
            end in any::<prop::sample::Index>(),
        ) {
            let log = Value::from(entries.clone()).to_string();
            let cut = log.char_indices().map(|(at, _)| &log[..at]).skip(1).collect::<Vec<_>>();
            let wrapped = [json!(log), json!({ "0": entries[0] }), json!({ "logs": log }), json!([log]), json!([entries])];
            for log in wrapped.iter().map(Value::to_string).chain([(*end.get(&cut)).to_owned(), format!("\u{feff}{log}")]) {
                prop_assert_eq!(texts(&format!("{before}{log}")), Vec::<String>::new());
            }
        }

        #[test]
        fn no_text_brings_forth_more_than_it_holds(text: String) {
            for text in [text.clone(), format!("[{text}"), json!([{ "output": text }]).to_string()] {
                let read = texts(&text);
                prop_assert!(read.iter().all(|line| !line.contains('\n')));
                prop_assert!(read.iter().map(|line| line.len() + 1).sum::<usize>() <= text.len() + 1);
            }
        }
    }
}
