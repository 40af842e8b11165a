//! The addresses that lead to a target.

use serde::{Deserialize, Serialize};

/// Which certificate a domain is set to have.
///
/// It is what is configured: no platform reports by its API whether the certificate was issued and is valid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Certificate {
    /// None: the domain is reached without TLS.
    None,
    /// The platform has one issued, and renews it.
    Automatic,
    /// One that people gave the platform, or that another resolver of the proxy issues.
    Custom,
    /// The platform does not report it.
    #[default]
    Unknown,
}

/// A domain that leads to a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ServiceDomain {
    /// The address with its scheme, such as `https://shop.example.com/api`.
    pub url: String,
    /// The port of the container that it leads to; `None` where the platform does not report it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Whether the proxy serves it; `None` where the platform has no such switch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Which certificate it is set to have.
    #[serde(default)]
    pub certificate: Certificate,
}

impl ServiceDomain {
    /// A domain by its address; over `http` it has no certificate, and over `https` an unknown one.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        let url = url.into();
        let is_plain = url.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://"));
        let certificate = if is_plain { Certificate::None } else { Certificate::Unknown };
        Self { url, port: None, enabled: None, certificate }
    }

    /// The same domain, with the port of the container that it leads to.
    #[must_use]
    pub const fn with_port(mut self, port: Option<u16>) -> Self {
        self.port = port;
        self
    }

    /// The same domain, with whether the proxy serves it.
    #[must_use]
    pub const fn with_enabled(mut self, enabled: Option<bool>) -> Self {
        self.enabled = enabled;
        self
    }

    /// The same domain, with which certificate it is set to have.
    #[must_use]
    pub const fn with_certificate(mut self, certificate: Certificate) -> Self {
        self.certificate = certificate;
        self
    }
}
