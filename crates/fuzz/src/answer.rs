//! Answers made from arbitrary bytes.

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
            let value: String =
                rest[..end].iter().filter(|byte| (32..127).contains(*byte)).map(|b| *b as char).collect();
            headers.push_str(&format!("retry-after: {value}\r\ndate: {value}\r\n"));
            body = &rest[end + 1..];
        }
        Some(Self { status, headers, body: body.to_vec() })
    }

    /// Whether it says that all went well.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The answer as it goes over the wire.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        // A 204 has no body, and a client would take one for the next answer.
        let body: &[u8] = if self.status == 204 { &[] } else { &self.body };
        let length = if self.status == 204 { String::new() } else { format!("content-length: {}\r\n", body.len()) };
        let mut bytes = format!("HTTP/1.1 {} Any\r\n{}{length}\r\n", self.status, self.headers).into_bytes();
        bytes.extend_from_slice(body);
        bytes
    }
}

/// Answers to one request after another, each ended by a byte that no text holds.
pub fn answers(data: &[u8]) -> Vec<Answer> {
    data.split(|byte| *byte == 0xff).filter_map(Answer::of).collect()
}
