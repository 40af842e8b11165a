//! The forms of an address, and what to give instead of one that cannot be meant.

use crate::config::Conventions;

/// The address of the API, whether or not its path was given with the instance's address.
///
/// # Errors
/// What to give instead, if the path leads to a page or to an operation.
pub(crate) fn api_url(conventions: &Conventions, url: &str) -> Result<String, String> {
    let Conventions { api_path, api_aliases, pages, foreign_hosts, .. } = conventions;
    let address = url.trim().trim_end_matches('/');
    let instance = [*api_path]
        .iter()
        .chain(*api_aliases)
        .fold(address, |address, path| address.strip_suffix(path).unwrap_or(address).trim_end_matches('/'));
    if let Some((scheme, rest)) = instance.split_once("://") {
        let mut parts = rest.split('/');
        let host = parts.next().unwrap_or_default();
        // A URL that is refused for another reason may hold a secret, and is not repeated.
        let is_plain = !instance.contains(['@', '?', '#', ',', '"', '\'', '$', '{']) && !rest.contains("://");
        if is_plain && let Some((_, why)) = foreign_hosts.iter().find(|(known, _)| host.eq_ignore_ascii_case(known)) {
            return Err((*why).to_owned());
        }
        let part = parts.next().unwrap_or_default().to_ascii_lowercase();
        if is_plain && pages.contains(&&*part) {
            return Err(format!("the URL leads to a page or an operation below the address; give `{scheme}://{host}`"));
        }
    }
    Ok(format!("{}{api_path}", instance.trim_end_matches('/')))
}
