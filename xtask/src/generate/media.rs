//! Media types, and how a client takes them.

/// The media type of JSON.
pub(crate) const JSON: &str = "application/json";
/// The media type of an upload.
pub(crate) const FORM: &str = "multipart/form-data";

/// Whether the content is read as text.
pub(crate) fn is_text(media: &str) -> bool {
    let text = ["application/x-yaml", "application/yaml", "application/xml"];
    media.starts_with("text/") || text.contains(&media)
}

/// Whether the content never ends: a client reads answers whole.
pub(crate) fn is_stream(media: &str) -> bool {
    ["text/event-stream", "application/x-ndjson"].contains(&media)
}

/// Whether the content is taken as text or bytes, as it is.
pub(crate) fn is_raw(media: &str) -> bool {
    let is_other = media.split('/').count() == 2 && !media.ends_with("json") && !media.contains(['*', ';', ' ']);
    is_other && media != FORM && media != "application/x-www-form-urlencoded" && !is_stream(media)
}
