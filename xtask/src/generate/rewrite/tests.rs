//! Tests of what the rewrite pass decides by itself; its whole output is golden in `emit`.

use super::super::model::{Body, Shape};
use super::super::testing::{diagnostics, document, sample};
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
fn the_direction_of_a_type_follows_from_its_use() {
    let model = model(&sample()).unwrap();
    let way = |name: &str| (model.types[name].way.sent, model.types[name].way.received);
    assert_eq!(way("ApplicationUpdate"), (true, false));
    assert_eq!(way("Application"), (false, true));
    assert_eq!(way("ApplicationStatusEnum"), (true, true));
    assert_eq!(way("ListApplicationsParams"), (false, false));
}

#[test]
fn an_empty_body_is_no_argument() {
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

/// A document of ours whose one answer is a union, and the variants that it has: name and type.
fn variants_of(members: &str) -> Vec<(String, String)> {
    let body = format!(
        "\
paths:
  /apps:
    get:
      operationId: get-app
      summary: Read.
      tags: [apps]
      x-evidence: declared
      responses: {{'200': {{description: It., content: {{application/json: {{schema: {{$ref: '#/components/schemas/Any'}}}}}}}}}}
components:
  schemas:
    Any:
      description: Any of them.
      oneOf: {members}
    Thing: {{type: object, properties: {{any: {{$ref: '#/components/schemas/Any'}}, id: {{type: string}}}}}}
    Word: {{type: string, enum: [a, b]}}
    Size: {{type: string, enum: [c]}}
    Name: {{type: string, minLength: 1}}
    Names: {{type: array, items: {{$ref: '#/components/schemas/Name'}}}}
"
    );
    assert_eq!(diagnostics(&body), "");
    let model = model(&document(&body)).unwrap();
    let kind = |kind: &syn::Type| quote::quote!(#kind).to_string().replace(' ', "");
    match model.types.get("Any").map(|any| &any.shape) {
        Some(Shape::Choice(choice)) => choice.iter().map(|(name, of)| (name.to_string(), kind(of))).collect(),
        Some(Shape::Words(words)) => words.iter().map(|(name, word)| (name.to_string(), word.clone())).collect(),
        None => match &model.operations[0].answer {
            super::super::model::Answer::Json(of) => vec![(String::new(), kind(of))],
            other => panic!("{other:?}"),
        },
        Some(other) => panic!("{other:?}"),
    }
}

#[test]
fn texts_that_no_tag_distinguishes_are_one_text() {
    let one = |kind: &str| vec![(String::new(), kind.to_owned())];
    assert_eq!(variants_of("[{type: string}, {type: string, format: uri}]"), one("String"));
    assert_eq!(variants_of("[{type: string}, {$ref: '#/components/schemas/Name'}]"), one("String"));
    assert_eq!(variants_of("[{type: string}, {type: string, x-secret: true}]"), one("wire::Secret"));
    assert_eq!(variants_of("[{type: string}, {type: string, nullable: true}]"), one("Option<String>"));
    let words = [("A", "a"), ("B", "b"), ("C", "c")].map(|(name, word)| (name.to_owned(), word.to_owned()));
    assert_eq!(variants_of("[{$ref: '#/components/schemas/Word'}, {$ref: '#/components/schemas/Size'}]"), words);
    let several = [("String", "String"), ("Integer", "i64")].map(|(name, of)| (name.to_owned(), of.to_owned()));
    assert_eq!(variants_of("[{type: string}, {type: integer}, {$ref: '#/components/schemas/Word'}]"), several);
}

#[test]
fn lists_and_maps_of_one_type_are_one_variant_and_others_are_numbered() {
    let list = vec![(String::new(), "Vec<String>".to_owned())];
    assert_eq!(variants_of("[{type: array, items: {type: string}}, {$ref: '#/components/schemas/Names'}]"), list);
    for two in [
        "[{type: array, items: {type: string}}, {type: array, items: {type: integer}}]",
        "[{type: object, additionalProperties: {type: string}}, {type: object, additionalProperties: {type: integer}}]",
        "[{type: array, items: {type: array, items: {type: string}}}, {type: array, items: {type: string}}]",
    ] {
        let variants = variants_of(two);
        assert_eq!(variants.len(), 2, "{variants:?}");
        assert_eq!(variants[1].0, format!("{}2", variants[0].0));
    }
}

#[test]
fn a_union_of_one_type_twice_is_that_type() {
    let thing = "{$ref: '#/components/schemas/Thing'}";
    assert_eq!(variants_of(&format!("[{thing}, {thing}]")), [(String::new(), "types::Thing".to_owned())]);
    let two = [("Thing", "types::Thing"), ("Boolean", "bool")].map(|(name, of)| (name.to_owned(), of.to_owned()));
    assert_eq!(variants_of(&format!("[{thing}, {{type: boolean}}, {thing}]")), two);
}
