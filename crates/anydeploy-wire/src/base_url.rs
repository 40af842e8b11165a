//! The checks of a base URL.

use std::net::IpAddr;

use reqwest::Url;

/// Checks a base URL; the reason of a refusal does not repeat it, as it may hold a password.
pub(crate) fn parse(text: &str) -> Result<Url, String> {
    let refuse = |reason: &str| Err(format!("the base URL {reason}"));
    if text.starts_with(['"', '\'', '`']) || text.ends_with(['"', '\'', '`']) {
        return refuse("stands in quotes; give it without them");
    }
    if text.starts_with('$') || text.contains("${") || text.contains("{{") {
        return refuse("is the name of a variable that was not replaced; give its value");
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return refuse("has no scheme; begin it with https://");
    };
    if rest.contains("://") || ["http", "https"].iter().any(|scheme| rest.starts_with(&format!("{scheme}:"))) {
        return refuse("has two schemes, or is two URLs; give one address, such as https://host");
    }
    if !matches!(&*scheme.to_ascii_lowercase(), "http" | "https") {
        return refuse("is neither http nor https");
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains(',') || text.contains([' ', '\t', '\n', '\r']) {
        return refuse("is a list of addresses; give one");
    }
    let url = Url::parse(text).map_err(|error| format!("the base URL is not a URL: {error}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("holds credentials; give the address without them, and what a proxy asks for as a header");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("holds a query or a fragment; give the address up to it");
    }
    Ok(url)
}

/// Whether the host is certainly this machine; any other name depends on the resolver.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    address.map_or(host == "localhost", |address| address.is_loopback())
}

/// The host and the port of a base URL, which has both.
pub(crate) fn server(url: &Url) -> (String, u16) {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    (host.to_owned(), url.port_or_known_default().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_that_cannot_be_meant_is_refused_with_what_to_give() {
        for (text, reason) in [
            ("c.example", "has no scheme"),
            ("ftp://c.example", "is neither http nor https"),
            ("https://https://c.example", "has two schemes"),
            ("https://http:c.example", "has two schemes"),
            ("https://a.example,https://b.example", "has two schemes"),
            ("https://a.example,b.example", "is a list"),
            ("https://a.example b.example", "is a list"),
            ("\"https://c.example\"", "stands in quotes"),
            ("'https://c.example'", "stands in quotes"),
            ("${COOLIFY_URL}", "is the name of a variable"),
            ("https://${HOST}", "is the name of a variable"),
            ("https://u:planted@c.example", "holds credentials"),
            ("https://planted@c.example", "holds credentials"),
            ("https://c.example/?token=planted", "holds a query"),
            ("https://c.example/#planted", "holds a query"),
            ("https://", "is not a URL"),
        ] {
            let message = parse(text).unwrap_err();
            assert!(message.starts_with(&format!("the base URL {reason}")), "{text}: {message}");
            assert!(!message.contains("planted"), "{message}");
        }
        for text in ["https://c.example", "HTTPS://C.example:8000/api/v1", "http://[::1]:3000", "https://h/a,b"] {
            parse(text).unwrap();
        }
    }
}
