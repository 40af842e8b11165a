//! One run at a time uses a checkpoint.

use std::env;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::Arc;

use anydeploy_core::ErrorKind;
use anydeploy_core::fleet::{CheckpointFile, CheckpointStore};

use super::journal::Scratch;
use super::*;

/// A run that holds the lease, and is under way.
async fn begun(fleet: &Fleet, store: impl CheckpointStore) -> FleetRun {
    let mut run = fleet.run(store);
    while !matches!(run.next().await, Some(Ok(FleetEvent::Sent { .. }))) {}
    run
}

/// While a run is under way a second one is refused and sends nothing; after the first was dropped, and after it has ended,
/// the next one may run.
async fn serves_one_run_at_a_time<S: CheckpointStore>(store: impl Fn() -> S) {
    let platform = platform(2);
    let fleet = fleet(plan(2), &platform);
    let first = begun(&fleet, store()).await;
    let (calls, triggered) = (platform.calls(), platform.triggered().len());
    let error = fleet.run(store()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    assert!(error.advice().contains("wait until the other run has ended"), "{error:#}");
    assert_eq!((platform.calls(), platform.triggered().len()), (calls, triggered), "nothing was sent");
    let control = first.control();
    drop(first);
    let report = fleet.run(store()).await.unwrap();
    assert!(report.is_success(), "{report}");
    assert_eq!(triggers(&platform, 2), [1; 2]);
    assert_eq!(fleet.run(store()).await.unwrap(), report, "also while a control of the first run is alive");
    drop(control);
}

#[tokio::test(start_paused = true)]
async fn a_checkpoint_in_memory_serves_one_run_at_a_time() {
    let checkpoint = MemoryCheckpoint::new();
    serves_one_run_at_a_time(|| checkpoint.clone()).await;
}

#[tokio::test(start_paused = true)]
async fn one_value_of_a_file_serves_one_run_at_a_time() {
    let scratch = Scratch::new("value");
    let file = Arc::new(CheckpointFile::new(&scratch.0));
    serves_one_run_at_a_time(|| Arc::clone(&file)).await;
}

#[tokio::test(start_paused = true)]
async fn two_values_of_a_path_serve_one_run_at_a_time() {
    let scratch = Scratch::new("path");
    serves_one_run_at_a_time(|| CheckpointFile::new(&scratch.0)).await;
}

#[tokio::test(start_paused = true)]
async fn a_run_that_ended_with_an_error_gives_the_lease_back() {
    let (platform, checkpoint) = (platform(2), MemoryCheckpoint::new());
    checkpoint.begin(&plan(1)).await.unwrap();
    let mut refused = fleet(plan(2), &platform).run(checkpoint.clone());
    assert!(refused.next().await.unwrap().is_err(), "another plan");
    // The run is alive, and over.
    assert!(fleet(plan(1), &platform).run(checkpoint).await.unwrap().is_success());
    drop(refused);
}

#[tokio::test]
async fn a_file_without_a_lease_is_neither_read_nor_written() {
    let scratch = Scratch::new("unleased");
    let file = CheckpointFile::new(&scratch.0);
    drop(file.lease().await.unwrap());
    for error in [file.load().await.unwrap_err(), file.begin(&plan(1)).await.unwrap_err()] {
        assert!(error.to_string().contains("take its lease first"), "{error}");
    }
}

/// Says to the test below that it is the process that is killed, and where the checkpoint is.
const CHILD: &str = "ANYDEPLOY_TEST_LEASE";

#[tokio::test(start_paused = true)]
async fn a_killed_process_leaves_no_lease_behind() {
    if let Some(path) = env::var_os(CHILD) {
        let file = CheckpointFile::new(path);
        let _lease = file.lease().await.unwrap();
        println!("leased");
        // Until it is killed, or the parent is gone.
        std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
        return;
    }
    let scratch = Scratch::new("killed");
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "fleet::leases::a_killed_process_leaves_no_lease_behind", "--nocapture"])
        .env(CHILD, &scratch.0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("leased")), "the child ended without a lease");
    let file = CheckpointFile::new(&scratch.0);
    assert_eq!(file.lease().await.unwrap_err().kind(), ErrorKind::Conflict);
    // On Unix it is SIGKILL: nothing can be tidied up.
    child.kill().unwrap();
    child.wait().unwrap();
    let _lease = file.lease().await.unwrap();
    assert_eq!(file.load().await.unwrap(), None);
}
