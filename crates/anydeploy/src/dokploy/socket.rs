//! The log of a deployment through a socket: the whole file, and then what is added to it.
//!
//! Facts of 0.30.2: the socket lies beside `/api` and takes the key as a header of the handshake, which always succeeds; a
//! refusal is a close afterwards, without a code for a key.
//! It has no end marker and stays open after the deployment; a new one begins at the first line.
//! What `tail` itself has to say comes as text of the log, in a message of its own; from a remote server it comes as it is, and
//! from the host itself behind words of the panel (source of 0.30.2).
//! Each chunk is made text by itself, so that a character at its border becomes two that are unreadable.

use std::future::pending;

use dokploy_client::types::Deployment as Row;
use dokploy_client::wire::{Socket, SocketMessage};
use futures::StreamExt;
use futures::stream::try_unfold;

use super::Dokploy;
use super::error::map_error;
use super::operation::Operation;
use super::pending::row_of;
use crate::{DeploymentId, Error, ErrorKind, LogFeed, LogLine, Result, Target, TargetKind, platform};

/// The longest line that is waited for, in bytes; the server itself gives out no more than this by other ways.
const MAX_LINE: usize = 1024 * 1024;

/// Whether a message is what `tail` says of itself, such as `tail error: tail: cannot open '…'`.
///
/// A line of a log may begin like what comes from a remote server, so that this has to name the file as well.
fn is_said_by_tail(text: &str, remote_path: Option<&str>) -> bool {
    text.starts_with("tail error: tail: ")
        || remote_path.is_some_and(|path| text.starts_with("tail: ") && text.contains(path))
}

/// The lines of a deployment, if it is of a kind that has a log.
pub(super) fn open(dokploy: &Dokploy, id: &DeploymentId) -> Option<LogFeed> {
    let has_log = id.expect_platform(&platform::DOKPLOY).is_ok()
        && *id.target().kind() != TargetKind::Database
        && Operation::of_id(id).is_ok_and(Operation::leaves_row);
    let source = Source { dokploy: dokploy.clone(), id: id.clone() };
    has_log.then(|| try_unfold(Feed { source, listening: None }, Feed::next).boxed())
}

/// One connection, which is made when the first line is asked for.
struct Feed {
    source: Source,
    listening: Option<Listening>,
}

/// Whose log it is.
struct Source {
    dokploy: Dokploy,
    id: DeploymentId,
}

/// A connection that is open.
struct Listening {
    socket: Socket,
    lines: Lines,
    /// The path of the log, if it lies on a remote server.
    remote_path: Option<String>,
    /// Whether anything came.
    is_fed: bool,
}

impl Feed {
    /// The next lines; nothing once the connection is at its end.
    async fn next(mut self) -> Result<Option<(Vec<LogLine>, Self)>> {
        let mut listening = match self.listening.take() {
            Some(listening) => listening,
            None => self.source.connect().await?,
        };
        let lines = listening.next().await?;
        Ok(lines.map(|lines| (lines, Self { listening: Some(listening), ..self })))
    }
}

impl Source {
    async fn connect(&self) -> Result<Listening> {
        let row = self.row().await?;
        let Some(path) = row.log_path.as_deref().filter(|path| !path.is_empty()) else {
            let error = Error::new(ErrorKind::NotFound, "the row of the deployment names no log");
            return Err(error.with_platform(platform::DOKPLOY).of_read());
        };
        let target = self.id.target();
        let server = match row.build_server_id.or(row.server_id) {
            None => self.dokploy.api.settings(target).await?.server,
            server => server,
        };
        let socket = self.dokploy.api.listen(path, server.as_deref()).await?;
        let remote_path = server.map(|_| path.to_owned());
        Ok(Listening { socket, lines: Lines::default(), remote_path, is_fed: false })
    }

    /// The row of the deployment, as soon as there is one.
    async fn row(&self) -> Result<Row> {
        let target = self.id.target();
        // The follower opens another feed once the watch knows the row, so that nothing is read for that here.
        let Some(id) = row_of(&self.id) else { return pending().await };
        let rows = self.dokploy.api.rows(target).await?.rows;
        rows.into_iter().find(|row| row.deployment_id == id).ok_or_else(|| row_is_missing(target))
    }
}

fn row_is_missing(target: &Target) -> Error {
    let error = Error::new(ErrorKind::NotFound, format!("the row of the deployment of `{target}` is not listed"));
    error.with_platform(platform::DOKPLOY).of_read()
}

impl Listening {
    /// The next lines that are complete; nothing once there can be no more.
    async fn next(&mut self) -> Result<Option<Vec<LogLine>>> {
        loop {
            match self.socket.next().await.map_err(map_error)? {
                // The file is not there, or was truncated: a new connection reads it from its first line.
                SocketMessage::Text(text) if is_said_by_tail(&text, self.remote_path.as_deref()) => return Ok(None),
                SocketMessage::Text(text) => {
                    self.is_fed = true;
                    let lines = self.lines.take(&text)?;
                    if !lines.is_empty() {
                        return Ok(Some(lines));
                    }
                }
                SocketMessage::Closed { code, reason } => return self.closed(code, &reason),
                _ => {}
            }
        }
    }

    fn closed(&self, code: Option<u16>, reason: &str) -> Result<Option<Vec<LogLine>>> {
        let (kind, message) = match code {
            Some(4000) => (ErrorKind::InvalidInput, "Dokploy does not take the path of the log for one"),
            Some(4003) => (ErrorKind::PermissionDenied, "the key may not read the log through a socket"),
            None if !self.is_fed => {
                let message =
                    "Dokploy closed the socket of the log without a word, as it does for a key that it refuses";
                (ErrorKind::NoAnswer, message)
            }
            // What is left of a line comes again with the next connection.
            _ => return Ok(None),
        };
        Err(Error::new(kind, message).with_platform(platform::DOKPLOY).with_server_message(reason).of_read())
    }
}

/// What came of a line that is not complete.
#[derive(Debug, Default)]
struct Lines(String);

impl Lines {
    /// The lines that a chunk completes.
    fn take(&mut self, chunk: &str) -> Result<Vec<LogLine>> {
        let mut lines = Vec::new();
        for part in chunk.split_inclusive('\n') {
            if self.0.len() + part.len() > MAX_LINE {
                let message = format!("a line of the log has more than {MAX_LINE} bytes");
                return Err(Error::new(ErrorKind::Unreadable, message).with_platform(platform::DOKPLOY).of_read());
            }
            self.0.push_str(part);
            if part.ends_with('\n') {
                lines.extend(self.0.lines().map(LogLine::new));
                self.0.clear();
            }
        }
        Ok(lines)
    }
}

#[cfg(test)]
mod tests {
    use anydeploy_fakes::FakeDokploy;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_without_an_end_is_not_held_for_ever() {
        let mut lines = Lines::default();
        assert!(lines.take(&"x".repeat(MAX_LINE)).unwrap().is_empty());
        assert_eq!(lines.take("x").unwrap_err().kind(), ErrorKind::Unreadable);
    }

    #[test]
    fn what_tail_says_of_the_file_is_no_line_of_the_log() {
        let path = "/etc/dokploy/logs/web-abc/a.log";
        let missing = format!("tail: cannot open '{path}' for reading: No such file or directory\n");
        let cut = format!("tail: {path}: file truncated\n");
        for (text, remote_path, expected) in [
            (&*format!("tail error: {missing}"), None, true),
            (&*format!("tail error: {missing}"), Some(path), true),
            (&*missing, Some(path), true),
            (&*cut, Some(path), true),
            (&*missing, None, false),
            ("tail: invalid option\n", Some(path), false),
            ("no tail\n", Some(path), false),
        ] {
            assert_eq!(is_said_by_tail(text, remote_path), expected, "{text}");
        }
    }

    #[tokio::test]
    async fn a_socket_that_refuses_the_key_or_the_path_brings_an_error_and_not_an_end() {
        let fake = FakeDokploy::builder().start().await;
        for (key, path, kind) in [
            ("another-key", "/etc/dokploy/logs/web/a.log", ErrorKind::NoAnswer),
            (fake.token(), "/var/log/a.log", ErrorKind::InvalidInput),
        ] {
            let dokploy = Dokploy::builder().url(fake.url()).token(key).build().unwrap();
            let socket = dokploy.api.listen(path, None).await.unwrap();
            let mut listening = Listening { socket, lines: Lines::default(), remote_path: None, is_fed: false };
            let brought = listening.next().await;
            assert_eq!(brought.unwrap_err().kind(), kind, "{path}");
        }
    }

    proptest! {
        #[test]
        fn lines_are_those_of_the_whole_text_however_it_is_cut(text in "[a-c\r\né]{0,40}", cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6)) {
            let mut borders: Vec<_> = cuts.iter().map(|cut| text.floor_char_boundary(cut.index(text.len() + 1))).collect();
            borders.extend([0, text.len()]);
            borders.sort_unstable();
            let mut lines = Lines::default();
            let taken: Vec<_> =
                borders.windows(2).flat_map(|border| lines.take(&text[border[0]..border[1]]).unwrap()).collect();
            let complete = text.rfind('\n').map_or("", |end| &text[..=end]);
            prop_assert_eq!(taken, complete.lines().map(LogLine::new).collect::<Vec<_>>());
        }
    }
}
