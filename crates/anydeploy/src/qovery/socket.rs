//! The log of a deployment through a socket: the entries of an execution, and then what is added.
//!
//! Facts of the console 720181b (`use-deployment-logs.ts`) and of the command line 210d6c6 (`pkg/log.go`, `pkg/wserror.go`):
//! a message is an array of the entries that a read of the log brings, and one that is no array only says what the console
//! reads again.
//! Without a version it is the newest execution whose entries come, from the first one on with each connection.
//! An API token goes as a header of the handshake to other sockets; that this one takes it is not proven, and neither is
//! whether the socket ends with the deployment.

use futures::future::{self, TryFutureExt};
use futures::stream::{StreamExt, try_unfold};
use qovery_client::types::EnvironmentLogs as Entry;
use qovery_client::wire::{Socket, SocketMessage};
use serde_json::Value;

use super::Qovery;
use super::entries::{Scope, lines};
use super::error::map_error;
use super::pending::Pending;
use crate::{DeploymentId, Error, ErrorKind, LogFeed, LogLine, Result, platform};

/// The codes of a close that is a refusal: the token may not read the log, or is none (command line, `pkg/wserror.go`).
const REFUSALS: [u16; 2] = [1007, 1008];

/// What to do after a refusal.
const POLLED: &str = "nothing has to be done: the log is polled instead, because sockets may not take this token";

/// The lines of a deployment, if there is an address for sockets.
pub(super) fn open(qovery: &Qovery, id: &DeploymentId) -> Option<LogFeed> {
    let can_be_read = qovery.api.has_sockets() && Pending::of(id).is_ok();
    let connected = connect(qovery.clone(), id.clone());
    can_be_read.then(|| connected.map_ok(Listening::lines).try_flatten_stream().boxed())
}

/// A failed handshake; one that is refused says nothing of the token where everything else is read with it.
fn refused(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Unauthorized | ErrorKind::PermissionDenied => error.with_advice(POLLED),
        _ => error,
    }
}

/// A connection that is open.
struct Listening {
    socket: Socket,
    execution: String,
    scope: Scope,
}

async fn connect(qovery: Qovery, id: DeploymentId) -> Result<Listening> {
    let pending = Pending::of(&id)?;
    // The follower opens another feed once the watch knows the execution, so that nothing is read for that here.
    let Some(execution) = pending.execution.clone() else { return future::pending().await };
    let environment = qovery.api.environment(&pending.environment).await?;
    let socket = qovery.api.listen(&environment).await.map_err(refused)?;
    Ok(Listening { socket, execution, scope: Scope::new(&pending.target, &pending.environment) })
}

impl Listening {
    fn lines(self) -> LogFeed {
        try_unfold(self, |mut listening| async move {
            let lines = listening.next().await?;
            Ok(lines.map(|lines| (lines, listening)))
        })
        .boxed()
    }

    /// The next lines; nothing once the connection is at its end.
    async fn next(&mut self) -> Result<Option<Vec<LogLine>>> {
        loop {
            match self.socket.next().await.map_err(map_error)? {
                SocketMessage::Text(text) => {
                    let lines = self.take(&text)?;
                    if !lines.is_empty() {
                        return Ok(Some(lines));
                    }
                }
                SocketMessage::Closed { code: Some(code), reason } if REFUSALS.contains(&code) => {
                    let message = format!("Qovery refused the socket of the log with code {code}");
                    let error = Error::new(ErrorKind::PermissionDenied, message).with_platform(platform::QOVERY);
                    return Err(error.with_server_message(&reason).with_advice(POLLED).of_read());
                }
                // Whatever is missing comes with the next connection, or is read after the end.
                SocketMessage::Closed { .. } => return Ok(None),
                _ => {}
            }
        }
    }

    /// The lines of a message.
    fn take(&mut self, text: &str) -> Result<Vec<LogLine>> {
        let mut entries = entries(text)?;
        // Once a newer execution has begun, the socket goes on with that.
        entries.retain(|entry| {
            entry.details.as_ref().and_then(|details| details.execution_id.as_ref()) == Some(&self.execution)
        });
        Ok(lines(&self.scope.of(&entries)))
    }
}

/// The entries of a message, if it is a list.
fn entries(text: &str) -> Result<Vec<Entry>> {
    let Ok(Value::Array(values)) = serde_json::from_str(text) else { return Ok(Vec::new()) };
    let entries: serde_json::Result<_> = values.into_iter().map(serde_json::from_value).collect();
    entries.map_err(|error| {
        // A line is not left out in silence: the log is polled if this comes again.
        let message = "an entry of the log came through the socket in a form that cannot be read";
        Error::new(ErrorKind::Unreadable, message).with_platform(platform::QOVERY).with_source(error).of_read()
    })
}

#[cfg(test)]
mod tests {
    use anydeploy_fakes::FakeQovery;

    use super::*;
    use crate::Target;

    #[tokio::test]
    async fn a_close_that_refuses_the_place_of_the_log_is_a_refusal_and_not_an_end() {
        let fake = FakeQovery::builder().start().await;
        let qovery =
            Qovery::builder().url(fake.url()).socket_url(fake.socket_url()).token(fake.token()).build().unwrap();
        let mut environment = qovery.api.environment(&fake.environment()).await.unwrap();
        environment.cluster_id = Some("another".to_owned());
        let socket = qovery.api.listen(&environment).await.unwrap();
        let scope = Scope::new(&Target::environment(fake.environment()), &fake.environment());
        let error = Listening { socket, execution: String::new(), scope }.next().await.unwrap_err();
        assert_eq!((error.kind(), error.advice()), (ErrorKind::PermissionDenied, POLLED));
        assert!(error.to_string().contains("code 1007"), "{error}");
    }

    #[test]
    fn a_message_that_is_no_list_has_no_entries_and_one_that_cannot_be_read_is_no_silence() {
        for text in ["", "pong", r#"{"entity":["deployment"],"id":"1"}"#, "null", "[]"] {
            assert!(entries(text).unwrap().is_empty(), "{text}");
        }
        assert_eq!(entries(r#"[{"type":"info"},{}]"#).unwrap().len(), 2);
        assert_eq!(entries("[7]").unwrap_err().kind(), ErrorKind::Unreadable);
    }
}
