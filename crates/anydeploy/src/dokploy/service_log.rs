//! The log of what runs: what the containers print.
//!
//! Facts of 0.30.2: the last lines of the first container that runs, each behind the time at which it was printed; a compose
//! stack asks for a container, and does not compare it with its own.
//! Of a service of which nothing runs, the engine still has the last lines; without a service the answer is 500, and for a
//! container that is not there, the error of the engine is the text.

use super::Dokploy;
use super::runs::Running;
use super::tail::{MAX_LOG_LINES, read_tail};
use crate::adapter::parse_timestamp;
use crate::{
    Ability, Deployer, Error, ErrorKind, LogLine, LogOptions, LogPage, Result, ServiceLogOptions, Target, TargetKind,
    platform,
};

/// How the engine begins an error, which the server gives out as text of the log.
const ENGINE_ERROR: &str = "Error response from daemon: ";

/// How the server begins its answer of what has neither a container nor a service (source of 0.29.0 to 0.30.2).
const NOTHING_FOUND: &str = "No container or service found for: ";

/// What to do where the server has no call: that of the application reads the containers of the application alone.
const NO_LOG_OF_A_PREVIEW: &str =
    "Dokploy has no call that reads what the containers of a preview print; the log of its deployment can be read";

/// Reads the last lines of what runs.
pub(super) async fn read(dokploy: &Dokploy, target: &Target, options: &ServiceLogOptions) -> Result<LogPage> {
    target.validate()?;
    let offered = dokploy.capabilities().require(&platform::DOKPLOY, target.kind(), Ability::ServiceLogs);
    offered.map_err(|error| match target.kind() {
        TargetKind::Preview => error.with_advice(NO_LOG_OF_A_PREVIEW),
        _ => error,
    })?;
    let container = match (target.kind(), &options.part) {
        (TargetKind::Compose, part) => Some(container(dokploy, target, part.as_deref()).await?),
        (kind, Some(_)) => {
            let message = format!("a target of kind `{kind}` has no parts: leave the part out");
            return Err(Error::new(ErrorKind::InvalidInput, message).with_platform(platform::DOKPLOY));
        }
        _ => None,
    };
    // One line more than is wanted shows whether there are older ones.
    let tail = options.tail.saturating_add(1).min(MAX_LOG_LINES);
    let container = container.as_deref();
    let read = read_tail(tail, |lines| dokploy.api.service_log(target, container, lines)).await;
    let (text, read) = read.map_err(does_not_run)?;
    if let Some(said) = text.strip_prefix(ENGINE_ERROR).filter(|said| said.trim().lines().count() == 1) {
        return Err(not_running(said.trim()));
    }
    let mut page = LogPage::from_newest(text.lines().rev().map(line), LogOptions::tail(options.tail));
    page.truncated |= read < tail || page.lines.len() >= MAX_LOG_LINES;
    Ok(page)
}

/// The name of the container of a compose stack that is asked for, or of its only one.
async fn container(dokploy: &Dokploy, target: &Target, part: Option<&str>) -> Result<String> {
    let settings = dokploy.api.settings(target).await?;
    let form = if settings.is_stack { "stack" } else { "docker-compose" };
    let containers = dokploy.api.containers_of(&settings, Some(form)).await?;
    choose(&containers, &settings.app_name, part)
}

/// The container that a part names: by its own name, by its id, or by the service of the compose file.
fn choose(containers: &[Running], app_name: &str, part: Option<&str>) -> Result<String> {
    if containers.is_empty() {
        return Err(not_running("no container of it is listed"));
    }
    let is_asked = |one: &&Running| {
        let Some(part) = part else { return true };
        let is_of_service = |rest: &str| rest.strip_prefix(part).is_some_and(|rest| rest.starts_with(['-', '.']));
        let service = one.name.strip_prefix(app_name).and_then(|rest| rest.strip_prefix(['-', '_']));
        one.name == part || one.id == part || service.is_some_and(is_of_service)
    };
    let asked: Vec<_> = containers.iter().filter(is_asked).collect();
    // A name that is one, such as `web-1`, is not that of a service whose name begins with it.
    let exact: Vec<_> = asked.iter().copied().filter(|one| part.is_some_and(|part| one.name == part)).collect();
    let asked = if exact.is_empty() { asked } else { exact };
    if let [one] = asked[..] {
        return Ok(one.name.clone());
    }
    let listed = if asked.is_empty() { containers.iter().collect() } else { asked.clone() };
    let names = listed.iter().map(|one| format!("`{}`", one.name)).collect::<Vec<_>>().join(", ");
    let error = if asked.is_empty() {
        Error::new(ErrorKind::NotFound, format!("it has no such part; its containers are {names}"))
    } else {
        Error::new(ErrorKind::Ambiguous, format!("it has {} containers: {names}", asked.len()))
    };
    Err(error.with_platform(platform::DOKPLOY).with_advice("name one of them as the part"))
}

/// That there is nothing to read, where the server says so; that a command of its own failed says nothing of it.
fn does_not_run(error: Error) -> Error {
    match error.server_message() {
        Some(said) if said.starts_with(NOTHING_FOUND) => not_running(said).with_status(500),
        _ => error,
    }
}

fn not_running(why: &str) -> Error {
    let error = Error::new(ErrorKind::Conflict, "it does not run, so that it has no log");
    error.with_platform(platform::DOKPLOY).with_server_message(why).of_read()
}

/// A line behind the time at which it was printed.
fn line(text: &str) -> LogLine {
    let (time, rest) = text.split_once(' ').unwrap_or((text, ""));
    match parse_timestamp(time) {
        Some(time) => LogLine::new(rest).with_time(Some(time)),
        None => LogLine::new(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_its_time_and_keeps_its_text() {
        for (text, rest, has_time) in [
            ("2026-11-22T15:40:24.123456789Z GET /  200", "GET /  200", true),
            ("2026-11-22T15:40:25Z", "", true),
            ("2026-11-22T15:40:25Z ", "", true),
            ("no time", "no time", false),
            ("", "", false),
        ] {
            let line = line(text);
            assert_eq!((line.text.as_str(), line.time.is_some()), (rest, has_time), "{text}");
        }
    }

    #[test]
    fn a_part_is_a_container_of_the_stack_and_no_other() {
        let named = |name: &str| Running { id: format!("id of {name}"), name: name.to_owned(), ..Running::default() };
        let two = [named("shop-abc-web-1"), named("shop-abc-web-db-1"), named("shop-abc-worker-1")];
        let chosen = |part| choose(&two, "shop-abc", Some(part));
        assert_eq!(chosen("worker").unwrap(), "shop-abc-worker-1");
        assert_eq!(chosen("web-db").unwrap(), "shop-abc-web-db-1");
        assert_eq!(chosen("shop-abc-web-1").unwrap(), "shop-abc-web-1");
        assert_eq!(chosen("id of shop-abc-web-1").unwrap(), "shop-abc-web-1");
        assert_eq!(chosen("web").unwrap_err().kind(), ErrorKind::Ambiguous);
        assert_eq!(chosen("other-app-1").unwrap_err().kind(), ErrorKind::NotFound);
        let error = choose(&two, "shop-abc", None).unwrap_err();
        assert!(error.kind() == ErrorKind::Ambiguous && error.to_string().contains("`shop-abc-worker-1`"), "{error}");
        assert_eq!(choose(&two[..1], "shop-abc", None).unwrap(), "shop-abc-web-1");
        assert_eq!(choose(&[], "shop-abc", None).unwrap_err().kind(), ErrorKind::Conflict);
        let of_stack = [named("shop-abc_web.1.k2x"), named("shop-abc_worker.1.k3x")];
        assert_eq!(choose(&of_stack, "shop-abc", Some("web")).unwrap(), "shop-abc_web.1.k2x");
    }
}
