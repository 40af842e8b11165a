//! Finding a service by its name: exactly one, or an error that lists what may be meant.

use anydeploy_core::testing::ScriptedDeployer;
use anydeploy_core::{DeployerExt, ErrorKind, Service, ServiceState, Target};

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
