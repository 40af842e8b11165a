//! The future of a request that is sent when it is awaited.

use std::{
    any::Any,
    fmt,
    panic::resume_unwind,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{
    runtime::Handle,
    task::{JoinError, JoinHandle},
};
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
    state: State<'a>,
    read: fn(RawResponse) -> Outcome<T>,
    read_as_any: fn(RawResponse) -> AnyOutcome,
    of_any: fn(AnyOutcome) -> Outcome<T>,
}

/// Sends the request and receives what comes back.
pub(crate) type Exchange<'a> = Pin<Box<dyn Future<Output = Result<RawResponse, Error>> + Send + 'a>>;

type Outcome<T> = Result<Response<T>, Error>;

/// An [`Outcome`], or what a thread panicked with while it made one; of no type, so that the thread's task and what
/// waits for it are compiled once, and not for each type that is read.
type AnyOutcome = Box<dyn Any + Send>;

enum State<'a> {
    Exchange(Exchange<'a>),
    Read(Operation, JoinHandle<AnyOutcome>),
}

/// What came of an exchange.
#[expect(clippy::large_enum_variant, reason = "it is taken apart as soon as it is made")]
enum Received {
    Unread(RawResponse),
    Read(AnyOutcome),
}

impl<'a, T: Send + 'static> ResponseFuture<'a, T> {
    /// `read_as_any` has to do what `read` does.
    pub(crate) fn new(
        exchange: Exchange<'a>,
        read: fn(RawResponse) -> Outcome<T>,
        read_as_any: fn(RawResponse) -> AnyOutcome,
    ) -> Self {
        Self { state: State::Exchange(exchange), read, read_as_any, of_any }
    }
}

/// The future holds a pointer to it, so that code that is generic over the value need not say that it is `'static`.
fn of_any<T: 'static>(outcome: AnyOutcome) -> Outcome<T> {
    match outcome.downcast() {
        Ok(outcome) => *outcome,
        Err(panic) => resume_unwind(panic),
    }
}

impl State<'_> {
    fn poll(
        &mut self,
        context: &mut Context<'_>,
        read: fn(RawResponse) -> AnyOutcome,
    ) -> Poll<Result<Received, Error>> {
        loop {
            match self {
                Self::Exchange(exchange) => {
                    let response = ready!(exchange.as_mut().poll(context))?;
                    match Handle::try_current() {
                        Ok(runtime) if response.body().len() > LONG_BODY => {
                            *self = Self::Read(response.operation(), read_elsewhere(&runtime, response, read));
                        }
                        _ => return Poll::Ready(Ok(Received::Unread(response))),
                    }
                }
                Self::Read(operation, reading) => {
                    let outcome = ready!(Pin::new(reading).poll(context));
                    let outcome = outcome.or_else(JoinError::try_into_panic);
                    return Poll::Ready(outcome.map(Received::Read).map_err(|error| Error::unread(*operation, error)));
                }
            }
        }
    }
}

/// Reads a response on a thread for blocking work, with the subscriber of this one.
fn read_elsewhere(
    runtime: &Handle,
    response: RawResponse,
    read: fn(RawResponse) -> AnyOutcome,
) -> JoinHandle<AnyOutcome> {
    let subscriber = get_default(Clone::clone);
    runtime.spawn_blocking(move || with_default(&subscriber, || read(response)))
}

impl<T> Future for ResponseFuture<'_, T> {
    type Output = Outcome<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let read_as_any = self.read_as_any;
        Poll::Ready(match ready!(self.state.poll(context, read_as_any)) {
            Ok(Received::Unread(response)) => (self.read)(response),
            Ok(Received::Read(outcome)) => (self.of_any)(outcome),
            Err(error) => Err(error),
        })
    }
}

impl<T> fmt::Debug for ResponseFuture<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
