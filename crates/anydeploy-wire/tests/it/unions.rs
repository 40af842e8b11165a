//! Tagged unions: the right variant, repaired in place, and what is not known is kept.

use anydeploy_wire::{Patch, Repair, Repaired, decode, object, open_union};
use serde::Serialize;
use serde_json::json;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Container {
    kind: String,
    id: String,
    port: Option<u16>,
}

object!(Container: required { kind = "kind", id = "id" } optional { port = "port" });

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Database {
    kind: String,
    /// Another type than that of a container.
    port: String,
    mode: Option<u8>,
}

object!(Database: required { kind = "kind", port = "port" } optional { mode = "mode" });

open_union! {
    /// A service.
    pub(crate) enum Service by "kind" {
        Container(Container) = "CONTAINER",
        Database(Database) = "DATABASE" | "REDIS",
    }
}

open_union! {
    pub(crate) enum Received by "kind", Read {
        Nested(Service) = "CONTAINER",
    }
}

open_union! {
    pub(crate) enum Sent by "kind", Serialize {
        Number(u8) = "N",
    }
}

#[derive(Debug)]
struct Page {
    results: Vec<Service>,
    main: Option<Service>,
}

object!(Page: required { results = "results" } optional { main = "main" });

#[derive(Debug)]
struct Change {
    service: Patch<Service>,
}

object!(Change: optional { service = "service" });

#[test]
fn the_tag_decides_even_where_another_variant_would_fit() {
    let body = r#"[{"port": "1", "id": "a", "kind": "DATABASE"}, {"kind": "REDIS", "port": "2"}]"#;
    let (list, repairs) = decode::<Vec<Service>>(body.as_bytes()).unwrap();
    assert!(list.iter().all(|service| matches!(service, Service::Database(database) if !database.kind.is_empty())));
    assert_eq!(repairs, []);
}

#[test]
fn repairs_inside_a_variant_tell_their_place() {
    let body = r#"{"results": [{"kind": "CONTAINER", "id": 7, "port": []}]}"#;
    let (page, repairs) = decode::<Page>(body.as_bytes()).unwrap();
    assert!(matches!(&page.results[0], Service::Container(container) if container.id == "7"));
    let repairs: Vec<_> = repairs.iter().map(|repair| (repair.pointer(), repair.what())).collect();
    assert_eq!(repairs, [("/results/*/id", Repaired::Converted), ("/results/*/port", Repaired::Removed)]);
}

#[test]
fn a_repair_of_one_variant_leaves_the_others_alone() {
    // As a container's port `db` is no number, as a database's it is right.
    let body = r#"[{"kind": "CONTAINER", "id": "a", "port": "x"}, {"kind": "DATABASE", "port": "db"},
        {"kind": "STAR", "port": "y"}]"#;
    let (list, _) = decode::<Vec<Service>>(body.as_bytes()).unwrap();
    assert!(matches!(&list[0], Service::Container(container) if container.port.is_none()));
    assert!(matches!(&list[1], Service::Database(database) if database.port == "db"));
    assert!(matches!(&list[2], Service::Other(value) if value["port"] == "y"));
}

#[test]
fn an_optional_variant_that_does_not_fit_is_left_out_where_it_does_not_fit() {
    let body =
        r#"[{"results": [], "main": {"kind": "CONTAINER"}}, {"results": [], "main": {"kind": "REDIS", "port": "1"}}]"#;
    let (pages, repairs) = decode::<Vec<Page>>(body.as_bytes()).unwrap();
    assert!(pages[0].main.is_none() && pages[1].main.is_some());
    assert_eq!(repairs.iter().map(Repair::pointer).collect::<Vec<_>>(), ["/*/main"]);
}

#[test]
fn a_patch_with_a_variant_that_does_not_fit_is_not_taken_as_absent() {
    let error = decode::<Change>(br#"{"service": {"kind": "REDIS"}}"#).unwrap_err();
    assert_eq!(error.to_string(), "expected the member `port` at /service");
    let (change, _) = decode::<Change>(br#"{"service": {"kind": "REDIS", "port": 1, "mode": []}}"#).unwrap();
    assert!(matches!(change.service, Patch::Value(Service::Database(database)) if database.mode.is_none()));
}

#[test]
fn an_element_that_does_not_fit_is_an_error() {
    let error = decode::<Vec<Service>>(br#"[{"kind": "CONTAINER", "port": 1}]"#).unwrap_err();
    assert_eq!(error.to_string(), "expected the member `id` at /*");
    let error = decode::<Vec<Service>>(br#"["planted"]"#).unwrap_err();
    assert_eq!(error.to_string(), "expected an object at /*");
}

#[test]
fn an_unknown_or_missing_tag_is_kept_sent_back_and_not_shown() {
    for value in [json!({"kind": "STAR", "key": "planted"}), json!({"key": "planted"}), json!({"kind": null})] {
        let (service, _) = decode::<Service>(value.to_string().as_bytes()).unwrap();
        assert_eq!(format!("{service:?}"), "Other([redacted])");
        assert_eq!(serde_json::to_value(&service).unwrap(), value);
    }
}

#[test]
fn another_deserializer_reads_the_same() {
    let value = json!({"kind": "CONTAINER", "id": 7, "port": "80"});
    let service: Service = serde_json::from_str(&value.to_string()).unwrap();
    assert!(matches!(&service, Service::Container(container) if container.id == "7" && container.port == Some(80)));
    assert!(matches!(serde_json::from_value(value).unwrap(), Service::Container(_)));
    let error = serde_json::from_value::<Service>(json!({"kind": "REDIS", "port": ["planted"]})).unwrap_err();
    assert_eq!(error.to_string(), "expected a string at /port");
}

#[test]
fn one_direction_is_enough() {
    let (received, _) = decode::<Received>(br#"{"kind": "CONTAINER", "id": "a"}"#).unwrap();
    assert!(matches!(received, Received::Nested(service) if matches!(*service, Service::Container(_))));
    assert_eq!(serde_json::to_string(&Sent::Number(Box::new(7))).unwrap(), "7");
}
