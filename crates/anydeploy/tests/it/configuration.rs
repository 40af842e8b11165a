//! Where addresses and tokens come from, and what is refused before anything is sent.

use std::time::Duration;

use anydeploy::config::Config;
use anydeploy::coolify::CoolifyConfig;
use anydeploy::dokploy::DokployConfig;
use anydeploy::qovery::QoveryConfig;
use anydeploy::{Connect, Coolify, DeployerExt, Dokploy, Error, ErrorKind, Platform, Qovery, platform};
use anydeploy_wire::Auth;
use wiremock::matchers::{header, method};
use wiremock::{Mock, MockBuilder, MockServer, ResponseTemplate};

const OWN: &str = "https://my-bot.example.com";
const INSTANCE: &str = "https://coolify.example.com";

fn read<D: Connect>(variables: &[(&str, &str)]) -> anydeploy::Result<Config<D>> {
    Config::from_variables(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
}

/// Answers reads with a version, and the question for a deployment of nothing as Coolify does.
async fn answer_version(server: &MockServer, reads: MockBuilder) {
    let refusal = serde_json::json!({"message": "You must provide uuid or tag."});
    reads.respond_with(ResponseTemplate::new(200).set_body_string("4.3.11")).mount(server).await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(400).set_body_json(refusal)).mount(server).await;
}

#[test]
fn what_coolify_sets_in_what_it_hosts_is_not_taken_for_the_instance() {
    for (sign, value) in [
        ("COOLIFY_FQDN", "my-bot.example.com"),
        ("COOLIFY_RESOURCE_UUID", "vgsco4o"),
        ("COOLIFY_CONTAINER_NAME", "vgsco4o-1"),
    ] {
        for other in ["COOLIFY_BASE_URL", "COOLIFY_ENDPOINT"] {
            let config = read::<Coolify>(&[
                ("COOLIFY_URL", OWN),
                (sign, value),
                (other, INSTANCE),
                ("COOLIFY_TOKEN", "1|planted"),
            ]);
            assert_eq!(config.unwrap().url.as_deref(), Some(INSTANCE), "{sign} {other}");
        }
        let alone =
            read::<Coolify>(&[("COOLIFY_URL", OWN), (sign, value), ("COOLIFY_TOKEN", "1|planted")]).unwrap_err();
        assert_eq!(alone.kind(), ErrorKind::InvalidConfiguration);
        let line = alone.to_string();
        for name in ["COOLIFY_URL", sign, "COOLIFY_BASE_URL", "COOLIFY_ENDPOINT"] {
            assert!(line.contains(name), "{line}");
        }
        assert!(!line.contains("planted") && !line.contains("my-bot"), "{line}");
    }
    let usual = read::<Coolify>(&[("COOLIFY_URL", INSTANCE), ("COOLIFY_TOKEN", "1|planted")]).unwrap();
    assert_eq!(usual.url.as_deref(), Some(INSTANCE));
}

#[test]
fn variables_that_disagree_are_never_chosen_from_silently() {
    // The one that Coolify may have set gives way to the one that only a person sets.
    let config =
        read::<Coolify>(&[("COOLIFY_URL", OWN), ("COOLIFY_BASE_URL", INSTANCE), ("COOLIFY_TOKEN", "1|planted")])
            .unwrap();
    assert_eq!(config.url.as_deref(), Some(INSTANCE));
    // Two forms of one address agree.
    let same = format!("{INSTANCE}/api/v1/");
    read::<Coolify>(&[("COOLIFY_BASE_URL", INSTANCE), ("COOLIFY_ENDPOINT", &same), ("COOLIFY_TOKEN", "1|t")]).unwrap();
    let cases = [
        read::<Coolify>(&[("COOLIFY_BASE_URL", OWN), ("COOLIFY_ENDPOINT", INSTANCE), ("COOLIFY_TOKEN", "1|t")])
            .map(drop),
        read::<Dokploy>(&[("DOKPLOY_URL", OWN), ("DOKPLOY_ENDPOINT", INSTANCE), ("DOKPLOY_API_KEY", "k")]).map(drop),
        read::<Qovery>(&[("QOVERY_API_URL", OWN), ("QOVERY_URL", INSTANCE), ("QOVERY_API_TOKEN", "k")]).map(drop),
    ];
    for case in cases {
        let error = case.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfiguration);
        assert!(error.to_string().contains(" and ") && !error.to_string().contains("example.com"), "{error}");
    }
}

#[tokio::test]
async fn the_token_of_a_bot_on_coolify_goes_to_the_instance_alone() {
    let (own, instance) = (MockServer::builder().start().await, MockServer::builder().start().await);
    answer_version(&instance, Mock::given(method("GET"))).await;
    let (own_url, url) = (own.uri(), instance.uri());
    let config = read::<Coolify>(&[
        ("COOLIFY_URL", &own_url),
        ("COOLIFY_RESOURCE_UUID", "vgsco4o"),
        ("COOLIFY_BASE_URL", &url),
        ("COOLIFY_TOKEN", "1|planted"),
    ]);
    config.unwrap().connect().unwrap().check().await.unwrap();
    assert!(own.received_requests().await.unwrap().is_empty());
    assert!(!instance.received_requests().await.unwrap().is_empty());
}

#[test]
fn an_address_or_a_token_that_cannot_be_meant_is_refused_when_built() {
    let refusal = |url: &str, token: &str| Coolify::builder().url(url).token(token).build().unwrap_err();
    for (url, words) in [
        ("https://c.example/api/v1/deploy", "give `https://c.example`"),
        ("https://c.example/dashboard/x", "give `https://c.example`"),
        ("https://https://c.example", "two schemes"),
        ("https://a.example,https://b.example", "two URLs"),
        ("https://a.example,b.example", "a list of addresses"),
        ("https://c.example?token=planted", "give the address up to it"),
        ("https://u:planted@c.example", "holds credentials"),
        ("\"https://c.example\"", "without them"),
        ("c.example", "begin it with https://"),
    ] {
        let error = refusal(url, "1|t");
        assert_eq!(error.kind(), ErrorKind::InvalidConfiguration, "{url}");
        assert!(error.to_string().contains(words) && !error.to_string().contains("planted"), "{url}: {error}");
    }
    for token in ["Bearer 1|planted", "\"1|planted\"", "${COOLIFY_TOKEN}", "Token planted", "1|plan ted", " "] {
        let error = refusal("https://c.example", token);
        assert_eq!(error.kind(), ErrorKind::InvalidConfiguration, "{token}");
        assert!(error.to_string().contains("the token ") && !format!("{error:?}").contains("plan"), "{error:?}");
    }
    for url in ["https://c.example/api", "https://c.example/api/v1/\n", "https://c.example/"] {
        Coolify::builder().url(url).token("1|t\n").build().unwrap();
    }
    let error = Dokploy::builder().url("https://d.example/dashboard/projects").token("k").build().unwrap_err();
    assert!(error.to_string().contains("give `https://d.example`"), "{error}");
    let error = Qovery::builder().url("https://console.qovery.com/organization/x").token("k").build().unwrap_err();
    assert!(error.to_string().contains("https://api.qovery.com"), "{error}");
}

#[tokio::test]
async fn white_space_around_a_header_is_cut_off_as_it_is_around_a_token() {
    let server = MockServer::builder().start().await;
    let given = Mock::given(header("cf-access-client-id", "planted")).and(header("authorization", "Bearer 1|t"));
    answer_version(&server, given.and(method("GET"))).await;
    let coolify = Coolify::builder()
        .url(server.uri())
        .token("1|t\n")
        .header("CF-Access-Client-Id", " planted\r\n")
        .build()
        .unwrap();
    coolify.check().await.unwrap();
}

#[test]
fn plain_http_can_be_allowed_by_a_variable() {
    let url = "http://10.0.0.1:8000";
    let config = |allow: &str| {
        read::<Coolify>(&[("COOLIFY_URL", url), ("COOLIFY_TOKEN", "1|t"), ("ANYDEPLOY_ALLOW_PLAIN_HTTP", allow)])
    };
    for allow in ["true", "1", " YES\n", "on"] {
        config(allow).unwrap().connect().unwrap();
    }
    for allow in ["", "false", "0", "no", "off"] {
        let error = config(allow).unwrap().connect().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfiguration, "{allow}");
    }
    assert!(config("perhaps").unwrap_err().to_string().contains("ANYDEPLOY_ALLOW_PLAIN_HTTP"));
}

#[test]
fn times_and_limits_are_read_in_the_forms_people_write() {
    let config: CoolifyConfig = serde_json::from_str(
        r#"{"url":"https://c.example","token":"1|t","timeout":"20s","connect_timeout":"500ms","timing":{"lost_after":"2m"},"max_body":33554432}"#,
    )
    .unwrap();
    assert_eq!(config.timeout, Duration::from_secs(20));
    assert_eq!(
        (config.connect_timeout, config.timing.lost_after),
        (Duration::from_millis(500), Duration::from_mins(2))
    );
    assert_eq!(config.timing.trigger_settles, Duration::from_secs(30), "the others keep their default");
    assert!(serde_json::from_str::<CoolifyConfig>(r#"{"timing":{"lost":1}}"#).is_err(), "a misspelt time");
    assert_eq!(config.max_body, 32 * 1024 * 1024);
    let config: DokployConfig = serde_json::from_str(r#"{"timeout":2.5}"#).unwrap();
    assert_eq!((config.timeout, config.max_body), (Duration::from_millis(2500), 16 * 1024 * 1024));
    assert!(serde_json::from_str::<QoveryConfig>(r#"{"timeout":"soon"}"#).is_err());
}

#[tokio::test]
async fn a_jwt_goes_as_bearer_and_a_token_as_token_unless_the_scheme_is_set() {
    let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln";
    for (token, scheme, sent) in [
        (jwt, None, format!("Bearer {jwt}")),
        ("qov_planted", None, "Token qov_planted".to_owned()),
        (jwt, Some("token"), format!("Token {jwt}")),
        ("qov_planted", Some("bearer"), "Bearer qov_planted".to_owned()),
    ] {
        let server = MockServer::builder().start().await;
        let list = ResponseTemplate::new(200).set_body_json(serde_json::json!({"results": []}));
        Mock::given(header("authorization", sent.as_str())).respond_with(list).mount(&server).await;
        let url = server.uri();
        let mut variables = vec![("QOVERY_API_URL", &*url), ("QOVERY_CLI_ACCESS_TOKEN", token)];
        variables.extend(scheme.map(|scheme| ("QOVERY_TOKEN_SCHEME", scheme)));
        read::<Qovery>(&variables).unwrap().connect().unwrap().check().await.unwrap();
    }
}

#[test]
fn a_root_certificate_that_is_none_is_called_by_its_name() {
    for (pem, words) in [
        ("/etc/ssl/certs/ca.pem", "is a path"),
        ("-----BEGIN PRIVATE KEY-----\nplanted\n-----END PRIVATE KEY-----", "is a private key"),
        ("-----BEGIN CERTIFICATE-----\nplanted", "breaks off"),
        ("planted", "is not PEM"),
    ] {
        let error = Coolify::builder().url("https://c.example").token("1|t").root_certificate(pem).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfiguration);
        assert!(error.to_string().contains(words) && !format!("{error:?}").contains("planted"), "{error:?}");
    }
}

#[test]
fn a_time_beyond_an_hour_is_refused_when_built() {
    let build = |grace| Dokploy::builder().url("https://d.example").token("t").grace(grace).build();
    for grace in [std::time::Duration::from_secs(3601), std::time::Duration::MAX] {
        assert_eq!(build(grace).unwrap_err().kind(), ErrorKind::InvalidConfiguration, "{grace:?}");
    }
    assert!(build(std::time::Duration::from_hours(1)).is_ok());
}

/// The address of the API that each platform makes of a URL.
fn api_url(platform: &Platform, url: &str) -> Result<String, Error> {
    let builder = (url.to_owned(), "1|planted");
    Ok(match platform {
        name if *name == platform::COOLIFY => {
            Coolify::builder().url(builder.0).token(builder.1).build()?.api().http().base_url().to_owned()
        }
        name if *name == platform::DOKPLOY => {
            Dokploy::builder().url(builder.0).token(builder.1).build()?.api().http().base_url().to_owned()
        }
        _ => Qovery::builder().url(builder.0).token(builder.1).build()?.api().http().base_url().to_owned(),
    })
}

#[test]
fn every_form_of_the_address_leads_to_the_api() {
    let coolify = "https://c.example/api/v1";
    let cases = [
        (platform::COOLIFY, "https://c.example", coolify),
        (platform::COOLIFY, "https://c.example/", coolify),
        (platform::COOLIFY, "https://c.example/api/v1", coolify),
        (platform::COOLIFY, " https://c.example/api/v1/\n", coolify),
        (platform::COOLIFY, "https://c.example/api/", coolify),
        (platform::COOLIFY, "https://h.example/coolify", "https://h.example/coolify/api/v1"),
        (platform::DOKPLOY, "https://d.example:3000", "https://d.example:3000/api"),
        (platform::DOKPLOY, "https://d.example/api/", "https://d.example/api"),
        (platform::QOVERY, "https://api.qovery.com/", "https://api.qovery.com"),
    ];
    for (platform, url, api) in cases {
        assert_eq!(api_url(&platform, url).unwrap(), api, "{url}");
    }
}

#[test]
fn an_address_of_a_page_or_an_operation_is_refused_with_the_address_to_give() {
    let cases = [
        (platform::COOLIFY, "https://c.example/api/v1/deploy", "give `https://c.example`"),
        (platform::COOLIFY, "https://c.example/api/v2", "give `https://c.example`"),
        (platform::COOLIFY, "https://c.example/dashboard", "give `https://c.example`"),
        (platform::COOLIFY, "https://c.example:8000/Project/x/environment/y", "give `https://c.example:8000`"),
        (platform::DOKPLOY, "https://d.example/api/application.deploy", "give `https://d.example`"),
        (platform::DOKPLOY, "https://d.example/api/v1", "give `https://d.example`"),
        (platform::DOKPLOY, "https://d.example/dashboard/projects", "give `https://d.example`"),
        (platform::DOKPLOY, "https://d.example/swagger", "give `https://d.example`"),
        (platform::QOVERY, "https://console.qovery.com/organization/x", "https://api.qovery.com"),
        (platform::QOVERY, "https://api.qovery.com/organization/x", "give `https://api.qovery.com`"),
    ];
    for (platform, url, instead) in cases {
        let error = api_url(&platform, url).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfiguration, "{url}");
        assert!(error.to_string().contains(instead), "{url}: {error}");
    }
    let error = api_url(&platform::COOLIFY, "https://u:hunter2@c.example/login").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"), "a URL that holds a secret is not repeated");
}

#[test]
fn the_token_goes_to_sockets_at_qoverys_own_address_or_at_one_that_is_named_and_to_no_other() {
    let address = |variables: &[(&str, &str)]| {
        let variables = [variables, &[("QOVERY_CLI_ACCESS_TOKEN", "qov_planted")]].concat();
        let http = read::<Qovery>(&variables).unwrap().socket_http(Auth::bearer);
        http.map(|http| http.map(|http| http.base_url().trim_end_matches('/').to_owned()))
    };
    let own = Some("https://ws.qovery.com".to_owned());
    assert_eq!(address(&[]).unwrap(), own);
    assert_eq!(address(&[("QOVERY_API_URL", "https://api.qovery.com/")]).unwrap(), own);
    let other = ("QOVERY_API_URL", "https://qovery.example.com");
    assert_eq!(address(&[other]).unwrap(), None);
    let named = address(&[other, ("QOVERY_WS_URL", "wss://sockets.example.com/ws")]).unwrap();
    assert_eq!(named.as_deref(), Some("https://sockets.example.com/ws"));
    for wrong in ["https://sockets.example.com", "sockets.example.com", "ws://sockets.example.com"] {
        let error = address(&[("QOVERY_WS_URL", wrong)]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfiguration, "{wrong}");
    }
    let coolify = Coolify::builder().url(INSTANCE).token("1|planted").socket_url("wss://sockets.example.com");
    assert_eq!(coolify.build().unwrap_err().kind(), ErrorKind::InvalidConfiguration);
}
