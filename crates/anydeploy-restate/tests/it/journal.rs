//! How many entries of the journal a fleet and a watch cost.

use std::collections::BTreeMap;
use std::time::Duration;

use anydeploy::fleet::{FleetPlan, Member};
use anydeploy::{DeployRequest, ErrorKind, Target, WatchOptions};
use anydeploy_fakes::CoolifyScript;
use anydeploy_restate::WatchOrder;

use crate::scene::{PROFILE, Scene, watch_options};

/// The entries of a journal by what they are, for each handler.
type Entries = BTreeMap<(String, String), Vec<(String, u64)>>;

/// Deploys a fleet of so many members, and counts the entries that it cost.
async fn of_fleet(members: usize) -> Option<Entries> {
    let scene = Scene::start(|task| task).await?;
    let member = |number: usize| {
        let name = format!("service-{number}");
        let id = scene.coolify.add_application(&name);
        Member::new(name, PROFILE, DeployRequest::new(Target::application(id)))
    };
    let plan = FleetPlan::new((0..members).map(member)).with_watch(watch_options());
    let report = scene.client.fleet("release-1").run(&plan).await.unwrap();
    assert!(report.is_success(), "{report}");
    Some(scene.server.admin().journal_entries().await)
}

/// The entries of a handler.
fn of(entries: &Entries, service: &str, handler: &str) -> u64 {
    let of_handler = entries.get(&(service.to_owned(), handler.to_owned()));
    of_handler.map_or(0, |entries| entries.iter().map(|(_, number)| number).sum())
}

#[tokio::test]
async fn a_member_costs_twelve_entries_besides_watching() {
    let Some(two) = of_fleet(2).await else { return };
    let Some(six) = of_fleet(6).await else { return };
    println!("{two:#?}\n{six:#?}");
    let of_member = |service, handler| (of(&six, service, handler) - of(&two, service, handler)) / 4;
    let (target, watch) = (of_member("Target", "deploy"), of_member("Watch", "run"));
    // The watch is begun and attached to, which are two entries each, and in a fleet so small each member that is done
    // stores the progress.
    let fleet = of_member("Fleet", "run") - 2 - 2 - 1;
    println!("a member: {target} of its target, {fleet} of the fleet, {watch} of its watch");
    assert!(target + fleet <= 12, "{six:#?}");
    let constant = of(&two, "Fleet", "run") - 2 * (fleet + 5);
    assert!(constant <= 15, "what the fleet costs itself: {constant}");
}

#[tokio::test]
async fn a_batch_of_polls_costs_at_most_three_entries() {
    let Some(scene) = Scene::start(|task| task).await else { return };
    scene.coolify.next_deployment(&scene.coolify.application(), CoolifyScript::hangs());
    let receipt = scene.client.deploy(&scene.order(), "release-1").await.unwrap();
    let reads = || scene.coolify.requests().iter().filter(|request| request.method == "GET").count() as u64;
    let before = reads();
    let interval = Duration::from_millis(50);
    let options = WatchOptions::within(Duration::from_secs(6)).with_intervals(interval, interval);
    let error = scene.client.watch(&WatchOrder::new(PROFILE, receipt.id, options)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    let admin = scene.server.admin();
    let (entries, polls) = (admin.journal_entries().await, reads() - before);
    let batches = admin.count("select count(*) as n from sys_journal where name = 'poll'").await;
    println!("{polls} polls in {batches} batches: {entries:#?}");
    assert!(batches >= 3 && polls >= 20 * (batches - 1), "{polls} polls in {batches} batches");
    // Input, begin, order and output are five.
    assert!(of(&entries, "Watch", "run") <= 5 + 3 * batches, "{entries:#?}");
}
