//! The future of a request that is sent when it is awaited.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use crate::{
    error::Error,
    response::{RawResponse, Response},
};

/// A request that is sent when it is awaited, and how its response is to be read.
///
/// One future for all operations keeps the clients cheap to compile: their methods need no state
/// machines of their own.
/// `Debug` shows nothing of the request.
#[must_use = "nothing is sent before it is awaited"]
pub struct ResponseFuture<'a, T> {
    exchange: Exchange<'a>,
    read: fn(RawResponse) -> Result<Response<T>, Error>,
}

/// Sends the request and receives what comes back.
pub(crate) type Exchange<'a> = Pin<Box<dyn Future<Output = Result<RawResponse, Error>> + Send + 'a>>;

impl<'a, T> ResponseFuture<'a, T> {
    pub(crate) fn new(exchange: Exchange<'a>, read: fn(RawResponse) -> Result<Response<T>, Error>) -> Self {
        Self { exchange, read }
    }
}

impl<T> Future for ResponseFuture<'_, T> {
    type Output = Result<Response<T>, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.exchange.as_mut().poll(context) {
            Poll::Ready(Ok(response)) => Poll::Ready((self.read)(response)),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<T> fmt::Debug for ResponseFuture<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
