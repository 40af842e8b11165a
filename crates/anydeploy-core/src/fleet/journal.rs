//! A checkpoint in a file: a journal with one line of JSON for the plan, and one for each step of a member.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::{BoxFuture, FutureExt};
use serde::{Deserialize, Serialize};

use super::{Checkpoint, CheckpointStore, FleetPlan, MemberStage};
use crate::json::VersionOne;
use crate::{Error, ErrorKind, Result};

/// A checkpoint in a file, which is made if it is not there.
///
/// The first line is the plan, and each step of a member adds a line, so that a step costs the same however many members
/// there are.
/// The line of an intent is on the disk (`fdatasync`) before its trigger is sent, with all lines before it; other lines are
/// given to the operating system, which keeps them if only the process dies.
/// What a lost line said is read from the platform again.
/// A last line that is torn, because the process died while it was written, is cut off: nothing was sent for it yet.
///
/// The file is locked while the value exists, so that a second value of the same path, in whatever process, is refused.
/// Two runs over one value, shared by an `Arc`, are not refused: they are the caller's to keep apart.
#[derive(Debug)]
pub struct CheckpointFile {
    path: PathBuf,
    file: Arc<Mutex<Option<File>>>,
}

/// The first line; a version that this release does not know is refused.
#[derive(Serialize, Deserialize)]
struct First<P> {
    v: VersionOne,
    plan: P,
}

/// Every other line.
#[derive(Serialize, Deserialize)]
struct Step<M, S> {
    member: M,
    at: S,
}

impl CheckpointFile {
    /// The checkpoint at a path; the file is opened when a run begins.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), file: Arc::default() }
    }

    /// Does something with the file on a thread that may block.
    async fn on_file<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Path, &mut Option<File>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (path, file) = (self.path.clone(), Arc::clone(&self.file));
        let done =
            tokio::task::spawn_blocking(move || act(&path, &mut file.lock().unwrap_or_else(PoisonError::into_inner)));
        done.await
            .map_err(|error| Error::new(ErrorKind::Unavailable, "the runtime is shutting down").with_source(error))?
    }

    /// Adds a line, and lets it reach the disk if nothing may be sent before it has.
    fn add(&self, line: serde_json::Result<Vec<u8>>, sync: bool) -> BoxFuture<'_, Result<()>> {
        async move {
            let mut line = line.map_err(|error| not_written(&self.path, error))?;
            line.push(b'\n');
            self.on_file(move |path, file| {
                // Without the file a later line cannot follow one that was torn.
                let Some(mut open) = file.take() else { return Err(not_open(path)) };
                open.write_all(&line).map_err(|error| not_written(path, error))?;
                if sync {
                    open.sync_data().map_err(|error| not_written(path, error))?;
                }
                *file = Some(open);
                Ok(())
            })
            .await
        }
        .boxed()
    }
}

impl CheckpointStore for CheckpointFile {
    fn load(&self) -> BoxFuture<'_, Result<Option<Checkpoint>>> {
        self.on_file(|path, file| {
            let file = match file {
                Some(file) => file,
                None => file.insert(open(path)?),
            };
            read(path, file)
        })
        .boxed()
    }

    fn begin<'a>(&'a self, plan: &'a FleetPlan) -> BoxFuture<'a, Result<()>> {
        self.add(serde_json::to_vec(&First { v: VersionOne, plan }), true)
    }

    fn record<'a>(&'a self, member: &'a str, stage: &'a MemberStage) -> BoxFuture<'a, Result<()>> {
        let sync = matches!(stage, MemberStage::Prepared { .. });
        self.add(serde_json::to_vec(&Step { member, at: stage }), sync)
    }
}

/// Opens the file for one run alone.
fn open(path: &Path) -> Result<File> {
    let file = OpenOptions::new().read(true).append(true).create(true).open(path);
    let file = file.map_err(|error| not_read(path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let message = format!("another run uses the checkpoint `{}`", path.display());
            Err(Error::new(ErrorKind::Conflict, message).with_advice("wait until it ends, or end it"))
        }
        Err(TryLockError::Error(error)) => Err(not_read(path, error)),
    }
}

/// Reads all lines, the last of each member counts, and cuts off one that is torn.
fn read(path: &Path, file: &mut File) -> Result<Option<Checkpoint>> {
    let fail = |error| not_read(path, error);
    file.seek(SeekFrom::Start(0)).map_err(fail)?;
    let mut reader = BufReader::new(&*file);
    let (mut line, mut number, mut whole) = (Vec::new(), 0_usize, 0_u64);
    let mut checkpoint: Option<Checkpoint> = None;
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line).map_err(fail)?;
        if line.last() != Some(&b'\n') {
            break;
        }
        (number, whole) = (number + 1, whole + length as u64);
        let taken = match &mut checkpoint {
            None => serde_json::from_slice(&line).map(|First { plan, .. }: First<FleetPlan>| {
                checkpoint = Some(Checkpoint::new(plan));
            }),
            Some(checkpoint) => serde_json::from_slice(&line).map(|Step { member, at }: Step<String, MemberStage>| {
                checkpoint.members.insert(member, at);
            }),
        };
        taken.map_err(|error| {
            let message = format!("line {number} of the checkpoint `{}` is not one", path.display());
            Error::new(ErrorKind::InvalidInput, message).with_source(error)
        })?;
    }
    file.set_len(whole).map_err(fail)?;
    Ok(checkpoint)
}

fn not_read(path: &Path, error: io::Error) -> Error {
    let message = format!("the checkpoint `{}` cannot be read", path.display());
    Error::new(ErrorKind::InvalidConfiguration, message).with_source(error)
}

/// A checkpoint that was not loaded, or whose last line could not be written.
fn not_open(path: &Path) -> Error {
    let message = format!("the checkpoint `{}` is not open: load it before a line is added", path.display());
    Error::new(ErrorKind::InvalidInput, message)
}

fn not_written(path: &Path, error: impl Into<io::Error>) -> Error {
    let message = format!("the checkpoint `{}` cannot be written, so the fleet does not go on", path.display());
    Error::new(ErrorKind::InvalidConfiguration, message).with_source(error.into())
}
