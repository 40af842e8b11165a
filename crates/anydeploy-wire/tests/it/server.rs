//! A server on a raw socket that misbehaves as its [`Behaviour`] says.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use anydeploy_wire::{Http, HttpBuilder, Method, Operation};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    time::{pause, resume, sleep},
};

pub(crate) const READ: Operation = Operation::new(Method::Get, "read-thing", "/things/{id}");
pub(crate) const START: Operation = Operation::new(Method::Post, "start-thing", "/things/{id}/start");

/// What the server does after it took a connection.
#[derive(Clone)]
pub(crate) enum Behaviour {
    /// Reads the request, writes this, closes.
    Answer(String),
    /// Reads the request, writes this, then more and more of `filler` without end.
    Endless(String, &'static str),
    /// Reads the request, writes this, and holds the connection.
    Hold(String),
    /// Reads the request, and writes this after so much time, which passes at once.
    Late(Duration, String),
    /// Closes with a reset once the request is there, without reading it.
    Reset,
}

pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(behave(stream, behaviour.clone(), Arc::clone(&seen)));
            }
        });
        Self { address, requests }
    }

    /// A server that sends `status` and `headers`, each with its line break, and a whole body.
    pub(crate) async fn answering(status: &str, headers: &str, body: &str) -> Self {
        let length = body.len();
        let answer = format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}");
        Self::start(Behaviour::Answer(answer)).await
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/api", self.origin())
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn builder(&self) -> HttpBuilder {
        Http::builder(self.url())
    }

    pub(crate) fn http(&self) -> Http {
        self.builder().build().unwrap()
    }

    /// Every request that was read, head and body.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// An address that refuses connections while this is held: nobody else can listen there.
pub(crate) struct Closed(TcpSocket);

impl Closed {
    pub(crate) fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        Self(socket)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.0.local_addr().unwrap()
    }
}

async fn behave(mut stream: TcpStream, behaviour: Behaviour, seen: Arc<Mutex<Vec<String>>>) {
    if let Behaviour::Reset = behaviour {
        // Linux resets a connection that is closed while there is something left to read.
        stream.readable().await.unwrap();
        return;
    }
    let request = read_request(&mut stream).await;
    seen.lock().unwrap().push(request);
    match behaviour {
        Behaviour::Answer(text) => {
            let _ = stream.write_all(text.as_bytes()).await;
        }
        Behaviour::Endless(text, filler) => {
            let mut sent = stream.write_all(text.as_bytes()).await;
            while sent.is_ok() {
                sent = stream.write_all(filler.as_bytes()).await;
                sleep(Duration::from_millis(1)).await;
            }
        }
        Behaviour::Hold(text) => {
            let _ = stream.write_all(text.as_bytes()).await;
            sleep(Duration::from_hours(1)).await;
        }
        Behaviour::Late(time, text) => {
            pause();
            sleep(time).await;
            resume();
            let _ = stream.write_all(text.as_bytes()).await;
        }
        Behaviour::Reset => {}
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return String::from_utf8(request).unwrap();
            }
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return String::from_utf8_lossy(&request).into_owned(),
            Ok(read) => request.extend_from_slice(&buffer[..read]),
        }
    }
}
