//! Tests of what the rewrite pass decides by itself; its whole output is golden in `emit`.

use super::super::model::Body;
use super::super::testing::sample;
use super::super::{model, normalise, progenitor};
use super::docs::clean;
use super::{variant, variants};

#[test]
fn words_become_variants() {
    let names: Vec<String> = ["BUILDING", "in_progress", "docker-compose", "", "2fa", "other"]
        .iter()
        .map(|word| variant(word).to_string())
        .collect();
    assert_eq!(names, ["Building", "InProgress", "DockerCompose", "Empty", "V2fa", "Other_"]);
}

#[test]
fn words_that_look_alike_are_numbered() {
    let words = ["not_found", "not-found", "NOT_FOUND"].map(str::to_owned);
    let names: Vec<String> = variants(words.iter()).iter().map(|(name, _)| name.to_string()).collect();
    assert_eq!(names, ["NotFound", "NotFound2", "NotFound3"]);
}

#[test]
fn documentation_makes_no_accidental_links() {
    assert_eq!(clean("a [b] <c> `[d] <e>`"), "a \\[b\\] \\<c\\> `[d] <e>`");
    assert_eq!(clean("See https://example.com/a_b, or http://x.y."), "See <https://example.com/a_b>, or <http://x.y>.");
    assert_eq!(clean("a_b is not _emphasis_, nor is 2*3"), "a_b is not \\_emphasis_, nor is 2\\*3");
}

#[test]
fn types_that_nobody_reaches_are_dropped() {
    let model = model(&sample()).unwrap();
    assert!(!model.types.contains_key("Deployed"));
    assert!(model.types.contains_key("Container"));
}

#[test]
fn the_way_of_a_type_follows_from_its_use() {
    let model = model(&sample()).unwrap();
    let way = |name: &str| (model.types[name].way.sent, model.types[name].way.received);
    assert_eq!(way("ApplicationUpdate"), (true, false));
    assert_eq!(way("Application"), (false, true));
    assert_eq!(way("ApplicationStatusEnum"), (true, true));
    assert_eq!(way("ListApplicationsParams"), (false, false));
}

#[test]
fn nobody_is_asked_for_an_empty_body() {
    let mut document = sample();
    let bodies = |document: &_| {
        let operations = model(document).unwrap().operations.into_iter();
        operations.filter_map(|operation| operation.body).filter(|body| matches!(body, Body::Json(_) | Body::Empty))
    };
    assert!(bodies(&document).all(|body| matches!(body, Body::Json(_))));
    for operation in document.operations_mut() {
        if let Some(body) = operation.get_mut("requestBody") {
            body["x-empty"] = true.into();
        }
    }
    assert!(bodies(&document).all(|body| matches!(body, Body::Empty)));
    assert!(!model(&document).unwrap().types.contains_key("ApplicationUpdate"));
}

#[test]
fn a_panic_of_progenitor_names_the_operation() {
    let mut document = sample();
    let context = normalise::normalise(&mut document).unwrap();
    // Two types of success are one of the things progenitor asserts never to see.
    let answers = &mut document.value["paths"]["/applications"]["get"]["responses"];
    answers["202"] = serde_json::json!({
        "description": "Another.",
        "content": {"application/json": {"schema": {"type": "boolean"}}},
    });
    let error = progenitor::generate(&document, &context).unwrap_err().to_string();
    assert!(error.starts_with("specs/sample/applications.yaml:"), "{error}");
    assert!(error.contains("response_types.len()"), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
}
