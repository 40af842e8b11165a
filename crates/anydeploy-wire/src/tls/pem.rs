//! Certificates as PEM, and what was given in their place.

use std::borrow::Cow;

use crate::error::Error;

const BEGIN: &str = "-----BEGIN ";

/// Reads the certificates of a PEM file; a byte order mark, and line breaks written as `\\n`, are accepted.
pub(crate) fn certificates(pem: &[u8]) -> Result<Vec<reqwest::Certificate>, Error> {
    let text = text(pem).map_err(refused)?;
    let certificates = reqwest::Certificate::from_pem_bundle(text.as_bytes())
        .map_err(|error| refused("holds a block that is not base64, or breaks off").with_source(error))?;
    if certificates.is_empty() {
        return Err(refused("holds no certificate"));
    }
    Ok(certificates)
}

fn refused(reason: &str) -> Error {
    Error::configuration(format!("the root certificate {reason}"))
}

/// The PEM text, or why it is none.
fn text(pem: &[u8]) -> Result<Cow<'_, str>, &'static str> {
    let pem = pem.strip_prefix("\u{feff}".as_bytes()).unwrap_or(pem);
    if pem.starts_with(&[0xff, 0xfe]) || pem.starts_with(&[0xfe, 0xff]) {
        return Err("is UTF-16; save it as UTF-8");
    }
    // The first bytes of a DER sequence that is longer than 255 bytes.
    if pem.starts_with(&[0x30, 0x82]) {
        return Err("is DER; convert it by `openssl x509 -inform der -outform pem`");
    }
    let text = std::str::from_utf8(pem).map_err(|_| "is not PEM")?.trim();
    if text.is_empty() {
        return Err("is empty");
    }
    if !text.contains(BEGIN) {
        let is_line = !text.contains('\n');
        let ends = [".pem", ".crt", ".cer", ".der", ".key"].iter().any(|end| text.to_ascii_lowercase().ends_with(end));
        return Err(if text.starts_with("LS0tLS1CRUdJTi") {
            "is the base64 of a PEM file; decode it"
        } else if is_line && (ends || text.contains(['/', '\\'])) && text.len() < 1024 {
            "is a path; give the content of that file"
        } else {
            "is not PEM; it begins with `-----BEGIN CERTIFICATE-----`"
        });
    }
    let holds = |label: &str| text.contains(label);
    if !holds("-----BEGIN CERTIFICATE-----")
        && !holds("-----BEGIN X509 CERTIFICATE-----")
        && !holds("-----BEGIN TRUSTED CERTIFICATE-----")
    {
        return Err(if holds("PRIVATE KEY-----") {
            "is a private key; give the certificate, and keep the key"
        } else if holds("CERTIFICATE REQUEST-----") {
            "is a request for a certificate; give the certificate itself"
        } else {
            "holds no certificate"
        });
    }
    if text.matches("-----BEGIN CERTIFICATE-----").count() > text.matches("-----END CERTIFICATE-----").count() {
        return Err("breaks off before its end");
    }
    // A variable of the environment often holds it on one line.
    Ok(if text.contains('\n') { Cow::Borrowed(text) } else { Cow::Owned(text.replace("\\n", "\n")) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_called_by_its_name() {
        let cases: [(&[u8], &str); 12] = [
            (b"", "is empty"),
            (b"/etc/ssl/ca.pem", "is a path"),
            (b"C:\\certs\\ca.crt", "is a path"),
            (b"ca.pem", "is a path"),
            (b"planted", "is not PEM"),
            (b"\xff\xfe-\0-\0", "is UTF-16"),
            (b"\x30\x82\x01\x0a", "is DER"),
            (b"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t", "is the base64"),
            (b"-----BEGIN PRIVATE KEY-----\nplanted\n-----END PRIVATE KEY-----\n", "is a private key"),
            (b"-----BEGIN CERTIFICATE REQUEST-----\nx\n-----END CERTIFICATE REQUEST-----", "is a request"),
            (b"-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----", "holds no certificate"),
            (b"-----BEGIN CERTIFICATE-----\nMIIC", "breaks off"),
        ];
        for (pem, reason) in cases {
            let message = certificates(pem).unwrap_err().to_string();
            assert!(message.starts_with(&format!("the root certificate {reason}")), "{message}");
            assert!(!message.contains("planted"), "{message}");
        }
    }
}
