//! The crash table: whatever is killed or cut at whichever point, one order is one deployment.
//!
//! Each row is `ANYDEPLOY_CRASH_ROUNDS` rounds; one if it is not set.

use std::env;
use std::time::Duration;

use anydeploy::Result;
use anydeploy_restate::{Receipt, Stage};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::harness::halt::Point;
use crate::scene::{PROFILE, Scene, halting, watch_options};

/// How long an order may take, a search included.
const LONGEST: Duration = Duration::from_mins(2);

/// What is killed or cut.
#[derive(Clone, Copy, Debug)]
enum Blow {
    Worker,
    Server,
    Both,
    /// The network to the worker, without a word; another worker takes over, and the first one goes on at once.
    NetworkAndGoOn,
    /// The same, and the first worker goes on when its fence has passed.
    NetworkAndGoOnLate,
    /// The engine gives up the attempt.
    Attempt,
}

/// Deals a blow at a point, and returns how many deployments one order was, round by round.
async fn row(blow: Blow, point: Point) {
    let rounds = env::var("ANYDEPLOY_CRASH_ROUNDS").map_or(1, |rounds| rounds.parse().expect("it is a number"));
    for round in 1..=rounds {
        let Some(mut scene) = Scene::start(halting(point, matches!(blow, Blow::Attempt))).await else { return };
        let call = order(&scene);
        scene.worker.halts_at(point).await;
        let mut first = deal(&mut scene, blow).await;
        let receipt = timeout(LONGEST, call).await.expect("the order is answered").unwrap().expect("it is triggered");
        if let Some(first) = &mut first {
            first.go_on().await;
            timeout(LONGEST, first.halted_call_ends()).await.expect("the halted call ends");
        }
        let triggered = scene.coolify.triggered();
        let posts = scene.posts();
        println!("{blow:?} at {point:?}, round {round} of {rounds}: {posts} POST, {} deployments", triggered.len());
        assert_eq!((posts, triggered.len()), (1, 1), "{blow:?} at {point:?}, round {round}");
        assert_eq!(receipt.id.get("deployment"), Some(&*triggered[0].id));
        let status = scene.client.status(PROFILE, &scene.target()).await.unwrap();
        assert_eq!((status.stage, status.last), (Stage::Idle, Some(receipt.clone())));
        // Called again under its key, the order is answered and not made.
        assert_eq!(order(&scene).await.unwrap().unwrap(), receipt);
        assert_eq!(scene.posts(), 1);
    }
}

fn order(scene: &Scene) -> JoinHandle<Result<Receipt>> {
    let (client, order) = (scene.client.clone(), scene.order().with_watch(watch_options()));
    tokio::spawn(async move { client.deploy(&order, "release-1").await })
}

/// Deals a blow; the worker behind a network that was cut is returned.
async fn deal(scene: &mut Scene, blow: Blow) -> Option<crate::harness::process::Worker> {
    match blow {
        Blow::Worker => scene.replace_worker().await,
        Blow::Server => {
            scene.server.kill().await;
            scene.server.start_again().await;
        }
        Blow::Both => {
            scene.server.kill().await;
            scene.replace_worker().await;
            scene.server.start_again().await;
        }
        Blow::NetworkAndGoOn | Blow::NetworkAndGoOnLate => {
            let second = scene.another_worker().await;
            scene.proxy.cut();
            let mut first = std::mem::replace(&mut scene.worker, second);
            if matches!(blow, Blow::NetworkAndGoOn) {
                first.go_on().await;
            }
            return Some(first);
        }
        Blow::Attempt => {}
    }
    None
}

#[tokio::test]
async fn worker_before_the_intent_is_stored() {
    row(Blow::Worker, Point::Prepared).await;
}

#[tokio::test]
async fn worker_before_the_post() {
    row(Blow::Worker, Point::BeforePost).await;
}

#[tokio::test]
async fn worker_between_the_post_and_the_journal() {
    row(Blow::Worker, Point::AfterPost).await;
}

#[tokio::test]
async fn worker_after_the_journal() {
    row(Blow::Worker, Point::Watching).await;
}

#[tokio::test]
async fn server_before_the_post() {
    row(Blow::Server, Point::BeforePost).await;
}

#[tokio::test]
async fn server_between_the_post_and_the_journal() {
    row(Blow::Server, Point::AfterPost).await;
}

#[tokio::test]
async fn server_and_worker_between_the_post_and_the_journal() {
    row(Blow::Both, Point::AfterPost).await;
}

#[tokio::test]
async fn an_attempt_that_the_engine_gives_up() {
    row(Blow::Attempt, Point::AfterPost).await;
}

#[tokio::test]
async fn a_cut_network_behind_which_the_first_worker_goes_on() {
    row(Blow::NetworkAndGoOn, Point::BeforePost).await;
}

#[tokio::test]
async fn a_cut_network_behind_which_the_first_worker_comes_too_late() {
    row(Blow::NetworkAndGoOnLate, Point::BeforePost).await;
}
