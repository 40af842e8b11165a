//! The JSON forms of what is found and selected: services, queries, domains, previews, pages and reports.

use anydeploy_core::{
    Certificate, DeployRequest, Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind, HistoryCursor,
    HistoryPage, Identity, Phase, Platform, Preview, RanRevision, Selection, SelectionEntry, SelectionReport, Service,
    ServiceDomain, ServiceQuery, ServiceState, Target, TargetKind,
};
use serde_json::json;

use super::{golden, moment, read, written};

fn abc() -> Target {
    Target::application("abc")
}

fn unknown() -> Deployment {
    let id = DeploymentId::new(Platform::new("alpha"), abc());
    Deployment::new(id, Identity::Pending, DeploymentStatus::new(Phase::Unknown, "?"))
}

#[test]
fn a_service_with_its_place() {
    let target = Target::new(TargetKind::Container, "c-1").in_environment("e-1");
    let service = Service::new(target, "web", ServiceState::Running, "DEPLOYED")
        .with_project(Some("shop".into()))
        .with_environment(Some("production".into()))
        .with_image(Some("acme/web:1.28".into()))
        .with_revision(RanRevision::ImageTag("1.28".into()))
        .with_tags(vec!["blue".into()]);
    golden!("service_placed", &service);
    let query = ServiceQuery::named("web").with_kind(TargetKind::Container);
    golden!("service_query", &query.with_project("shop").with_environment("production").with_tag("blue"));
    assert_eq!(read::<ServiceQuery>(json!({})).unwrap(), ServiceQuery::all());
}

#[test]
fn a_domain() {
    let domain = ServiceDomain::new("https://shop.example.com/api").with_port(Some(8080)).with_enabled(Some(true));
    assert_eq!(domain.certificate, Certificate::Unknown);
    golden!("domain", &domain.with_certificate(Certificate::Automatic));
    assert_eq!(ServiceDomain::new("HTTP://shop.example.com").certificate, Certificate::None);
    let bare = read::<ServiceDomain>(json!({ "url": "https://shop.example.com" })).unwrap();
    assert_eq!(bare, ServiceDomain::new("https://shop.example.com"));
}

#[test]
fn a_preview() {
    let full = Preview::new(Target::new(TargetKind::Preview, "p-1"), 17, ServiceState::Running, "done")
        .with_exists(Some(true))
        .with_title(Some("Faster checkout".into()))
        .with_branch(Some("faster-checkout".into()))
        .with_url(Some("https://pr-17.example.com".into()))
        .with_deployed_at(Some(moment("2026-01-02T03:04:05Z")));
    golden!("preview", &full);
    golden!("preview_minimal", &Preview::new(abc(), 17, ServiceState::Unknown, ""));
    let mut later = written(&full);
    later["v"] = 2.into();
    assert!(read::<Preview>(later).unwrap_err().contains("version 2"));
}

#[test]
fn a_page_of_a_history() {
    golden!("history_page", &HistoryPage::new(vec![unknown()], Some(HistoryCursor::new("1 alpha:application:abc"))));
    let last: HistoryPage = read(json!({ "deployments": [] })).unwrap();
    assert_eq!(last, HistoryPage::new(Vec::new(), None));
}

#[test]
fn a_selection_and_its_report() {
    golden!("selection_tag", &Selection::Tag("blue".into()));
    golden!("selection_requests", &Selection::Requests(vec![DeployRequest::new(abc())]));
    let refused = Error::new(ErrorKind::Unavailable, "down").of_read();
    let entries =
        vec![SelectionEntry::new(abc(), Ok(unknown())), SelectionEntry::new(Target::application("def"), Err(refused))];
    golden!(
        "selection_report",
        &SelectionReport::new(entries).with_also(["Service db\nstarted.".to_owned(), String::new()])
    );
    for neither in [json!({ "target": "application:abc" }), {
        let mut both = written(&SelectionEntry::new(abc(), Ok(unknown())));
        both["error"] = written(&Error::new(ErrorKind::Unavailable, "down"));
        both
    }] {
        assert!(read::<SelectionEntry>(neither).unwrap_err().contains("either a deployment or an error"));
    }
}
