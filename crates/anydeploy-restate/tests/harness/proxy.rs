//! The network between the server and its workers: one address, whose connections can be cut without a word.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A proxy at a fixed address; it ends when dropped.
pub struct Proxy {
    address: SocketAddr,
    behind: Arc<Mutex<SocketAddr>>,
    /// Raised whenever the connections that exist carry nothing any more.
    cuts: watch::Sender<u64>,
    serving: JoinHandle<()>,
}

impl Proxy {
    /// Starts a proxy before a worker.
    pub async fn before(worker: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let behind = Arc::new(Mutex::new(worker));
        let (cuts, cut) = watch::channel(0);
        let serving = tokio::spawn(serve(listener, Arc::clone(&behind), cut));
        Self { address, behind, cuts, serving }
    }

    /// The address under which the server knows the worker.
    pub fn uri(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Connects to this worker from now on; the connections that exist stay with the one before.
    pub fn leads_to(&self, worker: SocketAddr) {
        *self.behind.lock().unwrap_or_else(PoisonError::into_inner) = worker;
    }

    /// Cuts the connections that exist: neither side learns of it, and what it sends goes nowhere.
    pub fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, behind: Arc<Mutex<SocketAddr>>, cut: watch::Receiver<u64>) {
    let mut silent = Vec::new();
    while let Ok((mut client, _)) = listener.accept().await {
        let worker = *behind.lock().unwrap_or_else(PoisonError::into_inner);
        let mut cut = cut.clone();
        cut.mark_unchanged();
        // Detached tasks end with the runtime; a cut connection is kept open by the task that holds it.
        silent.push(tokio::spawn(async move {
            let Ok(mut worker) = TcpStream::connect(worker).await else { return };
            tokio::select! {
                _ = copy_bidirectional(&mut client, &mut worker) => {}
                _ = cut.changed() => std::future::pending().await,
            }
        }));
        silent.retain(|task| !task.is_finished());
    }
}
