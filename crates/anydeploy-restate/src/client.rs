//! A typed client of the services, for programs outside the engine.

mod fleet;

pub use fleet::FleetHandle;

use std::net::IpAddr;
use std::time::Duration;

use anydeploy_core::{Backoff, Deployment, Error, ErrorKind, Outcome, Result, Target, Verdict};
use bytes::Bytes;
use http::uri::Scheme;
use reqwest::redirect::Policy;
use restate_sdk::ingress::{self, CallResponse, ClientError, InvocationHandle, Output, Request, SendStatus};
use restate_sdk::serde::{Deserialize, Json, PayloadMetadata, Serialize};
use tokio::time::{Instant, sleep};

use crate::ingress::Http;
use crate::verdict::from_text;
use crate::{
    HealthIngressClient, HealthOrder, Order, Receipt, Settled, TargetIngressClient, TargetStatus, WatchIngressClient,
    WatchOrder, target_key,
};

/// How long a connection may take, and after which silence it is probed.
const CONNECTION: Duration = Duration::from_secs(30);

/// How many watches of one deployment may end with an error; after them, the last one's error is the answer.
const WATCHES: u32 = 100;

/// The first and the longest pause before a request is made again.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// Calls the services through the ingress of a Restate server.
///
/// Nothing that it sends is acted on twice: a trigger has a key of the caller's, under which the engine makes it once.
/// So a request whose answer is lost, as while the server restarts, is made again for a minute, or for as long as
/// [`with_patience`](Self::with_patience) says.
#[derive(Clone)]
pub struct Client {
    ingress: ingress::Client<Http>,
    patience: Duration,
    /// A token that is sent to this address is read by nobody on the way.
    keeps_secrets: bool,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("patience", &self.patience).finish_non_exhaustive()
    }
}

impl Client {
    /// A client of the ingress at this address, such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfiguration`] if it is no address.
    pub fn new(ingress: &str) -> Result<Self> {
        let unusable = |error| {
            Error::new(ErrorKind::InvalidConfiguration, "the address of the ingress is not usable").with_source(error)
        };
        let uri = ingress
            .parse::<http::Uri>()
            .map_err(|error| unusable(Box::<dyn std::error::Error + Send + Sync>::from(error)))?;
        // A call waits for its answer as long as the engine takes, so that there is no timeout of a request as a whole.
        let http = reqwest::Client::builder().connect_timeout(CONNECTION).tcp_keepalive(CONNECTION);
        // The ingress redirects nobody, and what it is asked must reach no other server.
        let http = http.redirect(Policy::none()).build().map_err(|error| unusable(error.into()))?;
        let keeps_secrets = keeps_secrets(&uri);
        let ingress = ingress::Client::new(uri, Http(http)).map_err(|error| unusable(error.into()))?;
        Ok(Self { ingress, patience: Duration::from_mins(1), keeps_secrets })
    }

    /// The same client, which presents this token to the ingress, as that of Restate Cloud asks for.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfiguration`] if the token cannot stand in a header, and if the address of the ingress is plain
    /// `http` and not one of this machine.
    pub fn with_token(mut self, token: &str) -> Result<Self> {
        if !self.keeps_secrets {
            let message = "a token is not sent over plain http to another machine";
            return Err(Error::new(ErrorKind::InvalidConfiguration, message).with_advice("use the https address"));
        }
        self.ingress = self.ingress.with_restate_auth_token(token).map_err(|_| {
            Error::new(ErrorKind::InvalidConfiguration, "the token of the ingress cannot stand in a header")
        })?;
        Ok(self)
    }

    /// The same client, which repeats a request whose answer is lost for this long.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Triggers an order, once for a key, and waits for the answer.
    ///
    /// The key is the caller's name for this very trigger, such as a CI run with a target; the engine remembers it for seven
    /// days and then gives the same answer.
    /// So call again with the same key after a lost answer, and with a new one after an error of the order itself.
    /// Another order under the same key is not sent: it has the answer of the first one.
    ///
    /// # Errors
    /// Those of [`Deployer::deploy`](anydeploy_core::Deployer::deploy), as the worker met them.
    /// [`ErrorKind::Undecidable`] if an earlier trigger of the target cannot be decided: [`acknowledge`](Self::acknowledge) it.
    /// [`ErrorKind::InvalidInput`] if the key cannot stand in a header; nothing was sent.
    pub async fn deploy(&self, order: &Order, key: &str) -> Result<Receipt> {
        self.call(|| self.target(&order.key()).deploy(Json(order.clone())).idempotency_key(key)).await
    }

    /// Hands an order over, and waits for nothing; `true` if the engine did not have it under this key before.
    ///
    /// # Errors
    /// [`ErrorKind::Unreachable`] if the engine did not take it.
    pub async fn submit(&self, order: &Order, key: &str) -> Result<bool> {
        let send = || async {
            let sent = self.target(&order.key()).deploy(Json(order.clone())).idempotency_key(key).send().await;
            sent.map(|sent| sent.send_status() == SendStatus::Accepted)
        };
        self.repeated(send).await
    }

    /// Finds out what happened to the trigger that a cancelled or killed invocation left open; sends nothing.
    ///
    /// The deployment that was triggered last, whether anything was open or not, is in the [`status`](Self::status).
    ///
    /// # Errors
    /// [`ErrorKind::Undecidable`] if it cannot be decided: [`acknowledge`](Self::acknowledge) it.
    pub async fn settle(&self, profile: &str, target: &Target) -> Result<Settled> {
        self.call_without_input(|| self.target(&target_key(profile, target)).settle()).await
    }

    /// Says that a person has looked after the trigger that is undecidable, so that the target is deployed again.
    ///
    /// # Errors
    /// Those of the request.
    pub async fn acknowledge(&self, profile: &str, target: &Target) -> Result<()> {
        let call = || async {
            let answer = self.target(&target_key(profile, target)).acknowledge().call().await?;
            answer.into_body()
        };
        self.repeated(call).await
    }

    /// Where the triggers of a target stand.
    ///
    /// # Errors
    /// Those of the request.
    pub async fn status(&self, profile: &str, target: &Target) -> Result<TargetStatus> {
        self.call_without_input(|| self.target(&target_key(profile, target)).status()).await
    }

    /// Watches a deployment until it is over; callers that watch the same one share the watch.
    ///
    /// The options count if nobody watches it already.
    /// An outcome is remembered for thirty days; a watch that has ended with an error is followed by a new one, so that
    /// waiting again is what it is without an engine.
    /// The hundredth error is the last word.
    ///
    /// # Errors
    /// Those of a [`Watch`](anydeploy_core::Watch).
    pub async fn watch(&self, order: &WatchOrder) -> Result<Outcome> {
        let mut number = 1;
        loop {
            let key = watch_key(order, number);
            let watch = || WatchIngressClient::from_client(self.ingress.clone(), &*key);
            let begin = || async {
                let sent = watch().run(Json(order.clone())).send().await?;
                Ok((sent.invocation_handle(), sent.send_status() == SendStatus::Accepted))
            };
            let (invocation, is_new) = self.repeated(begin).await?;
            if is_new || number == WATCHES || !self.has_failed(&invocation).await? {
                return self.output_of(&invocation).await;
            }
            number += 1;
        }
    }

    /// Reads a deployment that is watched; `None` before its watch has begun.
    ///
    /// # Errors
    /// Those of a read.
    pub async fn watched(&self, order: &WatchOrder) -> Result<Option<Deployment>> {
        self.call_without_input(|| self.workflow(order).status()).await
    }

    /// Asks the platform to stop a deployment; whether it does is seen by a watch of it.
    ///
    /// # Errors
    /// Those of [`DeployerExt::cancel_deployment`](anydeploy_core::DeployerExt::cancel_deployment), as the worker met them.
    pub async fn cancel(&self, order: &WatchOrder) -> Result<()> {
        let call = || async { self.workflow(order).cancel(Json(order.clone())).call().await?.into_body() };
        self.repeated(call).await
    }

    /// Waits until it is decided whether the target of a deployment is healthy.
    ///
    /// The key is the caller's name for this very wait, such as the id of the deployment.
    ///
    /// # Errors
    /// Those of [`DeployerExt::await_health`](anydeploy_core::DeployerExt::await_health), as the worker met them.
    pub async fn await_health(&self, order: &HealthOrder, key: &str) -> Result<Verdict> {
        let service = HealthIngressClient::from_client(self.ingress.clone());
        self.call(|| service.wait(Json(order.clone())).idempotency_key(key)).await
    }

    /// The run of a fleet that has this name, or will.
    #[must_use]
    pub fn fleet(&self, run: impl Into<String>) -> FleetHandle {
        FleetHandle::new(self.clone(), run.into())
    }
}

impl Client {
    fn target(&self, key: &str) -> TargetIngressClient<Http> {
        TargetIngressClient::from_client(self.ingress.clone(), key)
    }

    fn workflow(&self, order: &WatchOrder) -> WatchIngressClient<Http> {
        WatchIngressClient::from_client(self.ingress.clone(), order.key())
    }

    /// Calls a handler with an input, and again while the answer is lost.
    async fn call<I, T>(&self, request: impl Fn() -> Request<Http, I, Json<T>>) -> Result<T>
    where
        I: Serialize + PayloadMetadata,
        Json<T>: Deserialize,
    {
        self.repeated(|| async { request().call().await.and_then(CallResponse::into_body) }).await.map(Json::into_inner)
    }

    /// Calls a handler without an input, and again while the answer is lost.
    async fn call_without_input<T>(&self, request: impl Fn() -> Request<Http, (), Json<T>>) -> Result<T>
    where
        Json<T>: Deserialize,
    {
        self.repeated(|| async { request().call().await.and_then(CallResponse::into_body) }).await.map(Json::into_inner)
    }

    /// Waits for the end of an invocation, however long it takes.
    async fn output_of<T>(&self, invocation: &InvocationHandle<Http, Json<T>>) -> Result<T>
    where
        Json<T>: Deserialize,
    {
        self.repeated(|| async { invocation.attach().await.map(http::Response::into_body) }).await.map(Json::into_inner)
    }

    /// Whether an invocation has ended with an error by now.
    async fn has_failed<T>(&self, invocation: &InvocationHandle<Http, Json<T>>) -> Result<bool>
    where
        Json<T>: Deserialize,
    {
        let read = || async {
            match invocation.output().await.map(http::Response::into_body) {
                Ok(Output::Ready(_) | Output::NotReady) => Ok(false),
                Err(error) if has_ended_with(&error) => Ok(true),
                Err(error) => Err(error),
            }
        };
        self.repeated(read).await
    }

    /// Makes a request that may be made again, until it is answered or the patience is used up.
    async fn repeated<T, F: Future<Output = Result<T, ClientError>>>(&self, request: impl Fn() -> F) -> Result<T> {
        let fresh = || Backoff::new(PAUSES.0, PAUSES.1).with_growth(2.0).with_budget(self.patience);
        let mut pauses = fresh();
        loop {
            let began = Instant::now();
            let error = match request().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            // A request that has waited for long was heard: the server went away meanwhile.
            if began.elapsed() > PAUSES.1 {
                pauses = fresh();
            }
            match pauses.next(None) {
                Some(pause) if is_lost(&error) => sleep(pause).await,
                _ => return Err(of_client(error)),
            }
        }
    }
}

/// The key of the watch of a deployment that follows this many less one.
fn watch_key(order: &WatchOrder, number: u32) -> String {
    if number == 1 { order.key() } else { format!("{}#{number}", order.key()) }
}

/// Whether nobody on the way to an address reads what is sent: it has TLS, or is one of this machine.
fn keeps_secrets(uri: &http::Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    uri.scheme() == Some(&Scheme::HTTPS) || host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Whether an error is that of the invocation, and not one of asking for it.
fn has_ended_with(error: &ClientError) -> bool {
    error.response().is_some_and(|response| !response.status().is_success() && names_invocation(response))
}

/// Whether the engine gave no answer: the connection failed, or its ingress is starting.
fn is_lost(error: &ClientError) -> bool {
    matches!(error, ClientError::Transport { .. }) || error.response().is_some_and(is_starting)
}

/// Whether an answer is the ingress's own, while the server starts; that of a handler names its invocation.
fn is_starting(response: &http::Response<Bytes>) -> bool {
    response.status().is_server_error() && !names_invocation(response)
}

fn names_invocation(response: &http::Response<Bytes>) -> bool {
    response.headers().contains_key("x-restate-id")
}

/// The error of a request: the one that ended the invocation, or that of the ingress.
fn of_client(error: ClientError) -> Error {
    if let ClientError::Transport { .. } = error {
        return Error::new(ErrorKind::NoAnswer, "the Restate server gave no answer")
            .with_safe_to_repeat(true)
            .with_advice("call again with the same key")
            .with_source(error);
    }
    if let ClientError::Request { .. } | ClientError::Serialization { .. } | ClientError::InvalidRequest { .. } = error
    {
        return Error::new(ErrorKind::InvalidInput, "the request to the Restate server cannot be made")
            .with_advice("a key consists of visible ASCII characters")
            .with_source(error);
    }
    let Some(response) = error.response().filter(|response| !response.status().is_success()) else {
        return Error::new(ErrorKind::Unreadable, "the answer of the Restate server cannot be read")
            .with_safe_to_repeat(true)
            .with_source(error);
    };
    let body: Option<serde_json::Value> = serde_json::from_slice(response.body()).ok();
    let message = body.as_ref().and_then(|body| body.get("message")).and_then(serde_json::Value::as_str);
    match message.unwrap_or_default() {
        // The engine's own words; the errors of a handler begin with the word of their kind.
        "not found" if names_invocation(response) => {
            Error::new(ErrorKind::NotFound, "the engine knows no such invocation")
        }
        message if names_invocation(response) => from_text(message),
        message => {
            // What follows the first line is for the developers of the engine.
            let (status, message) = (response.status(), message.lines().next().unwrap_or_default());
            let message = format!("the ingress of the Restate server answered {status}: {message}");
            Error::new(ErrorKind::Rejected, message).with_status(status.as_u16())
        }
    }
}

#[cfg(test)]
mod tests {
    use anydeploy_core::DeployRequest;

    use super::*;

    #[test]
    fn a_token_is_sent_where_nobody_on_the_way_reads_it() {
        for address in ["http://127.0.0.1:8080", "http://127.1.2.3", "http://[::1]:8080", "http://localhost:8080"] {
            assert!(Client::new(address).unwrap().with_token("secret").is_ok(), "{address}");
        }
        assert!(keeps_secrets(&"https://restate.example".parse().unwrap()));
        for address in ["http://restate.example:8080", "http://10.0.0.1", "http://127.0.0.1.example", "http://[::2]"] {
            let error = Client::new(address).unwrap().with_token("secret").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidConfiguration, "{address}");
        }
    }

    #[tokio::test]
    async fn a_key_that_cannot_stand_in_a_header_is_the_mistake_of_the_caller() {
        let order = Order::new("production", DeployRequest::new(Target::application("web")));
        let client = Client::new("http://127.0.0.1:1").unwrap().with_patience(Duration::ZERO);
        let error = client.deploy(&order, "two\nlines").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    }
}
