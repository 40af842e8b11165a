//! The signals that stop a process and let it go on.

use std::io;
use std::process::Child;

/// What a process is made to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    Stop,
    GoOn,
}

#[cfg(unix)]
pub(super) fn send(child: &Child, signal: Signal) -> io::Result<()> {
    use rustix::process;

    let signal = match signal {
        Signal::Stop => process::Signal::STOP,
        Signal::GoOn => process::Signal::CONT,
    };
    Ok(process::kill_process(process::Pid::from_child(child), signal)?)
}

#[cfg(not(unix))]
pub(super) fn send(_: &Child, _: Signal) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "processes cannot be stopped on this system"))
}
