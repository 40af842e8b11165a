//! As much of HTTP/1.1 as a proxy needs that carries one exchange a connection.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// A request or an answer: the lines of its head, and its body as it is on the wire.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Message {
    lines: Vec<Vec<u8>>,
    pub(super) body: Vec<u8>,
}

impl Message {
    /// An answer that is not the server's.
    pub(super) fn answer(status: &str, headers: &[(&str, &str)], body: &str) -> Self {
        let mut message = Self { lines: vec![format!("HTTP/1.1 {status}").into_bytes()], body: body.into() };
        for (name, value) in headers {
            message.set(name, value);
        }
        message.set("content-length", &body.len().to_string());
        message
    }

    /// Reads a request; nothing if the client left without one.
    pub(super) async fn read_request<R: AsyncBufRead + Unpin>(from: &mut R) -> io::Result<Option<Self>> {
        let Some(lines) = read_head(from).await? else { return Ok(None) };
        let mut request = Self { lines, body: Vec::new() };
        if request.is_chunked() {
            read_chunks(from, &mut request.body).await?;
        } else if let Some(length) = request.header("content-length") {
            let length = length.parse().map_err(|_| malformed("the content length is no number"))?;
            if from.take(length).read_to_end(&mut request.body).await? as u64 != length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(Some(request))
    }

    /// Reads an answer after which the server closes the connection, so that its end needs no telling.
    pub(super) async fn read_answer<R: AsyncBufRead + Unpin>(from: &mut R) -> io::Result<Self> {
        let lines = read_head(from).await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let mut body = Vec::new();
        from.read_to_end(&mut body).await?;
        Ok(Self { lines, body })
    }

    /// Method and path, with the query.
    pub(super) fn request_line(&self) -> (String, String) {
        let line = self.lines.first().map(|line| String::from_utf8_lossy(line)).unwrap_or_default();
        let mut words = line.split(' ').map(str::to_owned);
        (words.next().unwrap_or_default(), words.next().unwrap_or_default())
    }

    /// The value of a header, if it is there and is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let line = self.lines.iter().skip(1).find(|line| is(line, name))?;
        std::str::from_utf8(&line[name.len() + 1..]).ok().map(str::trim)
    }

    /// Gives a header this value, in the place that it had.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        let text = format!("{name}: {value}").into_bytes();
        match self.lines.iter_mut().skip(1).find(|line| is(line, name)) {
            Some(line) => *line = text,
            None => self.lines.push(text),
        }
    }

    pub(super) fn remove(&mut self, name: &str) {
        let mut first = true;
        self.lines.retain(|line| std::mem::take(&mut first) || !is(line, name));
    }

    pub(super) fn is_chunked(&self) -> bool {
        self.header("transfer-encoding").is_some_and(|value| value.to_ascii_lowercase().ends_with("chunked"))
    }

    /// Head and body as they go over the wire.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.lines.join(b"\r\n".as_slice());
        bytes.extend_from_slice(b"\r\n\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// Whether a line of a head is this header.
fn is(line: &[u8], name: &str) -> bool {
    line.get(name.len()) == Some(&b':') && line[..name.len()].eq_ignore_ascii_case(name.as_bytes())
}

/// The lines up to the empty one, which is left out; nothing if there is not a single byte.
async fn read_head<R: AsyncBufRead + Unpin>(from: &mut R) -> io::Result<Option<Vec<Vec<u8>>>> {
    let mut lines = Vec::new();
    loop {
        let mut line = Vec::new();
        from.read_until(b'\n', &mut line).await?;
        if line.is_empty() && lines.is_empty() {
            return Ok(None);
        }
        if line.pop() != Some(b'\n') {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        line.pop_if(|last| *last == b'\r');
        if line.is_empty() {
            return Ok(Some(lines));
        }
        lines.push(line);
    }
}

/// Chunks up to the last one and the trailer, with their sizes.
async fn read_chunks<R: AsyncBufRead + Unpin>(from: &mut R, body: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let start = body.len();
        from.read_until(b'\n', body).await?;
        let line = String::from_utf8_lossy(&body[start..]).into_owned();
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).map_err(|_| malformed("the size of a chunk is no number"))?;
        if size == 0 {
            break;
        }
        // Each chunk ends in a line break of its own.
        if from.take(size + 2).read_to_end(body).await? as u64 != size + 2 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    loop {
        let start = body.len();
        from.read_until(b'\n', body).await?;
        match &body[start..] {
            b"\r\n" | b"\n" => return Ok(()),
            [] => return Err(io::ErrorKind::UnexpectedEof.into()),
            _ => {}
        }
    }
}

fn malformed(reason: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(mut bytes: &[u8]) -> io::Result<Option<Message>> {
        let request = Message::read_request(&mut bytes).await?;
        assert!(bytes.is_empty(), "{} bytes were left", bytes.len());
        Ok(request)
    }

    #[tokio::test]
    async fn requests_of_every_framing_are_read_to_their_end() {
        for text in [
            "GET /a?b=c HTTP/1.1\r\nhost: x\r\n\r\n",
            "POST /a?b=c HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
            "POST /a?b=c HTTP/1.1\r\ncontent-length:5 \r\n\r\n\r\n\r\n!",
            "POST /a?b=c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nt: u\r\n\r\n",
        ] {
            let request = read(text.as_bytes()).await.unwrap().unwrap();
            assert_eq!(request.request_line().1, "/a?b=c");
            assert_eq!(String::from_utf8(request.to_bytes()).unwrap(), text);
        }
    }

    #[tokio::test]
    async fn half_a_request_is_an_error_and_none_is_none() {
        assert_eq!(read(b"").await.unwrap(), None);
        for text in [
            "GET / HTTP/1.1\r\nhost: x",
            "GET / HTTP/1.1\r\n",
            "POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nab",
            "POST / HTTP/1.1\r\ncontent-length: many\r\n\r\n",
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nab",
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n",
        ] {
            assert!(read(text.as_bytes()).await.is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_header_is_found_replaced_and_removed_whatever_its_case() {
        let mut answer = Message::answer("200 OK", &[("Date", "today"), ("X-Date", "x")], "");
        assert_eq!(answer.header("date"), Some("today"));
        answer.set("DATE", "tomorrow");
        answer.remove("x-date");
        answer.remove("content-length");
        assert_eq!(answer.to_bytes(), b"HTTP/1.1 200 OK\r\nDATE: tomorrow\r\n\r\n");
    }
}
