//! The future of a request that is sent when it is awaited.

use std::{
    fmt,
    panic::resume_unwind,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{runtime::Handle, task::JoinHandle};
use tracing::dispatcher::{get_default, with_default};

use crate::{
    error::Error,
    operation::Operation,
    response::{RawResponse, Response},
};

/// A longer body, in bytes, is read on another thread: it takes milliseconds, in which no other task would run.
const LONG_BODY: usize = 1024 * 1024;

/// A request that is sent when it is awaited, and how its response is to be read.
///
/// One future for all operations keeps the clients cheap to compile: their methods need no state
/// machines of their own.
/// A body of more than 1 MiB is read on a thread for blocking work.
/// `Debug` shows nothing of the request.
#[must_use = "nothing is sent before it is awaited"]
pub struct ResponseFuture<'a, T> {
    state: State<'a, T>,
    read: Reader<T>,
    read_elsewhere: fn(&Handle, RawResponse, Reader<T>) -> JoinHandle<Outcome<T>>,
}

/// Sends the request and receives what comes back.
pub(crate) type Exchange<'a> = Pin<Box<dyn Future<Output = Result<RawResponse, Error>> + Send + 'a>>;

type Outcome<T> = Result<Response<T>, Error>;

type Reader<T> = fn(RawResponse) -> Outcome<T>;

enum State<'a, T> {
    Exchange(Exchange<'a>),
    Read(Operation, JoinHandle<Outcome<T>>),
}

impl<'a, T: Send + 'static> ResponseFuture<'a, T> {
    pub(crate) fn new(exchange: Exchange<'a>, read: Reader<T>) -> Self {
        Self { state: State::Exchange(exchange), read, read_elsewhere }
    }
}

/// Reads a response on a thread for blocking work, with the subscriber of this one.
///
/// The future holds a pointer to it, so that code that is generic over the value need not require that it can be sent.
fn read_elsewhere<T: Send + 'static>(
    runtime: &Handle,
    response: RawResponse,
    read: Reader<T>,
) -> JoinHandle<Outcome<T>> {
    let subscriber = get_default(Clone::clone);
    runtime.spawn_blocking(move || with_default(&subscriber, || read(response)))
}

impl<T> Future for ResponseFuture<'_, T> {
    type Output = Outcome<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            match &mut self.state {
                State::Exchange(exchange) => {
                    let response = ready!(exchange.as_mut().poll(context))?;
                    match Handle::try_current() {
                        Ok(runtime) if response.body().len() > LONG_BODY => {
                            let operation = response.operation();
                            let reading = (self.read_elsewhere)(&runtime, response, self.read);
                            self.state = State::Read(operation, reading);
                        }
                        _ => return Poll::Ready((self.read)(response)),
                    }
                }
                State::Read(operation, reading) => {
                    return Poll::Ready(match ready!(Pin::new(reading).poll(context)) {
                        Ok(outcome) => outcome,
                        Err(error) => match error.try_into_panic() {
                            Ok(panic) => resume_unwind(panic),
                            Err(error) => Err(Error::unread(*operation, error)),
                        },
                    });
                }
            }
        }
    }
}

impl<T> fmt::Debug for ResponseFuture<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
