//! What each layer does with a call that finds, deletes a preview, or deploys several targets.

use std::time::Duration;

use anydeploy_core::testing::MemoryDeployer;
use anydeploy_core::{
    Ability, AuditResult, CallKind, DeployRequest, Deployer, DeployerExt, DryRun, Error, ErrorKind, Group,
    HistoryOptions, Method, Retry, RetryOptions, Selection, ServiceQuery, Setting, Target, TargetKind, Timeout,
};

use super::{Recorder, audit, web};

fn api() -> Target {
    Target::application("api")
}

fn both() -> Selection {
    Selection::Requests([web(), api()].map(DeployRequest::new).to_vec())
}

async fn platform() -> MemoryDeployer {
    let memory = MemoryDeployer::new().with_application("web").with_application("api");
    memory.deploy(&DeployRequest::new(web()).with_pull_request(7)).await.unwrap();
    memory
}

#[tokio::test]
async fn every_call_that_finds_or_selects_passes_through_the_interceptor() {
    let recorder = Recorder::default();
    let deployer = platform().await.layered(recorder.clone());
    deployer.find_one(&ServiceQuery::named("web")).await.unwrap();
    deployer.domains(&web()).await.unwrap();
    deployer.history_page(&web(), HistoryOptions::default(), None).await.unwrap();
    deployer.previews_of(&web()).await.unwrap();
    deployer.delete_preview(&web(), 7).await.unwrap();
    deployer.deploy_selection(&both()).await.unwrap();
    let expected = [
        Method::FindMatching,
        Method::Domains,
        Method::HistoryPage,
        Method::Previews,
        Method::DeletePreview,
        Method::DeploySelection,
    ];
    assert_eq!(*recorder.0.lock().unwrap(), expected);
    let kinds = expected.map(Method::kind);
    assert_eq!(kinds[3..], [CallKind::Read, CallKind::Write, CallKind::Trigger]);
    let without = MemoryDeployer::new().without(Group::Previews).without(Group::Selections).layered(recorder);
    assert!(without.previews().is_none() && without.selections().is_none());
    assert!(!without.offers(Method::DeletePreview) && !without.offers(Method::DeploySelection));
}

#[tokio::test(start_paused = true)]
async fn a_selection_is_sent_again_only_if_nothing_was_acted_on() {
    for (kind, sent) in [(ErrorKind::Unreachable, 3), (ErrorKind::NoAnswer, 1), (ErrorKind::Undecidable, 1)] {
        let memory = platform().await;
        memory.fail_next(Method::DeploySelection, Error::new(kind, "on the way"));
        let options = RetryOptions::default().with_backoff(Duration::ZERO, Duration::ZERO);
        let result = memory.clone().layered(Retry::new().with_options(options)).deploy_selection(&both()).await;
        assert_eq!((result.is_ok(), memory.triggered().len()), (sent == 3, sent), "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_selection_that_is_given_up_is_undecidable() {
    let slow = platform().await.with_latency(Duration::from_secs(10));
    let error = slow.layered(Timeout::new(Duration::from_secs(1))).deploy_selection(&both()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false));
}

#[tokio::test]
async fn a_dry_run_checks_a_selection_and_sends_nothing() {
    let memory = platform().await;
    let deployer = memory.clone().layered(DryRun::new());
    let kind = async |selection: Selection| deployer.deploy_selection(&selection).await.unwrap_err().kind();
    assert_eq!(kind(both()).await, ErrorKind::DryRun);
    assert_eq!(kind(Selection::Tag("blue".into())).await, ErrorKind::DryRun);
    for tag in ["", " ", "blue,green", "a\nb"] {
        assert_eq!(kind(Selection::Tag(tag.into())).await, ErrorKind::InvalidInput, "{tag:?}");
    }
    assert_eq!(kind(Selection::Requests(Vec::new())).await, ErrorKind::InvalidInput);
    let twice = vec![DeployRequest::new(web()), DeployRequest::new(web().in_environment("e"))];
    assert_eq!(kind(Selection::Requests(twice)).await, ErrorKind::InvalidInput);
    for alone in
        [DeployRequest::restart(web()), DeployRequest::new(web()).with_setting(Setting::ImageTag("1.28".into()))]
    {
        assert_eq!(kind(Selection::Requests(vec![alone])).await, ErrorKind::Unsupported);
    }
    assert_eq!(deployer.delete_preview(&web(), 7).await.unwrap_err().kind(), ErrorKind::DryRun);
    assert_eq!((memory.triggered().len(), memory.writes().len()), (1, 0));
}

#[tokio::test]
async fn a_selection_that_the_capabilities_lack_is_refused_before_anything_is_sent() {
    let capabilities = anydeploy_core::Capabilities::new().with_kind(TargetKind::Application, &[]);
    let refused = platform().await.with_capabilities(capabilities.clone());
    for selection in [both(), Selection::Tag("blue".into())] {
        assert_eq!(refused.deploy_selection(&selection).await.unwrap_err().kind(), ErrorKind::Unsupported);
    }
    let by_tag = capabilities.with_abilities(TargetKind::Application, &[Ability::DeployByTag]);
    let by_tag = platform().await.with_capabilities(by_tag).with_tag(&web(), "blue");
    assert_eq!(by_tag.deploy_selection(&both()).await.unwrap_err().kind(), ErrorKind::Unsupported);
    let report = by_tag.deploy_selection(&Selection::Tag("blue".into())).await.unwrap();
    assert_eq!(report.entries.iter().map(|entry| &entry.target).collect::<Vec<_>>(), [&web()]);
    let nothing = by_tag.deploy_selection(&Selection::Tag("green".into())).await.unwrap_err();
    assert_eq!(nothing.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn an_audit_records_a_selection_with_each_result_and_the_preview_that_is_deleted() {
    let (audit, records) = audit();
    let deployer = platform().await.layered(audit);
    let report = deployer.deploy_selection(&both()).await.unwrap();
    deployer.delete_preview(&web(), 7).await.unwrap();
    let records = records.lock().unwrap();
    assert_eq!((&records[0].selection, &records[0].result), (&Some(both()), &None));
    let each = report.entries.into_iter().map(|entry| (entry.target, entry.result.map(|made| made.id).map_err(drop)));
    let each: Vec<_> = each.map(|(target, id)| (target, Ok(id.unwrap()))).collect();
    assert_eq!(records[1].result, Some(AuditResult::Each(each)));
    assert_eq!((&records[2].target, records[2].pull_request), (&Some(web()), Some(7)));
    assert_eq!(records[3].result, Some(AuditResult::Succeeded(None)));
}
