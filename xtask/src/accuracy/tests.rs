//! Golden test of the page, from the sample that `drift` is tested with.

use std::path::Path;

use insta::{assert_snapshot, with_settings};

use super::{Platform, document, page};

#[test]
fn the_page_counts_operations_by_evidence() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drift");
    let document = document(&root, "sample").unwrap();
    let page = page::markdown(&[Platform::new("sample", &document)]);
    with_settings!({omit_expression => true, prepend_module_to_snapshot => false}, {
        assert_snapshot!("accuracy_page", page);
    });
}
