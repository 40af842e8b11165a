//! Logs of half a megabyte and more in every row.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use anydeploy::{Coolify, Deployer, DeployerExt, HistoryOptions, Identity, Phase, Revision, Target};
use anydeploy_fakes::{CoolifyScript, FakeCoolify};
use serde_json::json;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::support::coolify::{manual, quick, request, uuid};

/// Passes everything on to a server, and counts the bytes that it answers.
fn counting(url: &str) -> (String, Arc<AtomicU64>) {
    let origin = url.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, bytes) = (listener.local_addr().unwrap(), Arc::new(AtomicU64::new(0)));
    let counter = Arc::clone(&bytes);
    thread::spawn(move || {
        for client in listener.incoming() {
            let (Ok(client), Ok(server)) = (client, TcpStream::connect(&origin)) else { return };
            let (to_server, to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            thread::spawn(move || pass(client, to_server, None));
            let counter = Arc::clone(&counter);
            thread::spawn(move || pass(server, to_client, Some(&counter)));
        }
    });
    (format!("http://{address}"), bytes)
}

fn pass(mut from: TcpStream, mut to: TcpStream, counter: Option<&AtomicU64>) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        if let Some(counter) = counter {
            counter.fetch_add(read as u64, Ordering::SeqCst);
        }
        if to.write_all(&buffer[..read]).is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn deploy_costs_three_requests_and_no_logs() {
    let fake = FakeCoolify::builder().pace(anydeploy_fakes::Pace::Manual).start().await;
    let web = fake.application();
    let shop = fake.add_git_application("shop");
    for application in [&web, &shop] {
        for _ in 0..12 {
            fake.next_deployment(application, CoolifyScript::succeeds().log(["x".repeat(100_000)]));
            fake.deploy_by_someone_else(application);
            fake.advance(10);
        }
    }
    let (url, bytes) = counting(&fake.url());
    let coolify = Coolify::builder().url(url).token(fake.token()).build().unwrap();
    let commit = request(&shop).with_revision(Revision::Commit("0123456789abcdef0123456789abcdef01234567".into()));
    for request in [request(&web), request(&shop), commit] {
        let before = fake.requests().len();
        bytes.store(0, Ordering::SeqCst);
        let deployment = coolify.deploy(&request).await.unwrap();
        assert_eq!(deployment.identity, Identity::Exact);
        assert_eq!(fake.requests().len() - before, 3, "{request:?}");
        let read = bytes.load(Ordering::SeqCst);
        assert!((1..=20_000).contains(&read), "{read} bytes for {request:?}");
        fake.advance(10);
    }
}

/// A server with so many finished rows, each with a log of so many bytes.
async fn server(rows: usize, log: usize) -> MockServer {
    let server = MockServer::builder().start().await;
    // The members of a row come in the order of the table's columns.
    let row = move |number: usize| {
        let (text, id) = ("x".repeat(log), format!(r#""id":{},"deployment_uuid":"d{number}""#, rows - number));
        format!(r#"{{{id},"status":"finished","is_webhook":false,"logs":"{text}","server_name":"localhost"}}"#)
    };
    let list = move |request: &Request| {
        let number = |name: &str, default| {
            let pairs = request.url.query_pairs();
            pairs.into_iter().find(|(key, _)| key == name).map_or(default, |(_, value)| value.parse::<usize>().unwrap())
        };
        let (skip, take) = (number("skip", 0), number("take", 10));
        let page: Vec<_> = (skip..rows.min(skip.saturating_add(take))).map(row).collect();
        let body = format!(r#"{{"count":{rows},"deployments":[{}]}}"#, page.join(","));
        ResponseTemplate::new(200).set_body_raw(body, "application/json")
    };
    Mock::given(method("GET"))
        .and(path("/api/v1/deployments/applications/web"))
        .respond_with(list)
        .mount(&server)
        .await;
    let single = json!({ "application": null, "deployment_uuid": "d0", "logs": "x".repeat(log), "status": "finished" });
    let single = ResponseTemplate::new(200).set_body_json(single);
    Mock::given(method("GET")).and(path("/api/v1/deployments/d0")).respond_with(single).mount(&server).await;
    server
}

#[tokio::test]
async fn history_that_is_too_large_is_read_in_smaller_pages() {
    let server = server(5, 6_000_000).await;
    let coolify = Coolify::builder().url(server.uri()).token("1|t").build().unwrap();
    let history = coolify.history_of(&Target::application("web"), HistoryOptions::newest(4)).await.unwrap();
    assert_eq!(history.iter().map(uuid).collect::<Vec<_>>(), ["d0", "d1", "d2", "d3"]);
}

#[tokio::test]
async fn log_that_is_too_large_does_not_hide_the_status() {
    let server = server(2, 17_000_000).await;
    let coolify = Coolify::builder().url(server.uri()).token("1|t").build().unwrap();
    let id = Coolify::deployment_id(&Target::application("web"), "d0");
    let deployment = coolify.deployment(&id).await.unwrap();
    assert_eq!((deployment.status.phase, deployment.identity), (Phase::Succeeded, Identity::Exact));
    assert!(coolify.watch(&id, quick()).await.unwrap().is_success());
    let history = coolify.history_of(&Target::application("web"), HistoryOptions::newest(2)).await.unwrap();
    assert_eq!(history.len(), 2);
}

#[tokio::test]
async fn list_that_is_too_large_does_not_keep_a_deployment_from_being_made() {
    let server = MockServer::builder().start().await;
    let list = json!({ "count": 1, "deployments": [{ "deployment_uuid": "old", "status": "finished", "x": "x".repeat(17_000_000) }] });
    let accepted =
        json!({ "deployments": [{ "message": "Application web deployment queued.", "deployment_uuid": "d" }] });
    let answers = [
        ("GET", "/deployments/applications/web", list),
        ("POST", "/deploy", accepted),
        ("GET", "/deployments/d", json!({ "deployment_uuid": "d", "status": "in_progress" })),
    ];
    for (verb, route, body) in answers {
        let answer = ResponseTemplate::new(200).set_body_json(body);
        Mock::given(method(verb)).and(path(format!("/api/v1{route}"))).respond_with(answer).mount(&server).await;
    }
    let coolify = Coolify::builder().url(server.uri()).token("1|t").build().unwrap();
    let deployment = coolify.deploy(&request("web")).await.unwrap();
    assert_eq!((deployment.identity, uuid(&deployment)), (Identity::Exact, "d"));
}

#[tokio::test]
async fn history_has_as_many_deployments_as_were_asked_for() {
    let (fake, coolify) = manual(FakeCoolify::builder().queue_limit(100)).await;
    for _ in 0..45 {
        coolify.deploy(&request(&fake.application()).with_no_cache(true)).await.unwrap();
    }
    let target = Target::application(fake.application());
    for limit in [0, 1, 20, 21, 45, 60] {
        let history = coolify.history_of(&target, HistoryOptions::newest(limit)).await.unwrap();
        let newest: Vec<_> = fake.triggered().iter().rev().take(limit).map(|row| row.id.clone()).collect();
        assert_eq!(history.iter().map(uuid).collect::<Vec<_>>(), newest, "{limit}");
    }
}
