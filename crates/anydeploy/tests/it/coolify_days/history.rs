//! The history of an application, page by page.

use anydeploy::{Deployer, DeployerExt, Deployment, ErrorKind, HistoryCursor, HistoryOptions, LogOptions, Target};
use anydeploy_fakes::{CoolifyQuirk, FakeCoolify};
use futures::TryStreamExt;

use crate::support::coolify::{manual, request, uuid};

/// So many deployments of the application, whose ids are returned newest first.
fn deploy(fake: &FakeCoolify, times: usize) -> Vec<String> {
    for _ in 0..times {
        fake.deploy_by_someone_else(&fake.application());
        fake.advance(10);
    }
    fake.triggered().iter().rev().map(|row| row.id.clone()).collect()
}

fn ids(deployments: &[Deployment]) -> Vec<&str> {
    deployments.iter().map(uuid).collect()
}

#[tokio::test]
async fn pages_follow_each_other_and_the_last_one_says_so() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    let all = deploy(&fake, 5);
    let first = coolify.history_page(&web, HistoryOptions::newest(2), None).await.unwrap();
    assert_eq!(ids(&first.deployments), all[..2]);
    let second = coolify.history_page(&web, HistoryOptions::newest(2), first.next.as_ref()).await.unwrap();
    assert_eq!(ids(&second.deployments), all[2..4]);
    let third = coolify.history_page(&web, HistoryOptions::newest(2), second.next.as_ref()).await.unwrap();
    assert_eq!((ids(&third.deployments), third.next), (vec![&*all[4]], None));
    let again: HistoryCursor = serde_json::from_str(&serde_json::to_string(&first.next).unwrap()).unwrap();
    let second_again = coolify.history_page(&web, HistoryOptions::newest(2), Some(&again)).await.unwrap();
    assert_eq!(second_again, second);
}

#[tokio::test]
async fn rows_that_are_made_between_two_pages_shift_nothing() {
    for made in [1, 3, 30] {
        let (fake, coolify) = manual(FakeCoolify::builder()).await;
        let web = Target::application(fake.application());
        let all = deploy(&fake, 6);
        let first = coolify.history_page(&web, HistoryOptions::newest(3), None).await.unwrap();
        deploy(&fake, made);
        let second = coolify.history_page(&web, HistoryOptions::newest(3), first.next.as_ref()).await.unwrap();
        assert_eq!(
            (ids(&first.deployments), ids(&second.deployments)),
            (ids_of(&all[..3]), ids_of(&all[3..])),
            "{made}"
        );
    }
}

fn ids_of(ids: &[String]) -> Vec<&str> {
    ids.iter().map(String::as_str).collect()
}

#[tokio::test]
async fn a_stream_lists_each_deployment_once() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let all = deploy(&fake, 45);
    let web = Target::application(fake.application());
    for size in [7, 20, 100] {
        let stream = coolify.history_stream(&web, HistoryOptions::newest(size));
        let listed: Vec<Deployment> = stream.try_collect().await.unwrap();
        assert_eq!(ids(&listed), ids_of(&all), "pages of {size}");
    }
}

#[tokio::test]
async fn pages_of_one_deployment_follow_each_other() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let all = deploy(&fake, 3);
    let web = Target::application(fake.application());
    let sent = fake.requests().len();
    let stream = coolify.history_stream(&web, HistoryOptions::newest(1));
    let listed: Vec<Deployment> = stream.try_collect().await.unwrap();
    assert_eq!((ids(&listed), fake.requests().len() - sent), (ids_of(&all), 4), "the last page is empty");
}

#[tokio::test]
async fn a_page_ends_by_a_short_page_and_not_by_the_number_of_rows() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    assert_eq!(coolify.history_page(&web, HistoryOptions::newest(2), None).await.unwrap().next, None);
    deploy(&fake, 2);
    let first = coolify.history_page(&web, HistoryOptions::newest(2), None).await.unwrap();
    let end = coolify.history_page(&web, HistoryOptions::newest(2), first.next.as_ref()).await.unwrap();
    assert_eq!((end.deployments.len(), end.next), (0, None));
}

#[tokio::test]
async fn a_page_that_ends_within_a_second_is_followed_by_the_rest_of_it_before_4_3_0() {
    let (fake, coolify) = manual(FakeCoolify::builder().quirk(CoolifyQuirk::SecondsUnordered)).await;
    fake.enable(CoolifyQuirk::SingleReadNotFound);
    let web = Target::application(fake.application());
    for pull_request in 1..=5 {
        fake.add_preview(web.id(), pull_request);
        coolify.deploy(&request(web.id()).with_pull_request(pull_request)).await.unwrap();
    }
    let mut all = ids_of_all(&fake);
    all.sort();
    for size in [1, 2, 3] {
        let stream = coolify.history_stream(&web, HistoryOptions::newest(size));
        let listed: Vec<Deployment> = stream.try_collect().await.unwrap();
        let mut listed: Vec<_> = ids(&listed).into_iter().map(str::to_owned).collect();
        listed.sort();
        assert_eq!(listed, all, "pages of {size}");
    }
    fake.advance(60);
    // The log is read at the place that the server gives the row.
    for deployment in coolify.history_of(&web, HistoryOptions::default()).await.unwrap() {
        coolify.logs_of(&deployment.id, LogOptions::default()).await.unwrap();
    }
}

fn ids_of_all(fake: &FakeCoolify) -> Vec<String> {
    fake.triggered().iter().map(|row| row.id.clone()).collect()
}

#[tokio::test]
async fn previews_and_restarts_stand_among_the_pages() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    fake.add_preview(web.id(), 7);
    coolify.deploy(&request(web.id()).with_pull_request(7)).await.unwrap();
    fake.advance(10);
    coolify.restart(&web).await.unwrap();
    let page = coolify.history_page(&web, HistoryOptions::newest(10), None).await.unwrap();
    assert_eq!(page.deployments[1].pull_request, Some(7));
    assert_eq!(page.deployments[0].action, anydeploy::Action::Restart);
}

#[tokio::test]
async fn a_place_that_is_not_listed_any_more_is_a_conflict() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    deploy(&fake, 3);
    let web = Target::application(fake.application());
    let gone = HistoryCursor::new("2 gone0000000000000000000");
    let error = coolify.history_page(&web, HistoryOptions::default(), Some(&gone)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
}

#[tokio::test]
async fn a_cursor_of_something_else_sends_nothing() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    for text in ["", "2", "x d1", "0 d1", "2 ", "-1 d1"] {
        let cursor = HistoryCursor::new(text);
        let error = coolify.history_page(&web, HistoryOptions::default(), Some(&cursor)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{text:?}");
    }
    let error =
        coolify.history_page(&Target::service(fake.service()), HistoryOptions::default(), None).await.unwrap_err();
    assert_eq!((error.kind(), fake.requests().len()), (ErrorKind::Unsupported, 0));
}
