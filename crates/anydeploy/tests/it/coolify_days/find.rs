//! Finding services, what is known of each, and its domains.

use anydeploy::{Certificate, DeployerExt, ErrorKind, Selection, Service, ServiceQuery, Target, TargetKind};
use anydeploy_fakes::{CoolifyQuirk, FakeCoolify};

use crate::support::coolify::manual;

fn names(services: &[Service]) -> Vec<&str> {
    services.iter().map(|service| service.name.as_str()).collect()
}

#[tokio::test]
async fn a_service_says_where_it_is_what_it_runs_and_how_it_is_tagged() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    fake.move_to(web.id(), "Shop", "staging");
    fake.add_tag(web.id(), "Front");
    fake.set_domains(web.id(), "https://a.example.com,https://b.example.com:3000/x");
    let service = coolify.service(&web).await.unwrap();
    assert_eq!((service.project.as_deref(), service.environment.as_deref()), (Some("Shop"), Some("staging")));
    assert_eq!((service.image.as_deref(), service.tags), (Some("nginx:1.27"), vec!["front".to_owned()]));
    assert_eq!(service.urls, ["https://a.example.com", "https://b.example.com:3000/x"]);
    assert_eq!(service.target, web);
    for target in [Target::service(fake.service()), Target::database(fake.database())] {
        let service = coolify.service(&target).await.unwrap();
        assert_eq!((service.project.as_deref(), service.target), (Some("Fake project"), target));
    }
}

#[tokio::test]
async fn services_are_found_by_project_and_environment() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let (shop, staging) = (fake.add_application("web"), fake.add_database("web"));
    fake.move_to(&shop, "Shop", "production");
    fake.move_to(&staging, "Shop", "staging");
    let found = async |query: ServiceQuery| coolify.find_matching(&query).await.unwrap();
    let ids = |services: Vec<Service>| services.into_iter().map(|one| one.target.id().to_owned()).collect::<Vec<_>>();
    let in_shop = found(ServiceQuery::all().with_project("Shop")).await;
    assert!(in_shop.iter().all(|service| service.project.as_deref() == Some("Shop")));
    assert_eq!(ids(in_shop), [shop.clone(), staging.clone()]);
    assert_eq!(ids(found(ServiceQuery::all().with_environment("staging")).await), [staging]);
    let named = ServiceQuery::named("web").with_environment("production");
    assert_eq!(ids(found(named.clone()).await), [fake.application(), shop.clone()]);
    assert_eq!(ids(found(named.with_project("Shop")).await), std::slice::from_ref(&shop));
    let client = coolify_client::Client::new(fake.url(), fake.token()).unwrap();
    let projects = client.list_projects().await.unwrap().into_value();
    let project = projects.iter().find(|project| project.name.as_deref() == Some("Shop")).unwrap();
    let project = client.get_project_by_uuid(&project.uuid).await.unwrap().into_value();
    let environment = project.environments.iter().find(|one| one.name.as_deref() == Some("production")).unwrap();
    assert_eq!(ids(found(ServiceQuery::all().with_environment(&environment.uuid)).await), [shop], "by its id");
    assert!(found(ServiceQuery::all().with_project("shop")).await.is_empty(), "names are compared exactly");
    let query = ServiceQuery::all().with_project("Shop").with_kind(TargetKind::Database);
    assert_eq!(names(&found(query).await), ["web"]);
}

#[tokio::test]
async fn several_of_one_name_are_ambiguous_and_the_error_says_where_each_is() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let other = fake.add_application("web");
    fake.move_to(&other, "Shop", "production");
    let error = coolify.find_one(&ServiceQuery::named("web")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous);
    for part in [fake.application(), other, "Fake project/production".to_owned(), "Shop/production".to_owned()] {
        assert!(error.to_string().contains(&part), "{error}");
    }
    let error = coolify.find_one(&ServiceQuery::named("wep")).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().contains("did you mean `web`")),
        (ErrorKind::NotFound, true),
        "{error}"
    );
}

#[tokio::test]
async fn a_version_that_reads_no_tag_lists_and_deploys_nothing_by_one() {
    let (fake, coolify) = manual(FakeCoolify::builder().quirk(CoolifyQuirk::TagNotRead)).await;
    fake.add_tag(&fake.application(), "front");
    for tag in ["front", "back"] {
        let error = coolify.find_matching(&ServiceQuery::all().with_tag(tag)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        let error = coolify.deploy_selection(&Selection::Tag(tag.to_owned())).await.unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Unsupported, true), "{error}");
    }
    assert!(fake.triggered().is_empty());
}

#[tokio::test]
async fn a_tag_that_php_takes_for_none_is_that_of_no_application() {
    let (_fake, coolify) = manual(FakeCoolify::builder()).await;
    for tag in ["0", " "] {
        assert!(coolify.find_matching(&ServiceQuery::all().with_tag(tag)).await.unwrap().is_empty(), "{tag:?}");
    }
}

#[tokio::test]
async fn a_tag_keeps_the_capitals_that_ascii_lacks() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    fake.add_tag(&fake.application(), "ÄPFEL");
    let found = coolify.find_matching(&ServiceQuery::all().with_tag("ÄPFEL")).await.unwrap();
    assert_eq!(found[0].tags, ["Äpfel"]);
}

#[tokio::test]
async fn applications_are_found_by_a_tag_in_lower_case_and_nothing_else_is() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    for id in [fake.application(), fake.service()] {
        fake.add_tag(&id, "front");
    }
    let found = coolify.find_matching(&ServiceQuery::all().with_tag("Front")).await.unwrap();
    assert_eq!((names(&found), found[0].image.as_deref()), (vec!["web"], Some("nginx:1.27")));
    assert!(coolify.find_matching(&ServiceQuery::named("web").with_tag("back")).await.unwrap().is_empty());
    for kind in [TargetKind::Service, TargetKind::Database] {
        let query = ServiceQuery::all().with_tag("front").with_kind(kind);
        assert_eq!(coolify.find_matching(&query).await.unwrap_err().kind(), ErrorKind::Unsupported);
    }
}

#[tokio::test]
async fn a_search_by_name_alone_reads_one_list() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    coolify.find_one(&ServiceQuery::named("analytics")).await.unwrap();
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test]
async fn domains_are_those_that_the_server_has_stored() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    fake.set_domains(web.id(), "https://a.example.com, http://b.example.com:3000/Path");
    let domains = coolify.domains(&web).await.unwrap();
    let read: Vec<_> = domains.iter().map(|domain| (domain.url.as_str(), domain.certificate)).collect();
    // No answer says which certificate the proxy has.
    assert_eq!(
        read,
        [("https://a.example.com", Certificate::Unknown), ("http://b.example.com:3000/Path", Certificate::None)]
    );
    fake.set_domains(&fake.service(), "");
    assert!(coolify.domains(&Target::service(fake.service())).await.unwrap().is_empty());
    let error = coolify.domains(&Target::database(fake.database())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}
