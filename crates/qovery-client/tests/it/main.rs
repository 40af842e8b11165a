//! What the client promises: every operation sent and answered, and every recorded success decoded.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

#[cfg(feature = "full")]
mod operations;
mod recorded;

#[allow(clippy::pedantic, dead_code, reason = "generated, and some of it for areas that may be off")]
#[rustfmt::skip]
mod generated {
    #[cfg(feature = "full")]
    pub(crate) mod calls;
    pub(crate) mod decode;
}
