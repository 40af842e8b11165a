//! A history page by page: by the platform's own pages, and by a list from the newest deployment on.

use anydeploy_core::testing::{MemoryDeployer, ScriptedDeployer};
use anydeploy_core::{
    DeployRequest, Deployer, DeployerExt, Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind, HistoryCursor,
    HistoryOptions, Identity, Method, Phase, Platform, Target,
};
use futures::{StreamExt, TryStreamExt};

fn web() -> Target {
    Target::application("web")
}

fn listed(numbers: &[u32]) -> Vec<Deployment> {
    let deployment = |number: &u32| {
        let id = DeploymentId::new(Platform::new("scripted"), web()).with("deployment", number.to_string());
        Deployment::new(id, Identity::Exact, DeploymentStatus::new(Phase::Succeeded, "done"))
    };
    numbers.iter().map(deployment).collect()
}

fn numbers(deployments: &[Deployment]) -> Vec<&str> {
    deployments.iter().filter_map(|deployment| deployment.id.get("deployment")).collect()
}

#[tokio::test]
async fn a_page_follows_the_last_deployment_of_the_page_before() {
    let deployer = ScriptedDeployer::new()
        .answer_history(Ok(listed(&[5, 4, 3])))
        // Two more began meanwhile, so that the list is too short and is read again.
        .answer_history(Ok(listed(&[7, 6, 5, 4, 3])))
        .answer_history(Ok(listed(&[7, 6, 5, 4, 3, 2, 1])));
    let two = HistoryOptions::newest(2);
    let first = deployer.history_page(&web(), two, None).await.unwrap();
    assert_eq!(numbers(&first.deployments), ["5", "4"]);
    let second = deployer.history_page(&web(), two, first.next.as_ref()).await.unwrap();
    assert_eq!(numbers(&second.deployments), ["3", "2"]);
    assert!(second.next.is_some());
}

#[tokio::test]
async fn a_page_is_the_last_once_the_list_is_shorter_than_asked_for() {
    let deployer = ScriptedDeployer::new().answer_history(Ok(listed(&[2, 1]))).answer_history(Ok(listed(&[2, 1])));
    let page = deployer.history_page(&web(), HistoryOptions::newest(2), None).await.unwrap();
    assert_eq!((numbers(&page.deployments), page.next), (vec!["2", "1"], None));
    let none = deployer.history_page(&web(), HistoryOptions::newest(0), None).await.unwrap();
    assert_eq!((numbers(&none.deployments), none.next.is_some()), (vec!["2"], true), "a page holds at least one");
}

#[tokio::test]
async fn a_page_before_that_is_forgotten_is_a_conflict_and_a_foreign_cursor_is_invalid() {
    let deployer = ScriptedDeployer::new().answer_history(Ok(listed(&[9, 8]))).answer_history(Ok(Vec::new()));
    let gone = HistoryCursor::new(format!("1 {}", listed(&[3])[0].id));
    let error = deployer.history_page(&web(), HistoryOptions::newest(5), Some(&gone)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    for text in ["", "7", "x alpha:application:web", "1 nothing"] {
        let cursor = HistoryCursor::new(text);
        let error = deployer.history_page(&web(), HistoryOptions::newest(5), Some(&cursor)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{text}");
    }
}

#[tokio::test]
async fn a_stream_lists_each_deployment_once_and_ends_with_the_history() {
    let memory = MemoryDeployer::new().with_application("web");
    for _ in 0..5 {
        memory.deploy(&DeployRequest::new(web())).await.unwrap();
        memory.advance(4);
    }
    let mut stream = memory.history_stream(&web(), HistoryOptions::newest(2));
    let newest = stream.next().await.unwrap().unwrap();
    memory.deploy(&DeployRequest::new(web())).await.unwrap();
    let rest: Vec<_> = stream.try_collect().await.unwrap();
    assert_eq!(numbers(&[&[newest][..], &rest].concat()), ["5", "4", "3", "2", "1"]);
}

#[tokio::test]
async fn a_stream_ends_after_an_error() {
    let memory = MemoryDeployer::new().with_application("web");
    memory.fail_next(Method::HistoryPage, Error::new(ErrorKind::Unavailable, "down"));
    let read: Vec<_> = memory.history_stream(&web(), HistoryOptions::default()).collect().await;
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].as_ref().unwrap_err().kind(), ErrorKind::Unavailable);
}
