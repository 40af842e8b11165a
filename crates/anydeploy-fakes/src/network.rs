//! A bad network in front of a fake server: a proxy on a port of its own that breaks some of the exchanges.

mod answer;
mod exchange;
mod fault;
mod injected;
mod kind;
mod listener;
mod plan;
mod sequence;
mod waiting;
mod wire;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinSet;

pub use fault::{Fault, RetryAfter};
pub use injected::Injected;
pub use kind::RequestKind;
pub use plan::FaultPlan;

use injected::Ledger;
use listener::Listener;
use waiting::Deliveries;

/// A bad network between a client and a fake server; it ends when dropped.
///
/// It listens on a free port of the loopback address and hands every request on to the fake behind it, one exchange a
/// connection, unless its [`FaultPlan`] has a fault for that exchange.
/// An exchange without a fault passes unchanged: method, path, status, headers other than `Connection`, and body.
/// It works with a clock and a thread of its own, so a paused or busy runtime of the test does not matter; or, made by
/// [`on_this_runtime`](Self::on_this_runtime), with those of the test.
///
/// Give the client a timeout: [`Fault::SilenceBefore`], [`Fault::SilenceAfter`] and [`Fault::LateDelivery`] last until it
/// gives up.
///
/// # Examples
///
/// The answer to a deployment is lost, and the deployment is there all the same:
///
/// ```
/// use anydeploy_fakes::{FakeCoolify, Fault, FaultPlan, FaultyNetwork, RequestKind};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let coolify = FakeCoolify::start().await;
/// let plan = FaultPlan::always(Fault::ResetAfter).on([RequestKind::Trigger]).limit(1);
/// let network = FaultyNetwork::before(&coolify.url(), plan)?;
///
/// let http = reqwest::Client::new();
/// let deploy = format!("{}/api/v1/deploy?uuid={}", network.url(), coolify.application());
/// assert!(http.post(&deploy).bearer_auth(coolify.token()).send().await.is_err());
///
/// assert_eq!(coolify.triggered().len(), 1);
/// let injected = network.injected();
/// assert_eq!((injected[0].fault, injected[0].deliveries), (Fault::ResetAfter, 1));
/// # Ok(())
/// # }
/// ```
///
/// Every fault, on one exchange in five:
///
/// ```
/// # use anydeploy_fakes::{FakeDokploy, FaultPlan, FaultyNetwork};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let dokploy = FakeDokploy::start().await;
/// let network = FaultyNetwork::before(&dokploy.url(), FaultPlan::seeded(7).rate(0.2))?;
/// assert_ne!(network.url(), dokploy.url());
/// # Ok(())
/// # }
/// ```
pub struct FaultyNetwork {
    shared: Arc<Shared>,
    handle: Handle,
}

/// What the network and its exchanges have in common.
struct Shared {
    origin: SocketAddr,
    listener: Listener,
    ledger: Mutex<Ledger>,
    /// The requests that were taken from the client and are delivered late.
    held: AtomicUsize,
    /// The deliveries that the server has not answered yet.
    waiting: Deliveries,
}

impl FaultyNetwork {
    /// Starts a network in front of the fake at `origin`, such as `http://127.0.0.1:4000`.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](io::ErrorKind::InvalidInput) if the origin is not `http://` with an IP address and a port,
    /// otherwise what the system says when it has no port or no thread to give.
    pub fn before(origin: &str, plan: FaultPlan) -> io::Result<Self> {
        let origin = parse(origin)?;
        let (ready, started) = mpsc::channel();
        // The runtime is made where it ends: it may not be dropped inside another one, such as that of a test.
        let run = move || match set_up(origin, plan) {
            Ok((runtime, shared)) => {
                // If the caller is gone, nothing receives this; then the listener is closed, and serving ends at once.
                let network = Self { shared: Arc::clone(&shared), handle: runtime.handle().clone() };
                drop(ready.send(Ok(network)));
                runtime.block_on(serve(shared));
            }
            Err(error) => drop(ready.send(Err(error))),
        };
        thread::Builder::new().name("faulty-network".to_owned()).spawn(run)?;
        started.recv().map_err(io::Error::other)?
    }

    /// Starts a network that works on the runtime of the caller, and ends with it.
    ///
    /// Durations follow the clock of that runtime: on a paused one, a [late delivery](Fault::LateDelivery) comes when the
    /// clock is advanced so far.
    ///
    /// # Errors
    ///
    /// As [`before`](Self::before), and if there is no runtime.
    pub fn on_this_runtime(origin: &str, plan: FaultPlan) -> io::Result<Self> {
        let handle = Handle::try_current().map_err(io::Error::other)?;
        let shared = Arc::new(Shared::new(parse(origin)?, Listener::bind()?, plan));
        handle.spawn(serve(Arc::clone(&shared)));
        Ok(Self { shared, handle })
    }

    /// The address to give to the client instead of the fake's: scheme, host and port, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.shared.listener.address())
    }

    /// Follows another plan from the next exchange on, counting from the beginning again; the record is kept.
    pub fn follow(&self, plan: FaultPlan) {
        self.shared.ledger().follow(plan);
    }

    /// Every fault injected so far, in the order in which it was decided what the client sees.
    ///
    /// A fault is on record before the client can see anything of it, unless the client gave up first.
    #[must_use]
    pub fn injected(&self) -> Vec<Injected> {
        self.shared.ledger().injected.clone()
    }

    /// How many requests have come through the network so far, broken or not.
    ///
    /// Refused connections are not among them: the system refuses them, and the network does not notice.
    #[must_use]
    pub fn exchanges(&self) -> u64 {
        self.shared.ledger().exchanges
    }

    /// How many requests wait to be [delivered late](Fault::LateDelivery), because their clients have not given up or have
    /// done so just now.
    #[must_use]
    pub fn held(&self) -> usize {
        self.shared.held.load(Ordering::SeqCst)
    }

    /// When the oldest request that the server has not answered yet was sent to it, by the real clock.
    ///
    /// The time since then is how far the fake is behind.
    #[must_use]
    pub fn oldest_unanswered_at(&self) -> Option<Instant> {
        self.shared.waiting.oldest()
    }

    /// Refuses every new connection until [`accept_connections`](Self::accept_connections), whatever the plan says.
    ///
    /// # Errors
    ///
    /// What the system says if the port cannot be kept; connections are refused even so.
    pub fn refuse_connections(&self) -> io::Result<()> {
        let _context = self.handle.enter();
        self.shared.listener.refuse(true)
    }

    /// Accepts connections again.
    ///
    /// # Errors
    ///
    /// What the system says if the port cannot be listened on any more.
    pub fn accept_connections(&self) -> io::Result<()> {
        let _context = self.handle.enter();
        self.shared.listener.refuse(false)
    }
}

impl Drop for FaultyNetwork {
    fn drop(&mut self) {
        // Serving ends with the listener, and every exchange with the serving.
        self.shared.listener.close();
    }
}

impl fmt::Debug for FaultyNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultyNetwork")
            .field("address", &self.shared.listener.address())
            .field("origin", &self.shared.origin)
            .finish_non_exhaustive()
    }
}

impl Shared {
    fn new(origin: SocketAddr, listener: Listener, plan: FaultPlan) -> Self {
        let ledger = Mutex::new(Ledger::new(plan));
        Self { origin, listener, ledger, held: AtomicUsize::new(0), waiting: Deliveries::default() }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn set_up(origin: SocketAddr, plan: FaultPlan) -> io::Result<(Runtime, Arc<Shared>)> {
    let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
    let listener = runtime.block_on(async { Listener::bind() })?;
    Ok((runtime, Arc::new(Shared::new(origin, listener, plan))))
}

async fn serve(shared: Arc<Shared>) {
    let mut exchanges = JoinSet::new();
    while let Some(accepted) = shared.listener.next().await {
        while exchanges.try_join_next().is_some() {}
        match accepted {
            // What goes wrong between two loopback sockets, the client sees for itself.
            Ok(client) => drop(exchanges.spawn(exchange::run(Arc::clone(&shared), client))),
            // Too many open files, for example: the error is transient, but lasts a while.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

fn parse(origin: &str) -> io::Result<SocketAddr> {
    let address = origin.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
    address.and_then(|address| address.parse().ok()).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, format!("not http:// with an IP address and a port: {origin}"))
    })
}
