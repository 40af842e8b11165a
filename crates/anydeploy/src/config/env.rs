//! Configuration from the environment, under the names the platforms' own tools use.

use super::{Config, Connect, TokenScheme};
use crate::Result;

impl<D: Connect> Config<D> {
    /// Reads the URL and the token from the environment.
    ///
    /// The names the platform's own tools use come first, then the common ones (`…_BASE_URL`, `…_ENDPOINT`,
    /// `…_API_TOKEN` and so on); a variable that is set but empty counts as not set.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfiguration`](crate::ErrorKind::InvalidConfiguration) if none is set; the message lists
    /// the names that were tried, and never a value.
    pub fn from_env() -> Result<Self> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// Reads the URL and the token from variables that `lookup` knows; see [`from_env`](Self::from_env).
    ///
    /// # Errors
    /// As [`from_env`](Self::from_env).
    pub fn from_variables(lookup: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let conventions = &D::CONVENTIONS;
        let first =
            |names: &[&str]| names.iter().find_map(|name| lookup(name).filter(|value| !value.trim().is_empty()));
        let mut config = Self { url: first(conventions.url_variables), ..Self::default() };
        let token = first(conventions.token_variables);
        let missing = [
            (config.url.is_none() && conventions.default_url.is_none(), "URL", conventions.url_variables),
            (token.is_none(), "token", conventions.token_variables),
        ];
        let missing: Vec<String> = missing
            .iter()
            .filter(|(is_missing, ..)| *is_missing)
            .map(|(_, what, names)| format!("no {what} is set in the environment; tried {}", names.join(", ")))
            .collect();
        let (true, Some(token)) = (missing.is_empty(), token) else {
            return Err(Self::invalid(missing.join("; ")));
        };
        config.token = Some(token.into());
        if let Some(name) = conventions.scheme_variable {
            config.token_scheme = match first(&[name]).map(|scheme| scheme.trim().to_ascii_lowercase()).as_deref() {
                None => None,
                Some("token") => Some(TokenScheme::Token),
                Some("bearer") => Some(TokenScheme::Bearer),
                Some(_) => return Err(Self::invalid(format_args!("{name} is neither `token` nor `bearer`"))),
            };
        }
        Ok(config)
    }
}
