//! A server on the loopback address that gives the same answer to every request.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// An answer made from arbitrary bytes.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    status: u16,
    headers: String,
    body: Vec<u8>,
}

/// What real servers and proxies answer with, and what they should not.
const STATUSES: [u16; 24] = [
    200, 200, 200, 200, 200, 201, 202, 204, 301, 302, 400, 401, 403, 404, 405, 409, 418, 422, 429, 429, 500, 502, 503,
    504,
];

const TYPES: [&str; 5] = ["application/json", "text/html", "text/plain; charset=utf-8", "application/octet-stream", ""];

impl Answer {
    /// The first byte is the status, the second the content type and whether a line of text is a `Retry-After`.
    pub fn of(data: &[u8]) -> Option<Self> {
        let (&[status, kind], rest) = data.split_first_chunk::<2>()?;
        let status = STATUSES[usize::from(status) % STATUSES.len()];
        let mut headers = format!("content-type: {}\r\n", TYPES[usize::from(kind) % TYPES.len()]);
        let mut body = rest;
        if kind >= 128
            && let Some(end) = rest.iter().position(|byte| *byte == b'\n')
        {
            let value: String = rest[..end].iter().filter(|byte| (32..127).contains(*byte)).map(|b| *b as char).collect();
            headers.push_str(&format!("retry-after: {value}\r\ndate: {value}\r\n"));
            body = &rest[end + 1..];
        }
        Some(Self { status, headers, body: body.to_vec() })
    }

    /// Whether it says that all went well.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    fn bytes(&self) -> Vec<u8> {
        // A 204 has no body, and a client would take one for the next answer.
        let body: &[u8] = if self.status == 204 { &[] } else { &self.body };
        let length = if self.status == 204 { String::new() } else { format!("content-length: {}\r\n", body.len()) };
        let mut bytes = format!("HTTP/1.1 {} Any\r\n{}{length}\r\n", self.status, self.headers).into_bytes();
        bytes.extend_from_slice(body);
        bytes
    }
}

/// The server; it lives as long as the process.
pub struct Server {
    address: SocketAddr,
    answer: Arc<Mutex<Answer>>,
}

impl Server {
    /// Listens on a free port.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let answer = Arc::new(Mutex::new(Answer::default()));
        let shared = Arc::clone(&answer);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || serve(client, &shared));
            }
        });
        Self { address, answer }
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Gives this answer from now on.
    pub fn answer(&self, answer: Answer) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = answer;
    }
}

/// Answers one request after another on a connection, until it ends.
fn serve(client: TcpStream, answer: &Mutex<Answer>) {
    let Ok(mut writer) = client.try_clone() else { return };
    drop(writer.set_nodelay(true));
    let mut reader = BufReader::new(client);
    while let Some(length) = head(&mut reader) {
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let bytes = answer.lock().unwrap_or_else(PoisonError::into_inner).bytes();
        if writer.write_all(&bytes).is_err() {
            return;
        }
    }
}

/// Reads the head of a request, and tells how long its body is.
fn head(reader: &mut impl BufRead) -> Option<usize> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse().ok()?,
            None if line.trim().is_empty() => return Some(length),
            _ => {}
        }
    }
}
