//! The sender of a failed answer: the platform, or something in front of it.

use serde_json::Value;

use super::FailedAnswer;
use crate::{Platform, platform};

/// What gateways say in JSON of their own (Kong 3, Amazon API Gateway); no platform was seen to say just this.
const GATEWAYS: [&str; 6] = [
    "no Route matched with those values",
    "No API key found in request",
    "Invalid authentication credentials",
    "Missing Authentication Token",
    "Not Found",
    "Forbidden",
];

/// The sender of an answer that is no success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaker {
    /// The platform itself, as far as the answer shows.
    Platform,
    /// Cloudflare, which wants a challenge to be solved.
    Challenge,
    /// Something that answers with a web page.
    Page,
    /// Something that answers in another way than the platform does.
    Other,
    /// An answer that breaks off, so that it shows no sender.
    Broken,
}

impl Speaker {
    /// Why the answer says nothing about the platform; `None` if it is the platform's.
    pub(super) fn reason(self) -> Option<&'static str> {
        match self {
            Self::Platform => None,
            Self::Challenge => {
                Some("something in front of the platform answers: Cloudflare wants a challenge to be solved")
            }
            Self::Page => Some("something in front of the platform answers, with a web page"),
            Self::Other => Some("something in front of the platform answers"),
            Self::Broken => Some("the refusal breaks off and cannot be read"),
        }
    }
}

/// Decides which sender an answer with this status and body has.
///
/// The APIs of the three platforms refuse in JSON objects to a caller that accepts JSON first, as this one does.
/// Coolify (4.3.11) gives `message` or `error`, Dokploy (0.30.2) `message` and, save for two cases, `code`; what Qovery
/// may answer is not known, so that its answers are believed unless they are pages or texts.
/// A JSON body in the form of the platform counts as the platform's: some gateways cannot be distinguished from it.
///
/// A transient failure is left to its status, no matter who answers: 408, 429 and 5xx state nothing about token, id or
/// permission.
pub(super) fn speaker(platform: &Platform, answer: &FailedAnswer<'_>, body: &[u8]) -> Speaker {
    match answer.status {
        // A network that wants a login, and a proxy that wants one.
        407 | 511 => return Speaker::Other,
        // A server that does not know a method is none of the platforms.
        501 if answer.json.is_none() => return Speaker::Other,
        408 | 429 | 500.. => return Speaker::Platform,
        _ => {}
    }
    if answer.header("cf-mitigated").is_some() {
        return Speaker::Challenge;
    }
    // Amazon's gateway sets the one on its own refusals only; Kong names itself as the server of those only.
    let is_gateway = answer.header("x-amzn-errortype").is_some()
        || answer.header("server").is_some_and(|server| server.to_ascii_lowercase().starts_with("kong/"));
    if is_gateway {
        return Speaker::Other;
    }
    match &answer.json {
        Some(json) if speaks_like(platform, answer, json) => Speaker::Platform,
        Some(_) => Speaker::Other,
        None if answer.is_web_page() => Speaker::Page,
        None => of_text(platform, answer, body),
    }
}

/// Whether a JSON object has the members that the platform's refusals have.
fn speaks_like(platform: &Platform, answer: &FailedAnswer<'_>, json: &Value) -> bool {
    // Cloudflare's own errors, in JSON if that is accepted, have a `detail` as Qovery's have.
    if json.get("cloudflare_error").is_some() || json.get("ray_id").is_some() {
        return false;
    }
    let message = answer.member(&["message"]);
    match platform {
        name if *name == platform::COOLIFY => {
            let says = message.or_else(|| answer.member(&["error"])).is_some() || json.get("errors").is_some();
            says && json.get("status").is_none() && !message.is_some_and(|message| GATEWAYS.contains(&message))
        }
        name if *name == platform::DOKPLOY => {
            let has_code = answer.member(&["code"]).is_some();
            let is_alone = json.as_object().is_some_and(|members| members.len() == 1);
            match message {
                Some(_) if has_code => true,
                // The check of a key in front of the router, and the routes of webhooks, have no code.
                Some("Unauthorized") => answer.status == 401 && is_alone,
                Some(message) => {
                    let is_missing = message.to_ascii_lowercase().ends_with(" not found");
                    answer.status == 404 && is_alone && is_missing && !GATEWAYS.contains(&message)
                }
                None => false,
            }
        }
        _ => true,
    }
}

/// The sender of an answer that is neither a JSON object nor a web page.
fn of_text(platform: &Platform, answer: &FailedAnswer<'_>, body: &[u8]) -> Speaker {
    let body = body.trim_ascii();
    let content_type = answer.header("content-type").unwrap_or_default();
    if matches!(body.first(), Some(b'{')) && content_type.contains("json") {
        return Speaker::Broken;
    }
    let is_statement = matches!(answer.status, 401 | 403 | 404 | 405);
    match platform {
        // Next.js refuses a body in plain words that it does not call text (0.30.2).
        name if *name == platform::DOKPLOY
            && !content_type.starts_with("text/")
            && !is_statement
            && !body.is_empty() =>
        {
            Speaker::Platform
        }
        name if [platform::COOLIFY, platform::DOKPLOY].contains(name) => Speaker::Other,
        _ if body.is_empty() || body == b"null" || matches!(body.first(), Some(b'[' | b'"')) => Speaker::Platform,
        _ => Speaker::Other,
    }
}
