//! The answers that the network makes itself, and what it does to those of the server.

use std::io;

use chrono::{DateTime, TimeDelta, Utc};
use hyper::body::Bytes;
use hyper::header::{CONTENT_LENGTH, DATE, HeaderValue};
use hyper::{StatusCode, http};

use super::fault::RetryAfter;
use super::plan::Shape;
use crate::clock::http_date;
use crate::request::text;
use crate::response::Response;

/// An error that says nothing but its status.
pub(super) fn status(code: u16, retry_after: Option<RetryAfter>, shape: &Shape, clock: i64) -> Response {
    let seconds = i64::try_from(shape.retry_after.as_millis().div_ceil(1000)).unwrap_or(i64::MAX);
    let retry_after = retry_after.map(|form| match form {
        RetryAfter::Seconds => seconds.to_string(),
        // One more second, as the date leaves out the part of a second that has begun.
        RetryAfter::Date => http_date(shape.date_in(clock.saturating_add(seconds).saturating_add(1))),
    });
    let body = format!("{{\"message\":\"{}\"}}", reason(code));
    let answer = answer(code, "application/json", body, shape.date_in(clock));
    match retry_after {
        Some(retry_after) => answer.with_header("retry-after", retry_after),
        None => answer,
    }
}

/// The server's own word that there is no such thing.
pub(super) fn not_found(shape: &Shape, clock: i64) -> Response {
    answer(404, "application/json", shape.not_found, shape.date_in(clock))
}

/// A web page, as of a gateway without a server behind it, or of a login or a challenge that is in the way.
pub(super) fn page(code: u16, shape: &Shape, clock: i64) -> Response {
    let (title, content) = match code {
        403 => ("Just a moment...", "<noscript>Enable JavaScript and cookies to continue</noscript>".to_owned()),
        200 | 401 => ("Sign in", "<form method=\"post\"><input name=\"password\" type=\"password\"></form>".to_owned()),
        _ => (reason(code), format!("<h1>{code} {}</h1>", reason(code))),
    };
    let page = format!("<!DOCTYPE html>\n<html><head><title>{title}</title></head><body>{content}</body></html>\n");
    let answer = answer(code, "text/html; charset=utf-8", page, shape.date_in(clock));
    if code == 403 {
        // By this header Cloudflare marks an answer that is its own and not the server's.
        return answer.with_header("cf-mitigated", "challenge");
    }
    answer
}

/// What a client gets when the fake itself has stopped, which no plan asked for.
pub(super) fn unreachable(error: &io::Error) -> Response {
    let reason = format!("the server behind the faulty network did not answer: {error}");
    answer(502, "text/plain; charset=utf-8", reason, Utc::now())
}

/// Moves the date of an answer of the server; one without a date gets none.
pub(super) fn shift_date(answer: &mut http::Response<Bytes>, clock: i64) {
    let date = text(answer.headers(), DATE).and_then(|text| DateTime::parse_from_rfc2822(text).ok());
    let shifted = date.and_then(|date| date.to_utc().checked_add_signed(TimeDelta::seconds(clock)));
    if let Some(date) = shifted.and_then(|date| HeaderValue::try_from(http_date(date)).ok()) {
        answer.headers_mut().insert(DATE, date);
    }
}

/// Announces an answer with this much more after its end; the head says so, the rest is for the sender.
pub(super) fn oversize(answer: &mut http::Response<Bytes>, padding: u64) {
    let length = answer.body().len() as u64 + padding;
    answer.headers_mut().insert(CONTENT_LENGTH, length.into());
}

fn answer(code: u16, content_type: &'static str, body: impl Into<Bytes>, date: DateTime<Utc>) -> Response {
    let body = body.into();
    let length = body.len().to_string();
    let answer = Response::new(code).with_content(content_type, body).with_header("date", http_date(date));
    answer.with_header("connection", "close").with_header("content-length", length)
}

fn reason(code: u16) -> &'static str {
    StatusCode::from_u16(code).ok().and_then(|status| status.canonical_reason()).unwrap_or("Injected")
}
