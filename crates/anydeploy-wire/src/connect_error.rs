//! Why no connection could be made, read from the chain of causes.

use std::{error::Error as StdError, fmt, io};

/// Why no connection could be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ConnectError {
    /// The host's name has no address.
    Name,
    /// Nothing listens on the port.
    Refused,
    /// The time to connect ran out.
    Timeout,
    /// The proxy did not make the connection.
    Proxy,
    /// What answers does not speak TLS.
    NoTls,
    /// The certificate is of no authority that is trusted.
    Untrusted,
    /// The certificate is for another host.
    WrongHost,
    /// The certificate is not valid any more.
    Expired,
    /// The certificate is not valid yet, by the clock of this machine.
    NotYetValid,
    /// The certificate is that of an authority, and may not stand for a server.
    Authority,
    /// The certificate was refused for another reason.
    Certificate,
    /// Another cause, in the operating system's words.
    Other(String),
}

impl ConnectError {
    /// Whether the server's certificate was refused, which the next try does not change.
    pub(crate) fn is_certificate(&self) -> bool {
        matches!(
            self,
            Self::Untrusted | Self::WrongHost | Self::Expired | Self::NotYetValid | Self::Authority | Self::Certificate
        )
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "its name cannot be resolved",
            Self::Refused => "nothing listens on that port",
            Self::Timeout => "no connection was made in time",
            Self::Proxy => "the proxy did not make the connection",
            Self::NoTls => "what answers there does not speak TLS; check the port, and whether the URL begins with http://",
            Self::Untrusted => "its certificate is not signed by an authority that is trusted",
            Self::WrongHost => "its certificate is for another host",
            Self::Expired => "its certificate has expired",
            Self::NotYetValid => "its certificate is not valid yet",
            Self::Authority => {
                "its certificate is marked as that of an authority, as plain `openssl req -x509` makes it; make one with \
                 `-addext basicConstraints=critical,CA:FALSE` and `-addext subjectAltName=DNS:…`"
            }
            Self::Certificate => "its certificate is not accepted",
            Self::Other(words) => words,
        })
    }
}

/// Why a client could not connect.
pub(crate) fn connect_error(error: &reqwest::Error) -> ConnectError {
    if error.is_timeout() {
        return ConnectError::Timeout;
    }
    of_chain(error)
}

/// The TLS libraries behind the client give the cause in words only; those of rustls 0.23, OpenSSL, and the systems' own.
const CERTIFICATE_ERRORS: [(&str, ConnectError); 17] = [
    ("causedasendentity", ConnectError::Authority),
    ("not valid for name", ConnectError::WrongHost),
    ("notvalidforname", ConnectError::WrongHost),
    ("hostname mismatch", ConnectError::WrongHost),
    ("ip address mismatch", ConnectError::WrongHost),
    ("not valid yet", ConnectError::NotYetValid),
    ("notvalidyet", ConnectError::NotYetValid),
    ("not yet valid", ConnectError::NotYetValid),
    ("expired", ConnectError::Expired),
    ("unknownissuer", ConnectError::Untrusted),
    ("unknown issuer", ConnectError::Untrusted),
    ("self-signed certificate", ConnectError::Untrusted),
    ("self signed certificate", ConnectError::Untrusted),
    ("unable to get local issuer", ConnectError::Untrusted),
    ("not trusted", ConnectError::Untrusted),
    ("invalid peer certificate", ConnectError::Certificate),
    ("certificate verify failed", ConnectError::Certificate),
];

fn of_chain(error: &(dyn StdError + 'static)) -> ConnectError {
    let mut words = String::new();
    let mut next = Some(error);
    let mut last = String::new();
    while let Some(error) = next {
        if let Some(kind) = error.downcast_ref::<io::Error>().map(io::Error::kind) {
            match kind {
                io::ErrorKind::ConnectionRefused => return ConnectError::Refused,
                io::ErrorKind::TimedOut => return ConnectError::Timeout,
                _ => {}
            }
        }
        last = error.to_string();
        words.push_str(&last.to_ascii_lowercase());
        words.push('\n');
        next = error.source();
    }
    let says = |text: &str| words.contains(text);
    if says("dns error") || says("failed to lookup address") {
        return ConnectError::Name;
    }
    if let Some((_, cause)) = CERTIFICATE_ERRORS.iter().find(|(text, _)| says(text)) {
        return cause.clone();
    }
    if says("invalidcontenttype") || says("corrupt message") || says("wrong version number") {
        return ConnectError::NoTls;
    }
    if says("tunnel") || says("proxy") {
        return ConnectError::Proxy;
    }
    ConnectError::Other(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An error with a cause, as the client's connectors make them.
    #[derive(Debug)]
    struct Link(&'static str, Option<Box<dyn StdError + 'static>>);

    impl fmt::Display for Link {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl StdError for Link {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            self.1.as_deref()
        }
    }

    fn chain(words: &'static str, root: impl StdError + 'static) -> ConnectError {
        of_chain(&Link("client error (Connect)", Some(Box::new(Link(words, Some(Box::new(root)))))))
    }

    #[test]
    fn the_cause_is_read_from_the_chain() {
        let other = |text| io::Error::other(text);
        let cases = [
            (chain("dns error", other("failed to lookup address information")), ConnectError::Name),
            (chain("tcp connect error", io::Error::from(io::ErrorKind::ConnectionRefused)), ConnectError::Refused),
            (chain("tcp connect error", io::Error::from(io::ErrorKind::TimedOut)), ConnectError::Timeout),
            (chain("x", other("invalid peer certificate: UnknownIssuer")), ConnectError::Untrusted),
            (chain("x", other("certificate verify failed: self-signed certificate")), ConnectError::Untrusted),
            (chain("x", other("certificate verify failed: Hostname mismatch")), ConnectError::WrongHost),
            (chain("x", other("certificate verify failed: certificate has expired")), ConnectError::Expired),
            (chain("x", other("certificate verify failed")), ConnectError::Certificate),
            (
                chain("x", other("invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))")),
                ConnectError::Authority,
            ),
            (chain("x", other("SSL routines: wrong version number")), ConnectError::NoTls),
            (chain("tunnel error: unsuccessful", other("x")), ConnectError::Proxy),
            (chain("tcp connect error", other("No route to host")), ConnectError::Other("No route to host".to_owned())),
        ];
        for (cause, expected) in cases {
            assert_eq!(cause, expected);
        }
    }
}
