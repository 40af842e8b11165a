//! The forms of an address, and what to give instead of one that cannot be meant.

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
pub(crate) fn api_url(platform: &Platform, url: &str, api_path: &str) -> Result<String, String> {
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
        // A URL that is refused for another reason may hold a secret, and is not repeated.
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
        // A URL that holds a secret is refused elsewhere, without being repeated.
        assert!(api_url(&platform::COOLIFY, "https://u:planted@c.example/login", "/api/v1").is_ok());
    }
}
