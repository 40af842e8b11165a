//! Domains of applications: which are taken, and which somebody else has.

use serde_json::{Value, json};

use super::errors::Refusal;
use super::exchange::Exchange;
use super::quirk::CoolifyQuirk;
use super::resource::Kind;
use crate::response::Response;

/// What no domain contains.
const FORBIDDEN: [char; 11] = ['`', '$', ';', '&', '|', '<', '>', '(', ')', '\\', '\n'];

/// What `domains` of `PATCH /applications/{uuid}` becomes in the column `fqdn`; nothing if the machine has no proxy, where
/// the server takes the field and changes nothing.
pub(super) fn column(exchange: &Exchange<'_>, position: usize, domains: &Value) -> Result<Option<Value>, Refusal> {
    let domains = match domains {
        Value::Null => Vec::new(),
        Value::String(text) => text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect(),
        _ => return Err(invalid("The domains field must be a string.")),
    };
    if let Some(wrong) = domains.iter().find(|domain| !is_url(domain)) {
        return Err(invalid(&format!("Invalid URL: {wrong}")));
    }
    if exchange.state.has(CoolifyQuirk::NoProxy) {
        return Ok(None);
    }
    let domains: Vec<String> = domains.into_iter().map(lower_host).collect();
    if !exchange.input.flag("force_domain_override") {
        check_free(exchange, position, &domains)?;
    }
    Ok(Some(if domains.is_empty() { Value::Null } else { domains.join(",").into() }))
}

fn is_url(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !host.starts_with('/')) && !text.contains(FORBIDDEN)
}

fn lower_host(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    format!("{scheme}://{}{path}", host.to_lowercase())
}

/// With a proxy, the complaints are a list and belong to no field.
fn invalid(complaint: &str) -> Refusal {
    Response::json(422, &json!({ "message": "Validation failed.", "errors": [complaint] })).into()
}

/// Refuses what another resource of the team has; the texts are compared, without the slash at the end.
fn check_free(exchange: &Exchange<'_>, position: usize, domains: &[String]) -> Result<(), Refusal> {
    let mut conflicts = Vec::new();
    for domain in domains {
        let bare = domain.trim_end_matches('/');
        let others = exchange.state.resources.iter().enumerate().filter(|(at, _)| *at != position);
        for (_, other) in others {
            if !other.domains().split(',').any(|taken| taken.trim_end_matches('/') == bare) {
                continue;
            }
            // Of a service, the id is that of the container that has the domain.
            let (kind, uuid) = match other.kind {
                Kind::Service => ("service", other.child()),
                _ => ("application", other.uuid.clone()),
            };
            conflicts.push(json!({
                "domain": bare,
                "resource_name": other.name,
                "resource_uuid": uuid,
                "resource_type": kind,
                "message": format!("Domain {bare} is already in use by {kind} '{}'", other.name),
            }));
        }
    }
    if conflicts.is_empty() {
        return Ok(());
    }
    let body = json!({
        "message": "Domain conflicts detected. Use force_domain_override=true to proceed.",
        "conflicts": conflicts,
        "warning":
            "Using the same domain for multiple resources can cause routing conflicts and unpredictable behavior.",
    });
    Err(Response::json(409, &body).into())
}
