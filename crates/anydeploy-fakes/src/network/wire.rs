//! HTTP between the network and its two sides: hyper reads what comes, and answers leave as plain bytes.

use std::future::{pending, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use http_body_util::{BodyExt, Empty, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Reads one request, and returns the socket too, so that it can be answered, or not, byte by byte; nothing if the client
/// left without a request.
pub(super) async fn read_request(client: TcpStream) -> hyper::Result<Option<(Request<Bytes>, TcpStream)>> {
    let complete = &Mutex::new(None);
    let service = service_fn(|request: Request<Incoming>| {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            *lock(complete) = Some(Request::from_parts(head, body));
            // It is not hyper that answers.
            pending::<hyper::Result<Response<Empty<Bytes>>>>().await
        })
    });
    let mut connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(client), service);
    let read = poll_fn(|cx| {
        let ended = connection.poll_without_shutdown(cx);
        match lock(complete).take() {
            Some(request) => Poll::Ready(Ok(Some(request))),
            None => ended.map_ok(|()| None),
        }
    });
    let request = read.await?;
    Ok(request.map(|request| (request, connection.into_parts().io.into_inner())))
}

/// Sends a request to the server, on a connection of its own, and returns the whole answer.
pub(super) async fn send_request(server: SocketAddr, request: Request<Bytes>) -> io::Result<Response<Bytes>> {
    let server = TcpStream::connect(server).await?;
    server.set_nodelay(true)?;
    exchange(server, request).await.map_err(io::Error::other)
}

async fn exchange(server: TcpStream, request: Request<Bytes>) -> hyper::Result<Response<Bytes>> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(server)).await?;
    // What goes wrong with the connection, the sender returns as well.
    drop(tokio::spawn(connection));
    let (mut head, body) = sender.send_request(request.map(Full::new)).await?.into_parts();
    let body = body.collect().await?.to_bytes();
    if head.headers.remove(TRANSFER_ENCODING).is_some() {
        head.headers.insert(CONTENT_LENGTH, body.len().into());
    }
    Ok(Response::from_parts(head, body))
}

/// Head and body of an answer as they go over the wire.
pub(super) fn to_bytes(answer: &Response<Bytes>) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {}\r\n", answer.status()).into_bytes();
    for (name, value) in answer.headers() {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            bytes.extend_from_slice(part);
        }
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(answer.body());
    bytes
}

fn lock(request: &Mutex<Option<Request<Bytes>>>) -> MutexGuard<'_, Option<Request<Bytes>>> {
    request.lock().unwrap_or_else(PoisonError::into_inner)
}
