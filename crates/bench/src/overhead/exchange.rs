//! Exchanges between a client and a server: recorded on their way, and answered again as they were.

use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use super::fake::wait_for_the_end;

/// One request and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Exchange {
    pub(super) method: String,
    /// Path and query.
    pub(super) path: String,
    pub(super) request: String,
    pub(super) status: u16,
    /// The headers of the answer but for those of the connection.
    pub(super) headers: Vec<(String, String)>,
    pub(super) answer: String,
}

/// Stands before a server, and records what passes.
pub(super) struct Recorder {
    pub(super) url: String,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
}

impl Recorder {
    pub(super) async fn start(server: &str) -> io::Result<Self> {
        let exchanges = Arc::<Mutex<Vec<Exchange>>>::default();
        let (client, server, record) = (reqwest::Client::new(), server.to_owned(), Arc::clone(&exchanges));
        let url = listen(move |request| {
            let (client, server, record) = (client.clone(), server.clone(), Arc::clone(&record));
            async move {
                let exchange = forward(&client, &server, request).await.map_err(io::Error::other)?;
                let response = exchange.response();
                record.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
                Ok(response)
            }
        });
        Ok(Self { url: url.await?, exchanges })
    }

    /// What has passed since it was last asked.
    pub(super) fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut *self.exchanges.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn forward(
    client: &reqwest::Client,
    server: &str,
    request: Request<Incoming>,
) -> Result<Exchange, Box<dyn std::error::Error + Send + Sync>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let path = head.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let mut headers = head.headers;
    headers.remove("host");
    let request = client.request(head.method.clone(), format!("{server}{path}")).headers(headers).body(body.clone());
    let answer = request.send().await?;
    let kept = |name: &str| !["connection", "content-length", "transfer-encoding"].contains(&name);
    let headers = answer.headers().iter().filter(|(name, _)| kept(name.as_str()));
    let headers = headers.map(|(name, value)| Ok((name.to_string(), value.to_str()?.to_owned())));
    Ok(Exchange {
        method: head.method.to_string(),
        path,
        request: String::from_utf8(body.into())?,
        status: answer.status().as_u16(),
        headers: headers.collect::<Result<_, reqwest::header::ToStrError>>()?,
        answer: answer.text().await?,
    })
}

impl Exchange {
    fn response(&self) -> Response<Full<Bytes>> {
        let response = Response::builder().status(self.status);
        let response = self.headers.iter().fold(response, |response, (name, value)| response.header(name, value));
        response.body(Full::from(self.answer.clone())).unwrap_or_default()
    }
}

/// Answers the requests of recorded exchanges, over and over in their order, until the standard input ends; then prints
/// how many there were.
pub(super) async fn replay(exchanges: Vec<Exchange>) -> io::Result<()> {
    let (exchanges, next) = (Arc::new(exchanges), Arc::new(AtomicUsize::new(0)));
    let answered = Arc::clone(&next);
    let url = listen(move |request: Request<Incoming>| {
        let (exchanges, next) = (Arc::clone(&exchanges), Arc::clone(&next));
        async move {
            let exchange = &exchanges[next.fetch_add(1, Ordering::Relaxed) % exchanges.len()];
            let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
            request.into_body().collect().await.map_err(io::Error::other)?;
            if path != exchange.path {
                return Err(io::Error::other(format!("{path} is not {}", exchange.path)));
            }
            Ok(exchange.response())
        }
    });
    println!("{}", serde_json::to_string(&url.await?)?);
    // The requests are answered by tasks of this runtime, so that waiting takes another thread.
    tokio::task::spawn_blocking(wait_for_the_end).await.map_err(io::Error::other)??;
    println!("{}", answered.load(Ordering::Relaxed));
    Ok(())
}

/// Serves on a free port, and returns the address.
async fn listen<F, A>(answer: F) -> io::Result<String>
where
    F: Fn(Request<Incoming>) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = io::Result<Response<Full<Bytes>>>> + Send,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let answer = answer.clone();
            // A small answer must not wait for the acknowledgement of the one before.
            drop(stream.set_nodelay(true));
            tokio::spawn(async move {
                let service = service_fn(|request| {
                    let answer = answer.clone();
                    async move {
                        let failed = |error: io::Error| {
                            Response::builder().status(599).body(Full::from(error.to_string())).unwrap_or_default()
                        };
                        Ok::<_, Infallible>(answer(request).await.unwrap_or_else(failed))
                    }
                });
                // A client that goes away is no error of this server.
                drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
            });
        }
    });
    Ok(url)
}
