//! Who is calling.

use super::execution::User;
use super::reply::Refusal;
use crate::request::ReceivedRequest;

/// The API token that the fake accepts with the scheme `Token`.
pub(super) const TOKEN: &str = "qov_fake-token-that-opens-nothing";
/// The JWT that the fake accepts with the scheme `Bearer`: a header, a subject and no real signature.
pub(super) const BEARER: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJmYWtlLXVzZXIifQ.bm8tc2lnbmF0dXJl";

/// The user of the API token; that all programs with one token count as one user is inferred.
pub(super) fn owner() -> User {
    User { name: "fake-api-token".to_owned(), origin: "API" }
}

/// The caller, by the scheme and the credential: API tokens go with `Token`, JWTs with `Bearer`, never the other way.
pub(super) fn user(request: &ReceivedRequest) -> Result<User, Refusal> {
    let header = request.header("authorization");
    match header.and_then(|value| value.split_once(' ')) {
        Some(("Token", TOKEN)) => Ok(owner()),
        Some(("Bearer", BEARER)) => Ok(User { name: "fake.user@example.com".to_owned(), origin: "CLI" }),
        _ => Err(Refusal::unauthorized()),
    }
}
