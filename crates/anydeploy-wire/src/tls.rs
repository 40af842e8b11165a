//! TLS: the library that the features choose, and the certificates that are trusted.

use reqwest::ClientBuilder;

use crate::error::Error;

#[cfg(all(feature = "rustls-no-provider", not(any(feature = "rustls", feature = "native-tls"))))]
mod no_provider;
#[cfg(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider"))]
mod pem;

/// Sets the client up, for connections of which some need TLS or none does.
///
/// `roots` are PEM files of certificates to trust besides those of the system.
#[cfg(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider"))]
pub(crate) fn configure(mut client: ClientBuilder, is_needed: bool, roots: &[Vec<u8>]) -> Result<ClientBuilder, Error> {
    for root in roots {
        client = client.tls_certs_merge(pem::certificates(root)?);
    }
    if !is_needed {
        // It is never redirected to TLS, and a machine without certificates can make it all the same.
        client = client.tls_certs_only([]);
    }
    without_provider(client, is_needed)
}

/// Plain HTTP alone is left to a program that is built without TLS.
#[cfg(not(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider")))]
pub(crate) fn configure(client: ClientBuilder, is_needed: bool, roots: &[Vec<u8>]) -> Result<ClientBuilder, Error> {
    if is_needed {
        return Err(Error::configuration(
            "https needs TLS: enable the feature `rustls`, `native-tls` or `rustls-no-provider`",
        ));
    }
    if !roots.is_empty() {
        return Err(Error::configuration("a root certificate is given to a program that is built without TLS"));
    }
    Ok(client)
}

/// The client of a program that installs its own provider of rustls, and may not have done so.
#[cfg(all(feature = "rustls-no-provider", not(any(feature = "rustls", feature = "native-tls"))))]
fn without_provider(client: ClientBuilder, is_needed: bool) -> Result<ClientBuilder, Error> {
    if rustls::crypto::CryptoProvider::get_default().is_some() {
        return Ok(client);
    }
    if is_needed {
        // reqwest would panic.
        return Err(Error::configuration(
            "the feature `rustls-no-provider` needs a provider of rustls, and none is installed; run \
             `rustls::crypto::ring::default_provider().install_default()` (or the same of `aws_lc_rs`) before \
             anything is built",
        ));
    }
    Ok(match no_provider::config() {
        Some(config) => client.tls_backend_preconfigured(config),
        None => client,
    })
}

/// Nothing is missing.
#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[expect(clippy::unnecessary_wraps, reason = "its other form fails")]
fn without_provider(client: ClientBuilder, _is_needed: bool) -> Result<ClientBuilder, Error> {
    Ok(client)
}
