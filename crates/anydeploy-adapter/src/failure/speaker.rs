//! The sender of a failed answer: the platform, or something in front of it.

use super::{Dialect, FailedAnswer};

/// What gateways say in JSON of their own (Kong 3, Amazon API Gateway).
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

/// Whether a sentence is one that gateways say in JSON of their own, in the form of some platforms.
#[must_use]
pub fn is_of_gateway(sentence: &str) -> bool {
    GATEWAYS.contains(&sentence)
}

/// Decides which sender an answer has.
///
/// A JSON body in the form of the platform counts as the platform's: some gateways cannot be distinguished from it.
///
/// A transient failure is left to its status, no matter who answers: 408, 429 and 5xx state nothing about token, id or
/// permission.
pub(super) fn speaker(dialect: &Dialect, answer: &FailedAnswer<'_>) -> Speaker {
    match answer.status {
        // A network that wants a login, and a proxy that wants one.
        407 | 511 => return Speaker::Other,
        // A server that does not know a method is no platform.
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
        // Cloudflare's own errors, in JSON if that is accepted.
        Some(json) if json.get("cloudflare_error").is_some() || json.get("ray_id").is_some() => Speaker::Other,
        Some(_) if (dialect.is_refusal)(answer) => Speaker::Platform,
        None if answer.is_web_page() => Speaker::Page,
        None if breaks_off(answer) => Speaker::Broken,
        None if (dialect.is_plain_refusal)(answer) => Speaker::Platform,
        _ => Speaker::Other,
    }
}

/// Whether a JSON object begins, and does not end.
fn breaks_off(answer: &FailedAnswer<'_>) -> bool {
    answer.body().first() == Some(&b'{') && answer.header("content-type").unwrap_or_default().contains("json")
}
