//! Golden tests of the load pass.

use insta::assert_snapshot;

use super::super::diagnostic::Diagnostic;
use super::load;

const COMMON: &str = "\
openapi: 3.0.3
info: {title: Sample, version: '1', description: What areas share.}
components:
  parameters:
    uuid: {name: uuid, in: path, required: true, schema: {type: string}}
  schemas:
    Application: {type: object, properties: {uuid: {type: string}}}
";

const APPLICATIONS: &str = "\
openapi: 3.0.3
info: {title: Sample, version: '1', description: Applications., x-default: true}
paths:
  /applications/{uuid}:
    parameters:
      - $ref: 'common.yaml#/components/parameters/uuid'
    get:
      operationId: get-application
      responses:
        200:
          content: {application/json: {schema: {$ref: 'common.yaml#/components/schemas/Application'}}}
";

fn files(files: &[(&str, &str)]) -> Vec<(String, String)> {
    let named = files.iter();
    named.map(|(name, text)| (format!("specs/sample/{name}.yaml"), (*text).to_owned())).collect()
}

fn diagnostics(sources: &[(&str, &str)]) -> String {
    let found: Vec<Diagnostic> = match load(&files(sources)) {
        Ok((_, diagnostics)) => diagnostics,
        Err(error) => return error.to_string(),
    };
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    found.join("\n")
}

#[test]
fn files_become_one_document() {
    let (document, diagnostics) = load(&files(&[("applications", APPLICATIONS), ("common", COMMON)])).unwrap();
    assert_eq!(diagnostics, []);
    assert!(document.areas[0].by_default);
    assert_snapshot!(serde_json::to_string_pretty(&document.value).unwrap(), @r##"
    {
      "components": {
        "parameters": {
          "uuid": {
            "in": "path",
            "name": "uuid",
            "required": true,
            "schema": {
              "type": "string"
            }
          }
        },
        "schemas": {
          "Application": {
            "properties": {
              "uuid": {
                "type": "string"
              }
            },
            "type": "object"
          }
        }
      },
      "info": {
        "title": "",
        "version": ""
      },
      "openapi": "3.0.3",
      "paths": {
        "/applications/{uuid}": {
          "get": {
            "operationId": "get-application",
            "parameters": [
              {
                "$ref": "#/components/parameters/uuid"
              }
            ],
            "responses": {
              "200": {
                "content": {
                  "application/json": {
                    "schema": {
                      "$ref": "#/components/schemas/Application"
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    "##);
}

#[test]
fn every_value_knows_its_line() {
    let (document, _) = load(&files(&[("applications", APPLICATIONS), ("common", COMMON)])).unwrap();
    let place = document.places.of("/paths/~1applications~1{uuid}/get/operationId");
    assert_eq!((place.file.as_str(), place.line), ("specs/sample/applications.yaml", 8));
    let place = document.places.of("/components/schemas/Application/properties/uuid/nowhere");
    assert_eq!((place.file.as_str(), place.line), ("specs/sample/common.yaml", 7));
}

#[test]
fn a_path_may_stand_in_two_files_with_different_methods() {
    let other = APPLICATIONS.replace("get:", "post:").replace("get-", "start-");
    let sources = [("applications", APPLICATIONS), ("common", COMMON), ("starts", &other)];
    assert_eq!(diagnostics(&sources), "");
    let sources = [("applications", APPLICATIONS), ("common", COMMON), ("copies", APPLICATIONS)];
    assert_snapshot!(diagnostics(&sources), @r"specs/sample/copies.yaml:7: `get` stands in specs/sample/applications.yaml:7 already");
}

#[test]
fn references_that_lead_nowhere_are_named() {
    let broken = APPLICATIONS
        .replace("parameters/uuid", "parameters/uid")
        .replace("'common.yaml#/components/schemas/Application'", "'#/components/schemas/Application'");
    assert_snapshot!(diagnostics(&[("applications", &broken), ("common", COMMON)]), @r"
    specs/sample/applications.yaml:11: `#/components/schemas/Application` leads nowhere
    specs/sample/applications.yaml:6: `common.yaml#/components/parameters/uid` leads nowhere
    ");
    let foreign = APPLICATIONS.replace("common.yaml#/components/schemas", "other.yaml#/components/schemas");
    assert_snapshot!(diagnostics(&[("applications", &foreign), ("common", COMMON)]), @r"specs/sample/applications.yaml:11: `other.yaml#/components/schemas/Application`: a reference leads into the same file or into common.yaml");
}

#[test]
fn sections_of_a_wrong_type_are_named() {
    let text = "\
openapi: 3.0.3
info: {title: Sample, version: '1', description: Wrong.}
paths:
  /a: 3
  /b:
    parameters: {}
    get: {responses: {'200': {$ref: 3}}}
components:
  schemas: []
  parameters:
";
    assert_snapshot!(diagnostics(&[("applications", text)]), @r"
    specs/sample/applications.yaml:9: a mapping is wanted here
    specs/sample/applications.yaml:4: a mapping is wanted here
    specs/sample/applications.yaml:7: `3` is not `FILE#/components/…`
    specs/sample/applications.yaml:6: `parameters` is a list
    ");
}

#[test]
fn names_are_unique_over_the_files() {
    let twice = APPLICATIONS.to_owned() + "components: {schemas: {Application: {type: object}}}\n";
    assert_snapshot!(diagnostics(&[("applications", &twice), ("common", COMMON)]), @r"specs/sample/common.yaml:7: `Application` stands in specs/sample/applications.yaml:12 already");
}

#[test]
fn broken_yaml_is_a_diagnostic() {
    assert_snapshot!(diagnostics(&[("applications", "openapi: [3.0.3\ninfo: }")]), @r"specs/sample/applications.yaml:2: not YAML: illegal placement of ':' indicator");
    assert_snapshot!(diagnostics(&[("applications", "openapi: 3.0.3\nopenapi: 3.0.3\n")]), @"specs/sample/applications.yaml:2: not YAML: duplicated key in mapping");
    assert_snapshot!(diagnostics(&[("applications", "- 1\n")]), @"specs/sample/applications.yaml:1: a document is a mapping");
    assert_snapshot!(diagnostics(&[("applications", "a: &x 1\n---\nb: 2\n")]), @"specs/sample/applications.yaml:1: a file holds exactly one document");
    assert_snapshot!(diagnostics(&[("applications", "true: 1\n1.5: 2\nx: !foo 3")]), @r"
    specs/sample/applications.yaml:1: a key is text; quote it
    specs/sample/applications.yaml:2: a key is text; quote it
    specs/sample/applications.yaml:3: tags and aliases of YAML are not used here
    ");
    assert_snapshot!(diagnostics(&[("applications", "")]), @"specs/sample/applications.yaml:1: a file holds exactly one document");
}

#[test]
fn headers_are_checked() {
    let sources = [
        ("Applications", "openapi: 3.1.0\ninfo: {title: x, verson: 1}\nserver: x\n"),
        ("common", "openapi: 3.0.3\npaths: {/x: {}}\ncomponents: {responses: {}}\n"),
    ];
    assert_snapshot!(diagnostics(&sources), @r"
    specs/sample/Applications.yaml:1: an area's name is lower snake case
    specs/sample/Applications.yaml:3: unknown key `server`
    specs/sample/Applications.yaml:1: `openapi` is 3.0.3
    specs/sample/Applications.yaml:2: unknown key `verson`
    specs/sample/Applications.yaml:2: `info.version` is missing, or not text
    specs/sample/Applications.yaml:2: `info.description` is missing, or not text
    specs/sample/common.yaml:2: operations stand in the files of areas
    specs/sample/common.yaml:3: unknown key `responses`: only schemas and parameters are named
    specs/sample/common.yaml:1: `info.title` is missing, or not text
    specs/sample/common.yaml:1: `info.version` is missing, or not text
    specs/sample/common.yaml:1: `info.description` is missing, or not text
    ");
}

#[test]
fn what_is_left_out_stands_in_the_common_file_with_a_reason() {
    let left_out = "x-left-out:\n  GET /a: The server does not have it.\n";
    let (document, found) = load(&files(&[("common", &(COMMON.to_owned() + left_out))])).unwrap();
    assert_eq!(found, []);
    assert_eq!(document.left_out["GET /a"], "The server does not have it.");

    let wrong = COMMON.to_owned() + "x-left-out: {get /a: No., GET /b: '', fetch: 1}\n";
    let elsewhere = APPLICATIONS.to_owned() + left_out;
    assert_snapshot!(diagnostics(&[("applications", &elsewhere), ("common", &wrong)]), @r#"
    specs/sample/applications.yaml:12: unknown key `x-left-out`
    specs/sample/common.yaml:8: one line says why the operation is left out
    specs/sample/common.yaml:8: `fetch` is not `METHOD /path`
    specs/sample/common.yaml:8: one line says why the operation is left out
    specs/sample/common.yaml:8: `get /a` is not `METHOD /path`
    "#);
}
