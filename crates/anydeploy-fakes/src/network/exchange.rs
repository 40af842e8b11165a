//! One exchange: the request is read, sent on to the server or not, and answered or not.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::{CONNECTION, HeaderName, HeaderValue};
use hyper::{Request, Response, http};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::Shared;
use super::answer;
use super::fault::Fault;
use super::injected::Injected;
use super::kind::RequestKind;
use super::plan::Shape;
use super::waiting::{Counted, Waiting};
use super::wire::{read_request, send_request, to_bytes};
use crate::response;
use crate::sender::{LATE, TWICE};

/// How often the port is asked back after an outage, and how long each time is waited for it.
const PORT_ATTEMPTS: u32 = 200;
const PORT_PAUSE: Duration = Duration::from_millis(10);

/// Carries the one exchange of a connection.
pub(super) async fn run(shared: Arc<Shared>, client: TcpStream) -> io::Result<()> {
    client.set_nodelay(true)?;
    let Some((mut request, client)) = read_request(client).await.map_err(io::Error::other)? else { return Ok(()) };
    request.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    let (method, path) = (request.method().to_string(), request.uri().to_string());
    let kind = RequestKind::of(&method, &path);
    let next = shared.ledger().next_fault(kind, &path);
    if next.fault == Some(Fault::Duplicate) {
        // The fakes keep it, so that what the network did twice is distinct from what a client did twice.
        mark(&mut request, TWICE, format!("{method} {path} {}", next.number))?;
    }

    let injected = |fault, deliveries| {
        let (method, path) = (method.clone(), path.clone());
        Injected { kind, number: next.number, method, path, fault, deliveries }
    };
    if next.fault == Some(Fault::LateDelivery) {
        let record = shared.ledger().record(injected(Fault::LateDelivery, 0));
        return deliver_late(&shared, client, request, record, next.late).await;
    }

    // A fault that keeps the request from the server has no use for this one.
    let mut answer = Response::new(Bytes::new());
    let mut deliveries = 0;
    for _ in 0..next.fault.map_or(1, Fault::deliveries) {
        match deliver(&shared, request.clone()).await {
            Ok(given) => {
                answer = given;
                deliveries += 1;
            }
            Err(error) => answer = made(answer::unreachable(&error))?,
        }
    }
    if let Some(fault) = next.fault {
        shared.ledger().record(injected(fault, deliveries));
    }
    let clock = next.shape.clock_during(next.fault);
    if clock != 0 {
        answer::shift_date(&mut answer, clock);
    }
    let Some(fault) = next.fault else { return send(client, &to_bytes(&answer)).await };
    inject(&shared, client, fault, answer, &next.shape, clock).await
}

/// Keeps the request until a while after the client has given up, and sends it to the server then.
async fn deliver_late(
    shared: &Shared,
    client: TcpStream,
    mut request: Request<Bytes>,
    record: usize,
    late: Duration,
) -> io::Result<()> {
    let _held = Counted::one(&shared.held);
    // It makes no difference how the client ends the connection.
    drop(wait_for_the_end(client).await);
    sleep(late).await;
    mark(&mut request, LATE, late.as_millis().to_string())?;
    deliver(shared, request).await?;
    shared.ledger().delivered(record);
    Ok(())
}

/// Sends the request to the server and returns its answer.
async fn deliver(shared: &Shared, request: Request<Bytes>) -> io::Result<Response<Bytes>> {
    let _waiting = Waiting::begin(&shared.waiting);
    send_request(shared.origin, request).await
}

/// Adds a header by which the fakes know what the network did with a request.
fn mark(request: &mut Request<Bytes>, name: &'static str, value: String) -> io::Result<()> {
    let value = HeaderValue::try_from(value).map_err(io::Error::other)?;
    request.headers_mut().insert(HeaderName::from_static(name), value);
    Ok(())
}

/// An answer of the network's own.
fn made(answer: response::Response) -> io::Result<Response<Bytes>> {
    answer.try_into().map_err(|error: http::Error| io::Error::other(error))
}

/// Lets the client see the fault.
async fn inject(
    shared: &Shared,
    client: TcpStream,
    fault: Fault,
    mut answer: Response<Bytes>,
    shape: &Shape,
    clock: i64,
) -> io::Result<()> {
    match fault {
        Fault::Outage => {
            // Connections are refused first, so that a client that tries again at once meets that.
            let begun = shared.listener.begin_outage();
            let reset = reset(client);
            sleep(shape.outage).await;
            let mut ended = shared.listener.end_outage();
            // The system may have given the port to an outgoing connection of somebody else for a moment.
            for _ in 0..PORT_ATTEMPTS {
                if ended.is_ok() {
                    break;
                }
                sleep(PORT_PAUSE).await;
                ended = shared.listener.listen_again();
            }
            ended.and(begun).and(reset)
        }
        Fault::ResetBefore | Fault::ResetAfter => reset(client),
        Fault::SilenceBefore | Fault::SilenceAfter => wait_for_the_end(client).await,
        Fault::SlowDrip => drip(client, &to_bytes(&answer), shape.drip).await,
        Fault::Truncated => {
            let bytes = to_bytes(&answer);
            let missing = if answer.body().is_empty() { bytes.len() } else { answer.body().len() }.div_ceil(2);
            send(client, &bytes[..bytes.len() - missing]).await
        }
        Fault::Oversized => {
            answer::oversize(&mut answer, shape.padding);
            pad(client, &to_bytes(&answer), shape.padding).await
        }
        Fault::Status { code, retry_after } => {
            send(client, &to_bytes(&made(answer::status(code, retry_after, shape, clock))?)).await
        }
        Fault::HtmlPage { code } => send(client, &to_bytes(&made(answer::page(code, shape, clock))?)).await,
        Fault::GatewayTimeout => send(client, &to_bytes(&made(answer::page(504, shape, clock))?)).await,
        Fault::NotFound => send(client, &to_bytes(&made(answer::not_found(shape, clock))?)).await,
        // A late delivery never comes here, because its client has given up.
        Fault::LateDelivery => Ok(()),
        Fault::Duplicate | Fault::ClockAhead | Fault::ClockBehind => send(client, &to_bytes(&answer)).await,
    }
}

async fn send(mut client: TcpStream, bytes: &[u8]) -> io::Result<()> {
    client.write_all(bytes).await?;
    client.shutdown().await
}

/// Ends the connection with a reset instead of a regular close.
fn reset(client: TcpStream) -> io::Result<()> {
    client.set_zero_linger()?;
    drop(client);
    Ok(())
}

/// Says nothing until the client has gone.
async fn wait_for_the_end(mut client: TcpStream) -> io::Result<()> {
    let mut ignored = [0; 64];
    while client.read(&mut ignored).await? > 0 {}
    Ok(())
}

async fn drip(mut client: TcpStream, bytes: &[u8], time: Duration) -> io::Result<()> {
    const PIECES: u32 = 20;
    let mut pieces = bytes.chunks(bytes.len().div_ceil(PIECES as usize).max(1));
    if let Some(first) = pieces.next() {
        client.write_all(first).await?;
    }
    for piece in pieces {
        sleep(time / (PIECES - 1)).await;
        client.write_all(piece).await?;
    }
    client.shutdown().await
}

async fn pad(mut client: TcpStream, bytes: &[u8], padding: u64) -> io::Result<()> {
    client.write_all(bytes).await?;
    tokio::io::copy(&mut tokio::io::repeat(b' ').take(padding), &mut client).await?;
    client.shutdown().await
}
