//! Which requests a proxy sees, and what an error says of it.

use anydeploy_wire::{Auth, Error, ErrorKind, Http, HttpBuilder};

use super::server::{Closed, READ, Server};

async fn server() -> Server {
    Server::answering("200 OK", "", "7").await
}

async fn read(builder: HttpBuilder) -> Result<u8, Error> {
    Ok(builder.build()?.request(&READ).path("id", "1").json().await?.into_value())
}

#[tokio::test]
async fn a_proxy_sees_the_request_and_the_server_does_not() {
    let (server, proxy) = (server().await, server().await);
    let builder = server.builder().auth(Auth::bearer("t")).proxy(proxy.origin());
    assert_eq!(read(builder).await.unwrap(), 7);
    let request = &proxy.requests()[0];
    assert!(request.starts_with(&format!("GET {}/things/1 HTTP/1.1\r\n", server.url())), "{request}");
    assert_eq!((proxy.requests().len(), server.requests().len()), (1, 0));
}

#[tokio::test]
async fn the_name_and_password_of_a_proxy_go_to_the_proxy_alone() {
    let (server, proxy) = (server().await, server().await);
    let url = proxy.origin().replace("http://", "http://user:planted@");
    assert_eq!(read(server.builder().proxy(&*url)).await.unwrap(), 7);
    let request = proxy.requests()[0].to_ascii_lowercase();
    // The base64 of `user:planted`.
    assert!(request.contains("proxy-authorization: basic dxnlcjpwbgfudgvk"), "{request}");
    let builder = server.builder().proxy(&*url);
    assert!(!format!("{builder:?} {:?}", builder.clone().build().unwrap()).contains("planted"));
}

#[tokio::test]
async fn https_is_tunnelled_and_the_proxy_sees_no_credentials() {
    let proxy = Server::answering("407 Proxy Authentication Required", "", "").await;
    let builder = Http::builder("https://host.example").auth(Auth::bearer("planted")).header("x-extra", "planted");
    let error = read(builder.proxy(proxy.origin())).await.unwrap_err();
    let request = &proxy.requests()[0];
    assert!(request.starts_with("CONNECT host.example:443 HTTP/1.1\r\n") && !request.contains("planted"), "{request}");
    assert_eq!(error.kind(), ErrorKind::Connect);
    let line =
        format!("cannot connect to https://host.example through the proxy {}: the proxy did not", proxy.origin());
    assert!(error.message().starts_with(&line), "{error}");
}

#[tokio::test]
async fn a_proxy_that_does_not_listen_is_named_without_its_password() {
    let closed = Closed::new();
    let address = closed.address();
    let server = server().await;
    let error = read(server.builder().proxy(format!("http://user:planted@{address}"))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    let line = format!("through the proxy http://{address}: nothing listens on that port");
    assert!(error.message().ends_with(&line) && !format!("{error:?}").contains("planted"), "{error:?}");
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[test]
fn a_proxy_that_cannot_be_used_is_refused_by_the_builder() {
    let refusal = |base_url: &str, proxy: &str| {
        let error = Http::builder(base_url).proxy(proxy).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfiguration);
        assert!(!format!("{error:?}").contains("planted"), "{error:?}");
        error.to_string()
    };
    for bad in ["socks5://planted:1080", "planted:3128", "http://planted.example/path", ""] {
        assert!(refusal("https://host.example", bad).contains("the proxy's URL "), "{bad}");
    }
    assert!(refusal("http://127.0.0.1:8000", "http://planted.example:3128").contains("would see the credentials"));
    let allowed = Http::builder("http://127.0.0.1:8000").proxy("http://proxy.example:3128").allow_plain_http(true);
    allowed.build().unwrap();
}

/// The environment of a process cannot be changed safely, so the test runs itself once more.
#[tokio::test]
async fn a_request_to_this_machine_does_not_pass_a_proxy_of_the_environment() {
    let (server, proxy) = (server().await, server().await);
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "--ignored", "proxies::child_of_the_proxy_test"]);
    child.env("HTTP_PROXY", proxy.url()).env("http_proxy", proxy.url()).env("ANYDEPLOY_TEST_URL", server.url());
    let status = tokio::task::spawn_blocking(move || child.status()).await;
    assert!(status.unwrap().unwrap().success());
    assert_eq!((server.requests().len(), proxy.requests().len()), (1, 0));
}

#[tokio::test]
#[ignore = "is started by another test, with a proxy in its environment"]
async fn child_of_the_proxy_test() {
    // A run of every ignored test sets no proxy.
    let Ok(url) = std::env::var("ANYDEPLOY_TEST_URL") else { return };
    let http = Http::builder(url).build().unwrap();
    http.request(&READ).path("id", "1").send().await.unwrap();
}

#[tokio::test]
async fn no_proxy_passes_by_a_proxy_of_the_environment() {
    let proxy = server().await;
    // A request that passes by the proxy cannot connect.
    let closed = Closed::new();
    let url = format!("https://{}", closed.address());
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "--ignored", "proxies::child_of_the_no_proxy_test"]);
    child.env("HTTPS_PROXY", proxy.origin()).env("https_proxy", proxy.origin()).env("ANYDEPLOY_TEST_URL", url);
    let status = tokio::task::spawn_blocking(move || child.status()).await;
    assert!(status.unwrap().unwrap().success());
    // The first of the child's two requests, which may use it.
    assert_eq!(proxy.requests().len(), 1);
}

#[tokio::test]
#[ignore = "is started by another test, with a proxy in its environment"]
async fn child_of_the_no_proxy_test() {
    // A run of every ignored test sets no proxy.
    let Ok(url) = std::env::var("ANYDEPLOY_TEST_URL") else { return };
    read(Http::builder(&*url)).await.unwrap_err();
    let error = read(Http::builder(&*url).no_proxy()).await.unwrap_err();
    assert!(error.message().ends_with("nothing listens on that port"), "{error}");
}
