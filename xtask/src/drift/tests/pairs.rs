//! Small pairs of documents, one difficulty each.

use insta::assert_snapshot;

use super::super::{Drift, operation, report};
use crate::generate::load;
use crate::published;

/// The operation of all pairs, with this answer or body.
fn ours(schema: &str, components: &str) -> String {
    format!(
        "\
openapi: 3.0.3
info: {{title: Sample, version: '1', description: One.}}
paths:
  /a:
    post:
      tags: [apps]
      requestBody: {{required: true, content: {{application/json: {{schema: {schema}}}}}}}
      responses: {{'200': {{description: Done., content: {{application/json: {{schema: {schema}}}}}}}}}
components: {{schemas: {{{components}}}}}
"
    )
}

fn theirs(schema: &str, components: &str) -> String {
    ours(schema, components).replacen("3.0.3", "3.1.0", 1)
}

/// What the report says beyond its table, without empty lines.
fn drift(theirs: &str, ours: &str) -> String {
    let published = published::parse(theirs).unwrap();
    let (document, diagnostics) = load::load(&[("specs/sample/apps.yaml".to_owned(), ours.to_owned())]).unwrap();
    assert_eq!(diagnostics, []);
    let operations = [&published, &document.value].map(operation::operations);
    let drift = Drift::new("sample", &document, [&published, &document.value], [&operations[0], &operations[1]]);
    let report = report::markdown(&drift);
    let said = report.lines().skip_while(|line| !line.starts_with("Stale explanations")).skip(1);
    said.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The same schema on both sides, spelt differently.
fn same(there: &str, here: &str) {
    assert_eq!(drift(&theirs(there, ""), &ours(here, "")), "", "{there}\n{here}");
}

#[test]
fn spelling_is_no_difference() {
    same("{type: [string, 'null']}", "{type: string, nullable: true}");
    same("{anyOf: [{type: string}, {type: 'null'}]}", "{type: string, nullable: true}");
    same("{oneOf: [{type: integer}]}", "{type: integer}");
    same("{anyOf: [{type: integer}, {type: number}]}", "{type: number}");
    same("{enum: [a, b]}", "{type: string, enum: [b, a]}");
    same("{const: a}", "{type: string, enum: [a]}");
    same("{properties: {a: {type: string}}}", "{type: object, properties: {a: {type: string}}}");
    same("{type: object, additionalProperties: {}}", "{type: object, additionalProperties: true}");
    same("{type: string, format: uuid, minLength: 3}", "{type: string}");
    same(
        "{allOf: [{required: [a]}, {properties: {a: {type: string}}}, {properties: {b: {type: string}}}]}",
        "{type: object, required: [a], properties: {a: {type: string}, b: {type: string}}}",
    );
}

#[test]
fn to_say_more_is_no_difference() {
    same("{}", "{type: string}");
    same("{type: object}", "{type: object, properties: {a: {type: string}}}");
    same("{type: string}", "{type: string, enum: [a]}");
    same("{const: a}", "{type: string, enum: [a, b]}");
}

#[test]
fn to_say_less_is_a_difference() {
    let said = drift(&theirs("{type: array, items: {type: string}}", ""), &ours("{}", ""));
    assert_snapshot!(said, @r#"
    ## Unexplained
    ### Single operations
    - `POST /a`
      - answer, of another type: list there, any JSON here
      - body, of another type: list there, any JSON here
    "#);
    let said = drift(&theirs("{type: string, enum: [a, b]}", ""), &ours("{type: string}", ""));
    assert_snapshot!(said, @r#"
    ## Unexplained
    ### Single operations
    - `POST /a`
      - answer, any text here, words there: `a`, `b`
      - body, any text here, words there: `a`, `b`
    "#);
    let said = drift(
        &theirs("{type: object, properties: {a: {type: string}}}", ""),
        &ours("{type: object, additionalProperties: true}", ""),
    );
    assert_snapshot!(said, @r#"
    ## Unexplained
    ### Single operations
    - `POST /a`
      - answer, fields only there: `a`
      - body, fields only there: `a`
    "#);
}

#[test]
fn answers_are_compared_more_leniently_than_requests() {
    let there =
        "{type: object, required: [a, b], properties: {a: {type: string}, b: {type: string}, c: {type: string}}}";
    let here = "{type: object, required: [c], properties: {a: {type: string, nullable: true}, b: {type: string}, c: {type: string}}}";
    assert_snapshot!(drift(&theirs(there, ""), &ours(here, "")), @r#"
    ## Unexplained
    ### Single operations
    - `POST /a`
      - body, may be null here, not there: `a`
      - body, required here, optional there: `c`
      - body, required there, optional here: `a`, `b`
    "#);
    let there = "{type: object, properties: {a: {type: [string, 'null']}, b: {type: [string, 'null']}}}";
    let here = "{type: object, required: [a], properties: {a: {type: string}, b: {type: string}}}";
    assert_snapshot!(drift(&theirs(there, ""), &ours(here, "")), @r#"
    ## Unexplained
    ### Single operations
    - `POST /a`
      - answer, may be null there, not here: `a`
      - body, may be null there, not here: `a`, `b`
      - body, required here, optional there: `a`
    "#);
}

#[test]
fn a_union_is_compared_by_the_fields_of_its_members() {
    let there = "{oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}]}";
    let members = "A: {type: object, required: [x, kind], properties: {kind: {const: a}, x: {type: string}}}, \
        B: {type: object, required: [kind], properties: {kind: {const: b}, y: {type: string}}}";
    let here = "{type: object, required: [kind], properties: {kind: {type: string, enum: [a, b]}, x: {type: integer}, z: {type: string}}}";
    assert_snapshot!(drift(&theirs(there, members), &ours(here, "")), @r#"
    ## Unexplained
    ### Single operations
    - `POST /a`
      - answer, of another type: `x` (text there, integer here)
      - answer, only here: `z` (text)
      - answer, only there: `y` (text)
      - body, of another type: `x` (text there, integer here)
      - body, only here: `z` (text)
      - body, only there: `y` (text)
    "#);
}

#[test]
fn a_tagged_union_is_compared_member_by_member() {
    let union = |last: &str| {
        format!(
            "Shape: {{oneOf: [{{$ref: '#/components/schemas/Round'}}, {{$ref: '#/components/schemas/{last}'}}], \
             discriminator: {{propertyName: kind, mapping: {{ROUND: '#/components/schemas/Round', {}: '#/components/schemas/{last}'}}}}}}",
            last.to_uppercase()
        )
    };
    let member = |name: &str, field: &str| {
        format!(", {name}: {{type: object, properties: {{kind: {{type: string}}, size: {{type: {field}}}}}}}")
    };
    let there = union("Square") + &member("Round", "integer") + &member("Square", "number");
    let here = union("Flat") + &member("Round", "string") + &member("Flat", "number");
    let schema = "{$ref: '#/components/schemas/Shape'}";
    assert_snapshot!(drift(&theirs(schema, &there), &ours(schema, &here)), @r#"
    ## Unexplained
    ### Single operations
    - `POST /a`
      - answer `Round`, of another type: `size` (integer there, text here)
      - answer `Shape`, only here: `<FLAT>`
      - answer `Shape`, only there: `<SQUARE>`
      - body `Round`, of another type: `size` (integer there, text here)
      - body `Shape`, only here: `<FLAT>`
      - body `Shape`, only there: `<SQUARE>`
    "#);
}

#[test]
fn schemas_that_hold_themselves_come_to_an_end() {
    let there = "{$ref: '#/components/schemas/Node'}";
    let node = "Node: {allOf: [{$ref: '#/components/schemas/Node'}, {type: object, properties: {next: {$ref: '#/components/schemas/Node'}, name: {type: string}}}]}";
    let here = "Tree: {type: object, properties: {next: {$ref: '#/components/schemas/Tree'}, name: {type: integer}}}";
    let said = drift(&theirs(there, node), &ours("{$ref: '#/components/schemas/Tree'}", here));
    assert_snapshot!(said, @r#"
    ## Unexplained
    ### Single operations
    - `POST /a`
      - answer `Tree`, of another type: `name` (text there, integer here)
      - body `Tree`, of another type: `name` (text there, integer here)
    "#);
}

#[test]
fn the_nearest_line_explains_and_that_of_a_schema_ends_at_the_next_schema() {
    let there = "{type: object, properties: {a: {type: string}, b: {type: string}, c: {type: object, properties: {d: {type: string}}}}}";
    let here = "T: {type: object, x-corrects: Of the type., properties: {\
        a: {type: integer, x-corrects: Of the field.}, b: {type: integer}, c: {$ref: '#/components/schemas/C'}}}, \
        C: {type: object, properties: {d: {type: integer}}}";
    let said = drift(&theirs(there, ""), &ours("{$ref: '#/components/schemas/T'}", here));
    assert_snapshot!(said, @r#"
    ## Unexplained
    ### Single operations
    - `POST /a`
      - answer `C`, of another type: `d` (text there, integer here)
      - body `C`, of another type: `d` (text there, integer here)
    ## Explained
    ### Single operations
    - `POST /a`
      - Of the field.
        - answer `T`, of another type: `a` (text there, integer here)
        - body `T`, of another type: `a` (text there, integer here)
      - Of the type.
        - answer `T`, of another type: `b` (text there, integer here)
        - body `T`, of another type: `b` (text there, integer here)
    "#);
}

#[test]
fn what_one_operation_explains_is_open_in_another() {
    let two = |text: String, corrects: &str| {
        let (before, after) = text.split_once("components:").unwrap();
        let operation = before.split_once("  /a:\n").unwrap().1;
        format!("{before}  /b:\n{operation}components:{after}").replacen("post:\n", &format!("post:\n{corrects}"), 1)
    };
    let there = two(theirs("{type: object, properties: {a: {type: string}}}", ""), "");
    let here = ours("{$ref: '#/components/schemas/T'}", "T: {type: object, properties: {a: {type: integer}}}");
    let here = two(here, "      x-corrects: It is counted.\n");
    assert_snapshot!(drift(&there, &here), @r#"
    ## Unexplained
    ### Schemas of several operations
    - `T`, in 2 requests
      - of another type (`POST /b`): `a` (text there, integer here)
    - `T`, in 2 answers
      - of another type (`POST /b`): `a` (text there, integer here)
    ## Explained
    ### Schemas of several operations
    - `T`, in 2 requests
      - It is counted.
        - of another type (`POST /a`): `a` (text there, integer here)
    - `T`, in 2 answers
      - It is counted.
        - of another type (`POST /a`): `a` (text there, integer here)
    "#);
}
