//! Checkpoints in files: lines that are torn, and runs that are dropped.

use std::sync::Arc;

use anydeploy_core::fleet::{CheckpointFile, CheckpointStore, Directive, MemberResult, MemberStage};
use anydeploy_core::{DeploymentId, Platform};

use super::resuming::{end, eventful, interrupt, is_right, slow_platform};
use super::*;

/// A file that is removed at the end.
pub(super) struct Scratch(pub(super) std::path::PathBuf);

impl Scratch {
    pub(super) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("anydeploy-fleet-{name}-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_journal_is_read_wherever_it_was_torn() {
    let scratch = Scratch::new("torn");
    let whole = {
        let platform = slow_platform();
        fleet(eventful(), &platform).run(CheckpointFile::new(&scratch.0)).await.unwrap();
        std::fs::read(&scratch.0).unwrap()
    };
    let lines: Vec<usize> =
        whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect();
    assert!(lines.len() > 15, "{}", lines.len());
    for end in lines.iter().flat_map(|end| [*end, end - 1, end - 7]) {
        std::fs::write(&scratch.0, &whole[..end]).unwrap();
        let file = CheckpointFile::new(&scratch.0);
        let _lease = file.lease().await.unwrap();
        let checkpoint = file.load().await.unwrap();
        let is_begun = end >= lines[0];
        assert_eq!(checkpoint.is_some(), is_begun, "{end}");
        if let Some(checkpoint) = checkpoint {
            assert_eq!(checkpoint.plan, eventful());
            file.record("m0", &MemberStage::Waiting).await.unwrap();
            let again = file.load().await.unwrap().unwrap();
            assert_eq!(again.members.get("m0"), Some(&MemberStage::Waiting), "a line follows the last whole one");
        }
    }
    let later = String::from_utf8(whole).unwrap().replacen("{\"v\":1", "{\"v\":2", 1);
    for unreadable in ["{\"v\":1}\n{}\n", &later] {
        std::fs::write(&scratch.0, unreadable).unwrap();
        let file = CheckpointFile::new(&scratch.0);
        let _lease = file.lease().await.unwrap();
        let error = file.load().await.unwrap_err();
        assert!(error.to_string().contains("line 1 of the checkpoint"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_survives_the_drop_of_a_run_at_every_fifth_poll() {
    let scratch = Scratch::new("file");
    for polls in (0..).step_by(5) {
        let _ = std::fs::remove_file(&scratch.0);
        let platform = slow_platform();
        let fleet = fleet(eventful(), &platform);
        let store = Arc::new(CheckpointFile::new(&scratch.0));
        let ended = interrupt(fleet.run(Arc::clone(&store)), polls).await;
        let report = end(fleet.run(store)).await;
        is_right(&report, &platform, &format!("dropped after {polls} polls"));
        if ended.is_some() {
            break;
        }
    }
}

#[tokio::test]
async fn a_journal_is_written_and_read_as_its_file() {
    let scratch = Scratch::new("golden");
    let file = CheckpointFile::new(&scratch.0);
    let _lease = file.lease().await.unwrap();
    let (plan, directive) = (plan(2), Directive::Cancel(NotBegun::Cancelled));
    let id = DeploymentId::new(Platform::new("memory"), Target::application("m0")).with("deployment", "d1");
    let sent = MemberStage::Sent { id, sent_at: "2026-11-30T05:00:00Z".parse().unwrap(), before: None };
    let done = MemberStage::Done { result: MemberResult::NotBegun(NotBegun::Cancelled) };
    file.begin(&plan).await.unwrap();
    file.record("m0", &sent).await.unwrap();
    file.record_directive(directive).await.unwrap();
    file.record("m1", &done).await.unwrap();
    assert_eq!(std::fs::read_to_string(&scratch.0).unwrap(), include_str!("journal.jsonl"));
    let checkpoint = file.load().await.unwrap().unwrap();
    assert_eq!((checkpoint.plan, checkpoint.directive), (plan, directive));
    assert_eq!(checkpoint.members, [("m0".to_owned(), sent), ("m1".to_owned(), done)].into());
}
