//! The answers that the network makes itself, and what it does to those of the server.

use chrono::{DateTime, TimeDelta, Utc};

use super::fault::RetryAfter;
use super::message::Message;
use super::plan::Shape;

/// An error that says nothing but its status.
pub(super) fn status(code: u16, retry_after: Option<RetryAfter>, shape: &Shape, clock: i64) -> Message {
    let seconds = i64::try_from(shape.retry_after.as_millis().div_ceil(1000)).unwrap_or(i64::MAX);
    let retry_after = retry_after.map(|form| match form {
        RetryAfter::Seconds => seconds.to_string(),
        // One more second, as the date leaves out the part of a second that has begun.
        RetryAfter::Date => http_date(shape.date_in(clock.saturating_add(seconds).saturating_add(1))),
    });
    let body = format!("{{\"message\":\"{}\"}}", reason(code));
    let mut answer = made(code, "application/json", &body, &http_date(shape.date_in(clock)));
    if let Some(retry_after) = retry_after {
        answer.set("retry-after", &retry_after);
    }
    answer
}

/// The server's own word that there is no such thing.
pub(super) fn not_found(shape: &Shape, clock: i64) -> Message {
    made(404, "application/json", shape.not_found, &http_date(shape.date_in(clock)))
}

/// A web page, as of a gateway that has nobody to ask, or of a login or a challenge that is in the way.
pub(super) fn page(code: u16, shape: &Shape, clock: i64) -> Message {
    let (title, content) = match code {
        403 => ("Just a moment...", "<noscript>Enable JavaScript and cookies to continue</noscript>".to_owned()),
        200 | 401 => ("Sign in", "<form method=\"post\"><input name=\"password\" type=\"password\"></form>".to_owned()),
        _ => (reason(code), format!("<h1>{code} {}</h1>", reason(code))),
    };
    let page = format!("<!DOCTYPE html>\n<html><head><title>{title}</title></head><body>{content}</body></html>\n");
    let mut answer = made(code, "text/html; charset=utf-8", &page, &http_date(shape.date_in(clock)));
    if code == 403 {
        // By this header Cloudflare marks an answer that is its own and not the server's.
        answer.set("cf-mitigated", "challenge");
    }
    answer
}

/// What a client gets when the fake itself is gone, which no plan asked for.
pub(super) fn unreachable(error: &std::io::Error) -> Message {
    made(
        502,
        "text/plain; charset=utf-8",
        &format!("the server behind the faulty network did not answer: {error}"),
        &http_date(Utc::now()),
    )
}

/// Moves the date of an answer of the server; one without a date gets none.
pub(super) fn shift_date(answer: &mut Message, clock: i64) {
    let date = answer.header("date").and_then(|text| DateTime::parse_from_rfc2822(text).ok());
    if let Some(shifted) = date.and_then(|date| date.to_utc().checked_add_signed(TimeDelta::seconds(clock))) {
        answer.set("date", &http_date(shifted));
    }
}

/// Announces an answer with this much more after its end; the head says so, the rest is for the sender.
pub(super) fn oversize(answer: &mut Message, padding: u64) {
    if answer.is_chunked() {
        answer.remove("transfer-encoding");
        answer.body.clear();
    }
    answer.set("content-length", &(answer.body.len() as u64 + padding).to_string());
}

fn made(code: u16, content_type: &str, body: &str, date: &str) -> Message {
    let headers = [("content-type", content_type), ("date", date), ("connection", "close")];
    Message::answer(&format!("{code} {}", reason(code)), &headers, body)
}

fn reason(code: u16) -> &'static str {
    match code {
        200 => "OK",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Injected",
    }
}

/// A date as a header writes it.
fn http_date(date: DateTime<Utc>) -> String {
    date.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
