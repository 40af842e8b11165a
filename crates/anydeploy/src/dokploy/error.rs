//! From a failed answer of Dokploy to an error.

use anydeploy_wire as wire;

use crate::failure::{Classification, FailedAnswer, translate};
use crate::{Error, ErrorKind, platform};

/// Turns a failed exchange with Dokploy into an error.
pub(super) fn map_error(error: wire::Error) -> Error {
    translate(platform::DOKPLOY, error, classify)
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
    Classification { kind, message, sentence, retry_after: None }
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
