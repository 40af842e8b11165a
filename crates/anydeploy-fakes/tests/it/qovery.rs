//! The fake Qovery server over its socket: one fact a test.

mod access;
mod actions;
mod api;
mod batch;
mod days;
mod environment;
mod lifecycle;
mod logs;
mod queue;
mod reads;
mod variables;
