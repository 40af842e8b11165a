//! From a failed answer of Dokploy to an error.

use anydeploy_wire as wire;
use serde_json::Value;

use crate::adapter::{Classification, Dialect, FailedAnswer, is_of_gateway, translate};
use crate::{Error, ErrorKind, platform};

/// Turns a failed exchange with Dokploy into an error.
pub(super) fn map_error(error: wire::Error) -> Error {
    translate(&DIALECT, error)
}

/// How a command of the server failed, which it answers by 500, so that the answer is not lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FailedCommand {
    /// It ran, and what it asked for was refused, at least in part.
    Refused,
    /// It never ran, because the remote server was not reached.
    NotReached,
}

/// What the server says of a command of its own that failed, if that is what it answers.
pub(super) fn failed_command(error: &Error) -> Option<FailedCommand> {
    let said = error.server_message().filter(|_| error.status() == Some(500))?;
    let begins = |beginnings: &[&str]| beginnings.iter().any(|beginning| said.starts_with(beginning));
    // The words for its own host, before 0.25.11 without the first two, and for a remote server (source of 0.30.2).
    if begins(&["Command execution failed", "Command failed: ", "Remote command failed with exit code "]) {
        return Some(FailedCommand::Refused);
    }
    // A connection that broke may have broken after the command had begun, which says neither.
    begins(&[
        "No SSH key available for this server",
        "Authentication failed: ",
        "Remote command execution failed: ",
        "SSH connection error: connect ",
        "SSH connection error: getaddrinfo ",
        "SSH connection error: Timed out while waiting for handshake",
    ])
    .then_some(FailedCommand::NotReached)
}

/// Dokploy (0.30.2) refuses in a JSON object with `message` and, save for two cases, `code`.
const DIALECT: Dialect = Dialect { platform: platform::DOKPLOY, is_refusal, is_plain_refusal, classify };

fn is_refusal(answer: &FailedAnswer<'_>) -> bool {
    let is_alone = answer.json.as_ref().and_then(Value::as_object).is_some_and(|members| members.len() == 1);
    match answer.member(&["message"]) {
        Some(_) if answer.member(&["code"]).is_some() => true,
        // The check of a key in front of the router, and the routes of webhooks, have no code.
        Some("Unauthorized") => answer.status == 401 && is_alone,
        Some(message) => {
            let is_missing = message.to_ascii_lowercase().ends_with(" not found");
            answer.status == 404 && is_alone && is_missing && !is_of_gateway(message)
        }
        None => false,
    }
}

/// Next.js refuses a body in plain words that it does not call text (0.30.2).
fn is_plain_refusal(answer: &FailedAnswer<'_>) -> bool {
    let is_text = answer.header("content-type").unwrap_or_default().starts_with("text/");
    !is_text && !matches!(answer.status, 401 | 403 | 404 | 405) && !answer.body().is_empty()
}

fn classify(answer: &FailedAnswer<'_>) -> Classification {
    let sentence = sentence(answer);
    let code = answer.member(&["code"]);
    let said = |words: &str| sentence.as_deref().is_some_and(|sentence| sentence.contains(words));
    let says_not_found = || sentence.as_deref().is_some_and(|text| text.to_ascii_lowercase().ends_with("not found"));
    let names_procedure = || answer.json.as_ref().is_some_and(|json| json["data"]["path"].is_string());
    let (kind, message) = match answer.status {
        // The second check of a key fails in the router, where the message is the code itself.
        401 if answer.json.is_some() && (code.is_none() || said("UNAUTHORIZED")) => {
            (ErrorKind::UnauthorizedOrRateLimited, None)
        }
        // A missing permission is 401 here, with a sentence about it.
        401 if code.is_some() => (ErrorKind::PermissionDenied, None),
        403 if said("license") => (ErrorKind::Unsupported, Some("this needs an enterprise licence of Dokploy")),
        // A name in `data.path` says that the procedure exists; before 0.28.0 only the sentence shows it.
        404 if code.is_some() && !names_procedure() && sentence.as_deref() == Some("Not found") => {
            (ErrorKind::Unsupported, Some("this Dokploy version has no such procedure"))
        }
        // Some procedures answer every failure by 400 and put the true one behind a prefix.
        400 if said("unauthorized to access") || said("You don't have access") || said("not authorized") => {
            (ErrorKind::PermissionDenied, None)
        }
        400 if said("Error ") && says_not_found() => (ErrorKind::NotFound, None),
        400 if said("only available in cloud version") => (ErrorKind::Unsupported, None),
        status => return Classification::of_status(status, sentence),
    };
    Classification::new(kind, message, sentence)
}

/// The server's own sentence, with the first complaint of a failed validation; the body may be plain text.
fn sentence(answer: &FailedAnswer<'_>) -> Option<String> {
    let Some(message) = answer.member(&["message"]) else {
        return answer.text.map(str::to_owned);
    };
    let with_issue = answer.json.as_ref().and_then(|json| {
        let issue = json["issues"].get(0)?;
        Some(format!("{message}: {}: {}", issue["path"][0].as_str()?, issue["message"].as_str()?))
    });
    with_issue.or_else(|| Some(message.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_for_a_failed_command_are_those_of_every_version_and_server() {
        use FailedCommand::{NotReached, Refused};
        for (status, said, expected) in [
            (500, "Command execution failed: Command failed: docker service scale a=1", Some(Refused)),
            (500, "Command execution failed: spawn /bin/sh ENOENT", Some(Refused)),
            (500, "Command failed: docker service scale a=1", Some(Refused)),
            (500, "Remote command failed with exit code 1", Some(Refused)),
            (500, "Remote command execution failed: (SSH) Channel open failure", Some(NotReached)),
            (500, "SSH connection error: connect ECONNREFUSED 192.0.2.1:22", Some(NotReached)),
            (500, "SSH connection error: getaddrinfo ENOTFOUND build.test", Some(NotReached)),
            (500, "SSH connection error: Timed out while waiting for handshake", Some(NotReached)),
            (500, "SSH connection error: read ECONNRESET", None),
            (500, "Authentication failed: Invalid SSH private key. ", Some(NotReached)),
            (500, "No SSH key available for this server", Some(NotReached)),
            (500, "No container or service found for: web-abc", None),
            (500, "Internal server error", None),
            (502, "Command failed: docker", None),
        ] {
            let error = Error::new(ErrorKind::Unavailable, "").with_status(status).with_server_message(said);
            assert_eq!(failed_command(&error), expected, "{status} {said}");
        }
    }
}
