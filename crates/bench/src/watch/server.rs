//! A small server that holds to a rate limit and records its requests; what it answers is the platform's part.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpSocket;
use tokio::time::{Instant, sleep};

use super::clock::{Counted, Traffic};
use super::limit::{Budget, Limiter, Verdict};
use super::platform::{Answer, Platform};
use super::scene::Scene;

/// How long an answer takes.
const LATENCY: Duration = Duration::from_millis(50);

/// How many connections may wait to be accepted: all that the largest scenario opens at once.
///
/// Beyond it the system drops the attempt and repeats it later by its own clock.
const BACKLOG: u32 = 16_384;

/// One request that a server received.
#[derive(Clone, Copy, Debug)]
pub(super) struct Received {
    /// When, since the server started.
    pub(super) at: Duration,
    pub(super) is_refused: bool,
    /// The deployment that was read by itself.
    pub(super) read: Option<usize>,
}

/// What a server saw.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) received: Vec<Received>,
    /// Connections opened, and how many were open at once.
    pub(super) opened: usize,
    pub(super) open: usize,
    pub(super) most_open: usize,
    /// Requests for paths that the server does not know.
    pub(super) unknown: Vec<String>,
    /// The requests of another caller of the token, and how many of them were refused.
    pub(super) others: usize,
    pub(super) others_refused: usize,
}

/// A server of one platform with the deployments of a scene.
pub(super) struct Server {
    platform: &'static dyn Platform,
    scene: Scene,
    started: Instant,
    /// The date at which it started, by its own clock.
    date: DateTime<Utc>,
    limiter: Option<Mutex<Limiter>>,
    record: Mutex<Record>,
    traffic: Arc<Traffic>,
}

impl Server {
    pub(super) fn new(platform: &'static dyn Platform, scene: Scene, traffic: Arc<Traffic>) -> Arc<Self> {
        let limiter = platform.budget().map(|budget| Mutex::new(Limiter::new(budget)));
        let (record, date) = (Mutex::default(), Utc::now());
        Arc::new(Self { platform, scene, started: Instant::now(), date, limiter, record, traffic })
    }

    pub(super) fn scene(&self) -> &Scene {
        &self.scene
    }

    /// The time since the server started.
    pub(super) fn now(&self) -> Duration {
        self.started.elapsed()
    }

    pub(super) fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The date by the server's clock at this time since it started.
    fn date(&self, at: Duration) -> DateTime<Utc> {
        self.date + TimeDelta::from_std(at).unwrap_or_default()
    }

    /// Listens at the n-th loopback address, and returns the origin.
    pub(super) fn listen(self: &Arc<Self>, n: u8) -> io::Result<String> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 0, n + 1), 0)))?;
        let listener = socket.listen(BACKLOG)?;
        let origin = format!("http://{}", listener.local_addr()?);
        let server = Arc::clone(self);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let connection = Counted::new(stream, Arc::clone(&server.traffic));
                tokio::spawn(Arc::clone(&server).serve(connection));
            }
        });
        Ok(origin)
    }

    async fn serve(self: Arc<Self>, connection: Counted) {
        {
            let mut record = self.record();
            record.opened += 1;
            record.open += 1;
            record.most_open = record.most_open.max(record.open);
        }
        let service = service_fn(|request: Request<Incoming>| {
            let server = Arc::clone(&self);
            async move { Ok::<_, Infallible>(server.answer(request).await) }
        });
        // A client that goes away in the middle of an answer is no error of this server.
        drop(http1::Builder::new().serve_connection(TokioIo::new(connection), service).await);
        self.record().open -= 1;
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let at = self.now();
        let verdict = self.take(at);
        let is_refused = matches!(verdict, Some(Verdict::Refuse { .. }));
        let uri = request.uri();
        let answer = if is_refused {
            Answer::new(429, "{\"message\":\"Too Many Attempts.\"}".to_owned())
        } else {
            let date = |at| self.date(at);
            let known = self.platform.answer(&self.scene, uri.path(), uri.query().unwrap_or_default(), at, &date);
            known.unwrap_or_else(|| {
                self.record().unknown.push(uri.path().to_owned());
                Answer::new(404, "{\"message\":\"Not found.\"}".to_owned())
            })
        };
        self.record().received.push(Received { at, is_refused, read: answer.read });
        sleep(LATENCY).await;
        self.with_headers(answer, verdict)
    }

    fn with_headers(&self, answer: Answer, verdict: Option<Verdict>) -> Response<Full<Bytes>> {
        let date = self.date(self.now()).format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let mut response =
            Response::builder().status(answer.status).header("date", date).header("content-type", "application/json");
        if let (Some(verdict), Some(limiter)) = (verdict, &self.limiter) {
            let limiter = limiter.lock().unwrap_or_else(PoisonError::into_inner);
            let (Budget { requests, .. }, reset) = (limiter.budget(), self.date(limiter.ends()).timestamp() + 1);
            let remaining = if let Verdict::Pass { remaining } = verdict { remaining } else { 0 };
            response = response.header("x-ratelimit-limit", requests).header("x-ratelimit-remaining", remaining);
            if let Verdict::Refuse { retry_after } = verdict {
                let seconds = retry_after.as_secs() + 1;
                response = response.header("retry-after", seconds).header("x-ratelimit-reset", reset);
            }
        }
        response.body(Full::from(answer.body)).unwrap_or_default()
    }

    fn take(&self, at: Duration) -> Option<Verdict> {
        let limiter = self.limiter.as_ref()?;
        Some(limiter.lock().unwrap_or_else(PoisonError::into_inner).take(at))
    }

    /// Another caller of the same token, who asks for something three times a minute.
    pub(super) async fn other_caller(self: Arc<Self>) {
        loop {
            sleep(Duration::from_secs(20)).await;
            let verdict = self.take(self.now());
            let mut record = self.record();
            record.others += 1;
            record.others_refused += usize::from(matches!(verdict, Some(Verdict::Refuse { .. })));
        }
    }
}
