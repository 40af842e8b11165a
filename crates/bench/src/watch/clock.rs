//! A virtual clock for client and server in one thread: it jumps to the next timer when no socket has anything to say.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::task::{Context, Poll};

use futures::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};

/// How many turns in a row have to pass without a byte at the server before the clock jumps.
///
/// tokio's paused clock jumps as soon as no task is ready, also where a socket has become readable meanwhile.
/// On the loopback address what one side has written is there for the other at once, so that a chain of reading, answering
/// and reading the answer takes two or three turns, in one of which the server reads or writes.
const QUIET_TURNS: u32 = 10;

/// Counts what the server reads and writes, and holds the clock while there is any.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    moved: AtomicU64,
    seen: AtomicU64,
    quiet: AtomicU32,
    turn: AtomicWaker,
}

impl Traffic {
    fn moved(&self) {
        self.moved.fetch_add(1, Ordering::Relaxed);
    }

    /// Called when no task is ready: asks for one more turn, in which the sockets are read, until they were quiet.
    fn before_park(&self) {
        let moved = self.moved.load(Ordering::Relaxed);
        if self.seen.swap(moved, Ordering::Relaxed) != moved {
            self.quiet.store(0, Ordering::Relaxed);
        }
        if self.quiet.fetch_add(1, Ordering::Relaxed) < QUIET_TURNS {
            self.turn.wake();
        } else {
            self.quiet.store(0, Ordering::Relaxed);
        }
    }
}

/// A runtime of one thread whose clock is virtual.
///
/// A blocking task holds the clock as well, as with every paused clock of tokio.
pub(super) struct VirtualRuntime {
    runtime: Runtime,
    traffic: Arc<Traffic>,
}

impl VirtualRuntime {
    pub(super) fn new() -> io::Result<Self> {
        let traffic = Arc::new(Traffic::default());
        let parking = Arc::clone(&traffic);
        let mut builder = Builder::new_current_thread();
        let runtime = builder.enable_all().start_paused(true).on_thread_park(move || parking.before_park()).build()?;
        let turning = Arc::clone(&traffic);
        runtime.spawn(poll_fn(move |context| -> Poll<()> {
            turning.turn.register(context.waker());
            Poll::Pending
        }));
        Ok(Self { runtime, traffic })
    }

    /// Does something until it is done; a server counts its bytes in the traffic.
    pub(super) fn block_on<T, F: Future<Output = T>>(&self, work: impl FnOnce(Arc<Traffic>) -> F) -> T {
        let traffic = Arc::clone(&self.traffic);
        self.runtime.block_on(async { work(traffic).await })
    }
}

/// A connection of the server that counts what it moves.
#[derive(Debug)]
pub(super) struct Counted {
    stream: TcpStream,
    traffic: Arc<Traffic>,
}

impl Counted {
    pub(super) fn new(stream: TcpStream, traffic: Arc<Traffic>) -> Self {
        traffic.moved();
        Self { stream, traffic }
    }

    fn count<T>(&self, moved: Poll<T>) -> Poll<T> {
        if moved.is_ready() {
            self.traffic.moved();
        }
        moved
    }
}

impl AsyncRead for Counted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.count(read)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.count(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::time::{Instant, sleep, timeout};

    use super::*;

    /// Answers each byte with many, after this time.
    async fn echo(listener: TcpListener, traffic: Arc<Traffic>, after: Duration) {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = Counted::new(stream, Arc::clone(&traffic));
            tokio::spawn(async move {
                while let Ok(byte) = stream.read_u8().await {
                    sleep(after).await;
                    stream.write_all(&vec![byte; ANSWER]).await.unwrap();
                }
            });
        }
    }

    /// More than a socket holds.
    const ANSWER: usize = 16 * 1024 * 1024;

    #[test]
    fn no_time_passes_while_bytes_are_on_their_way() {
        let (hour, second) = (Duration::from_hours(1), Duration::from_secs(1));
        let passed = VirtualRuntime::new().unwrap().block_on(|traffic| async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            tokio::spawn(echo(listener, traffic, second));
            // Without the traffic it is the next timer, to which the clock would jump.
            tokio::spawn(sleep(Duration::from_millis(1)));
            let started = Instant::now();
            let mut client = TcpStream::connect(address).await.unwrap();
            let mut answer = vec![0; ANSWER];
            for _ in 0..3 {
                client.write_u8(7).await.unwrap();
                timeout(hour, client.read_exact(&mut answer)).await.unwrap().unwrap();
            }
            started.elapsed()
        });
        assert!(passed >= second * 3 && passed < second * 3 + Duration::from_millis(20), "{passed:?}");
    }

    #[test]
    fn a_day_passes_at_once_when_nothing_is_on_its_way() {
        let day = Duration::from_hours(24);
        let passed = VirtualRuntime::new().unwrap().block_on(|_| async move {
            let started = Instant::now();
            sleep(day).await;
            started.elapsed()
        });
        assert!(passed >= day);
    }
}
