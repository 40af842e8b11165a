//! The port of the network, which can be shut so that the system refuses connections, and opened again.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::net::{TcpListener, TcpSocket, TcpStream};

pub(super) struct Door {
    address: SocketAddr,
    state: Mutex<State>,
}

struct State {
    leaf: Leaf,
    /// Whether someone asked for it to be shut, and how many outages last.
    refused: bool,
    outages: usize,
    /// Connections that were made before the door was shut.
    waiting: VecDeque<TcpStream>,
    doorkeeper: Waker,
}

enum Leaf {
    Open(TcpListener),
    /// A socket that is bound and does not listen: it holds the port, and the system refuses who knocks.
    Shut(TcpSocket),
    /// Nobody holds the port, because the system did not give it back.
    Lost,
    Removed,
}

impl Door {
    /// Listens on a free port of the loopback address; it needs the context of a runtime.
    pub(super) fn open() -> io::Result<Self> {
        let listener = bind((Ipv4Addr::LOCALHOST, 0).into())?.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        let state = State {
            leaf: Leaf::Open(listener),
            refused: false,
            outages: 0,
            waiting: VecDeque::new(),
            doorkeeper: Waker::noop().clone(),
        };
        Ok(Self { address, state: Mutex::new(state) })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next connection; nothing once the door is removed.
    pub(super) async fn next(&self) -> Option<io::Result<TcpStream>> {
        poll_fn(|cx| self.state().poll(cx)).await
    }

    /// Shuts the door or opens it again; it needs the context of a runtime.
    pub(super) fn refuse(&self, refused: bool) -> io::Result<()> {
        let mut state = self.state();
        state.refused = refused;
        state.settle(self.address)
    }

    pub(super) fn begin_outage(&self) -> io::Result<()> {
        let mut state = self.state();
        state.outages += 1;
        state.settle(self.address)
    }

    pub(super) fn end_outage(&self) -> io::Result<()> {
        let mut state = self.state();
        state.outages -= 1;
        state.settle(self.address)
    }

    pub(super) fn remove(&self) {
        let mut state = self.state();
        state.leaf = Leaf::Removed;
        state.doorkeeper.wake_by_ref();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn poll(&mut self, cx: &Context<'_>) -> Poll<Option<io::Result<TcpStream>>> {
        self.doorkeeper.clone_from(cx.waker());
        if matches!(self.leaf, Leaf::Removed) {
            return Poll::Ready(None);
        }
        if let Some(stream) = self.waiting.pop_front() {
            return Poll::Ready(Some(Ok(stream)));
        }
        let Leaf::Open(listener) = &self.leaf else { return Poll::Pending };
        listener.poll_accept(&mut Context::from_waker(cx.waker())).map_ok(|(stream, _)| stream).map(Some)
    }

    /// Brings the door into the position that is asked for.
    fn settle(&mut self, address: SocketAddr) -> io::Result<()> {
        let shut = self.refused || self.outages > 0;
        match std::mem::replace(&mut self.leaf, Leaf::Lost) {
            Leaf::Open(listener) if shut => {
                // They were accepted by the system already; dropping the listener would reset them.
                let mut cx = Context::from_waker(Waker::noop());
                while let Poll::Ready(Ok((stream, _))) = listener.poll_accept(&mut cx) {
                    self.waiting.push_back(stream);
                }
                drop(listener);
                self.leaf = Leaf::Shut(bind(address)?);
            }
            Leaf::Shut(socket) if !shut => self.leaf = Leaf::Open(socket.listen(BACKLOG)?),
            Leaf::Lost if !shut => self.leaf = Leaf::Open(bind(address)?.listen(BACKLOG)?),
            settled => self.leaf = settled,
        }
        self.doorkeeper.wake_by_ref();
        Ok(())
    }
}

const BACKLOG: u32 = 1024;

/// A socket that holds the port, although connections made there before are still around.
fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}
