//! Golden tests of the emitted files, from the sample.

use insta::{assert_snapshot, with_settings};

use super::super::document::Area;
use super::super::{model, testing::sample};
use super::{emit, features};

#[test]
fn the_sample_becomes_these_files() {
    let document = sample();
    let model = model(&document).unwrap();
    let files = emit(&model, &document.areas, "sample_client").unwrap();
    for (path, text) in files {
        let name = path.display().to_string().replace('/', "_");
        with_settings!({omit_expression => true, prepend_module_to_snapshot => false}, {
            assert_snapshot!(name, text);
        });
    }
}

#[test]
fn the_manifest_has_a_feature_an_area() {
    let area =
        |name: &str, by_default| Area { name: name.to_owned(), title: String::new(), by_default, corrects: None };
    let areas = [area("applications", true), area("teams", false)];
    let manifest = "\
[features]
rustls = []
# One feature an area; kept by `cargo xtask generate`.
stale = []
# End of the areas.

[dependencies]
";
    let written = features(manifest, &areas).unwrap();
    assert_snapshot!(written, @r#"
    [features]
    rustls = []
    # One feature an area; kept by `cargo xtask generate`.
    default = ["deploy", "rustls"]
    deploy = [
        "applications",
    ]
    full = [
        "applications",
        "teams",
    ]
    applications = []
    teams = []
    # End of the areas.

    [dependencies]
    "#);
    assert_eq!(features(&written, &areas).unwrap(), written);
    assert!(features("[features]\n", &areas).is_err());
}
