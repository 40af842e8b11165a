//! Finding a service by its name: exactly one, or an error that lists what may be meant.

use anydeploy_core::testing::ScriptedDeployer;
use anydeploy_core::{DeployerExt, ErrorKind, Service, ServiceQuery, ServiceState, Target, TargetKind};

fn offering(services: &[(&str, &str)]) -> ScriptedDeployer {
    let service =
        |(id, name): &(&str, &str)| Service::new(Target::application(*id), *name, ServiceState::Running, "running");
    ScriptedDeployer::new().answer_services(Ok(services.iter().map(service).collect()))
}

#[tokio::test]
async fn the_one_service_of_a_name_is_found() {
    let found = offering(&[("1", "web"), ("2", "web-admin"), ("3", "Web")]).find("web").await.unwrap();
    assert_eq!(found.target, Target::application("1"));
}

#[tokio::test]
async fn several_services_of_one_name_are_ambiguous_and_none_is_chosen() {
    let error = offering(&[("1", "web"), ("2", "api"), ("3", "web")]).find("web").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous);
    assert_eq!(
        error.to_string(),
        "scripted: 2 services have the name `web`: `application:1`, `application:3`; give the id of the one that is meant"
    );
    let many: Vec<(String, &str)> = (0..8).map(|number| (number.to_string(), "web")).collect();
    let many: Vec<_> = many.iter().map(|(id, name)| (&**id, *name)).collect();
    let error = offering(&many).find("web").await.unwrap_err();
    assert!(error.to_string().contains("`application:4` and 3 more"), "{error}");
}

#[tokio::test]
async fn an_unknown_name_is_not_found_and_the_nearest_names_are_listed() {
    let shop = [("1", "shop-web"), ("2", "SHOP-WBE"), ("3", "database")];
    let error = offering(&shop).find("shop-wbe").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(
        error.to_string().contains("no service has the name `shop-wbe`; did you mean `SHOP-WBE`, `shop-web`?"),
        "{error}"
    );
    let error = offering(&shop).find("zzz").await.unwrap_err();
    assert!(!error.to_string().contains("mean"), "{error}");
    let none = ScriptedDeployer::new().find("web").await.unwrap_err();
    assert_eq!(none.kind(), ErrorKind::Unsupported);
}

fn placed(id: &str, name: &str, project: &str, environment: &str) -> Service {
    Service::new(Target::application(id).in_environment("e1"), name, ServiceState::Running, "running")
        .with_project(Some(project.into()))
        .with_environment(Some(environment.into()))
}

#[tokio::test]
async fn a_query_compares_each_of_its_parts() {
    let mut tagged = placed("2", "web", "shop", "staging");
    tagged.tags = vec!["blue".into()];
    let job = Service::new(Target::new(TargetKind::Job, "3"), "web", ServiceState::Running, "running");
    let listed = vec![placed("1", "web", "shop", "production"), tagged, job];
    let found = |query: ServiceQuery| {
        let found = query.select(listed.clone()).unwrap();
        found.iter().map(|service| service.target.id().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found(ServiceQuery::all()), ["1", "2", "3"]);
    assert_eq!(found(ServiceQuery::named("web").with_environment("staging")), ["2"]);
    assert_eq!(found(ServiceQuery::all().with_environment("e1")), ["1", "2"], "an environment goes by its id too");
    assert_eq!(found(ServiceQuery::all().with_kind(TargetKind::Job)), ["3"]);
    assert_eq!(found(ServiceQuery::all().with_tag("blue").with_project("shop")), ["2"]);
    assert!(found(ServiceQuery::named("Web")).is_empty());
}

#[tokio::test]
async fn a_query_by_what_no_service_reports_is_unsupported() {
    for (query, what) in [
        (ServiceQuery::all().with_project("shop"), "project"),
        (ServiceQuery::all().with_environment("production"), "environment"),
        (ServiceQuery::all().with_tag("blue"), "tag"),
    ] {
        let error = offering(&[("1", "web")]).find_matching(&query).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains(&format!("no service reports its {what}")), "{error}");
    }
}

#[tokio::test]
async fn one_of_several_places_is_found_and_candidates_name_their_place() {
    let everything = vec![placed("1", "web", "shop", "production"), placed("2", "web", "shop", "staging")];
    let deployer = ScriptedDeployer::new().answer_services(Ok(everything.clone())).answer_services(Ok(everything));
    let query = ServiceQuery::named("web").with_project("shop");
    let error = deployer.find_one(&query).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "scripted: 2 services have the name `web` in the project `shop`: `application:1@e1` in shop/production, \
         `application:2@e1` in shop/staging; give the id of the one that is meant"
    );
    let one = deployer.find_one(&query.with_environment("staging")).await.unwrap();
    assert_eq!(one.target.id(), "2");
}

#[tokio::test]
async fn the_nearest_names_are_those_of_the_place_that_was_asked_for() {
    let everything = vec![placed("1", "webb", "shop", "production"), placed("2", "wep", "other", "production")];
    let deployer = ScriptedDeployer::new().answer_services(Ok(everything.clone())).answer_services(Ok(everything));
    let error = deployer.find_one(&ServiceQuery::named("web").with_project("shop")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(
        error.to_string().contains("no service has the name `web` in the project `shop`; did you mean `webb`?"),
        "{error}"
    );
}
