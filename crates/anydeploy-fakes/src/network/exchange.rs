//! One exchange: the request is read, taken to the server or not, and answered or not.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::Shared;
use super::answer;
use super::fault::Fault;
use super::injected::Injected;
use super::kind::RequestKind;
use super::message::Message;
use super::plan::Shape;
use super::waiting::{Counted, Waiting};
use crate::sender::{LATE, TWICE};

/// Carries the one exchange of a connection.
pub(super) async fn run(shared: Arc<Shared>, client: TcpStream) -> io::Result<()> {
    client.set_nodelay(true)?;
    let mut client = BufReader::new(client);
    let Some(mut request) = Message::read_request(&mut client).await? else { return Ok(()) };
    let client = client.into_inner();
    request.set("connection", "close");
    let (method, path) = request.request_line();
    let kind = RequestKind::of(&method, &path);
    let fate = shared.ledger().draw(kind, &path);
    if fate.fault == Some(Fault::Duplicate) {
        // The fakes keep it, so that what the network did twice is told from what a client did twice.
        request.set(TWICE, &format!("{method} {path} {}", fate.number));
    }

    let injected = |fault, deliveries| {
        let (method, path) = (method.clone(), path.clone());
        Injected { kind, number: fate.number, method, path, fault, deliveries }
    };
    if fate.fault == Some(Fault::LateDelivery) {
        let record = shared.ledger().record(injected(Fault::LateDelivery, 0));
        return deliver_late(&shared, client, request, record, fate.late).await;
    }

    // A fault that keeps the request from the server has no use for this one.
    let mut answer = Message::answer("200 OK", &[], "");
    let mut deliveries = 0;
    for _ in 0..fate.fault.map_or(1, Fault::deliveries) {
        match deliver(&shared, &request).await {
            Ok(given) => {
                answer = given;
                deliveries += 1;
            }
            Err(error) => answer = answer::unreachable(&error),
        }
    }
    if let Some(fault) = fate.fault {
        shared.ledger().record(injected(fault, deliveries));
    }
    let clock = fate.shape.clock_during(fate.fault);
    if clock != 0 {
        answer::shift_date(&mut answer, clock);
    }
    let Some(fault) = fate.fault else { return send(client, &answer.to_bytes()).await };
    show(&shared, client, fault, answer, &fate.shape, clock).await
}

/// Keeps the request until a while after the client has given up, and takes it to the server then.
async fn deliver_late(
    shared: &Shared,
    client: TcpStream,
    mut request: Message,
    record: usize,
    late: Duration,
) -> io::Result<()> {
    let _held = Counted::one(&shared.held);
    // It makes no difference how the client ends the connection.
    drop(wait_for_the_end(client).await);
    sleep(late).await;
    request.set(LATE, &late.as_millis().to_string());
    deliver(shared, &request).await?;
    shared.ledger().delivered(record);
    Ok(())
}

/// Takes the request to the server and brings its answer.
async fn deliver(shared: &Shared, request: &Message) -> io::Result<Message> {
    let _waiting = Waiting::begin(&shared.waiting);
    let mut server = TcpStream::connect(shared.origin).await?;
    server.set_nodelay(true)?;
    server.write_all(&request.to_bytes()).await?;
    Message::read_answer(&mut BufReader::new(server)).await
}

/// Lets the client see the fault.
async fn show(
    shared: &Shared,
    client: TcpStream,
    fault: Fault,
    mut answer: Message,
    shape: &Shape,
    clock: i64,
) -> io::Result<()> {
    match fault {
        Fault::Outage => {
            // The door is shut first, so that whoever tries again at once is refused.
            let begun = shared.door.begin_outage();
            let reset = reset(client);
            sleep(shape.outage).await;
            shared.door.end_outage().and(begun).and(reset)
        }
        Fault::ResetBefore | Fault::ResetAfter => reset(client),
        Fault::SilenceBefore | Fault::SilenceAfter => wait_for_the_end(client).await,
        Fault::SlowDrip => drip(client, &answer.to_bytes(), shape.drip).await,
        Fault::Truncated => {
            let bytes = answer.to_bytes();
            let missing = if answer.body.is_empty() { bytes.len() } else { answer.body.len() }.div_ceil(2);
            send(client, &bytes[..bytes.len() - missing]).await
        }
        Fault::Oversized => {
            answer::oversize(&mut answer, shape.padding);
            pad(client, &answer.to_bytes(), shape.padding).await
        }
        Fault::Status { code, retry_after } => {
            send(client, &answer::status(code, retry_after, shape, clock).to_bytes()).await
        }
        Fault::HtmlPage { code } => send(client, &answer::page(code, shape, clock).to_bytes()).await,
        Fault::GatewayTimeout => send(client, &answer::page(504, shape, clock).to_bytes()).await,
        Fault::NotFound => send(client, &answer::not_found(shape, clock).to_bytes()).await,
        // A late delivery never comes here: there is nobody to answer.
        Fault::LateDelivery => Ok(()),
        Fault::Duplicate | Fault::ClockAhead | Fault::ClockBehind => send(client, &answer.to_bytes()).await,
    }
}

async fn send(mut client: TcpStream, bytes: &[u8]) -> io::Result<()> {
    client.write_all(bytes).await?;
    client.shutdown().await
}

/// Ends the connection with a reset, not with a farewell.
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
