//! The forms in which addresses, tokens and times are given, and what to give instead of those that cannot be meant.

use std::fmt;
use std::time::Duration;

use serde::Deserializer;
use serde::de::{self, Visitor};

use crate::{Platform, platform};

/// The first part of a path that leads to a page of a platform's web interface or to an operation, below the address.
const COOLIFY_PATHS: [&str; 14] = [
    "dashboard",
    "login",
    "register",
    "project",
    "projects",
    "server",
    "servers",
    "source",
    "sources",
    "settings",
    "security",
    "team",
    "webhooks",
    "api",
];
const DOKPLOY_PATHS: [&str; 5] = ["dashboard", "login", "register", "swagger", "api"];
const QOVERY_PATHS: [&str; 8] =
    ["organization", "project", "environment", "application", "container", "job", "helm", "login"];

/// The address of the API, whether or not its path was given with the instance's address.
///
/// # Errors
/// What to give instead, if the path leads to a page or to an operation.
pub(super) fn api_url(platform: &Platform, url: &str, api_path: &str) -> Result<String, String> {
    let address = url.trim().trim_end_matches('/');
    let instance = address.strip_suffix(api_path).unwrap_or(address).trim_end_matches('/');
    // Coolify's API has no other version, so that `/api` alone can only mean it.
    let instance =
        if *platform == platform::COOLIFY { instance.strip_suffix("/api").unwrap_or(instance) } else { instance };
    let pages: &[&str] = match platform {
        name if *name == platform::COOLIFY => &COOLIFY_PATHS,
        name if *name == platform::DOKPLOY => &DOKPLOY_PATHS,
        _ => &QOVERY_PATHS,
    };
    if let Some((scheme, rest)) = instance.split_once("://") {
        let mut parts = rest.split('/');
        let host = parts.next().unwrap_or_default();
        // What is refused for another reason may hold a secret, and is not repeated.
        let is_plain = !instance.contains(['@', '?', '#', ',', '"', '\'', '$', '{']) && !rest.contains("://");
        if is_plain && host.eq_ignore_ascii_case("console.qovery.com") {
            return Err(
                "the URL is that of Qovery's console; the API is at https://api.qovery.com, which need not be set"
                    .into(),
            );
        }
        let part = parts.next().unwrap_or_default().to_ascii_lowercase();
        if is_plain && pages.contains(&&*part) {
            return Err(format!("the URL leads to a page or an operation below the address; give `{scheme}://{host}`"));
        }
    }
    Ok(format!("{}{api_path}", instance.trim_end_matches('/')))
}

/// Why a text cannot be a token, if it cannot; it is never repeated.
pub(super) fn token_fault(token: &str) -> Option<&'static str> {
    let starts = |prefix: &str| token.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    let schemes = ["Bearer ", "Token ", "Basic ", "Authorization:", "x-api-key:"];
    if token.is_empty() {
        Some("is empty")
    } else if token.starts_with(['"', '\'', '`']) || token.ends_with(['"', '\'', '`']) {
        Some("stands in quotes; give it without them")
    } else if schemes.into_iter().any(starts) {
        Some("begins with how it is presented; give what follows that alone")
    } else if token.starts_with(['$', '<']) || token.contains("${") || token.contains("{{") || token.starts_with('%') {
        Some("is the name of a variable that was not replaced; give its value")
    } else if token.contains(char::is_whitespace) {
        Some("holds white space within; give one token")
    } else {
        None
    }
}

/// Whether a token is a JWT: three parts of base64url with dots between, the first of them an object.
pub(crate) fn is_jwt(token: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let parts: Vec<_> = token.trim().split('.').collect();
    // The base64 of `{` is `e` and one of the last sixteen letters of its alphabet.
    let is_object = |part: &str| {
        let mut bytes = part.bytes();
        bytes.next() == Some(b'e')
            && bytes.next().is_some_and(|byte| matches!(byte, b'w'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
    };
    parts.len() == 3 && parts.iter().all(|part| is_part(part)) && is_object(parts[0])
}

/// A time in seconds, as a number or as text such as `20`, `20s`, `500ms`, `2m`, `1h` or `1m30s`.
pub(super) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    struct Seconds;

    impl Visitor<'_> for Seconds {
        type Value = Duration;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a time: a number of seconds that is not negative, or text such as `20s`, `500ms` or `2m`")
        }

        fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<Duration, E> {
            Duration::try_from_secs_f64(seconds).map_err(|_| E::invalid_value(de::Unexpected::Float(seconds), &self))
        }

        fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Duration, E> {
            Ok(Duration::from_secs(seconds))
        }

        fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Duration, E> {
            let seconds =
                u64::try_from(seconds).map_err(|_| E::invalid_value(de::Unexpected::Signed(seconds), &self))?;
            Ok(Duration::from_secs(seconds))
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Duration, E> {
            read_duration(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
        }
    }

    deserializer.deserialize_any(Seconds)
}

/// Reads a time such as `20`, `20s`, `1m30s`; each part is a number and its unit.
fn read_duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        rest = rest[end..].trim_start();
        let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let unit = match &rest[..end] {
            "ms" => 0.001,
            "s" | "sec" | "second" | "seconds" => 1.0,
            "m" | "min" | "minute" | "minutes" => 60.0,
            "h" | "hour" | "hours" => 3600.0,
            _ => return None,
        };
        total = total.checked_add(Duration::try_from_secs_f64(number * unit).ok()?)?;
        rest = rest[end..].trim_start();
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_address_leads_to_the_api() {
        let coolify = "https://c.example/api/v1";
        let cases = [
            (platform::COOLIFY, "/api/v1", "https://c.example", coolify),
            (platform::COOLIFY, "/api/v1", "https://c.example/", coolify),
            (platform::COOLIFY, "/api/v1", "https://c.example/api/v1", coolify),
            (platform::COOLIFY, "/api/v1", " https://c.example/api/v1/\n", coolify),
            (platform::COOLIFY, "/api/v1", "https://c.example/api/", coolify),
            (platform::COOLIFY, "/api/v1", "https://h.example/coolify", "https://h.example/coolify/api/v1"),
            (platform::DOKPLOY, "/api", "https://d.example:3000", "https://d.example:3000/api"),
            (platform::DOKPLOY, "/api", "https://d.example/api/", "https://d.example/api"),
            (platform::QOVERY, "", "https://api.qovery.com/", "https://api.qovery.com"),
        ];
        for (platform, path, url, api) in cases {
            assert_eq!(api_url(&platform, url, path).as_deref(), Ok(api), "{url}");
        }
    }

    #[test]
    fn an_address_of_a_page_or_an_operation_is_refused_with_the_address_to_give() {
        let cases = [
            (platform::COOLIFY, "/api/v1", "https://c.example/api/v1/deploy", "give `https://c.example`"),
            (platform::COOLIFY, "/api/v1", "https://c.example/api/v2", "give `https://c.example`"),
            (platform::COOLIFY, "/api/v1", "https://c.example/dashboard", "give `https://c.example`"),
            (
                platform::COOLIFY,
                "/api/v1",
                "https://c.example:8000/Project/x/environment/y",
                "give `https://c.example:8000`",
            ),
            (platform::DOKPLOY, "/api", "https://d.example/api/application.deploy", "give `https://d.example`"),
            (platform::DOKPLOY, "/api", "https://d.example/api/v1", "give `https://d.example`"),
            (platform::DOKPLOY, "/api", "https://d.example/dashboard/projects", "give `https://d.example`"),
            (platform::DOKPLOY, "/api", "https://d.example/swagger", "give `https://d.example`"),
            (platform::QOVERY, "", "https://console.qovery.com/organization/x", "https://api.qovery.com"),
            (platform::QOVERY, "", "https://api.qovery.com/organization/x", "give `https://api.qovery.com`"),
        ];
        for (platform, path, url, instead) in cases {
            let reason = api_url(&platform, url, path).unwrap_err();
            assert!(reason.contains(instead), "{url}: {reason}");
        }
        // What holds a secret is refused elsewhere, without being repeated.
        assert!(api_url(&platform::COOLIFY, "https://u:planted@c.example/login", "/api/v1").is_ok());
    }

    #[test]
    fn a_text_that_cannot_be_a_token_is_refused_without_being_repeated() {
        for token in [
            "",
            "\"1|planted\"",
            "'planted'",
            "Bearer 1|planted",
            "bearer planted",
            "Token planted",
            "Basic planted",
            "Authorization: Bearer planted",
            "x-api-key: planted",
            "${COOLIFY_TOKEN}",
            "$TOKEN",
            "{{ planted }}",
            "<token>",
            "%TOKEN%",
            "plan ted",
            "plan\nted",
        ] {
            let fault = token_fault(token).unwrap_or_else(|| panic!("{token}"));
            assert!(!fault.contains("plan"), "{fault}");
        }
        for token in ["1|abc", "eyJ.e.x", "bearer", "token-of-mine", "a$b"] {
            assert_eq!(token_fault(token), None, "{token}");
        }
    }

    #[test]
    fn a_jwt_is_distinguished_from_a_token_by_its_form() {
        for token in ["eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln_-", " eyJh.e30.x\n", "ewogICJ0Ijox.e30.x"] {
            assert!(is_jwt(token), "{token}");
        }
        for token in
            ["qov_abc", "a.b.c", "eyJh.e30", "eyJh.e30.", "eyJh..x", "eyJh.e30.x.y", "eyJh.e+0.x", "W10.e30.x", ""]
        {
            assert!(!is_jwt(token), "{token}");
        }
    }

    #[test]
    fn a_time_is_a_number_of_seconds_or_says_its_unit() {
        let read = |json: &str| duration(&mut serde_json::Deserializer::from_str(json)).ok();
        for (json, millis) in [
            ("20", 20_000),
            ("0.5", 500),
            ("\"20\"", 20_000),
            ("\"20s\"", 20_000),
            ("\"2m\"", 120_000),
            ("\"500ms\"", 500),
            ("\"1h\"", 3_600_000),
            ("\"1m30s\"", 90_000),
            ("\"1.5 s\"", 1500),
            ("\"2 minutes\"", 120_000),
            ("0", 0),
        ] {
            assert_eq!(read(json), Some(Duration::from_millis(millis)), "{json}");
        }
        for json in [
            "-1",
            "\"-1s\"",
            "\"\"",
            "\"s\"",
            "\"20x\"",
            "\"20 s 5\"",
            "true",
            "null",
            "1e300",
            "\"1e300h\"",
            "\"NaN\"",
        ] {
            assert_eq!(read(json), None, "{json}");
        }
    }
}
