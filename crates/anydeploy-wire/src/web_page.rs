//! Web pages that come where an API should answer.

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

/// How a web page begins, in any case: the gateways' own pages often leave out the head.
const WEB_PAGE_STARTS: [&[u8]; 12] = [
    b"<!doctype",
    b"<html",
    b"<head",
    b"<body",
    b"<!--",
    b"<?xml",
    b"<title",
    b"<script",
    b"<meta",
    b"<center",
    b"<h1",
    b"<form",
];

/// Whether the content type says that the body is a web page, which is not always so.
pub(crate) fn says_html(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    content_type.windows(4).any(|part| part.eq_ignore_ascii_case(b"html"))
}

/// Whether a body begins as a web page does.
pub(crate) fn is_web_page(body: &[u8]) -> bool {
    let text = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body).trim_ascii_start();
    WEB_PAGE_STARTS.iter().any(|start| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)))
}
