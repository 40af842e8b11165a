//! Services with their place, their domains, and histories longer than a page.

use anydeploy::{
    Certificate, DeployRequest, Deployer, DeployerExt, ErrorKind, HistoryOptions, RanRevision, ServiceQuery, Target,
    TargetKind,
};
use anydeploy_fakes::{FakeQovery, QoveryServiceKind};
use futures::{StreamExt, TryStreamExt};

use crate::support::qovery::{manual, running};

#[tokio::test]
async fn a_service_is_found_by_its_project_and_environment() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let staging = fake.add_environment("staging");
    let other = fake.add_service(&staging, QoveryServiceKind::Application, "web");
    let error = qovery.find_one(&ServiceQuery::named("web")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous);
    assert!(error.to_string().contains("/staging"), "{error}");
    let one = qovery.find_one(&ServiceQuery::named("web").with_environment("staging")).await.unwrap();
    assert_eq!(one.target, Target::application(&other).in_environment(&staging));
    assert_eq!(one.environment.as_deref(), Some("staging"));
    let project = one.project.unwrap();
    let all = qovery.find_matching(&ServiceQuery::all().with_project(&project)).await.unwrap();
    assert_eq!(all.len(), 5, "two environments and three services: {all:?}");
    let by_id = ServiceQuery::all().with_environment(&staging).with_kind(TargetKind::Application);
    assert_eq!(qovery.find_matching(&by_id).await.unwrap().len(), 1);
    let tag = qovery.find_matching(&ServiceQuery::all().with_tag("blue")).await.unwrap_err();
    assert_eq!(tag.kind(), ErrorKind::Unsupported, "Qovery has no tags");
}

#[tokio::test]
async fn a_service_has_its_place_its_image_and_what_was_deployed_last() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.already_deployed(&fake.application());
    let web = qovery.service(&Target::application(fake.application())).await.unwrap();
    assert!(matches!(web.revision, RanRevision::Commit(_)) && web.image.is_none(), "{web:?}");
    assert_eq!((web.environment.as_deref(), web.project.is_some()), (Some("production"), true));
    fake.configure(&fake.container(), "2.0");
    let worker = qovery.service(&Target::new(TargetKind::Container, fake.container())).await.unwrap();
    assert!(worker.image.as_deref().is_some_and(|image| image.ends_with(":2.0")), "{worker:?}");
    assert_eq!(worker.revision, RanRevision::Unverified, "the configured tag need not be the deployed one");
}

#[tokio::test]
async fn domains_begin_with_those_of_people_and_name_the_port_behind_them() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.add_domain(&fake.application(), "shop.example.com");
    let domains = qovery.domains(&Target::application(fake.application())).await.unwrap();
    let urls: Vec<_> = domains.iter().map(|domain| domain.url.as_str()).collect();
    assert_eq!(urls, ["https://shop.example.com", "https://web.apps.example.com"]);
    let certificates: Vec<_> = domains.iter().map(|domain| domain.certificate).collect();
    assert_eq!(certificates, [Certificate::Unknown, Certificate::Automatic]);
    assert_eq!(domains[0].port, Some(8080));
    let whole = qovery.domains(&Target::environment(fake.environment())).await.unwrap();
    assert!(whole.len() > domains.len(), "{whole:?}");
    let before = fake.requests().len();
    for kind in [TargetKind::Job, TargetKind::Database, TargetKind::Terraform] {
        let error = qovery.domains(&Target::new(kind, fake.application())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    }
    assert_eq!(fake.requests().len(), before, "what has no links is not asked for");
    let gone = Target::application("710649e0-fa53-40a8-9e1c-0b2d4f6a8c01").in_environment(fake.environment());
    assert!(qovery.domains(&gone).await.is_err(), "what does not exist is no target without domains");
}

#[tokio::test]
async fn a_history_grows_its_page_because_there_is_no_other() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    let web = Target::application(fake.application());
    for round in 0..30 {
        fake.already_deployed(&fake.application());
        if round % 2 == 0 {
            // Restarts and stops stand in the same page.
            fake.already_stopped(&fake.application());
        }
    }
    let newest = qovery.history_of(&web, HistoryOptions::newest(25)).await.unwrap();
    assert_eq!(newest.len(), 25, "stops are left out of a page, and more is asked for");
    let mut all: Vec<_> = qovery.history_stream(&web, HistoryOptions::newest(20)).try_collect().await.unwrap();
    assert_eq!(all.len(), 45);
    all.dedup_by(|one, other| one.id == other.id);
    assert_eq!(all.len(), 45, "none comes twice");
    let page = qovery.history_page(&web, HistoryOptions::newest(40), None).await.unwrap();
    qovery.deploy(&DeployRequest::new(web.clone())).await.unwrap();
    let last = qovery.history_page(&web, HistoryOptions::newest(40), page.next.as_ref()).await.unwrap();
    assert_eq!((last.deployments.len(), last.next), (5, None), "a new deployment shifts nothing");
}

#[tokio::test]
async fn a_history_that_is_cut_at_400_executions_ends_with_an_error_and_not_as_if_it_were_whole() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let web = Target::application(fake.application());
    for _ in 0..399 {
        fake.already_deployed(web.id());
    }
    let whole: Vec<_> = qovery.history_stream(&web, HistoryOptions::newest(200)).try_collect().await.unwrap();
    assert_eq!(whole.len(), 399);
    for _ in 0..2 {
        fake.already_deployed(web.id());
    }
    let items: Vec<_> = qovery.history_stream(&web, HistoryOptions::newest(200)).collect().await;
    let (listed, ends): (Vec<_>, Vec<_>) = items.into_iter().partition(Result::is_ok);
    let kinds: Vec<_> = ends.iter().map(|end| end.as_ref().unwrap_err().kind()).collect();
    assert_eq!((listed.len(), kinds), (400, vec![ErrorKind::Unsupported]), "{ends:?}");
    assert!(ends[0].as_ref().unwrap_err().to_string().contains("newest 400 executions"), "{ends:?}");
    assert_eq!(qovery.history_of(&web, HistoryOptions::newest(1000)).await.unwrap().len(), 400);
}
