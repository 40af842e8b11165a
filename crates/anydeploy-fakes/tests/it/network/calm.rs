//! What no fault hits passes as it came, in both directions.

use anydeploy_fakes::{FakeCoolify, FaultPlan, FaultyNetwork, Pace};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::network::following;

/// Answers one connection once `expected` has come, and returns what came.
async fn answer_once(listener: TcpListener, expected: usize, answer: Vec<u8>) -> Vec<u8> {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut received = vec![0; expected];
    stream.read_exact(&mut received).await.unwrap();
    stream.write_all(&answer).await.unwrap();
    stream.shutdown().await.unwrap();
    stream.read_to_end(&mut received).await.unwrap();
    received
}

/// Sends a request through a calm network and returns what the client received; the server must get `expected`.
async fn through(request: &str, expected: &str, answer: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let network = FaultyNetwork::before(&origin, FaultPlan::seeded(1).rate(0.0)).unwrap();
    let server = tokio::spawn(answer_once(listener, expected.len(), answer.into()));
    let mut client = TcpStream::connect(network.url().strip_prefix("http://").unwrap()).await.unwrap();
    client.write_all(request.as_bytes()).await.unwrap();
    let mut received = Vec::new();
    client.read_to_end(&mut received).await.unwrap();
    assert!(network.injected().is_empty());
    assert_eq!(String::from_utf8(server.await.unwrap()).unwrap(), expected);
    String::from_utf8(received).unwrap()
}

#[tokio::test]
async fn bytes_are_the_same_on_both_sides() {
    let bodies =
        ["content-length: 7\r\n\r\n{\"a\":1}", "Transfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\nT: u\r\n\r\n"];
    for body in bodies {
        let request =
            format!("POST /api?x=%20y HTTP/1.1\r\nHost:  odd\r\nX-Odd: \u{e9}\r\nconnection: close\r\n{body}");
        let answer = format!("HTTP/1.1 200 Fine\r\nDate: not a date\r\nx-two: 1\r\nX-Two: 2\r\n{body}");
        assert_eq!(through(&request, &request, &answer).await, answer);
    }
}

#[tokio::test]
async fn only_the_connection_header_is_changed() {
    let request = "GET / HTTP/1.1\r\nConnection: keep-alive\r\nhost: x\r\n\r\n";
    let expected = "GET / HTTP/1.1\r\nconnection: close\r\nhost: x\r\n\r\n";
    let answer = "HTTP/1.1 204 No Content\r\n\r\n";
    assert_eq!(through(request, expected, answer).await, answer);
}

#[tokio::test]
async fn a_fake_answers_through_a_calm_network_as_without_it() {
    let world = following(FaultPlan::seeded(1).rate(0.0)).await;
    let twin = FakeCoolify::builder().pace(Pace::Manual).start().await;
    for path in ["/version", "/applications", "/deployments", "/nope", "/deploy"] {
        let near = world.http.get(format!("{}/api/v1{path}", twin.url())).bearer_auth(twin.token()).send();
        let (near, far) = (near.await.unwrap(), world.call(reqwest::Method::GET, path).await.unwrap());
        assert_eq!(near.status(), far.status());
        let mut names: [Vec<_>; 2] = [&near, &far].map(|answer| answer.headers().keys().cloned().collect());
        names[1].retain(|name| name != "connection");
        assert_eq!(names[0], names[1]);
        let (near, far) = (near.text().await.unwrap(), far.text().await.unwrap());
        // Ids and addresses differ from fake to fake.
        assert_eq!(near.len(), far.len(), "{near}\n{far}");
    }
    assert_eq!(world.fake.requests().await.len(), 5);
    assert_eq!(world.network.exchanges(), 5);
}

#[tokio::test]
async fn many_callers_at_once_get_their_own_answers() {
    let world = following(FaultPlan::calm()).await;
    let ids: Vec<String> = (0..40).map(|n| world.fake.add_application(&format!("app-{n}"))).collect();
    let calls = ids.iter().map(|id| {
        let call = world.http.get(format!("{}/api/v1/applications/{id}", world.network.url()));
        tokio::spawn(call.bearer_auth(world.fake.token()).send())
    });
    for (id, call) in ids.iter().zip(calls.collect::<Vec<_>>()) {
        let answer: serde_json::Value = call.await.unwrap().unwrap().json().await.unwrap();
        assert_eq!(answer["uuid"], id.as_str());
    }
}
