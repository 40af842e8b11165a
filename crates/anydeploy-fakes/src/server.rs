//! The socket under every fake: an HTTP server on a thread of its own that hands each request to the platform's state.

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::http;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::clock::Clock;
use crate::request::ReceivedRequest;
use crate::response::Response;
use crate::socket::{self, Script};

/// What a fake platform does with one request.
pub(crate) trait Answer: Send + Sync + 'static {
    fn answer(&self, request: &ReceivedRequest) -> Response;

    /// What the socket brings that a request asks for; by default there is none, and the request is answered.
    fn socket(self: Arc<Self>, request: &ReceivedRequest) -> Option<Box<dyn Script>> {
        let _ = request;
        None
    }
}

/// Whether a server keeps the requests that it receives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Recording {
    #[default]
    On,
    Off,
}

/// A running fake server on a free port of the loopback address; it stops when dropped.
///
/// It has a thread and a runtime of its own, so that a paused or busy runtime of the test does not matter.
pub(crate) struct Server {
    address: SocketAddr,
    received: Received,
    /// The thread ends when this is dropped.
    running: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

type Received = Arc<Mutex<Vec<ReceivedRequest>>>;

impl Server {
    /// Starts to serve.
    ///
    /// # Panics
    /// If the system has no port or no thread to give: a test cannot go on without.
    #[expect(clippy::expect_used, reason = "only tests call this, and without a server they prove nothing")]
    pub(crate) async fn start<A: Answer>(platform: Arc<A>, recording: Recording, clock: Clock) -> Self {
        let server = Self::try_start(platform, recording, clock).await;
        server.expect("the system has a port and a thread for a fake server")
    }

    async fn try_start<A: Answer>(platform: Arc<A>, recording: Recording, clock: Clock) -> io::Result<Self> {
        let received = Received::default();
        let fake = Fake { platform, received: (recording == Recording::On).then(|| Arc::clone(&received)), clock };
        let (running, stopped) = oneshot::channel();
        let (ready, started) = oneshot::channel();
        let run = move || match listen() {
            Ok((runtime, listener)) => {
                drop(ready.send(listener.local_addr()));
                runtime.spawn(serve(listener, Arc::new(fake)));
                // It ends when the sender is dropped, and every connection ends with the runtime.
                drop(runtime.block_on(stopped));
            }
            Err(error) => drop(ready.send(Err(error))),
        };
        let thread = thread::Builder::new().name("fake-server".to_owned()).spawn(run)?;
        let address = started.await.map_err(io::Error::other)??;
        Ok(Self { address, received, running: Some(running), thread: Some(thread) })
    }

    /// Scheme, host and port, without a trailing slash.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request received so far, oldest first; none without recording.
    pub(crate) fn requests(&self) -> Vec<ReceivedRequest> {
        lock(&self.received).clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.running.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been printed already.
            drop(thread.join());
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Server").field(&self.origin()).finish()
    }
}

/// What the connections of a server share.
struct Fake<A> {
    platform: Arc<A>,
    /// Where requests are kept, if they are.
    received: Option<Received>,
    clock: Clock,
}

/// Listens on a free port of the loopback address.
fn listen() -> io::Result<(Runtime, TcpListener)> {
    let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
    let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    Ok((runtime, listener))
}

async fn serve<A: Answer>(listener: TcpListener, fake: Arc<Fake<A>>) {
    loop {
        match listener.accept().await {
            Ok((client, _)) => drop(tokio::spawn(converse(client, Arc::clone(&fake)))),
            // Too many open files, for example: the error is transient, but lasts a while.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// Answers every request of one connection.
async fn converse<A: Answer>(client: TcpStream, fake: Arc<Fake<A>>) -> hyper::Result<()> {
    // Without it answers are only slower.
    drop(client.set_nodelay(true));
    let service = service_fn(|request| fake.answer(request));
    http1::Builder::new().serve_connection(TokioIo::new(client), service).with_upgrades().await
}

impl<A: Answer> Fake<A> {
    async fn answer(
        &self,
        mut request: http::Request<Incoming>,
    ) -> Result<http::Response<Full<Bytes>>, Box<dyn Error + Send + Sync>> {
        let connection = hyper::upgrade::on(&mut request);
        let (head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let request = ReceivedRequest::new(head, &body, self.clock.instant());
        let opened = socket::key(&request).zip(Arc::clone(&self.platform).socket(&request));
        let answer = match opened {
            Some((key, script)) => {
                drop(tokio::spawn(socket::run(connection, script)));
                socket::switching(key)
            }
            None => self.platform.answer(&request),
        };
        if let Some(received) = &self.received {
            lock(received).push(request);
        }
        let answer = match self.clock.date() {
            Some(date) => answer.with_header("date", date),
            None => answer,
        };
        Ok(http::Response::try_from(answer)?.map(Full::new))
    }
}

fn lock(received: &Received) -> MutexGuard<'_, Vec<ReceivedRequest>> {
    received.lock().unwrap_or_else(PoisonError::into_inner)
}
