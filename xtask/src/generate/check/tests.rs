//! Golden tests of the check pass: every rule is broken once.

use insta::assert_snapshot;

use super::super::testing::diagnostics;

#[test]
fn a_good_document_has_no_diagnostics() {
    // The sample is checked when it is read.
    super::super::testing::sample();
}

#[test]
fn operations() {
    assert_snapshot!(diagnostics("\
paths:
  /apps:
    gett: {}
    get:
      sumary: List.
      operationId: list-apps
      tags: [apps, more]
      x-evidence: seen
      description: ''
      responses: {}
    post:
      operationId: list-apps
      summary: |
        Two
        lines.
      tags: [apps]
      x-evidence: observed
      deprecated: 1
      responses:
        '204': {description: Gone.}
        '404': {description: Not found.}
        2XX: {description: Any.}
    put: {}
  apps: {}
"), @r"
    specs/sample/apps.yaml:5: unknown key `gett`, did you mean `get`?
    specs/sample/apps.yaml:6: the operation has no `summary`
    specs/sample/apps.yaml:7: unknown key `sumary`, did you mean `summary`?
    specs/sample/apps.yaml:9: the only tag of an operation is its area, here `apps`
    specs/sample/apps.yaml:10: `x-evidence` is `observed VERSION`, `source REVISION`, `request REVISION` or `declared`
    specs/sample/apps.yaml:11: `description` is text
    specs/sample/apps.yaml:12: an operation has a 2xx answer
    specs/sample/apps.yaml:13: the method `list_apps` would exist twice, see specs/sample/apps.yaml:6
    specs/sample/apps.yaml:14: operationId `list-apps` stands in specs/sample/apps.yaml:6 already
    specs/sample/apps.yaml:15: `summary` is one line of text
    specs/sample/apps.yaml:19: `x-evidence` is `observed VERSION`, `source REVISION`, `request REVISION` or `declared`
    specs/sample/apps.yaml:20: `deprecated` is true or false
    specs/sample/apps.yaml:23: `404`: only 2xx answers are modelled
    specs/sample/apps.yaml:24: `2XX`: only 2xx answers are modelled
    specs/sample/apps.yaml:25: the operation has no `operationId`
    specs/sample/apps.yaml:25: the operation has no `responses`
    specs/sample/apps.yaml:25: the operation has no `summary`
    specs/sample/apps.yaml:25: the operation has no `tags`
    specs/sample/apps.yaml:25: the operation has no `x-evidence`
    specs/sample/apps.yaml:26: a path begins with `/`
    ");
}

#[test]
fn parameters() {
    assert_snapshot!(diagnostics("\
paths:
  /apps/{id}/{name}:
    get:
      operationId: get-app
      summary: Read.
      tags: [apps]
      x-evidence: declared
      parameters:
        - {name: id, in: path, schema: {type: string, nullable: true}}
        - {name: id, in: path, required: true, schema: {type: object, additionalProperties: true}}
        - {name: key, in: header, schema: {type: string}}
        - {in: query, style: form, schema: {type: string, x-secret: true}}
        - {name: list, in: query, schema: {type: array, items: {type: array, items: {type: string}}}}
        - {name: extra, in: path, required: true}
        - {name: a-b, in: query, schema: {type: string}}
        - {name: a_b, in: query, schema: {type: string, default: x}}
      responses: {'204': {description: Nothing.}}
"), @r"
    specs/sample/apps.yaml:5: path parameter `extra` is not in the path
    specs/sample/apps.yaml:5: path parameter `name` is not declared
    specs/sample/apps.yaml:5: the parameter `a_b` would exist twice, see specs/sample/apps.yaml:5
    specs/sample/apps.yaml:5: the parameter `id` would exist twice, see specs/sample/apps.yaml:5
    specs/sample/apps.yaml:11: a parameter is not nullable
    specs/sample/apps.yaml:11: a path parameter is `required: true`
    specs/sample/apps.yaml:12: a parameter is a scalar, an enum, or a list in the query
    specs/sample/apps.yaml:12: parameter `id` stands here twice
    specs/sample/apps.yaml:13: a parameter is `in: path` or `in: query`
    specs/sample/apps.yaml:14: a secret is never part of a URL
    specs/sample/apps.yaml:14: the parameter has no `name`
    specs/sample/apps.yaml:14: unknown key `style`
    specs/sample/apps.yaml:15: a parameter is a scalar, an enum, or a list in the query
    specs/sample/apps.yaml:16: the parameter has no `schema`
    specs/sample/apps.yaml:18: no `default`: a client sends what it was given
    ");
}

#[test]
fn bodies_and_answers() {
    assert_snapshot!(diagnostics("\
paths:
  /apps:
    get:
      operationId: list-apps
      summary: List.
      tags: [apps]
      x-evidence: declared
      requestBody: {content: {application/*: {schema: {type: string}}, text/plain: {}}}
      responses:
        '200':
          content:
            application/json: {example: 1}
        '201':
          description: As it comes.
          headers: {}
          content:
            text/event-stream: {}
            text/plain: {}
"), @r"
    specs/sample/apps.yaml:10: `application/*` is not sent: JSON, multipart/form-data, text and bytes are
    specs/sample/apps.yaml:10: a GET has no body
    specs/sample/apps.yaml:10: a body has one media type
    specs/sample/apps.yaml:10: a body is `required: true`: a client sends one always, or never
    specs/sample/apps.yaml:12: the answer has no `description`
    specs/sample/apps.yaml:14: JSON has a `schema`; `{}` is any JSON
    specs/sample/apps.yaml:14: unknown key `example`
    specs/sample/apps.yaml:15: all 2xx answers of an operation have the same content
    specs/sample/apps.yaml:15: an answer has one media type, or no `content`
    specs/sample/apps.yaml:17: unknown key `headers`
    specs/sample/apps.yaml:19: `text/event-stream` is not read: JSON, text and bytes are
    ");
}

#[test]
fn forms() {
    assert_snapshot!(diagnostics("\
paths:
  /apps:
    post:
      operationId: add-app
      summary: Add.
      tags: [apps]
      x-evidence: declared
      requestBody:
        required: true
        content: {multipart/form-data: {schema: {$ref: '#/components/schemas/Upload'}}}
      responses:
        '200':
          description: The same.
          content: {application/json: {schema: {$ref: '#/components/schemas/Upload'}}}
components:
  schemas:
    Upload:
      type: object
      properties:
        file: {type: string, format: binary}
        files: {type: array, items: {type: string, format: binary}}
        more: {type: object, additionalProperties: true}
        token: {type: string, x-secret: true}
        note: {type: string, nullable: true}
"), @r"
    specs/sample/apps.yaml:16: the schema of a form is used for nothing else
    specs/sample/apps.yaml:23: a form holds scalars, enums and files, and lists of scalars and enums
    specs/sample/apps.yaml:24: a form holds scalars, enums and files, and lists of scalars and enums
    specs/sample/apps.yaml:25: a form holds no secret
    specs/sample/apps.yaml:26: nothing in a form is null
    ");
}

#[test]
fn schemas() {
    assert_snapshot!(diagnostics("\
components:
  schemas:
    HTTPServer: {type: object, properties: {a: {type: text}}}
    String: {type: string}
    Nullable: {type: object, nullable: true, properties: {a: {type: string}}}
    Alias: {$ref: '#/components/schemas/Nullable'}
    App:
      type: object
      required: [name, nme]
      additionalProperties: false
      x-foo: 1
      properties:
        name: {type: string, default: x, example: y}
        inner: {type: object, properties: {a: {type: string}}}
        word: {type: string, enum: [a]}
        list: {type: array}
        items: {items: {type: string}}
        object: {type: object}
        both: {allOf: [{$ref: '#/components/schemas/Alias'}]}
        any: {anyOf: [{type: string}]}
        port: {type: integer, x-secret: true}
        reference: {$ref: '#/components/schemas/Alias', x-secret: true}
        map: {additionalProperties: {type: string}}
        log: {type: string, x-tells-absence: true}
    Words: {type: string, enum: [a, a, true, 1]}
    Numbers: {type: integer, enum: []}
"), @r#"
    specs/sample/apps.yaml:5: "text" is not a type
    specs/sample/apps.yaml:5: a type is upper camel case: `HttpServer`
    specs/sample/apps.yaml:6: `String` means something else in Rust
    specs/sample/apps.yaml:7: `nullable` stands where a type is used, not on the type
    specs/sample/apps.yaml:8: a named schema is not another name for a schema
    specs/sample/apps.yaml:9: an object has `properties` or `additionalProperties`, not both
    specs/sample/apps.yaml:11: required "nme" is not a property
    specs/sample/apps.yaml:12: `additionalProperties: false` never stands in a document
    specs/sample/apps.yaml:13: unknown key `x-foo`
    specs/sample/apps.yaml:15: no `default`: a client sends what it was given
    specs/sample/apps.yaml:15: unknown key `example`
    specs/sample/apps.yaml:16: an object, enum or union is a named schema
    specs/sample/apps.yaml:17: an object, enum or union is a named schema
    specs/sample/apps.yaml:18: a list says what its `items` are
    specs/sample/apps.yaml:19: what has `items` is `type: array`
    specs/sample/apps.yaml:20: an object has `properties`, or is free: `additionalProperties: true`
    specs/sample/apps.yaml:21: no `allOf`: a schema lists its own properties
    specs/sample/apps.yaml:22: no `anyOf`: a union is a `oneOf`
    specs/sample/apps.yaml:23: `x-secret` stands on text, on free-form JSON, or on a list or map of those
    specs/sample/apps.yaml:24: unknown key `x-secret`
    specs/sample/apps.yaml:25: what has properties is `type: object`
    specs/sample/apps.yaml:26: `x-tells-absence` stands on a field that is optional and nullable
    specs/sample/apps.yaml:27: 1 is not a word; quote it
    specs/sample/apps.yaml:27: `a` stands here twice
    specs/sample/apps.yaml:27: true is not a word; quote it
    specs/sample/apps.yaml:28: an enum is `type: string`
    specs/sample/apps.yaml:28: an enum is a list of words
    "#);
}

#[test]
fn unions() {
    assert_snapshot!(diagnostics("\
components:
  schemas:
    App: {type: object, properties: {kind: {type: string}}}
    Job: {type: object, properties: {kind: {type: string}}}
    One: {oneOf: [{$ref: '#/components/schemas/App'}]}
    Service:
      type: object
      oneOf:
        - $ref: '#/components/schemas/App'
        - {type: object, properties: {kind: {type: string}}}
      discriminator:
        property: kind
        mapping: {JOB: '#/components/schemas/Job', NONE: '#/components/schemas/None'}
    Untagged:
      oneOf: [{type: string}, {type: integer}]
      discriminator: {propertyName: kind}
"), @r"
    specs/sample/apps.yaml:7: a union has two members or more
    specs/sample/apps.yaml:8: an object has `properties`, or is free: `additionalProperties: true`
    specs/sample/apps.yaml:9: a union has no `type`
    specs/sample/apps.yaml:11: no tag in the `mapping` leads to this member
    specs/sample/apps.yaml:12: an object, enum or union is a named schema
    specs/sample/apps.yaml:12: no tag in the `mapping` leads to this member
    specs/sample/apps.yaml:13: a discriminator has a `propertyName`
    specs/sample/apps.yaml:14: unknown key `property`, did you mean `propertyName`?
    specs/sample/apps.yaml:15: `#/components/schemas/None` leads nowhere
    specs/sample/apps.yaml:15: tag `JOB` leads to no member of the union
    specs/sample/apps.yaml:15: tag `NONE` leads to no member of the union
    specs/sample/apps.yaml:17: no tag in the `mapping` leads to this member
    specs/sample/apps.yaml:17: no tag in the `mapping` leads to this member
    specs/sample/apps.yaml:18: a discriminator has a `mapping`
    ");
}

#[test]
fn names_that_clash_in_rust() {
    assert_snapshot!(diagnostics("\
paths:
  /a:
    get:
      operationId: list-apps
      summary: List.
      tags: [apps]
      x-evidence: declared
      parameters:
        - {name: take, in: query, schema: {type: integer}}
        - {name: body, in: query, required: true, schema: {type: integer}}
      responses: {'204': {description: Nothing.}}
  /b:
    get:
      operationId: listApps
      summary: List.
      tags: [apps]
      x-evidence: declared
      responses: {'204': {description: Nothing.}}
components:
  schemas:
    ListAppsParams: {type: object, properties: {appId: {type: string}, app_id: {type: string}}}
"), @r"
    specs/sample/apps.yaml:5: `body` is the name of another argument
    specs/sample/apps.yaml:5: the type `ListAppsParams` would exist twice, see specs/sample/apps.yaml:23
    specs/sample/apps.yaml:15: the method `list_apps` would exist twice, see specs/sample/apps.yaml:5
    specs/sample/apps.yaml:23: the field `app_id` would exist twice, see specs/sample/apps.yaml:23
    ");
}

#[test]
fn a_member_that_no_answer_identifies() {
    assert_snapshot!(diagnostics("\
paths:
  /apps:
    get:
      operationId: list-apps
      summary: List.
      tags: [apps]
      x-evidence: declared
      responses: {'200': {description: All., content: {application/json: {schema: {$ref: '#/components/schemas/Any'}}}}}
    post:
      operationId: send-app
      summary: Send.
      tags: [apps]
      x-evidence: declared
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Sent'}}}}
      responses: {'204': {description: Nothing.}}
components:
  schemas:
    Any:
      oneOf:
        - {$ref: '#/components/schemas/Loose'}
        - {$ref: '#/components/schemas/Strict'}
        - {$ref: '#/components/schemas/Open'}
        - {$ref: '#/components/schemas/Same'}
        - {$ref: '#/components/schemas/Less'}
        - {type: array, items: {$ref: '#/components/schemas/Strict'}}
        - {type: array, items: {$ref: '#/components/schemas/StrictToo'}}
        - {$ref: '#/components/schemas/Outer'}
        - {$ref: '#/components/schemas/OuterToo'}
        - {$ref: '#/components/schemas/OuterMore'}
    Sent: {oneOf: [{$ref: '#/components/schemas/Loose'}, {$ref: '#/components/schemas/Less'}]}
    Loose: {type: object, properties: {a: {type: string}, b: {type: integer}}}
    Strict: {type: object, required: [a], properties: {a: {type: string}}}
    StrictToo: {type: object, required: [a], properties: {a: {type: string}}}
    Open: {type: object, properties: {c: {type: string}}}
    Same: {type: object, properties: {b: {type: boolean}}}
    Less: {type: object, properties: {a: {type: string}}}
    Outer: {type: object, required: [inner], properties: {inner: {$ref: '#/components/schemas/Loose'}}}
    OuterToo: {type: object, required: [inner], properties: {inner: {$ref: '#/components/schemas/Less'}}}
    OuterMore: {type: object, required: [inner], properties: {inner: {$ref: '#/components/schemas/Open'}}}
"), @r"
    specs/sample/apps.yaml:26: no answer identifies this member: `Loose` has all its fields and requires the same; write a `discriminator`, or require a field that only this member has
    specs/sample/apps.yaml:28: no answer identifies this member: an earlier one has all its fields and requires the same; write a `discriminator`, or require a field that only this member has
    specs/sample/apps.yaml:30: no answer identifies this member: `Outer` has all its fields and requires the same; write a `discriminator`, or require a field that only this member has
    ");
}

#[test]
fn a_longer_timeout_is_a_number_of_seconds() {
    let with = |timeout: &str| {
        diagnostics(&format!(
            "\
paths:
  /apps:
    get:
      operationId: list-apps
      summary: List.
      tags: [apps]
      x-evidence: declared
      x-timeout: {timeout}
      responses: {{'204': {{description: Nothing.}}}}
"
        ))
    };
    assert_eq!(with("120"), "");
    for wrong in ["30", "-1", "1.5", "text", "120s", "null", "[]"] {
        assert_eq!(
            with(wrong),
            "specs/sample/apps.yaml:10: `x-timeout` is a number of seconds, more than the default of 30",
            "{wrong}"
        );
    }
}
