//! Golden tests: two published documents against ours, and small pairs with one difficulty each.

mod pairs;

use std::path::Path;

use insta::{assert_snapshot, with_settings};

use super::{Drift, document, operation, report};
use crate::platforms;

fn published(file: &str) -> (String, bool) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drift");
    report(&folder, "sample", &folder.join(file)).unwrap()
}

#[test]
fn a_document_of_openapi_3_0_is_compared() {
    let (report, is_explained) = published("published-3.0.yaml");
    assert!(!is_explained);
    with_settings!({omit_expression => true, prepend_module_to_snapshot => false}, {
        assert_snapshot!("published_3_0", report);
    });
}

#[test]
fn a_document_of_openapi_3_1_is_compared() {
    let (report, is_explained) = published("published-3.1.json");
    assert!(!is_explained);
    with_settings!({omit_expression => true, prepend_module_to_snapshot => false}, {
        assert_snapshot!("published_3_1", report);
    });
}

#[test]
fn a_wrong_call_names_the_file_and_the_reason() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drift");
    let missing = report(&folder, "sample", Path::new("no-such-file.json")).unwrap_err();
    assert!(missing.starts_with("no-such-file.json: "), "{missing}");
    let ours = report(&folder, "nobody", &folder.join("published-3.0.yaml")).unwrap_err();
    assert!(ours.contains("specs/nobody"), "{ours}");
}

#[test]
fn our_documents_do_not_differ_from_themselves() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for platform in platforms::names() {
        let document = document(&root, platform).unwrap();
        let operations = operation::operations(&document.value);
        let drift = Drift::new(platform, &document, [&document.value; 2], [&operations; 2]);
        assert!(drift.explained.entries.is_empty(), "{platform}: {:#?}", drift.explained.entries);
    }
}
