//! What the trait's defaults, requests and errors promise.

use std::sync::Arc;
use std::time::Duration;

use anydeploy_core::testing::{Call, ScriptedDeployer};
use anydeploy_core::{
    Ability, Action, Capabilities, DeployRequest, Deployer, DeployerExt, Error, ErrorKind, HistoryOptions, Method,
    Platform, RanRevision, RequestOption, Revision, RollbackObstacle, RollbackPoint, RollbackTarget, Setting, Target,
    TargetKind,
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

fn version() -> RollbackTarget {
    RollbackTarget::new(Target::application("web"), RollbackPoint::new("v7", RanRevision::Unverified))
}

#[test]
fn an_action_that_a_kind_of_target_lacks_is_refused_by_name() {
    let platform = Platform::new("alpha");
    let capabilities = Capabilities::new()
        .with_kind(TargetKind::Application, RequestOption::ALL)
        .with_action(TargetKind::Application, Action::Redeploy, &[RequestOption::NoCache])
        .with_abilities(TargetKind::Application, &[Ability::Stop]);
    let web = || Target::application("web");
    let table = [
        (DeployRequest::restart(web()), "does not offer a restart of a target of kind `application`"),
        (DeployRequest::rollback(&version()), "does not offer a rollback of a target of kind `application`"),
        (
            DeployRequest::redeploy(web()).with_reason("why"),
            "does not offer a redeployment of a target of kind `application` together with a reason on a deployment",
        ),
        (DeployRequest::restart(Target::database("db")), "the kinds it deploys are: application"),
    ];
    for (request, sentence) in table {
        let error = request.check(&platform, &capabilities).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{request:?}");
        assert!(error.to_string().contains(sentence), "{error}");
    }
    DeployRequest::redeploy(web()).with_no_cache(true).check(&platform, &capabilities).unwrap();
    capabilities.require(&platform, &TargetKind::Application, Ability::Stop).unwrap();
    for (kind, ability) in [(TargetKind::Application, Ability::Start), (TargetKind::Database, Ability::Stop)] {
        let error = capabilities.require(&platform, &kind, ability).unwrap_err();
        let expected = format!("alpha: does not offer the {ability} of a target of kind `{kind}`");
        assert_eq!((error.kind(), error.to_string()), (ErrorKind::Unsupported, expected));
    }
}

#[test]
fn what_a_deployment_may_set_says_nothing_of_another_action() {
    let capabilities = Capabilities::new()
        .with_action(TargetKind::Job, Action::Restart, &[RequestOption::Reason])
        .with_action(TargetKind::Job, Action::Deploy, &[RequestOption::NoCache]);
    assert!(capabilities.deploys(&TargetKind::Job) && capabilities.acts(&TargetKind::Job, Action::Deploy));
    assert!(capabilities.takes_with(&TargetKind::Job, Action::Restart, RequestOption::Reason));
    assert!(!capabilities.takes_with(&TargetKind::Job, Action::Restart, RequestOption::NoCache));
    assert!(!capabilities.takes(&TargetKind::Job, RequestOption::Reason));
    let without = capabilities.without(RequestOption::Reason);
    assert!(!without.takes_with(&TargetKind::Job, Action::Restart, RequestOption::Reason));
    assert!(!without.takes_with(&TargetKind::Job, Action::Rollback, RequestOption::NoCache));
}

#[test]
fn an_action_a_version_and_a_setting_have_to_fit_together() {
    let web = || Target::application("web");
    let mut capabilities = Capabilities::new().with_kind(TargetKind::Application, RequestOption::ALL);
    for action in Action::ALL {
        capabilities = capabilities.with_action(TargetKind::Application, *action, RequestOption::ALL);
    }
    let json = |value| serde_json::from_value::<DeployRequest>(value).unwrap();
    let mut unusable = version();
    unusable.point.id = "\n".into();
    let tag = || Setting::ImageTag("1.28".into());
    let table = [
        json(serde_json::json!({ "v": 2, "target": "application:web", "action": "rollback" })),
        json(serde_json::json!({ "v": 2, "target": "application:web", "rollback": { "id": "v7" } })),
        DeployRequest::rollback(&unusable),
        DeployRequest::rollback(&version()).with_revision(Revision::Deployed),
        DeployRequest::restart(web()).with_setting(tag()),
        request().with_setting(tag()).with_revision(Revision::Deployed),
        request().with_setting(Setting::ImageTag(" ".into())),
        request().with_setting(Setting::Branch("a\nb".into())),
    ];
    for request in table {
        let error = request.check(&Platform::new("alpha"), &capabilities).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{request:?}: {error}");
    }
    for request in [DeployRequest::rollback(&version()), request().with_setting(tag()), DeployRequest::restart(web())] {
        request.check(&Platform::new("alpha"), &capabilities).unwrap();
    }
}

#[tokio::test]
async fn a_version_with_an_obstacle_is_refused_before_anything_is_sent() {
    let deployer = ScriptedDeployer::new();
    let gone = version().with_obstacle(Some(RollbackObstacle::ImageGone));
    let error = deployer.roll_back_to(&gone).await.unwrap_err();
    assert_eq!((error.kind(), error.obstacle()), (ErrorKind::Conflict, Some(RollbackObstacle::ImageGone)));
    assert_eq!((error.is_safe_to_repeat(), deployer.calls().len()), (true, 0));
    deployer.roll_back_to(&version()).await.unwrap_err();
    assert_eq!(deployer.calls(), [Call::Deploy(DeployRequest::rollback(&version()))]);
}

#[test]
fn what_ran_is_compared_with_the_version_or_the_tag_that_was_asked_for() {
    let point = RollbackPoint::new("c", RanRevision::Commit("cafe".repeat(10)));
    let back = DeployRequest::rollback(&RollbackTarget::new(Target::application("web"), point));
    assert_eq!(back.expected_revision(), Revision::Commit("cafe".repeat(10)));
    let set = request().with_setting(Setting::ImageTag("1.28".into()));
    assert_eq!(set.expected_revision(), Revision::ImageTag("1.28".into()));
    assert_eq!(request().with_setting(Setting::Branch("next".into())).expected_revision(), Revision::Configured);
    assert_eq!(DeployRequest::rollback(&version()).expected_revision(), Revision::Configured);
}
