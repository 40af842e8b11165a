//! Finding services by where they are, what they show, their domains, and the pages of their history.

use anydeploy::{Certificate, ErrorKind, HistoryOptions, ServiceQuery};
use anydeploy_fakes::{DokployDatabase, DokployQuirk};
use futures::StreamExt;

use super::*;
use crate::dokploy_traps::others::answered;

/// Makes a project with an environment of its own, and in it an application; the id of that is returned.
async fn application_in(fake: &FakeDokploy, project: &str, environment: &str, name: &str) -> String {
    let made = answered(fake, "/api/project.create", json!({ "name": project })).await;
    let body = json!({ "name": environment, "projectId": made["project"]["projectId"] });
    let made = answered(fake, "/api/environment.create", body).await;
    let body = json!({ "name": name, "environmentId": made["environmentId"] });
    let made = answered(fake, "/api/application.create", body).await;
    made["applicationId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn equal_names_are_distinguished_by_project_and_environment() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let (shop, blog) =
        (application_in(&fake, "shop", "staging", "web").await, application_in(&fake, "blog", "staging", "web").await);
    let error = dokploy.find_one(&ServiceQuery::named("web")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous);
    assert!(error.to_string().contains("shop/staging") && error.to_string().contains("fake/production"), "{error}");
    let found = dokploy.find_one(&ServiceQuery::named("web").with_project("shop")).await.unwrap();
    assert_eq!((found.target.id(), found.environment.as_deref()), (shop.as_str(), Some("staging")));
    let query = ServiceQuery::named("web").with_project("blog").with_environment("staging");
    assert_eq!(dokploy.find_one(&query).await.unwrap().target.id(), blog);
    let near = dokploy.find_one(&ServiceQuery::named("wep").with_project("shop")).await.unwrap_err();
    assert_eq!(near.kind(), ErrorKind::NotFound);
    assert!(near.to_string().contains("`web`"), "{near}");
    // Tags are given to projects, and no list of services shows them.
    let tagged = dokploy.find_matching(&ServiceQuery::all().with_tag("live")).await.unwrap_err();
    assert_eq!(tagged.kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn a_database_is_found_by_its_name_and_kind() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let id = fake.add_database(DokployDatabase::Mysql, "web");
    let query = ServiceQuery::named("web").with_kind(TargetKind::Database);
    let found = dokploy.find_one(&query).await.unwrap();
    assert_eq!((found.target, found.project.as_deref()), (Target::database(id), Some("fake")));
    assert_eq!(found.environment.as_deref(), Some("production"));
}

#[tokio::test]
async fn a_service_says_where_it_is_and_which_image_it_is_set_to() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let cases = [
        (Target::application(fake.application()), Some("registry.example.test/fake:1")),
        (Target::new(TargetKind::Compose, fake.compose()), None),
        (Target::application(fake.add_git_application("site")), None),
        (Target::database(fake.add_database(DokployDatabase::Redis, "cache")), Some("redis:1")),
    ];
    for (target, image) in cases {
        let service = dokploy.service(&target).await.unwrap();
        assert_eq!(service.image.as_deref(), image, "{target}");
        assert_eq!((service.project.as_deref(), service.environment.as_deref()), (Some("fake"), Some("production")));
    }
    // An image that was set once stays in the row of what is built from git by now.
    let site = fake.add_git_application("moved");
    set(&fake, "/api/application.update", "applicationId", &site, json!({ "dockerImage": "old:1" })).await;
    assert_eq!(dokploy.service(&Target::application(site)).await.unwrap().image, None);
}

#[tokio::test]
async fn domains_are_those_of_the_row_with_what_they_are_set_to() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let web = Target::application(fake.application());
    let _ = fake.add_domain(web.id(), "a.example.test", json!({ "https": true, "certificateType": "letsencrypt" }));
    let _ = fake.add_domain(web.id(), "b.example.test", json!({ "enabled": false, "path": "/api", "port": 8080 }));
    let domains = dokploy.domains(&web).await.unwrap();
    let shown: Vec<_> = domains.iter().map(|domain| (domain.url.as_str(), domain.enabled, domain.port)).collect();
    let expected =
        [("https://a.example.test", Some(true), Some(3000)), ("http://b.example.test/api", Some(false), Some(8080))];
    assert_eq!(shown, expected);
    assert_eq!((domains[0].certificate, domains[1].certificate), (Certificate::Automatic, Certificate::None));
    assert_eq!(dokploy.service(&web).await.unwrap().urls, ["https://a.example.test"]);
    let stack = Target::new(TargetKind::Compose, fake.compose());
    let _ = fake.add_domain(stack.id(), "c.example.test", json!({ "serviceName": "web" }));
    assert_eq!(dokploy.domains(&stack).await.unwrap().len(), 1);
    let before = fake.requests().len();
    let db = Target::database(fake.add_database(DokployDatabase::Mongo, "db"));
    assert_eq!(dokploy.domains(&db).await.unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(fake.requests().len(), before);
    let unknown = dokploy.domains(&Target::application("nosuchnosuch")).await.unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_history_is_paged_without_a_gap_although_deployments_begin_meanwhile() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let web = Target::application(fake.application());
    for _ in 0..5 {
        fake.deploy_by_someone_else(web.id());
        fake.advance(10);
    }
    let rows: Vec<_> = fake.triggered().into_iter().rev().filter_map(|truth| truth.deployment_id).collect();
    let first = dokploy.history_page(&web, HistoryOptions::newest(2), None).await.unwrap();
    fake.deploy_by_someone_else(web.id());
    fake.advance(10);
    let second = dokploy.history_page(&web, HistoryOptions::newest(2), first.next.as_ref()).await.unwrap();
    let last = dokploy.history_page(&web, HistoryOptions::newest(2), second.next.as_ref()).await.unwrap();
    assert_eq!(last.next, None);
    let pages = [first, second, last];
    let listed: Vec<_> = pages.iter().flat_map(|page| &page.deployments).filter_map(|one| one.id.get("row")).collect();
    assert_eq!(listed, rows);
    let streamed = dokploy.history_stream(&web, HistoryOptions::newest(2)).collect::<Vec<_>>().await;
    assert_eq!(streamed.len(), 6);
}

#[tokio::test]
async fn a_page_whose_end_the_server_deleted_is_a_conflict() {
    let (fake, dokploy) = manual(FakeDokploy::builder().quirk(DokployQuirk::Retention(1))).await;
    let web = Target::application(fake.application());
    for _ in 0..2 {
        fake.deploy_by_someone_else(web.id());
        fake.advance(10);
    }
    let first = dokploy.history_page(&web, HistoryOptions::newest(1), None).await.unwrap();
    for _ in 0..2 {
        fake.deploy_by_someone_else(web.id());
        fake.advance(10);
    }
    let error = dokploy.history_page(&web, HistoryOptions::newest(1), first.next.as_ref()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
}
