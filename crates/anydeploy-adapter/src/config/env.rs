//! Configuration from the environment, under the names the platforms' own tools use.

use std::collections::BTreeMap;
use std::fmt;

use anydeploy_wire::Http;
use anydeploy_wire::throttle::Budget;
use secrecy::SecretString;

use super::connection::invalid;
use super::{Config, Connect, Conventions, Proxy, TokenScheme, forms};
use crate::Result;

// The variables of this crate, for all platforms.
const ALLOW_PLAIN_HTTP: &str = "ANYDEPLOY_ALLOW_PLAIN_HTTP";
const APPLICATION_NAME: &str = "ANYDEPLOY_APPLICATION_NAME";
const BUDGET: &str = "ANYDEPLOY_BUDGET";
const HEADERS: &str = "ANYDEPLOY_HEADERS";
const MAX_BODY: &str = "ANYDEPLOY_MAX_BODY";
const MAX_IN_FLIGHT: &str = "ANYDEPLOY_MAX_IN_FLIGHT";
const PROXY: &str = "ANYDEPLOY_PROXY";

impl<D: Connect> Config<D> {
    /// Reads the URL and the token from the environment.
    ///
    /// The names the platform's own tools use come first, then the common ones (`…_BASE_URL`, `…_ENDPOINT`,
    /// `…_API_TOKEN` and so on); a variable that is set but empty counts as not set.
    ///
    /// * **Several URLs.** Variables that name different addresses are an error, so that a token never goes to an address
    ///   that was not meant.
    /// * **On Coolify.** Coolify sets `COOLIFY_URL` in every container it starts, to the application's own address, beside
    ///   `COOLIFY_FQDN`, `COOLIFY_RESOURCE_UUID` and `COOLIFY_CONTAINER_NAME` (4.3.11).
    ///   Where one of those is set, `COOLIFY_URL` is not read; neither is it where `COOLIFY_BASE_URL` or
    ///   `COOLIFY_ENDPOINT` names another address.
    ///   A program that is hosted on Coolify sets `COOLIFY_BASE_URL`.
    /// * **Plain HTTP.** `ANYDEPLOY_ALLOW_PLAIN_HTTP` set to `true` or `1` is
    ///   [`allow_plain_http`](Config::allow_plain_http).
    /// * **Connection.** `ANYDEPLOY_PROXY` (`none`, or a URL) is [`proxy`](Config::proxy), `ANYDEPLOY_APPLICATION_NAME` is
    ///   [`application_name`](Config::application_name), `ANYDEPLOY_MAX_BODY` (a number of bytes, or `32 MiB`) is
    ///   [`max_body`](Config::max_body), and `ANYDEPLOY_HEADERS`, with one `Name: value` a line, is
    ///   [`headers`](Config::headers).
    /// * **Traffic.** `ANYDEPLOY_BUDGET` (`200/1m`, or `unlimited`) is [`budget`](Config::budget), and
    ///   `ANYDEPLOY_MAX_IN_FLIGHT` (a number) is [`max_in_flight`](Config::max_in_flight).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfiguration`](crate::ErrorKind::InvalidConfiguration) if the URL or the token is not set, or
    /// if the variables disagree; the message lists the names, and never a value.
    pub fn from_env() -> Result<Self> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// Reads the URL and the token from variables that `lookup` knows; see [`from_env`](Self::from_env).
    ///
    /// # Errors
    /// As [`from_env`](Self::from_env).
    pub fn from_variables(lookup: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let found = read(&D::CONVENTIONS, &lookup)?;
        Ok(Self {
            url: found.url,
            token: Some(found.token),
            token_scheme: found.token_scheme,
            socket_url: found.socket_url,
            allow_plain_http: found.allow_plain_http,
            proxy: found.proxy,
            application_name: found.application_name,
            max_body: found.max_body.unwrap_or(Http::DEFAULT_MAX_BODY),
            budget: found.budget,
            max_in_flight: found.max_in_flight,
            headers: found.headers,
            ..Self::default()
        })
    }
}

/// What the variables say.
///
/// It is of no deployer, so that reading them is compiled once for all.
struct Found {
    url: Option<String>,
    token: SecretString,
    token_scheme: Option<TokenScheme>,
    socket_url: Option<String>,
    allow_plain_http: bool,
    proxy: Proxy,
    application_name: Option<String>,
    max_body: Option<usize>,
    budget: Option<Budget>,
    max_in_flight: Option<u32>,
    headers: BTreeMap<String, SecretString>,
}

fn read(conventions: &Conventions, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Found> {
    let set = |name: &str| lookup(name).filter(|value| !value.trim().is_empty());
    let first = |names: &[&str]| names.iter().find_map(|name| set(name));
    let invalid = |message: fmt::Arguments<'_>| invalid(conventions, message);
    let url = url_of(conventions, &set)?;
    let token = first(conventions.token_variables);
    let missing = [
        (url.is_none() && conventions.default_url.is_none(), "URL", conventions.url_variables),
        (token.is_none(), "token", conventions.token_variables),
    ];
    let missing: Vec<String> = missing
        .iter()
        .filter(|(is_missing, ..)| *is_missing)
        .map(|(_, what, names)| format!("no {what} is set in the environment; tried {}", names.join(", ")))
        .collect();
    let (true, Some(token)) = (missing.is_empty(), token) else {
        return Err(invalid(format_args!("{}", missing.join("; "))));
    };
    let word = |name: &str| set(name).map(|word| word.trim().to_ascii_lowercase());
    let token_scheme = match conventions.scheme_variable.and_then(|name| Some((name, word(name)?))) {
        None => None,
        Some((name, scheme)) => match &*scheme {
            "token" => Some(TokenScheme::Token),
            "bearer" => Some(TokenScheme::Bearer),
            _ => return Err(invalid(format_args!("{name} is neither `token` nor `bearer`"))),
        },
    };
    let allow_plain_http = match word(ALLOW_PLAIN_HTTP).as_deref() {
        None | Some("false" | "0" | "no" | "off") => false,
        Some("true" | "1" | "yes" | "on") => true,
        Some(_) => return Err(invalid(format_args!("{ALLOW_PLAIN_HTTP} is neither `true` nor `false`"))),
    };
    let max_body = set(MAX_BODY).map(|size| {
        forms::read_size(&size).ok_or_else(|| invalid(format_args!("{MAX_BODY} is not a size, such as `32 MiB`")))
    });
    let budget = set(BUDGET).map(|budget| {
        forms::read_budget(&budget).ok_or_else(|| invalid(format_args!("{BUDGET} is not a budget, such as `200/1m`")))
    });
    let max_in_flight = set(MAX_IN_FLIGHT).map(|requests| {
        let requests = requests.trim().parse();
        requests.map_err(|_| invalid(format_args!("{MAX_IN_FLIGHT} is not a number, such as `16`")))
    });
    Ok(Found {
        url,
        token: token.into(),
        token_scheme,
        socket_url: conventions.socket_url.and_then(|(_, name)| set(name)),
        allow_plain_http,
        proxy: set(PROXY).map(|proxy| Proxy::read(&proxy)).unwrap_or_default(),
        application_name: set(APPLICATION_NAME),
        max_body: max_body.transpose()?,
        budget: budget.transpose()?,
        max_in_flight: max_in_flight.transpose()?,
        headers: set(HEADERS).map(|headers| headers_of(conventions, &headers)).transpose()?.unwrap_or_default(),
    })
}

/// The headers in a variable, one a line.
fn headers_of(conventions: &Conventions, lines: &str) -> Result<BTreeMap<String, SecretString>> {
    let mut headers = BTreeMap::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let Some((name, value)) = line.split_once(':') else {
            return Err(invalid(
                conventions,
                format_args!("{HEADERS} has a line without a colon; write `Name: value`, one a line"),
            ));
        };
        if headers.insert(name.trim().to_owned(), SecretString::from(value.trim())).is_some() {
            return Err(invalid(conventions, format_args!("{HEADERS} names a header twice")));
        }
    }
    Ok(headers)
}

/// The one address that the variables name.
fn url_of(conventions: &Conventions, set: &dyn Fn(&str) -> Option<String>) -> Result<Option<String>> {
    let mut urls: Vec<(&str, String)> =
        conventions.url_variables.iter().filter_map(|name| Some((*name, set(name)?))).collect();
    if let Some((own, signs)) = conventions.injected_url
        && let Some(at) = urls.iter().position(|(name, _)| *name == own)
    {
        let sign = signs.iter().find(|sign| set(sign).is_some());
        let others: Vec<_> = conventions.url_variables.iter().filter(|name| **name != own).copied().collect();
        if urls.len() > 1 && (sign.is_some() || disagree(conventions, &urls)) {
            urls.remove(at);
        } else if let Some(sign) = sign {
            return Err(invalid(
                conventions,
                format_args!(
                    "{own} beside {sign} is set by the platform itself, to the address of what it hosts; \
                 set the address of the instance as {}",
                    others.join(" or ")
                ),
            ));
        }
    }
    if disagree(conventions, &urls) {
        let names: Vec<_> = urls.iter().map(|(name, _)| *name).collect();
        return Err(invalid(
            conventions,
            format_args!("{} name different addresses; set one of them", names.join(" and ")),
        ));
    }
    Ok(urls.into_iter().next().map(|(_, url)| url))
}

/// Whether variables name different addresses, whatever the forms in which they name them.
fn disagree(conventions: &Conventions, urls: &[(&str, String)]) -> bool {
    let mut addresses = urls.iter().map(|(_, url)| {
        let address = forms::api_url(conventions, url).unwrap_or_else(|_| url.trim().to_owned());
        address.to_ascii_lowercase()
    });
    let first = addresses.next();
    addresses.any(|address| Some(address) != first)
}
