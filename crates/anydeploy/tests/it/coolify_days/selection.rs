//! Everything with a tag, by one request.

use std::collections::BTreeSet;
use std::time::Duration;

use anydeploy::{
    Coolify, DeployRequest, DeployerExt, Deployment, ErrorKind, Identity, Selection, SelectionReport, Target,
};
use anydeploy_fakes::{
    CoolifyAbility, CoolifyQuirk, CoolifyScript, FakeCoolify, FakeCoolifyBuilder, Fault, FaultPlan, FaultyNetwork,
    Pace, RequestKind,
};

use super::{behind, stepping};
use crate::support::coolify::{deployer, manual, quick, uuid};

const TAG: &str = "shop";

/// What the server answers for a route that it does not have.
const UNKNOWN_PATH: &str = r#"{"message":"Not found.","docs":"https://coolify.io/docs"}"#;

/// Three applications with a tag, in the order of their ids.
fn tagged(fake: &FakeCoolify) -> Vec<Target> {
    let mut all = vec![fake.application(), fake.add_application("api"), fake.add_application("blog")];
    all.sort();
    for id in &all {
        fake.add_tag(id, TAG);
    }
    all.into_iter().map(Target::application).collect()
}

fn tag() -> Selection {
    Selection::Tag(TAG.to_owned())
}

async fn still(builder: FakeCoolifyBuilder) -> (FakeCoolify, Coolify, Vec<Target>) {
    let (fake, coolify) = manual(builder).await;
    let targets = tagged(&fake);
    (fake, coolify, targets)
}

fn triggers(fake: &FakeCoolify) -> usize {
    fake.requests().iter().filter(|request| request.path.ends_with("/deploy")).count()
}

fn targets_of(report: &SelectionReport) -> Vec<Target> {
    report.entries.iter().map(|entry| entry.target.clone()).collect()
}

/// The ids that the fake really stored, by the deployments of a report.
fn assert_own(fake: &FakeCoolify, deployments: &[&Deployment], identity: Identity) {
    let stored = fake.triggered();
    for deployment in deployments {
        let row = stored.iter().find(|row| row.id == uuid(deployment)).unwrap();
        assert_eq!((row.target.as_str(), deployment.identity), (deployment.id.target().id(), identity));
    }
    let ids: BTreeSet<_> = deployments.iter().map(|deployment| uuid(deployment)).collect();
    assert_eq!(ids.len(), deployments.len(), "each has a deployment of its own");
}

#[tokio::test]
async fn a_tag_is_one_request_and_each_application_has_its_own_deployment() {
    let (fake, coolify, targets) = still(FakeCoolify::builder()).await;
    let other = fake.add_application("untagged");
    let report = coolify.deploy_selection(&tag()).await.unwrap();
    assert_eq!((targets_of(&report), triggers(&fake)), (targets, 1));
    let deployments: Vec<_> = report.deployments().collect();
    assert_own(&fake, &deployments, Identity::Exact);
    assert_eq!((deployments.len(), fake.triggered().len()), (3, 3));
    assert!(fake.triggered().iter().all(|row| row.target != other));
}

#[tokio::test]
async fn every_deployment_of_a_tag_can_be_watched() {
    let (fake, coolify) = stepping(FakeCoolify::builder()).await;
    tagged(&fake);
    let report = coolify.deploy_selection(&tag()).await.unwrap();
    for deployment in report.deployments() {
        assert!(coolify.watch(&deployment.id, quick()).await.unwrap().is_success());
    }
}

#[tokio::test]
async fn a_tag_in_capitals_is_asked_for_in_lower_case() {
    let (_fake, coolify, targets) = still(FakeCoolify::builder()).await;
    let report = coolify.deploy_selection(&Selection::Tag(" Shop ".to_owned())).await.unwrap();
    assert_eq!(targets_of(&report), targets);
}

#[tokio::test]
async fn a_tag_that_no_application_has_is_not_found_and_sends_nothing() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    fake.add_tag(&fake.database(), TAG);
    let error = coolify.deploy_selection(&tag()).await.unwrap_err();
    assert_eq!((error.kind(), triggers(&fake)), (ErrorKind::NotFound, 0), "{error}");
}

#[tokio::test]
async fn requests_without_a_tag_are_refused_before_anything_is_sent() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let requests = vec![DeployRequest::new(Target::application(fake.application()))];
    let error = coolify.deploy_selection(&Selection::Requests(requests)).await.unwrap_err();
    assert_eq!((error.kind(), fake.requests().len()), (ErrorKind::Unsupported, 0), "{error}");
}

#[tokio::test]
async fn a_service_of_the_tag_is_started_and_said_besides() {
    let (fake, coolify, _) = still(FakeCoolify::builder()).await;
    for id in [fake.service(), fake.database()] {
        fake.add_tag(&id, TAG);
    }
    let report = coolify.deploy_selection(&tag()).await.unwrap();
    assert_eq!((report.entries.len(), fake.starts()), (3, vec![fake.service()]));
    assert_eq!(report.also, ["Service analytics started. It could take a while, be patient."]);
}

#[tokio::test]
async fn a_service_that_breaks_the_request_hides_no_deployment() {
    let (fake, _, _) = still(FakeCoolify::builder().quirk(CoolifyQuirk::ServerUnreachable)).await;
    fake.add_tag(&fake.service(), TAG);
    // Without a fault on the network: the server answers 500 after it has queued the applications.
    let coolify =
        Coolify::builder().url(fake.url()).token(fake.token()).grace(Duration::from_millis(600)).build().unwrap();
    let report = coolify.deploy_selection(&tag()).await.unwrap();
    assert_own(&fake, &report.deployments().collect::<Vec<_>>(), Identity::Inferred);
    assert_eq!((report.deployments().count(), triggers(&fake)), (3, 1));
}

#[tokio::test]
async fn the_phantom_id_of_one_application_is_not_taken_for_its_deployment() {
    let (fake, coolify, targets) = still(FakeCoolify::builder()).await;
    fake.next_deployment(targets[1].id(), CoolifyScript::succeeds().lasting(100));
    fake.deploy_by_someone_else(targets[1].id());
    let report = coolify.deploy_selection(&tag()).await.unwrap();
    let results: Vec<_> =
        report.entries.iter().map(|entry| entry.result.as_ref().map_err(anydeploy::Error::kind)).collect();
    assert!(results[0].is_ok() && results[2].is_ok());
    assert_eq!(results[1].unwrap_err(), ErrorKind::AlreadyRunning);
    let error = report.entries[1].result.as_ref().unwrap_err();
    assert_eq!(error.last().map(uuid), Some(&*fake.triggered()[0].id));
    assert_eq!(report.also, [""; 0], "what is said of an application is said by its entry");
}

#[tokio::test]
async fn an_application_that_is_refused_says_so_and_the_others_are_deployed() {
    let (fake, coolify, _) = still(FakeCoolify::builder()).await;
    fake.refuse_next_deploy();
    let report = coolify.deploy_selection(&tag()).await.unwrap();
    let kinds: Vec<_> = report.entries.iter().filter_map(|entry| Some(entry.result.as_ref().err()?.kind())).collect();
    assert_eq!((kinds.as_slice(), fake.triggered().len()), ([ErrorKind::PermissionDenied].as_slice(), 2));
    let refused = report.entries.iter().find_map(|entry| entry.result.as_ref().err()).unwrap();
    assert!(refused.is_safe_to_repeat(), "no row of it was stored: {refused}");
    assert_own(&fake, &report.deployments().collect::<Vec<_>>(), Identity::Exact);
}

#[tokio::test]
async fn an_application_that_the_answer_does_not_name_is_not_given_the_deployment_of_another_program() {
    let (fake, coolify, _) = still(FakeCoolify::builder()).await;
    fake.refuse_next_deploy_beside_another_program();
    let report = coolify.deploy_selection(&tag()).await.unwrap();
    assert_eq!((report.deployments().count(), fake.triggered().len()), (2, 3));
    let error = report.entries.iter().find_map(|entry| entry.result.as_ref().err()).unwrap();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false), "{error}");
    let foreign =
        fake.triggered().into_iter().find(|row| row.sender.call.is_none() && row.id == uuid(error.last().unwrap()));
    assert!(foreign.is_some_and(|row| row.target == error.last().unwrap().target().id()), "{error:?}");
}

#[tokio::test]
async fn a_tag_deploy_on_a_full_queue_reports_what_was_queued() {
    let (fake, coolify, _) = still(FakeCoolify::builder().queue_limit(1).concurrent_builds(1)).await;
    let report = coolify.deploy_selection(&tag()).await.unwrap();
    let deployments: Vec<_> = report.deployments().collect();
    assert_own(&fake, &deployments, Identity::Inferred);
    assert_eq!((deployments.len(), fake.triggered().len(), triggers(&fake)), (2, 2, 1));
    let refused: Vec<_> = report.entries.iter().filter_map(|entry| entry.result.as_ref().err()).collect();
    assert_eq!((refused[0].kind(), refused[0].is_safe_to_repeat()), (ErrorKind::QueueFull, true), "{}", refused[0]);
}

#[tokio::test]
async fn a_tag_deploy_of_which_nothing_was_queued_is_queue_full() {
    let (fake, coolify, _) = still(FakeCoolify::builder()).await;
    fake.fill_queue();
    let error = coolify.deploy_selection(&tag()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::QueueFull, true), "{error}");
    assert!(fake.triggered().is_empty());
}

#[tokio::test]
async fn a_full_queue_whose_deployments_cannot_be_listed_is_undecidable_for_each() {
    let (fake, _, _) = still(FakeCoolify::builder().queue_limit(1).concurrent_builds(1)).await;
    // The list of deployments is missing, so that the baseline holds nothing and no row can be searched for.
    let plan = FaultPlan::always(Fault::NotFound)
        .on([RequestKind::Read])
        .not_found("/api/v1/deployments/applications/*", UNKNOWN_PATH);
    let network = FaultyNetwork::before(&fake.url(), plan).unwrap();
    let coolify = Coolify::builder().url(network.url()).token(fake.token()).grace(Duration::from_millis(600)).build();
    let report = coolify.unwrap().deploy_selection(&tag()).await.unwrap();
    assert_eq!((report.entries.len(), triggers(&fake), fake.triggered().len()), (3, 1, 2));
    for entry in &report.entries {
        let error = entry.result.as_ref().unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false), "{error}");
    }
}

#[tokio::test]
async fn an_answer_that_names_no_deployment_is_searched_for_each_application() {
    let (fake, coolify, targets) = still(FakeCoolify::builder().quirk(CoolifyQuirk::AcceptedWithoutId)).await;
    let report = coolify.deploy_selection(&tag()).await.unwrap();
    assert_own(&fake, &report.deployments().collect::<Vec<_>>(), Identity::Inferred);
    assert_eq!((targets_of(&report), report.deployments().count(), triggers(&fake)), (targets, 3, 1));
}

#[tokio::test]
async fn a_lost_answer_is_looked_up_member_by_member_and_sent_once() {
    let (fake, _, _) = still(FakeCoolify::builder()).await;
    let (network, coolify) = behind(&fake, Fault::ResetAfter, RequestKind::Trigger);
    let report = coolify.deploy_selection(&tag()).await.unwrap();
    let deployments: Vec<_> = report.deployments().collect();
    assert_own(&fake, &deployments, Identity::Inferred);
    assert_eq!((deployments.len(), triggers(&fake), network.injected().len()), (3, 1, 1));
}

#[tokio::test]
async fn a_request_that_never_arrived_is_safe_to_repeat_for_each() {
    let (fake, _, _) = still(FakeCoolify::builder()).await;
    let (_network, coolify) = behind(&fake, Fault::ResetBefore, RequestKind::Trigger);
    let report = coolify.deploy_selection(&tag()).await.unwrap();
    for entry in &report.entries {
        let error = entry.result.as_ref().unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::NotTriggered, true), "{error}");
    }
    assert!(fake.triggered().is_empty());
}

#[tokio::test]
async fn a_lost_answer_beside_another_program_is_open_for_that_application_alone() {
    let (fake, _, targets) = still(FakeCoolify::builder().concurrent_builds(10)).await;
    fake.next_deployment(targets[0].id(), CoolifyScript::succeeds().lasting(1));
    let (_network, coolify) = behind(&fake, Fault::ResetAfter, RequestKind::Trigger);
    let tag = tag();
    let deploy = coolify.deploy_selection(&tag);
    let meanwhile = async {
        while fake.triggered().len() < 3 {
            tokio::task::yield_now().await;
        }
        fake.advance(5);
        fake.deploy_by_another_program(targets[0].id());
    };
    let (report, ()) = futures::join!(deploy, meanwhile);
    let report = report.unwrap();
    let kinds: Vec<_> =
        report.entries.iter().map(|entry| entry.result.as_ref().map_err(anydeploy::Error::kind).map(drop)).collect();
    assert_eq!(kinds, [Err(ErrorKind::Undecidable), Ok(()), Ok(())]);
}

#[tokio::test]
async fn a_token_that_may_not_deploy_triggers_nothing() {
    let (fake, _, _) = still(FakeCoolify::builder()).await;
    let coolify = deployer(&fake, &fake.add_token(&[CoolifyAbility::Read]));
    let error = coolify.deploy_selection(&tag()).await.unwrap_err();
    assert_eq!((error.kind(), fake.triggered().len()), (ErrorKind::PermissionDenied, 0), "{error}");
}

#[tokio::test]
async fn two_selections_at_once_do_not_wait_for_each_other_for_ever() {
    let fake = FakeCoolify::builder().pace(Pace::Manual).start().await;
    let coolify = deployer(&fake, fake.token());
    tagged(&fake);
    let tag = tag();
    let (one, other) = futures::join!(coolify.deploy_selection(&tag), coolify.deploy_selection(&tag));
    // Whichever list was read first has the first turn.
    let own = |report: &SelectionReport| {
        report.deployments().filter(|deployment| deployment.identity == Identity::Exact).count()
    };
    let mut reports = [one.unwrap(), other.unwrap()];
    reports.sort_by_key(own);
    let [second, first] = reports;
    assert_eq!((own(&first), triggers(&fake)), (3, 2), "{first:?} {second:?}");
    // The second was taken for the deployments of the first, which had begun or wait.
    for entry in &second.entries {
        let kind = entry.result.as_ref().map(|deployment| deployment.identity).map_err(anydeploy::Error::kind);
        assert!(matches!(kind, Ok(Identity::Adopted) | Err(ErrorKind::AlreadyRunning)), "{kind:?}");
    }
    assert_eq!(fake.triggered().len(), 3);
}
