//! What a file means, what is wrong with one, and that the schema knows its fields.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::fleet::{Amount, Waves};
use crate::testing::MemoryDeployer;
use crate::{Deployer, Revision};

const FILE: &str = r#"
waves: { sizes: [1, "25 %"] }
concurrency: { total: 8, by_profile: { other: 1 } }
pause_ms: 1000
max_failures: 2
defaults: { profile: memory, until: healthy, request: { reason: release } }
members:
  - name: api
    target: application:api
    request: { revision: { image_tag: "1.4.2" } }
  - name: web
    profile: other
    service: { name: web, kind: application }
    until: over
  - name: worker
    service: worker
"#;

fn deployers() -> BTreeMap<String, Arc<dyn Deployer>> {
    let memory = MemoryDeployer::new().with_application("worker").with_application("web").with_application("api");
    ["memory", "other"].map(|name| (name.to_owned(), Arc::new(memory.clone()) as Arc<dyn Deployer>)).into()
}

#[tokio::test]
async fn a_file_becomes_a_plan() {
    let plan = FleetFile::parse(FILE).unwrap().resolve(&deployers()).await.unwrap();
    assert_eq!(plan.waves, Waves::Sizes(vec![Amount::Count(1), Amount::Percent(25)]));
    assert_eq!((plan.concurrency.total, plan.concurrency.by_profile["other"]), (8, 1));
    assert_eq!((plan.pause.as_millis(), plan.max_failures), (1000, Amount::Count(2)));
    let request = |id: &str| DeployRequest::new(Target::application(id)).with_reason("release");
    let tagged = request("api").with_revision(Revision::ImageTag("1.4.2".into()));
    let members: Vec<_> = plan.members.iter().map(|m| (&*m.name, &*m.profile, m.until, m.request.clone())).collect();
    let expected = [
        ("api", "memory", Until::Healthy, tagged),
        ("web", "other", Until::Over, request("web")),
        ("worker", "memory", Until::Healthy, request("worker")),
    ];
    assert_eq!(members, expected);
}

#[test]
fn all_mistakes_of_a_file_are_found_at_once() {
    let text = r#"
waves: { limit: "125 %" }
rests: stop
pause_ms: soon
watch: { deadline: 60 }
defaults: { until: later, wave: 2 }
members:
  - name: api
    target: application:api
    service: api
  - name: web
    profile: memory
    until: never
    request: { revision: { tag: 1 }, target: "application:x" }
  - profile: memory
    target: aplication:x
  - 7
"#;
    let mistakes = FleetFile::parse(text).unwrap_err();
    let found: Vec<_> =
        mistakes.iter().map(|m| format!("{}:{}", m.member.as_deref().unwrap_or("-"), m.field)).collect();
    let expected = [
        "-:defaults.wave",
        "api:profile",
        "api:until",
        "api:service",
        "web:request.revision",
        "web:request.target",
        "web:until",
        "web:target",
        "number 3:name",
        "number 3:until",
        "number 3:target",
        "number 4:",
        "number 4:name",
        "number 4:profile",
        "number 4:until",
        "number 4:target",
        "-:rests",
        "-:watch.deadline",
        "-:pause_ms",
        "-:waves",
    ];
    assert_eq!(found, expected, "{mistakes:#?}");
}

#[test]
fn what_is_no_mapping_of_yaml_is_said_so() {
    for (text, expected) in
        [("- 1", "is not a mapping"), ("a: [", "is not YAML"), ("", "document"), ("a: &x 1\nb: *y", "YAML")]
    {
        let mistakes = FleetFile::parse(text).unwrap_err();
        assert!(mistakes[0].message.contains(expected), "{text}: {mistakes:?}");
    }
}

#[tokio::test]
async fn names_that_mean_nothing_are_found_before_anything_is_sent() {
    let text =
        "members:\n  - { name: a, profile: gone, service: web }\n  - { name: b, profile: memory, service: wep }\n";
    let mistakes = FleetFile::parse(text).unwrap().resolve(&deployers()).await.unwrap_err();
    let found: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
    assert!(found[0].starts_with("member `a`, `profile`: there is no deployer `gone`"), "{found:?}");
    assert!(found[1].starts_with("member `b`, `service`:") && found[1].contains("did you mean `web`"), "{found:?}");
}

/// The names below `properties` at a place of the schema.
fn properties(schema: &Value, place: &str) -> Vec<String> {
    let properties = schema.pointer(&format!("{place}/properties")).and_then(Value::as_object);
    properties.unwrap_or_else(|| panic!("{place}")).keys().cloned().collect()
}

/// The fields of a value's JSON.
fn fields(value: &impl serde::Serialize) -> Vec<String> {
    serde_json::to_value(value).unwrap().as_object().unwrap().keys().cloned().collect()
}

fn sorted<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<_> = names.into_iter().map(str::to_owned).collect();
    names.sort();
    names
}

#[test]
fn the_schema_has_the_fields_that_the_reader_takes() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let top = SETTINGS.into_iter().chain(["members", "defaults"]);
    assert_eq!(sorted(properties(&schema, "").iter().map(String::as_str)), sorted(top));
    let member = properties(&schema, "/properties/members/items");
    assert_eq!(sorted(member.iter().map(String::as_str)), sorted(OF_MEMBER));
    let defaults = properties(&schema, "/properties/defaults");
    assert_eq!(sorted(defaults.iter().map(String::as_str)), sorted(OF_DEFAULTS));
    let request = properties(&schema, "/$defs/request");
    assert_eq!(sorted(request.iter().map(String::as_str)), sorted(OF_REQUEST));
    for field in OF_REQUEST {
        let alone = Map::from_iter([(field.to_owned(), Value::Array(Vec::new()))]);
        assert!(with_target(&alone, &Target::application("x")).is_err(), "{field} is read");
    }
    // What a plan writes is what the schema knows.
    let plan = FleetPlan::new([]).with_gate().with_pause(std::time::Duration::from_secs(1));
    for field in fields(&plan) {
        assert!(SETTINGS.contains(&&*field) || field == "members", "{field}");
    }
    let nested = |place: &str| sorted(properties(&schema, place).iter().map(String::as_str));
    for (field, known) in NESTED {
        assert_eq!(nested(&format!("/properties/{field}")), sorted(known.iter().copied()));
    }
    assert_eq!(nested("/properties/members/items/properties/service/oneOf/1"), sorted(OF_SERVICE));
    for (place, value) in [
        ("/properties/watch", serde_json::to_value(&plan.watch).unwrap()),
        ("/properties/healthy", serde_json::to_value(&plan.healthy).unwrap()),
        ("/properties/concurrency", serde_json::to_value(&plan.concurrency).unwrap()),
    ] {
        let known = properties(&schema, place);
        assert!(fields(&value).iter().all(|field| known.contains(field)), "{place}: {value}");
    }
}
