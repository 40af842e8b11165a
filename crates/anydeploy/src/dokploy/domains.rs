//! The domains of a target, and the addresses that they make.

use dokploy_client::types::{CertificateTypeEnum, Domain};

use crate::{Certificate, ServiceDomain};

/// The address of a domain that the proxy serves.
pub(super) fn url(domain: &Domain) -> Option<String> {
    to_service_domain(domain).filter(|domain| domain.enabled != Some(false)).map(|domain| domain.url)
}

/// A domain with what it is set to; the row of one without a host leads nowhere.
pub(super) fn to_service_domain(domain: &Domain) -> Option<ServiceDomain> {
    let is_secure = domain.https == Some(true);
    let scheme = if is_secure { "https" } else { "http" };
    let path = domain.path.as_deref().unwrap_or_default().trim_end_matches('/');
    let url = format!("{scheme}://{}{path}", domain.host.as_deref()?);
    let certificate = match &domain.certificate_type {
        _ if !is_secure => Certificate::None,
        Some(CertificateTypeEnum::Letsencrypt) => Certificate::Automatic,
        Some(CertificateTypeEnum::Custom) => Certificate::Custom,
        // The server takes `https` without a certificate as well (0.30.2).
        _ => Certificate::Unknown,
    };
    let port = domain.port.and_then(|port| u16::try_from(port).ok());
    Some(ServiceDomain::new(url).with_port(port).with_enabled(domain.enabled).with_certificate(certificate))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_domain_has_the_certificate_that_it_is_set_to() {
        for (https, word, expected) in [
            (false, "none", Certificate::None),
            (false, "letsencrypt", Certificate::None),
            (true, "letsencrypt", Certificate::Automatic),
            (true, "custom", Certificate::Custom),
            (true, "none", Certificate::Unknown),
            (true, "zerossl", Certificate::Unknown),
        ] {
            let row =
                json!({ "domainId": "d", "host": "a.test", "https": https, "certificateType": word, "path": "/" });
            let domain = to_service_domain(&serde_json::from_value(row).unwrap()).unwrap();
            let scheme = if https { "https" } else { "http" };
            assert_eq!((domain.url, domain.certificate), (format!("{scheme}://a.test"), expected));
        }
    }

    #[test]
    fn what_the_proxy_does_not_serve_is_no_url() {
        let row = json!({ "domainId": "d", "host": "a.test", "path": "/api", "port": 3000, "enabled": false });
        let row = serde_json::from_value(row).unwrap();
        assert_eq!(url(&row), None);
        let domain = to_service_domain(&row).unwrap();
        assert_eq!((domain.url.as_str(), domain.port, domain.enabled), ("http://a.test/api", Some(3000), Some(false)));
        assert_eq!(to_service_domain(&serde_json::from_value(json!({ "domainId": "d" })).unwrap()), None);
    }
}
