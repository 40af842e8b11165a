//! The port of the network, which can stop listening, so that the system refuses connections, and listen again.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::net::{TcpListener, TcpSocket, TcpStream};

pub(super) struct Listener {
    address: SocketAddr,
    state: Mutex<State>,
}

struct State {
    socket: Socket,
    /// Whether a test asked to refuse connections, and how many outages last.
    refused: bool,
    outages: usize,
    /// Connections that the system accepted before the port stopped listening.
    accepted: VecDeque<TcpStream>,
    /// Wakes the task that accepts connections.
    acceptor: Waker,
}

enum Socket {
    Listening(TcpListener),
    /// It is bound and does not listen: it holds the port, and the system refuses every connection.
    Bound(TcpSocket),
    /// Nothing holds the port, because the system did not give it back.
    Lost,
    Closed,
}

impl Listener {
    /// Listens on a free port of the loopback address; it needs the context of a runtime.
    pub(super) fn bind() -> io::Result<Self> {
        let listener = bind((Ipv4Addr::LOCALHOST, 0).into())?.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        let state = State {
            socket: Socket::Listening(listener),
            refused: false,
            outages: 0,
            accepted: VecDeque::new(),
            acceptor: Waker::noop().clone(),
        };
        Ok(Self { address, state: Mutex::new(state) })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next connection; nothing once the listener is closed.
    pub(super) async fn next(&self) -> Option<io::Result<TcpStream>> {
        poll_fn(|cx| self.state().poll(cx)).await
    }

    /// Refuses connections or accepts them again; it needs the context of a runtime.
    pub(super) fn refuse(&self, refused: bool) -> io::Result<()> {
        let mut state = self.state();
        state.refused = refused;
        state.update(self.address)
    }

    pub(super) fn begin_outage(&self) -> io::Result<()> {
        let mut state = self.state();
        state.outages += 1;
        state.update(self.address)
    }

    pub(super) fn end_outage(&self) -> io::Result<()> {
        let mut state = self.state();
        state.outages -= 1;
        state.update(self.address)
    }

    /// Listens, where that failed before because somebody else had the port.
    pub(super) fn listen_again(&self) -> io::Result<()> {
        self.state().update(self.address)
    }

    pub(super) fn close(&self) {
        let mut state = self.state();
        state.socket = Socket::Closed;
        state.acceptor.wake_by_ref();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn poll(&mut self, cx: &Context<'_>) -> Poll<Option<io::Result<TcpStream>>> {
        self.acceptor.clone_from(cx.waker());
        if matches!(self.socket, Socket::Closed) {
            return Poll::Ready(None);
        }
        if let Some(stream) = self.accepted.pop_front() {
            return Poll::Ready(Some(Ok(stream)));
        }
        let Socket::Listening(listener) = &self.socket else { return Poll::Pending };
        listener.poll_accept(&mut Context::from_waker(cx.waker())).map_ok(|(stream, _)| stream).map(Some)
    }

    /// Listens, or stops listening, as is asked for.
    fn update(&mut self, address: SocketAddr) -> io::Result<()> {
        let refuse = self.refused || self.outages > 0;
        match std::mem::replace(&mut self.socket, Socket::Lost) {
            Socket::Listening(listener) if refuse => {
                // They were accepted by the system already; dropping the listener would reset them.
                let mut cx = Context::from_waker(Waker::noop());
                while let Poll::Ready(Ok((stream, _))) = listener.poll_accept(&mut cx) {
                    self.accepted.push_back(stream);
                }
                drop(listener);
                self.socket = Socket::Bound(bind(address)?);
            }
            Socket::Bound(socket) if !refuse => self.socket = Socket::Listening(socket.listen(BACKLOG)?),
            Socket::Lost if !refuse => self.socket = Socket::Listening(bind(address)?.listen(BACKLOG)?),
            unchanged => self.socket = unchanged,
        }
        self.acceptor.wake_by_ref();
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
