//! An exchange without a fault passes unchanged in both directions.

use anydeploy_fakes::{FakeCoolify, FaultPlan, FaultyNetwork, Pace};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::network::following;

/// Answers one connection once a request that ends in `end` has come, and returns the request.
async fn answer_once(listener: TcpListener, end: &'static str, answer: &'static str) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut received = Vec::new();
    while !received.ends_with(end.as_bytes()) {
        assert_ne!(stream.read_buf(&mut received).await.unwrap(), 0, "{}", String::from_utf8_lossy(&received));
    }
    stream.write_all(answer.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    String::from_utf8(received).unwrap()
}

/// Sends a request through a calm network and returns what the server received, which ends in `end`, and what the client
/// received.
async fn through(request: &str, end: &'static str, answer: &'static str) -> (String, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let network = FaultyNetwork::before(&origin, FaultPlan::seeded(1).rate(0.0)).unwrap();
    let server = tokio::spawn(answer_once(listener, end, answer));
    let mut client = TcpStream::connect(network.url().strip_prefix("http://").unwrap()).await.unwrap();
    client.write_all(request.as_bytes()).await.unwrap();
    let mut received = Vec::new();
    client.read_to_end(&mut received).await.unwrap();
    assert!(network.injected().is_empty());
    (server.await.unwrap(), String::from_utf8(received).unwrap())
}

#[tokio::test]
async fn method_path_headers_and_body_are_the_same_on_both_sides() {
    let head = "x-odd: \u{e9}\r\nx-two: 1\r\nx-two: 2\r\ncontent-length: 7\r\n";
    let (end, answer) = ("{\"a\":1}", "HTTP/1.1 418 Whatever\r\ndate: not a date\r\nx-two: 1\r\nx-two: 2\r\n\r\n");
    let request = format!("PATCH /api/a%2Fb?x=%20y HTTP/1.1\r\nhost: odd\r\n{head}connection: keep-alive\r\n\r\n{end}");
    let (sent, received) = through(&request, end, answer).await;
    assert_eq!(sent, request.replace("keep-alive", "close"));
    assert_eq!(received, answer.replace("Whatever", "I'm a teapot"));
}

#[tokio::test]
async fn chunks_are_put_together() {
    let chunks = "transfer-encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nt: u\r\n\r\n";
    let request = format!("POST / HTTP/1.1\r\nhost: x\r\n{chunks}");
    let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwell\r\n0\r\n\r\n";
    let (sent, received) = through(&request, "0\r\n\r\n", answer).await;
    assert!(sent.contains("abc0123456789"), "{sent}");
    assert_eq!(received, "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nwell");
}

#[tokio::test]
async fn half_a_request_reaches_no_server() {
    let world = following(FaultPlan::calm()).await;
    for half in ["GET / HTTP/1.1\r\nhost: x", "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nab", ""] {
        let mut client = TcpStream::connect(world.network.url().strip_prefix("http://").unwrap()).await.unwrap();
        client.write_all(half.as_bytes()).await.unwrap();
        client.shutdown().await.unwrap();
        drop(client.read_to_end(&mut Vec::new()).await);
    }
    assert_eq!((world.network.exchanges(), world.fake.requests().len()), (0, 0));
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
    assert_eq!(world.fake.requests().len(), 5);
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
