//! Golden tests of the normalising passes.

use insta::assert_snapshot;

use super::super::document::Document;
use super::super::testing::{document, operations, sample, schemas};
use super::{Context, Pass};
use super::{aliases, answers, constraints, enums, formats, params, references, secrets, unions};

/// Runs one pass; returns how much it changed.
fn run(pass: Pass, document: &mut Document) -> (usize, Context) {
    let mut context = Context::default();
    let count = pass(document, &mut context).unwrap();
    (count, context)
}

#[test]
fn aliases_stand_where_they_are_used() {
    let mut document = document(
        "\
components:
  schemas:
    Name: {type: string, description: A name.}
    Names: {type: array, items: {$ref: '#/components/schemas/Name'}}
    Team:
      type: object
      properties:
        name: {$ref: '#/components/schemas/Name', nullable: true}
        others: {$ref: '#/components/schemas/Names', description: The others.}
        parent: {$ref: '#/components/schemas/Team'}
",
    );
    assert_eq!(run(aliases::inline, &mut document).0, 3);
    assert_snapshot!(schemas(&document), @r##"Team: {"properties":{"name":{"description":"A name.","nullable":true,"type":"string"},"others":{"description":"The others.","items":{"description":"A name.","type":"string"},"type":"array"},"parent":{"$ref":"#/components/schemas/Team"}},"type":"object"}"##);
}

#[test]
fn an_alias_that_contains_itself_is_a_diagnostic() {
    let mut document = document(
        "\
components:
  schemas:
    Tree: {type: array, items: {$ref: '#/components/schemas/Tree'}}
    Top: {type: object, properties: {tree: {$ref: '#/components/schemas/Tree'}}}
",
    );
    let error = aliases::inline(&mut document, &mut Context::default()).unwrap_err();
    assert_snapshot!(error, @r"specs/sample/apps.yaml:5: a list or map never contains itself, nor hundreds of lists of lists");
}

#[test]
fn optional_query_parameters_become_a_schema() {
    let mut document = document(
        "\
paths:
  /apps/{id}:
    get:
      operationId: list-apps
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: team, in: query, required: true, schema: {type: string}}
        - {name: take, in: query, description: At most so many., schema: {type: integer}}
    delete:
      operationId: delete-app
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
",
    );
    let (count, context) = run(params::fold, &mut document);
    assert_eq!(count, 1);
    assert_eq!(context.params["list-apps"], "ListAppsParams");
    assert_snapshot!(schemas(&document), @r#"ListAppsParams: {"properties":{"take":{"description":"At most so many.","type":"integer"}},"type":"object"}"#);
    assert_snapshot!(operations(&document), @r#"
    list-apps parameters: [{"in":"path","name":"id","required":true,"schema":{"type":"string"}},{"in":"query","name":"team","required":true,"schema":{"type":"string"}}]
    delete-app parameters: [{"in":"path","name":"id","required":true,"schema":{"type":"string"}}]
    "#);
}

#[test]
fn one_answer_stays_and_only_if_it_is_json() {
    let mut document = document(
        "\
paths:
  /apps:
    get:
      operationId: list-apps
      responses:
        '200': {description: a, content: {application/json: {schema: {type: string}}}}
        '201': {description: b, content: {application/json: {schema: {type: string}}}}
    post:
      operationId: export-apps
      responses: {'200': {description: a, content: {text/plain: {}}}}
",
    );
    assert_eq!(run(answers::keep_json, &mut document).0, 2);
    assert_snapshot!(operations(&document), @r#"
    list-apps responses: {"200":{"content":{"application/json":{"schema":{"type":"string"}}},"description":"a"}}
    export-apps responses: {"200":{"description":"a"}}
    "#);
}

#[test]
fn secrets_become_types() {
    let mut document = document(
        "\
components:
  schemas:
    App:
      type: object
      properties:
        token: {type: string, x-secret: true, nullable: true, description: A token.}
        tokens: {type: array, x-secret: true, items: {type: string}}
        values: {type: object, x-secret: true, additionalProperties: {type: string}}
        server: {type: object, x-secret: true, additionalProperties: true}
        anything: {x-secret: true}
        name: {type: string}
",
    );
    assert_eq!(run(secrets::name, &mut document).0, 5);
    assert_snapshot!(schemas(&document), @r##"
    App: {"properties":{"anything":{"$ref":"#/components/schemas/SecretJson"},"name":{"type":"string"},"server":{"$ref":"#/components/schemas/SecretJson"},"token":{"$ref":"#/components/schemas/Secret","description":"A token.","nullable":true},"tokens":{"items":{"$ref":"#/components/schemas/Secret"},"type":"array"},"values":{"additionalProperties":{"$ref":"#/components/schemas/Secret"},"type":"object"}},"type":"object"}
    Secret: {"enum":["Secret"],"type":"string"}
    SecretJson: {"enum":["SecretJson"],"type":"string"}
    "##);
}

#[test]
fn what_stands_beside_a_reference_is_kept_if_it_changes_the_type() {
    let mut document = document(
        "\
components:
  schemas:
    App:
      type: object
      properties:
        parent: {$ref: '#/components/schemas/App', nullable: true, description: Its parent.}
        child: {$ref: '#/components/schemas/App', description: Its child.}
        twin: {$ref: '#/components/schemas/App'}
",
    );
    assert_eq!(run(references::wrap, &mut document).0, 2);
    assert_snapshot!(schemas(&document), @r##"App: {"properties":{"child":{"$ref":"#/components/schemas/App"},"parent":{"allOf":[{"$ref":"#/components/schemas/App"}],"nullable":true},"twin":{"$ref":"#/components/schemas/App"}},"type":"object"}"##);
}

#[test]
fn enums_are_registered_with_their_words() {
    let mut document = document(
        "\
components:
  schemas:
    StateEnum: {type: string, enum: [RUNNING, STOPPED]}
    App: {type: object, properties: {state: {$ref: '#/components/schemas/StateEnum'}}}
",
    );
    let (count, context) = run(enums::register, &mut document);
    assert_eq!(count, 1);
    assert_eq!(context.enums["StateEnum"], ["RUNNING", "STOPPED"]);
}

#[test]
fn unions_with_a_tag_are_registered_with_their_members() {
    let mut document = document(
        "\
components:
  schemas:
    Job: {type: object, properties: {kind: {type: string}}}
    App: {type: object, properties: {kind: {type: string}}}
    Service:
      oneOf:
        - $ref: '#/components/schemas/App'
        - $ref: '#/components/schemas/Job'
      discriminator:
        propertyName: kind
        mapping:
          APP: '#/components/schemas/App'
          CRON: '#/components/schemas/Job'
          JOB: '#/components/schemas/Job'
",
    );
    let (count, context) = run(unions::register, &mut document);
    assert_eq!(count, 1);
    assert_snapshot!(format!("{:?}", context.unions["Service"]), @r#"Union { tag: "kind", members: [("App", ["APP"]), ("Job", ["CRON", "JOB"])] }"#);
    assert_snapshot!(schemas(&document), @r#"
    App: {"properties":{"kind":{"type":"string"}},"type":"object"}
    Job: {"properties":{"kind":{"type":"string"}},"type":"object"}
    Service: {"properties":{"tag":{"type":"string"}},"type":"object"}
    "#);
}

#[test]
fn formats_and_limits_are_dropped() {
    let mut document = document(
        "\
components:
  schemas:
    App:
      type: object
      properties:
        id: {type: string, format: uuid, minLength: 1, pattern: '^a'}
        at: {type: string, format: date-time}
        port: {type: integer, format: int32, minimum: 1, maximum: 65535}
        names: {type: array, uniqueItems: true, maxItems: 9, items: {type: string, maxLength: 3}}
",
    );
    assert_eq!(run(formats::drop, &mut document).0, 3);
    assert_eq!(run(constraints::drop, &mut document).0, 7);
    assert_snapshot!(schemas(&document), @r#"App: {"properties":{"at":{"type":"string"},"id":{"type":"string"},"names":{"items":{"type":"string"},"type":"array"},"port":{"type":"integer"}},"type":"object"}"#);
}

#[test]
fn each_pass_counts_what_it_changes() {
    let context = super::normalise(&mut sample()).unwrap();
    assert_snapshot!(format!("{:?}", context.counts), @r#"[("choices", 0), ("aliases", 2), ("params", 1), ("answers", 4), ("bodies", 2), ("secrets", 5), ("references", 5), ("enums", 1), ("unions", 1), ("formats", 2), ("constraints", 1)]"#);
}
