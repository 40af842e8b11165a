//! A `multipart/form-data` body, put together in memory.

use std::{
    collections::hash_map::RandomState,
    fmt::{self, Write as _},
    hash::{BuildHasher as _, Hasher as _},
};

use bytes::Bytes;

/// A file that is uploaded.
///
/// `Debug` shows its name and length, not what is in it.
///
/// # Examples
///
/// ```
/// use anydeploy_wire::File;
///
/// let file = File::new("app.zip", "PK").with_media_type("application/zip");
/// assert_eq!(format!("{file:?}"), r#"File { name: "app.zip", media_type: "application/zip", length: 2 }"#);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    name: String,
    media_type: String,
    content: Bytes,
}

impl File {
    /// A file with its name and content, sent as `application/octet-stream`.
    pub fn new(name: impl Into<String>, content: impl Into<Bytes>) -> Self {
        let media_type = "application/octet-stream".to_owned();
        Self { name: name.into(), media_type, content: content.into() }
    }

    /// Says what the content is.
    #[must_use]
    pub fn with_media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = media_type.into();
        self
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File")
            .field("name", &self.name)
            .field("media_type", &self.media_type)
            .field("length", &self.content.len())
            .finish()
    }
}

/// The parts that were added so far.
pub(crate) struct Form {
    boundary: String,
    body: Vec<u8>,
}

impl Form {
    pub(crate) fn new() -> Self {
        // The keys of the standard hasher are the randomness at hand; 128 bits of it do not turn up
        // in a file by chance.
        let random = || RandomState::new().build_hasher().finish();
        Self { boundary: format!("anydeploy-{:016x}{:016x}", random(), random()), body: Vec::new() }
    }

    pub(crate) fn field(&mut self, name: &str, text: &str) {
        self.part(&format!("form-data; name=\"{}\"", quoted(name)), None, text.as_bytes());
    }

    pub(crate) fn file(&mut self, name: &str, file: &File) {
        let disposition = format!("form-data; name=\"{}\"; filename=\"{}\"", quoted(name), quoted(&file.name));
        self.part(&disposition, Some(&file.media_type), &file.content);
    }

    fn part(&mut self, disposition: &str, media_type: Option<&str>, content: &[u8]) {
        let mut head = format!("--{}\r\nContent-Disposition: {disposition}\r\n", self.boundary);
        if let Some(media_type) = media_type {
            // Writing to a string does not fail.
            let _ = write!(head, "Content-Type: {}\r\n", quoted(media_type));
        }
        head.push_str("\r\n");
        self.body.extend_from_slice(head.as_bytes());
        self.body.extend_from_slice(content);
        self.body.extend_from_slice(b"\r\n");
    }

    /// The content type with the boundary, and the body.
    pub(crate) fn finish(mut self) -> (String, Bytes) {
        self.body.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        (format!("multipart/form-data; boundary={}", self.boundary), self.body.into())
    }
}

/// A name as browsers write it between quotes; nothing in it can end the line.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_between_boundaries() {
        let mut form = Form::new();
        form.field("applicationId", "a\r\nb");
        form.file("zip", &File::new("x \"y\"\r\n.zip", vec![0, 255]).with_media_type("application/zip"));
        let (media_type, body) = form.finish();
        let boundary = media_type.strip_prefix("multipart/form-data; boundary=").unwrap();
        let wanted = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"applicationId\"\r\n\r\na\r\nb\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"zip\"; filename=\"x %22y%22%0D%0A.zip\"\r\n\
             Content-Type: application/zip\r\n\r\n\0\u{fffd}\r\n--{boundary}--\r\n"
        );
        assert_eq!(String::from_utf8_lossy(&body), wanted);
    }

    #[test]
    fn no_two_forms_have_the_same_boundary() {
        assert_ne!(Form::new().boundary, Form::new().boundary);
    }
}
