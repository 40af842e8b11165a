//! What a request sends: URL, headers, body.

use anydeploy_wire::{Auth, ErrorKind, File, Http, Method, Operation, open_enum};

use super::server::{READ, START, Server};

open_enum! {
    pub(crate) enum Order {
        Newest = "newest",
        Oldest = "oldest",
    }
}

const DELETE: Operation = Operation::new(Method::Delete, "delete-thing", "/things/{id}");
const YAML: Operation = Operation::new(Method::Get, "yaml", "/yaml").accepting("application/x-yaml");

async fn server() -> Server {
    Server::answering("200 OK", "", "").await
}

fn has_line(request: &str, line: &str) -> bool {
    request.lines().any(|found| found.eq_ignore_ascii_case(line))
}

#[tokio::test]
async fn a_read_has_no_content() {
    let server = server().await;
    server.http().request(&READ).path("id", "a/b").send().await.unwrap();
    let request = &server.requests()[0];
    assert!(request.starts_with("GET /api/things/a%2Fb HTTP/1.1\r\n"), "{request}");
    assert!(has_line(request, "accept: application/json"), "{request}");
    let agent = concat!("user-agent: anydeploy/", env!("CARGO_PKG_VERSION"));
    assert!(has_line(request, agent), "{request}");
    assert!(!request.to_ascii_lowercase().contains("content-"), "{request}");
}

#[tokio::test]
async fn a_write_without_a_body_says_that_it_is_empty_json() {
    let server = server().await;
    server.http().request(&START).path("id", 7).send().await.unwrap();
    let request = &server.requests()[0];
    assert!(request.starts_with("POST /api/things/7/start HTTP/1.1\r\n"), "{request}");
    assert!(has_line(request, "content-type: application/json"), "{request}");
    assert!(has_line(request, "content-length: 0"), "{request}");
    assert!(request.ends_with("\r\n\r\n"), "{request}");
}

#[tokio::test]
async fn an_operation_without_a_body_names_no_media_type() {
    let server = server().await;
    server.http().request(&START.without_body()).path("id", 7).send().await.unwrap();
    let request = &server.requests()[0];
    assert!(!request.to_ascii_lowercase().contains("content-type"), "{request}");
    assert!(has_line(request, "content-length: 0"), "{request}");
}

#[tokio::test]
async fn a_body_is_json_with_any_method() {
    let server = server().await;
    let http = server.http();
    http.request(&START).path("id", 7).body(&["a"]).send().await.unwrap();
    http.request(&DELETE).path("id", 7).body(&true).send().await.unwrap();
    let requests = server.requests();
    assert!(requests[0].ends_with("\r\n\r\n[\"a\"]"), "{}", requests[0]);
    assert!(requests[1].starts_with("DELETE ") && requests[1].ends_with("\r\n\r\ntrue"), "{}", requests[1]);
    assert!(requests.iter().all(|request| has_line(request, "content-type: application/json")));
}

#[tokio::test]
async fn query_values_are_sent_encoded_repeated_or_not_at_all() {
    let server = server().await;
    let call = server.http();
    let call = call.request(&READ).path("id", "1");
    let call = call.query("skip", &Some(20)).query("take", &None::<u32>);
    let call = call.query("tag", &vec!["a b", "c&d"]).query("order", &Order::Newest);
    call.query("force", &true).query("q", "é").send().await.unwrap();
    let request = &server.requests()[0];
    let line = "GET /api/things/1?skip=20&tag=a+b&tag=c%26d&order=newest&force=true&q=%C3%A9 HTTP/1.1";
    assert!(has_line(request, line), "{request}");
}

#[tokio::test]
async fn another_media_type_is_accepted_after_json() {
    let server = server().await;
    server.http().request(&YAML).send().await.unwrap();
    let request = &server.requests()[0];
    assert!(has_line(request, "accept: application/json, application/x-yaml;q=0.9"), "{request}");
}

#[tokio::test]
async fn credentials_and_headers_go_with_every_request() {
    let server = server().await;
    for (auth, line) in [
        (Auth::bearer("t"), "authorization: Bearer t"),
        (Auth::scheme("Token", "t"), "authorization: Token t"),
        (Auth::header("x-api-key", "t"), "x-api-key: t"),
    ] {
        let http = server.builder().auth(auth).header("CF-Access-Client-Id", "c").user_agent("me/1").build();
        http.unwrap().request(&READ).path("id", "1").send().await.unwrap();
        let request = server.requests().pop().unwrap();
        for line in [line, "cf-access-client-id: c", "user-agent: me/1"] {
            assert!(has_line(&request, line), "{line}: {request}");
        }
    }
}

#[tokio::test]
async fn a_bad_path_parameter_is_refused_before_anything_is_sent() {
    let server = server().await;
    let http = server.http();
    for bad in ["", ".", "..", "a/../b", "a\nb"] {
        let error = http.request(&DELETE).path("id", bad).send().await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidArgument, "delete-thing"));
        assert!(error.to_string().contains("the path parameter `id` "), "{error}");
    }
    let error = http.request(&DELETE).send().await.unwrap_err();
    assert!(error.to_string().ends_with("the path parameter `id` is not given"), "{error}");
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused_before_anything_is_sent() {
    let server = server().await;
    let bad = std::collections::BTreeMap::from([(vec![1], "planted")]);
    let error = server.http().request(&START).path("id", "1").body(&bad).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(!format!("{error} {error:?}").contains("planted"));
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[test]
fn a_base_url_is_https_or_stays_on_this_machine() {
    let refusal = |url: &str| Http::builder(url).build().err().map(|error| (error.kind(), error.to_string()));
    for good in [
        "https://host.example",
        "https://host.example/api/v1/",
        "http://localhost:8000",
        "http://127.8.9.1",
        "http://[::1]:80",
    ] {
        assert_eq!(refusal(good), None, "{good}");
    }
    for (bad, reason) in [
        ("http://host.example", "plain http"),
        ("http://localhost.example", "plain http"),
        ("http://notlocalhost", "plain http"),
        ("http://coolify.localhost", "plain http"),
        ("http://localhost.", "plain http"),
        ("http://10.0.0.1", "`allow_plain_http(true)`"),
        ("ftp://host.example", "neither http nor https"),
        ("https://planted@host.example", "credentials"),
        ("https://user:planted@host.example", "credentials"),
        ("https://host.example?token=planted", "query"),
        ("https://host.example#planted", "fragment"),
        ("host.example", "begin it with https://"),
        ("host.example:8000/planted", "begin it with https://"),
        ("", "begin it with https://"),
        ("https://", "not a URL"),
    ] {
        let (kind, text) = refusal(bad).unwrap();
        assert_eq!(kind, ErrorKind::InvalidConfiguration);
        assert!(text.contains(reason) && !text.contains("planted"), "{bad}: {text}");
    }
    assert!(Http::builder("http://host.example").allow_plain_http(true).build().is_ok());
}

#[test]
fn the_base_url_has_no_slash_at_its_end() {
    let base = |url: &str| Http::builder(url).build().unwrap().base_url().to_owned();
    assert_eq!(base("https://Host.example/"), "https://host.example");
    assert_eq!(base("https://host.example/api//"), "https://host.example/api");
}

#[test]
fn a_bad_header_or_certificate_is_refused_by_the_builder() {
    let builder = || Http::builder("https://host.example");
    for builder in [
        builder().auth(Auth::bearer("plan\nted")),
        builder().header("x-extra", "plan\0ted"),
        builder().header("x extra", "planted"),
        builder().root_certificate_pem("planted"),
        builder().root_certificate_pem("-----BEGIN CERTIFICATE-----\nplanted\n-----END CERTIFICATE-----\n"),
        builder().user_agent("plan\nted"),
        builder().header("Accept", "planted/type"),
        builder().header("content-type", "planted/type"),
        builder().auth(Auth::bearer("token")).header("authorization", "planted"),
        builder().header("x-extra", "one").header("X-Extra", "planted"),
        builder().header("Proxy-Authorization", "planted"),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidConfiguration, "build"));
        assert!(!format!("{error} {error:?}").contains("plan"), "{error:?}");
    }
    let line = |builder: anydeploy_wire::HttpBuilder| builder.build().unwrap_err().to_string();
    assert!(line(builder().auth(Auth::bearer("t\n"))).ends_with("the token begins or ends with white space"));
    assert!(line(builder().header("x-extra", "")).ends_with("the value of header `x-extra` is empty"));
    let twice = line(builder().auth(Auth::header("x-api-key", "t")).header("X-API-Key", "t"));
    assert!(twice.contains("the header `x-api-key` carries the credentials"), "{twice}");
}

#[tokio::test]
async fn a_form_holds_fields_and_files() {
    let server = server().await;
    let http = server.http();
    let file = File::new("a.zip", "PK");
    let form = http.request(&START).path("id", 7).field("force", &true).field("absent", &None::<String>);
    form.files("zip", [&file]).files("more", &None::<File>).send().await.unwrap();
    http.request(&START).path("id", 7).form().send().await.unwrap();
    let requests = server.requests();
    let form = "content-type: multipart/form-data; boundary=";
    assert!(requests.iter().all(|request| request.to_ascii_lowercase().contains(form)), "{requests:?}");
    let filled = &requests[0];
    assert!(filled.contains("\r\n\r\ntrue\r\n--") && filled.contains("\r\n\r\nPK\r\n--"), "{filled}");
    assert!(!filled.contains("absent") && !filled.contains("more"), "{filled}");
    assert!(requests[1].ends_with("--\r\n"), "{}", requests[1]);
}

#[tokio::test]
async fn content_is_sent_as_it_is() {
    let server = server().await;
    let call = server.http().request(&START).path("id", 7).content("application/x-yaml", "a: 1\n").send().await;
    call.unwrap();
    let request = &server.requests()[0];
    assert!(has_line(request, "content-type: application/x-yaml"), "{request}");
    assert!(request.ends_with("\r\n\r\na: 1\n"), "{request}");
}

#[tokio::test]
async fn secret_text_is_not_shown() {
    let server = Server::answering("200 OK", "", "planted").await;
    let reply = server.http().request(&YAML).secret().await.unwrap();
    assert_eq!(reply.value().expose(), "planted");
    assert!(!format!("{reply:?}").contains("planted"));
}
