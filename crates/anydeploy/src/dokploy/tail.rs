//! The end of a log, which the server gives out as a text of so many lines.

use crate::Result;

/// The most lines that Dokploy gives out at once.
pub(super) const MAX_LOG_LINES: usize = 10_000;

/// What a server says of a command that prints too much.
const TOO_LARGE: &str = "maxBuffer length exceeded";

/// Reads the last lines of a log, of which it asks for half as often as the text is larger than the server gives out, and
/// returns how many it asked for in the end.
///
/// The limit is 1 MiB, above which the answer is 500 with this sentence (0.30.2).
pub(super) async fn read_tail<R: Future<Output = Result<String>>>(
    mut lines: usize,
    read: impl Fn(usize) -> R,
) -> Result<(String, usize)> {
    loop {
        match read(lines).await {
            Err(error) if lines > 1 && error.server_message().is_some_and(|said| said.contains(TOO_LARGE)) => {
                lines /= 2;
            }
            answer => return Ok((answer?, lines)),
        }
    }
}
