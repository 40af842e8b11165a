//! What a test names has to be there.

/// What a test named by `id`.
///
/// # Panics
/// If it is not there: a test that prepares nothing proves nothing.
#[track_caller]
#[expect(clippy::panic, reason = "only tests call this, and a wrong id is a mistake in the test")]
pub(crate) fn known<T>(found: Option<T>, what: &str, id: &str) -> T {
    match found {
        Some(found) => found,
        None => panic!("this fake has no {what} `{id}`"),
    }
}
