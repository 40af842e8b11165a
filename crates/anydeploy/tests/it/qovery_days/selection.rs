//! Several services of one environment in one request, and the deployment of each.

use std::time::Duration;

use anydeploy::{
    DeployRequest, Deployer, DeployerExt, ErrorKind, Identity, JobEvent, Method, Outcome, Phase, Qovery, RanRevision,
    Revision, Selection, Target, TargetKind, TerraformAction,
};
use anydeploy_fakes::{FakeQovery, Fault, FaultPlan, FaultyNetwork, QoveryQuirk, QoveryScript, RequestKind};
use serde_json::json;

use crate::support::qovery::{behind, execution, manual, ours, quick, running, step_to_the_end, triggers};

fn web(fake: &FakeQovery) -> Target {
    Target::application(fake.application())
}

fn worker(fake: &FakeQovery) -> Target {
    Target::new(TargetKind::Container, fake.container())
}

fn both(fake: &FakeQovery) -> Selection {
    Selection::Requests([web(fake), worker(fake)].map(DeployRequest::new).to_vec())
}

/// Deploys a selection, and watches each of its deployments.
async fn outcomes(qovery: &Qovery, selection: &Selection) -> Vec<Outcome> {
    let report = qovery.deploy_selection(selection).await.unwrap();
    let mut outcomes = Vec::new();
    for entry in report.entries {
        outcomes.push(qovery.watch(&entry.result.unwrap().id, quick()).await.unwrap());
    }
    outcomes
}

#[tokio::test]
async fn only_the_selected_services_change() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    let (job, chart, database) = (fake.add_job("job"), fake.add_helm("chart"), fake.add_database("db"));
    fake.add_application("beside");
    fake.add_terraform("bucket");
    let requests = vec![
        DeployRequest::new(web(&fake)),
        DeployRequest::new(worker(&fake)).with_revision(Revision::ImageTag("2.0".into())),
        DeployRequest::new(Target::new(TargetKind::Job, &job)),
        DeployRequest::new(Target::new(TargetKind::Helm, &chart)).with_revision(Revision::ChartVersion("3.1".into())),
        DeployRequest::new(Target::new(TargetKind::Database, &database)),
    ];
    let outcomes = outcomes(&qovery, &Selection::Requests(requests)).await;
    assert!(outcomes.iter().all(Outcome::is_success), "{outcomes:?}");
    let ran: Vec<_> = outcomes.iter().map(|outcome| outcome.deployment().unwrap().revision.clone()).collect();
    assert!(matches!(ran[0], RanRevision::Commit(_)), "{ran:?}");
    assert_eq!(ran[1], RanRevision::ImageTag("2.0".into()));
    assert_eq!(ran[3], RanRevision::ChartVersion("3.1".into()));
    let [(path, body)] = triggers(&fake).try_into().unwrap();
    assert_eq!(path, format!("/environment/{}/service/deploy", fake.environment()));
    assert_eq!(body.unwrap()["containers"], json!([{ "id": fake.container(), "image_tag": "2.0" }]));
    let [execution] = ours(&fake).try_into().unwrap();
    let mut changed: Vec<_> = execution.services.into_iter().map(|part| part.service).collect();
    let mut named = vec![fake.application(), fake.container(), job, chart, database];
    changed.sort();
    named.sort();
    assert_eq!(changed, named, "the other services are not touched");
}

#[tokio::test]
async fn each_service_of_a_selection_is_proven_by_the_request_that_waited() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.deploy_by_someone_else(&fake.add_application("other"));
    fake.advance(5);
    let report = qovery.deploy_selection(&both(&fake)).await.unwrap();
    for entry in report.entries {
        let queued = entry.result.unwrap();
        assert_eq!((queued.identity, queued.status.phase), (Identity::Exact, Phase::Queued));
        let ended = step_to_the_end(&fake, &qovery, queued).await;
        assert_eq!((ended.identity, ended.status.phase), (Identity::Exact, Phase::Succeeded));
        assert_eq!(execution(&ended), Some(&*ours(&fake)[0].execution_id));
        assert_eq!(ended.target(), &entry.target);
    }
    assert_eq!(ours(&fake).len(), 1);
}

#[tokio::test]
async fn a_service_of_a_selection_fails_alone_or_as_a_bystander() {
    let (fake, qovery) = running(FakeQovery::builder().quirk(QoveryQuirk::Bystanders)).await;
    fake.next_deployment(&fake.application(), QoveryScript::fails_with("npm: not found"));
    fake.put_in_stage(&fake.container(), 2);
    let outcomes = outcomes(&qovery, &both(&fake)).await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Failed(_))), "{outcomes:?}");
}

#[tokio::test]
async fn a_selection_whose_answer_is_lost_is_found_for_each_service_and_never_sent_twice() {
    for (fault, sent) in [(Fault::ResetAfter, 1), (Fault::ResetBefore, 0)] {
        let plan = FaultPlan::always(fault).on([RequestKind::Trigger]).limit(1);
        let (fake, _network, qovery) = behind(FakeQovery::builder(), plan).await;
        let report = qovery.deploy_selection(&both(&fake)).await;
        assert_eq!(ours(&fake).len(), sent);
        match report {
            Ok(report) => {
                assert_eq!((sent, report.entries.len()), (1, 2));
                for entry in report.entries {
                    let found = entry.result.unwrap();
                    let outcome = qovery.watch(&found.id, quick()).await.unwrap();
                    assert!(outcome.is_success(), "{outcome:?}");
                    assert_eq!(execution(outcome.deployment().unwrap()), Some(&*ours(&fake)[0].execution_id));
                }
            }
            Err(error) => assert_eq!((sent, error.kind()), (0, ErrorKind::NotTriggered), "{error:#}"),
        }
    }
}

#[tokio::test]
async fn what_another_program_deploys_is_not_taken_for_a_selection_that_never_arrived() {
    for others in [1, 2] {
        let (fake, _) = manual(FakeQovery::builder()).await;
        let plan = FaultPlan::always(Fault::ResetBefore).on([RequestKind::Trigger]).limit(1);
        let network = FaultyNetwork::before(&fake.url(), plan).unwrap();
        let grace = Duration::from_millis(600);
        let qovery = Qovery::builder().url(network.url()).token(fake.token()).grace(grace).build().unwrap();
        let selection = both(&fake);
        let meanwhile = async {
            while network.injected().is_empty() {
                tokio::task::yield_now().await;
            }
            [fake.application(), fake.container()]
                .iter()
                .take(others)
                .for_each(|id| fake.deploy_by_another_program(id));
            // Until they are listed.
            fake.advance(3);
        };
        let (report, ()) = futures::join!(qovery.deploy_selection(&selection), meanwhile);
        for entry in report.unwrap().entries {
            assert_eq!(entry.result.unwrap_err().kind(), ErrorKind::Undecidable, "{others}");
        }
    }
}

#[tokio::test]
async fn a_deployment_after_a_selection_is_not_taken_for_a_part_of_it() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let report = qovery.deploy_selection(&both(&fake)).await.unwrap();
    fake.advance(5);
    let mut begun = Vec::new();
    for entry in report.entries {
        begun.push(qovery.deployment(&entry.result.unwrap().id).await.unwrap());
    }
    let again = qovery.deploy(&DeployRequest::new(web(&fake))).await.unwrap();
    let again = step_to_the_end(&fake, &qovery, again).await;
    let [first, second] = ours(&fake).try_into().unwrap();
    assert!(begun.iter().all(|begun| execution(begun) == Some(&*first.execution_id)), "{begun:?}");
    assert_eq!(execution(&again), Some(&*second.execution_id));
}

#[tokio::test]
async fn a_selection_that_another_trigger_follows_before_it_shows_is_undecidable_and_never_the_other_one() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let report = qovery.deploy_selection(&both(&fake)).await.unwrap();
    qovery.deploy(&DeployRequest::new(web(&fake))).await.unwrap();
    fake.advance(500);
    let [first, _second] = ours(&fake).try_into().unwrap();
    for entry in report.entries {
        match qovery.deployment(&entry.result.unwrap().id).await {
            Ok(read) if read.is_over() => assert_eq!(execution(&read), Some(&*first.execution_id)),
            Ok(read) => assert_eq!(read.identity, Identity::Pending, "{read:?}"),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Undecidable, "{error:#}"),
        }
    }
}

#[tokio::test]
async fn what_cannot_stand_in_a_selection_is_refused_and_nothing_is_sent() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let refused = async |selection: Selection| qovery.deploy_selection(&selection).await.unwrap_err();
    let whole = DeployRequest::new(Target::environment(fake.environment()));
    let event = DeployRequest::new(Target::new(TargetKind::Job, fake.add_job("job"))).with_job_event(JobEvent::Cron);
    let bucket = Target::new(TargetKind::Terraform, fake.add_terraform("bucket"));
    let plan = DeployRequest::new(bucket).with_terraform_action(TerraformAction::Plan);
    for selection in [
        Selection::Tag("blue".into()),
        Selection::Requests(vec![whole]),
        Selection::Requests(vec![event]),
        Selection::Requests(vec![plan]),
        Selection::Requests(vec![DeployRequest::restart(web(&fake))]),
    ] {
        let error = refused(selection).await;
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    }
    assert!(fake.requests().is_empty(), "these need no request");
    let elsewhere = fake.add_environment("staging");
    let other = fake.add_service(&elsewhere, anydeploy_fakes::QoveryServiceKind::Application, "web");
    let apart = vec![DeployRequest::new(web(&fake)), DeployRequest::new(Target::application(other))];
    let error = refused(Selection::Requests(apart)).await;
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains(&elsewhere), "{error}");
    assert!(triggers(&fake).is_empty());
    assert!(!qovery.offers(Method::Previews), "no call makes or deletes a preview");
}
