//! A connection that TLS prevents: host and cause are in the line, and a certificate that is refused is a kind of its own.

use std::sync::Arc;

use anydeploy_wire::{Error, ErrorKind, Http};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::server::READ;

const AUTHORITY: &str = include_str!("../tls/authority.pem");
const SERVER_KEY: &str = include_str!("../tls/server.key");

/// The server's side of TLS with this certificate.
fn acceptor(certificate: &str, key: &str) -> TlsAcceptor {
    let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// A server that answers `7` over TLS with this certificate; gives its port.
async fn serve(certificate: &str, key: &str) -> u16 {
    let acceptor = acceptor(certificate, key);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut request = [0; 4096];
                if stream.read(&mut request).await.is_ok() {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n7").await;
                    let _ = stream.shutdown().await;
                }
            });
        }
    });
    port
}

async fn call(url: String, root: Option<&str>) -> Result<u8, Error> {
    let builder = Http::builder(url);
    let http = match root {
        Some(root) => builder.root_certificate_pem(root).build()?,
        None => builder.build()?,
    };
    Ok(http.request(&READ).path("id", "1").send().await?.json()?.into_value())
}

#[tokio::test]
async fn a_refused_certificate_is_its_own_kind_with_host_and_cause() {
    let cases = [
        (include_str!("../tls/server.pem"), None, "is not signed by an authority that is trusted"),
        (include_str!("../tls/other_host.pem"), Some(AUTHORITY), "is for another host"),
        (include_str!("../tls/expired.pem"), Some(AUTHORITY), "has expired"),
        (include_str!("../tls/not_yet.pem"), Some(AUTHORITY), "is not valid yet"),
    ];
    for (certificate, root, cause) in cases {
        let port = serve(certificate, SERVER_KEY).await;
        let error = call(format!("https://localhost:{port}"), root).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::Certificate, None), "{error:?}");
        let expected = format!("cannot connect to https://localhost:{port}: its certificate {cause}");
        assert_eq!(error.message(), expected);
        assert!(error.to_string().ends_with(&expected), "{error}");
    }
}

#[tokio::test]
async fn an_authority_that_is_given_is_trusted_with_a_byte_order_mark_or_on_one_line() {
    let port = serve(include_str!("../tls/server.pem"), SERVER_KEY).await;
    for root in [AUTHORITY.to_owned(), format!("\u{feff}{AUTHORITY}"), AUTHORITY.replace('\n', "\\n")] {
        assert_eq!(call(format!("https://localhost:{port}"), Some(&root)).await.unwrap(), 7, "{root}");
    }
}

#[tokio::test]
async fn a_self_signed_certificate_is_trusted_unless_it_is_marked_as_an_authority() {
    let pinned = include_str!("../tls/pinned.pem");
    let port = serve(pinned, include_str!("../tls/pinned.key")).await;
    assert_eq!(call(format!("https://127.0.0.1:{port}"), Some(pinned)).await.unwrap(), 7);
    let marked = include_str!("../tls/marked.pem");
    let port = serve(marked, include_str!("../tls/marked.key")).await;
    let error = call(format!("https://localhost:{port}"), Some(marked)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Certificate);
    assert!(error.message().contains("basicConstraints=critical,CA:FALSE"), "{error}");
}

#[tokio::test]
async fn a_server_without_tls_is_called_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
        // The client closes; a reset would hide what was written.
        let _ = stream.read_to_end(&mut Vec::new()).await;
    });
    let error = call(url, None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.message().contains("does not speak TLS"), "{error:?}");
}

#[tokio::test]
async fn a_root_certificate_that_cannot_be_used_is_refused_with_the_cause() {
    let garbled = AUTHORITY.replace("MII", "AAA");
    for (root, reason) in [
        (SERVER_KEY, "the root certificate is a private key"),
        ("/etc/ssl/certs/ca.pem", "the root certificate is a path"),
        (&garbled, "the HTTP client cannot be built: "),
    ] {
        let error = call("https://localhost:1".to_owned(), Some(root)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfiguration, "{error:?}");
        assert!(error.message().starts_with(reason), "{error}");
    }
}

#[cfg(feature = "websocket")]
#[tokio::test]
async fn a_socket_trusts_the_certificates_that_its_requests_trust() {
    use anydeploy_wire::{Method, Operation, SocketMessage};
    use futures::SinkExt;
    use tokio_tungstenite::{accept_async, tungstenite::Message};

    const LISTEN: Operation = Operation::new(Method::Get, "listen", "/listen");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(stream) = acceptor(include_str!("../tls/server.pem"), SERVER_KEY).accept(stream).await else {
                continue;
            };
            accept_async(stream).await.unwrap().send(Message::text("a")).await.unwrap();
        }
    });
    let http = Http::builder(&url).build().unwrap();
    assert_eq!(http.request(&LISTEN).socket().await.unwrap_err().kind(), ErrorKind::Certificate);
    let http = Http::builder(&url).root_certificate_pem(AUTHORITY).build().unwrap();
    let message = http.request(&LISTEN).socket().await.unwrap().next().await.unwrap();
    assert_eq!(message, SocketMessage::Text("a".to_owned()));
}
