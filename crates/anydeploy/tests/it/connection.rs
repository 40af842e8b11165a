//! Options of the connection, through code, a file and the environment: what arrives on real sockets.

use anydeploy::config::reqwest::{Client, redirect};
use anydeploy::config::{Config, Proxy};
use anydeploy::coolify::{CoolifyBuilder, CoolifyConfig};
use anydeploy::dokploy::DokployConfig;
use anydeploy::{Coolify, DeployerExt, Dokploy, ErrorKind};
use wiremock::matchers::{any, method};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// A server that answers reads with a version, and the question for a deployment of nothing as Coolify does.
async fn server() -> MockServer {
    let server = MockServer::builder().start().await;
    let version = ResponseTemplate::new(200).set_body_string("4.3.11");
    Mock::given(method("GET")).respond_with(version).mount(&server).await;
    let refusal = serde_json::json!({"message": "You must provide uuid or tag."});
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(400).set_body_json(refusal)).mount(&server).await;
    server
}

fn builder(server: &MockServer) -> CoolifyBuilder {
    Coolify::builder().url(server.uri()).token("1|planted")
}

/// A configuration from a file with these further keys.
fn file(server: &MockServer, keys: &serde_json::Value) -> serde_json::Result<CoolifyConfig> {
    let mut file = serde_json::json!({"url": server.uri(), "token": "1|planted"});
    file.as_object_mut().unwrap().extend(keys.as_object().unwrap().clone());
    serde_json::from_value(file)
}

/// A configuration from the environment with these further variables.
fn environment(server: &MockServer, variables: &[(&str, &str)]) -> anydeploy::Result<CoolifyConfig> {
    let url = server.uri();
    let all = [("COOLIFY_URL", &*url), ("COOLIFY_TOKEN", "1|planted")];
    let all: Vec<_> = all.iter().chain(variables).collect();
    Config::from_variables(|name| all.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
}

async fn requests(server: &MockServer) -> Vec<Request> {
    server.received_requests().await.unwrap()
}

fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    request.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_proxy_sees_every_request_and_the_instance_none() {
    let (instance, proxy) = (server().await, server().await);
    let uri = proxy.uri();
    for deployer in [
        builder(&instance).proxy(&*uri).build(),
        file(&instance, &serde_json::json!({"proxy": uri})).unwrap().connect(),
        environment(&instance, &[("ANYDEPLOY_PROXY", &uri)]).unwrap().connect(),
    ] {
        deployer.unwrap().check().await.unwrap();
        let last = requests(&proxy).await.pop().unwrap();
        assert_eq!(header(&last, "authorization"), "Bearer 1|planted");
        assert!(requests(&instance).await.is_empty());
    }
    assert!(requests(&proxy).await.len() >= 3);
}

#[tokio::test]
async fn no_proxy_is_said_in_code_in_a_file_and_in_the_environment() {
    let instance = server().await;
    for config in [
        file(&instance, &serde_json::json!({"proxy": "none"})).unwrap(),
        environment(&instance, &[("ANYDEPLOY_PROXY", " none\n")]).unwrap(),
    ] {
        assert!(matches!(config.proxy, Proxy::None), "{config:?}");
        config.connect().unwrap().check().await.unwrap();
    }
    assert!(matches!(file(&instance, &serde_json::json!({})).unwrap().proxy, Proxy::Environment));
    assert!(matches!(environment(&instance, &[]).unwrap().proxy, Proxy::Environment));
    builder(&instance).no_proxy().build().unwrap().check().await.unwrap();
    assert!(requests(&instance).await.len() >= 3);
}

#[test]
fn a_proxy_that_cannot_be_used_is_refused_without_its_password() {
    let dokploy = || Dokploy::builder().url("https://d.example").token("k");
    for bad in ["socks5://user:planted@proxy.example", "proxy.example:planted", "http://proxy.example/planted"] {
        let error = dokploy().proxy(bad).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfiguration, "{bad}");
        assert!(
            error.to_string().contains("the proxy's URL") && !format!("{error:?}").contains("planted"),
            "{error:?}"
        );
    }
    let error = serde_json::from_str::<DokployConfig>(r#"{"proxy": ["planted"]}"#).unwrap_err();
    assert!(!error.to_string().contains("planted"), "{error}");
    let local = Dokploy::builder().url("http://127.0.0.1:3000").token("k").proxy("http://proxy.example:3128");
    assert!(local.build().unwrap_err().to_string().contains("would see the credentials"));
}

#[tokio::test]
async fn the_application_is_named_after_this_crate_in_the_user_agent() {
    let instance = server().await;
    let own = concat!("anydeploy/", env!("CARGO_PKG_VERSION"));
    let named = format!("{own} shop/1.0");
    for (deployer, expected) in [
        (builder(&instance).build(), own),
        (builder(&instance).application_name("shop/1.0").build(), &*named),
        (file(&instance, &serde_json::json!({"application_name": "shop/1.0"})).unwrap().connect(), &*named),
        (environment(&instance, &[("ANYDEPLOY_APPLICATION_NAME", "shop/1.0\n")]).unwrap().connect(), &*named),
    ] {
        deployer.unwrap().check().await.unwrap();
        let last = requests(&instance).await.pop().unwrap();
        assert_eq!(header(&last, "user-agent"), expected);
    }
    for bad in ["", " ", "shop\n1.0", "sh\u{f6}p"] {
        let error = builder(&instance).application_name(bad).build().unwrap_err();
        assert!(error.to_string().contains("`application_name`"), "{error}");
    }
    let twice = builder(&instance).application_name("shop/1.0").header("User-Agent", "other").build();
    assert!(twice.unwrap_err().to_string().contains("both set"));
}

#[tokio::test]
async fn extra_headers_arrive_from_a_file_and_the_environment_and_are_not_shown() {
    let instance = server().await;
    let keys = serde_json::json!({"headers": {"CF-Access-Client-Id": "planted-id", "X-Second": "planted-two"}});
    let lines = "CF-Access-Client-Id: planted-id\n\n X-Second:planted-two \n";
    for config in [file(&instance, &keys).unwrap(), environment(&instance, &[("ANYDEPLOY_HEADERS", lines)]).unwrap()] {
        config.connect().unwrap().check().await.unwrap();
        let last = requests(&instance).await.pop().unwrap();
        assert_eq!((header(&last, "cf-access-client-id"), header(&last, "x-second")), ("planted-id", "planted-two"));
        let shown = format!("{config:?} {:?}", config.connect().unwrap());
        assert!(shown.contains("X-Second") && !shown.contains("planted"), "{shown}");
    }
}

#[test]
fn a_header_that_carries_the_token_or_comes_twice_is_refused() {
    let coolify = || Coolify::builder().url("https://c.example").token("1|t");
    let dokploy = || Dokploy::builder().url("https://d.example").token("k");
    for (error, words) in [
        (coolify().header("Authorization", "planted").build().unwrap_err(), "carries the credentials"),
        (dokploy().header("X-API-Key", "planted").build().unwrap_err(), "carries the credentials"),
        (coolify().header("Proxy-Authorization", "planted").build().unwrap_err(), "in the URL of the proxy"),
        (coolify().header("X-A", "planted").header("x-a", "planted").build().unwrap_err(), "is set twice"),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidConfiguration);
        assert!(error.to_string().contains(words) && !format!("{error:?}").contains("planted"), "{error:?}");
    }
    let read = |lines: &str| {
        let variables = [("COOLIFY_URL", "https://c.example"), ("COOLIFY_TOKEN", "1|t"), ("ANYDEPLOY_HEADERS", lines)];
        CoolifyConfig::from_variables(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    };
    for lines in ["planted", "X-A: planted\nX-A: planted"] {
        let line = read(lines).unwrap_err().to_string();
        assert!(line.contains("ANYDEPLOY_HEADERS") && !line.contains("planted"), "{line}");
    }
    let error = serde_json::from_str::<CoolifyConfig>(r#"{"headers": {"X-A": [12345678]}}"#).unwrap_err();
    assert!(!error.to_string().contains("12345678"), "{error}");
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_too_large_and_the_limit_has_many_forms() {
    let instance = server().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_string("4.3.11")).mount(&instance).await;
    for config in [
        file(&instance, &serde_json::json!({"max_body": 5})).unwrap(),
        file(&instance, &serde_json::json!({"max_body": "5 B"})).unwrap(),
        environment(&instance, &[("ANYDEPLOY_MAX_BODY", "5")]).unwrap(),
    ] {
        let error = config.connect().unwrap().check().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AnswerTooLarge, "{error:?}");
    }
    builder(&instance).max_body(5).build().unwrap().check().await.unwrap_err();
    assert_eq!(file(&instance, &serde_json::json!({"max_body": "32 MiB"})).unwrap().max_body, 32 << 20);
    let error = environment(&instance, &[("ANYDEPLOY_MAX_BODY", "much")]).unwrap_err();
    assert!(error.to_string().contains("ANYDEPLOY_MAX_BODY"), "{error}");
}

#[tokio::test]
async fn an_http_client_of_the_callers_own_sends_with_our_headers() {
    let instance = server().await;
    let client = || Client::builder().user_agent("other/1").redirect(redirect::Policy::none()).build().unwrap();
    let config = file(&instance, &serde_json::json!({})).unwrap().with_http_client(client());
    assert!(format!("{config:?}").contains("http_client: true"), "{config:?}");
    for deployer in [builder(&instance).http_client(client()).build(), config.connect()] {
        deployer.unwrap().check().await.unwrap();
        let last = requests(&instance).await.pop().unwrap();
        assert_eq!(header(&last, "authorization"), "Bearer 1|planted");
        assert!(header(&last, "user-agent").starts_with("anydeploy/"), "{last:?}");
    }
    let error = builder(&instance).http_client(client()).no_proxy().build().unwrap_err();
    assert!(error.to_string().contains("the proxy is not used"), "{error}");
}

#[tokio::test]
async fn an_answer_that_a_redirect_led_to_says_nothing_of_the_token() {
    let (instance, other) = (MockServer::builder().start().await, MockServer::builder().start().await);
    let away = ResponseTemplate::new(302).insert_header("location", other.uri());
    Mock::given(any()).respond_with(away).mount(&instance).await;
    let refusal = serde_json::json!({"message": "Unauthenticated."});
    Mock::given(any()).respond_with(ResponseTemplate::new(401).set_body_json(refusal)).mount(&other).await;
    let error = builder(&instance).http_client(Client::new()).build().unwrap().check().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreadable, "{error:?}");
    assert!(error.to_string().contains("followed a redirect"), "{error}");
    assert!(!requests(&other).await.is_empty());
}
