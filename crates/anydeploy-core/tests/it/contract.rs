//! What the trait's defaults, requests and errors promise.

use std::sync::Arc;
use std::time::Duration;

use anydeploy_core::testing::ScriptedDeployer;
use anydeploy_core::{
    Capabilities, DeployRequest, Deployer, DeployerExt, Error, ErrorKind, HistoryOptions, Method, Platform,
    RequestOption, Revision, Target, TargetKind,
};

fn request() -> DeployRequest {
    DeployRequest::new(Target::application("web"))
}

#[tokio::test]
async fn a_missing_method_says_that_it_is_unsupported() {
    let deployer: Arc<dyn Deployer> = Arc::new(ScriptedDeployer::new());
    assert!(!deployer.offers(Method::History));
    let error = deployer.history_of(&Target::application("web"), HistoryOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(error.to_string(), "scripted: does not offer a history of deployments");
}

#[test]
fn an_option_the_platform_lacks_is_refused_by_name() {
    let capabilities = Capabilities::new().with_kind(TargetKind::Application, &[]);
    let cases = [
        (request().with_revision(Revision::Commit("abc".into())), "commit"),
        (request().with_revision(Revision::ImageTag("1".into())), "image tag"),
        (request().with_no_cache(true), "cache"),
        (request().with_reason("why"), "reason"),
        (request().with_pull_request(1), "pull request"),
        (DeployRequest::new(Target::database("db")), "database"),
    ];
    for (request, word) in cases {
        let error = request.check(&Platform::new("alpha"), &capabilities).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{request:?}");
        assert!(error.to_string().contains(word), "{error}");
        if word == "database" {
            assert!(error.to_string().contains("the kinds it deploys are: application"), "{error}");
        }
    }
    request().check(&Platform::new("alpha"), &capabilities).unwrap();
}

#[test]
fn unusable_texts_are_refused_whatever_the_platform_can_do() {
    let capabilities = Capabilities::new().with_kind(TargetKind::Application, RequestOption::ALL);
    let cases = [
        request().with_revision(Revision::Commit(" ".into())),
        request().with_revision(Revision::ImageTag("a\nb".into())),
        request().with_reason("a\0b"),
        request().with_reason(""),
        request().with_pull_request(0),
        DeployRequest::new(Target::application("..")),
    ];
    for request in cases {
        let error = request.check(&Platform::new("beta"), &capabilities).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{request:?}");
    }
}

#[test]
fn an_error_is_one_pointer_wide_and_one_line_long() {
    assert_eq!(size_of::<Error>(), 8);
    let source = std::io::Error::other("the cause");
    let error = Error::new(ErrorKind::QueueFull, "the deployment queue is full")
        .with_platform(Platform::new("alpha"))
        .with_operation("deploy-by-tag-or-uuid")
        .with_status(429)
        .with_server_message("Deployment queue is full.\nPlease wait.")
        .with_retry_after(Some(Duration::from_mins(1)))
        .with_source(source);
    assert_eq!(
        error.to_string(),
        "alpha: the deployment queue is full (deploy-by-tag-or-uuid, HTTP 429): \"Deployment queue is full. Please \
         wait.\"; the server asks to wait 60 s; wait until running deployments are over"
    );
    assert!(format!("{error:#}").ends_with(": the cause"));
    assert!(error.is_transient() && error.is_safe_to_repeat());
}

#[test]
fn a_long_sentence_of_the_server_is_cut() {
    let error = Error::new(ErrorKind::Rejected, "refused").with_server_message(&"é".repeat(10_000));
    assert_eq!(error.server_message().unwrap().chars().count(), 301);
}

#[test]
fn what_may_have_been_acted_on_is_never_called_safe_to_repeat() {
    for kind in [ErrorKind::NoAnswer, ErrorKind::Unavailable, ErrorKind::Unreadable, ErrorKind::Undecidable] {
        assert!(!Error::new(kind, "x").is_safe_to_repeat(), "{kind}");
    }
    for kind in [ErrorKind::Unreachable, ErrorKind::NotTriggered, ErrorKind::RateLimited, ErrorKind::Rejected] {
        assert!(Error::new(kind, "x").is_safe_to_repeat(), "{kind}");
    }
}
