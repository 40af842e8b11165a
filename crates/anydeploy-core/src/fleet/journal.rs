//! A checkpoint in a file: a journal with one line of JSON for the plan, and one for each step of a member.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use serde::{Deserialize, Serialize};
use tokio::time::sleep;

use super::{Checkpoint, CheckpointStore, Directive, FleetPlan, Lease, MemberStage};
use crate::json::VersionOne;
use crate::{Error, ErrorKind, Result};

/// A checkpoint in a file, which is made if it is not there.
///
/// The first line is the plan, and each step of a member adds a line, so that a step costs the same however many members
/// there are.
/// The line of an intent or a directive is on the disk (`fdatasync`) before it is acted on, with all lines before it; other
/// lines are given to the operating system, which keeps them if only the process dies.
/// What a lost line said is read from the platform again.
/// A last line that is torn, because the process died while it was written, is cut off: nothing was sent for it yet.
///
/// The [lease](CheckpointStore::lease) is an exclusive lock on the file, which keeps out every other run on this machine: one
/// over the same value, over another value of the path, or in another process.
/// The operating system ends it with the process, also after `SIGKILL`.
/// Runs on two machines that share the file are kept apart as far as its file system shares locks.
#[derive(Debug)]
pub struct CheckpointFile {
    path: PathBuf,
    /// The file, while it is leased.
    journal: Mutex<Weak<Journal>>,
}

/// How often the lock is tried, and the time in between.
///
/// A write of a run that was dropped goes on, and holds the lock until it is done.
const TRIES: u32 = 50;
const BETWEEN_TRIES: Duration = Duration::from_millis(20);

/// The file that one run uses, which is locked until the run and its last write have ended.
#[derive(Debug)]
struct Journal {
    path: PathBuf,
    /// The file, unless its last line could not be written.
    file: Mutex<Option<File>>,
}

/// The first line; a version that this release does not know is refused.
#[derive(Serialize, Deserialize)]
struct First<P> {
    v: VersionOne,
    plan: P,
}

/// The line of a step of a member.
#[derive(Serialize, Deserialize)]
struct Step<M, S> {
    member: M,
    at: S,
}

/// The line of a directive.
#[derive(Serialize, Deserialize)]
struct Directed {
    #[serde(rename = "order")]
    directive: Directive,
}

impl CheckpointFile {
    /// The checkpoint at a path; the file is opened when a run begins.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), journal: Mutex::default() }
    }

    fn journal(&self) -> MutexGuard<'_, Weak<Journal>> {
        // It is one value, which is set at once.
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with the leased file on a thread that may block, which keeps the lease until it is done.
    async fn on_file<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Path, &mut Option<File>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let journal = self.journal().upgrade().ok_or_else(|| not_open(&self.path))?;
        blocking(move || act(&journal.path, &mut journal.file.lock().unwrap_or_else(PoisonError::into_inner))).await
    }

    /// Adds a line, and lets it reach the disk if it must not be acted on before it has.
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
    fn lease(&self) -> BoxFuture<'_, Result<Lease>> {
        async move {
            for tried in 1.. {
                let path = self.path.clone();
                if let Some(file) = blocking(move || open(&path)).await? {
                    let journal = Arc::new(Journal { path: self.path.clone(), file: Mutex::new(Some(file)) });
                    *self.journal() = Arc::downgrade(&journal);
                    return Ok(Lease::new(journal));
                }
                if tried == TRIES {
                    break;
                }
                sleep(BETWEEN_TRIES).await;
            }
            Err(Lease::refused(format_args!("`{}`", self.path.display())))
        }
        .boxed()
    }

    fn load(&self) -> BoxFuture<'_, Result<Option<Checkpoint>>> {
        self.on_file(|path, file| read(path, file.as_mut().ok_or_else(|| not_open(path))?)).boxed()
    }

    fn begin<'a>(&'a self, plan: &'a FleetPlan) -> BoxFuture<'a, Result<()>> {
        async move {
            self.add(serde_json::to_vec(&First { v: VersionOne, plan }), true).await?;
            let path = self.path.clone();
            blocking(move || sync_name(&path)).await
        }
        .boxed()
    }

    fn record<'a>(&'a self, member: &'a str, stage: &'a MemberStage) -> BoxFuture<'a, Result<()>> {
        let sync = matches!(stage, MemberStage::Prepared { .. });
        self.add(serde_json::to_vec(&Step { member, at: stage }), sync)
    }

    fn record_directive(&self, directive: Directive) -> BoxFuture<'_, Result<()>> {
        self.add(serde_json::to_vec(&Directed { directive }), true)
    }
}

/// Does something on a thread that may block.
async fn blocking<T: Send + 'static>(act: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(act).await;
    done.map_err(|error| Error::new(ErrorKind::Unavailable, "the runtime is shutting down").with_source(error))?
}

/// Opens the file for one run alone; `None` while another one has it.
fn open(path: &Path) -> Result<Option<File>> {
    let file = OpenOptions::new().read(true).append(true).create(true).open(path);
    let file = file.map_err(|error| not_read(path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(not_read(path, error)),
    }
}

/// Makes the name of a new file as lasting as what is in it, where folders can be synced.
fn sync_name(path: &Path) -> Result<()> {
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| not_written(path, error))?;
    }
    Ok(())
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
            Some(checkpoint) => match serde_json::from_slice(&line) {
                Ok(Directed { directive }) => {
                    checkpoint.directive = directive;
                    Ok(())
                }
                Err(_) => serde_json::from_slice(&line).map(|Step { member, at }: Step<String, MemberStage>| {
                    checkpoint.members.insert(member, at);
                }),
            },
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

/// A checkpoint that is not leased, or whose last line could not be written.
fn not_open(path: &Path) -> Error {
    let message = format!("the checkpoint `{}` is not open: take its lease first", path.display());
    Error::new(ErrorKind::InvalidInput, message)
}

fn not_written(path: &Path, error: impl Into<io::Error>) -> Error {
    let message = format!("the checkpoint `{}` cannot be written, so the fleet does not go on", path.display());
    Error::new(ErrorKind::InvalidConfiguration, message).with_source(error.into())
}
