//! What a deployer does with the rate limit of its token, and with its connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anydeploy::coolify::CoolifyConfig;
use anydeploy::{Budget, Connect, Coolify, Deployer, DeployerExt, Dokploy, ErrorKind, Qovery, platform};
use anydeploy_fakes::{CoolifyAbility, FakeCoolify, FakeDokploy, FakeQovery};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{advance, pause, resume};

use crate::support::coolify::{manual, request};

const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn what_the_rate_limit_leaves_no_room_for_is_not_sent_and_may_be_sent_again() {
    let (fake, coolify) = manual(FakeCoolify::builder().rate_limit(1, MINUTE)).await;
    coolify.services().await.unwrap();
    let before = fake.requests().len();
    for error in [
        coolify.services().await.unwrap_err(),
        coolify.deploy(&request(&fake.application())).await.unwrap_err(),
        coolify.check().await.unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.status()), (ErrorKind::RateLimited, None), "{error}");
        assert!(error.retry_after().is_some_and(|wait| wait <= MINUTE), "{error:?}");
        assert!(error.is_safe_to_repeat() && error.is_transient() && error.to_string().contains("not sent"), "{error}");
    }
    assert_eq!(fake.requests().len(), before);
    let traffic = coolify.traffic();
    assert_eq!((traffic.reads.requests, traffic.reads.refused, traffic.reads.not_sent), (1, 0, 3));
}

#[tokio::test]
async fn a_deploy_of_its_own_waits_for_nothing() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    coolify.deploy(&request(&fake.application())).await.unwrap();
    let traffic = coolify.traffic();
    // The baseline is a read; the answer is confirmed within the trigger.
    assert_eq!((traffic.triggers.requests, traffic.reads.requests, traffic.ticks.requests), (2, 1, 0));
    assert_eq!(traffic.triggers.delayed + traffic.reads.delayed, 0);
}

#[tokio::test]
async fn deployers_with_one_token_share_its_budget() {
    let (fake, coolify) = manual(FakeCoolify::builder().rate_limit(1, MINUTE)).await;
    let other = crate::support::coolify::deployer(&fake, fake.token());
    coolify.services().await.unwrap();
    assert_eq!(other.services().await.unwrap_err().kind(), ErrorKind::RateLimited);
    assert_eq!((fake.requests().len(), other.traffic()), (1, coolify.traffic()));
}

#[tokio::test]
async fn the_budget_can_be_set_in_code_in_a_file_and_in_the_environment() {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    // Deployers with one token would share what is set first.
    let token = || fake.add_token(&[CoolifyAbility::Root]);
    let url = fake.url();
    let file = serde_json::json!({"url": &url, "token": token(), "budget": "1/1m leaving 0%", "max_in_flight": 4});
    let variables = |name: &str| match name {
        "COOLIFY_URL" => Some(url.clone()),
        "COOLIFY_TOKEN" => Some(token()),
        "ANYDEPLOY_BUDGET" => Some("1/1m leaving 0%".to_owned()),
        "ANYDEPLOY_MAX_IN_FLIGHT" => Some("4".to_owned()),
        _ => None,
    };
    let code = Coolify::builder().url(&url).token(token()).budget(Budget::new(1, MINUTE).with_headroom(0));
    for deployer in [
        code.max_in_flight(4).build().unwrap(),
        serde_json::from_value::<CoolifyConfig>(file).unwrap().connect().unwrap(),
        CoolifyConfig::from_variables(variables).unwrap().connect().unwrap(),
    ] {
        deployer.services().await.unwrap();
        assert_eq!(deployer.services().await.unwrap_err().kind(), ErrorKind::RateLimited);
    }
}

#[test]
fn a_budget_or_a_bound_that_cannot_be_meant_is_refused_with_what_to_give() {
    let config = |name: &'static str, value: &'static str| {
        CoolifyConfig::from_variables(move |variable| match variable {
            "COOLIFY_URL" => Some("https://coolify.example.com".to_owned()),
            "COOLIFY_TOKEN" => Some("1|t".to_owned()),
            _ => (variable == name).then(|| value.to_owned()),
        })
    };
    let error = config("ANYDEPLOY_BUDGET", "much").unwrap_err();
    assert!(error.to_string().contains("ANYDEPLOY_BUDGET") && error.to_string().contains("`200/1m`"), "{error}");
    let error = config("ANYDEPLOY_MAX_IN_FLIGHT", "many").unwrap_err();
    assert!(error.to_string().contains("ANYDEPLOY_MAX_IN_FLIGHT"), "{error}");
    let error = config("ANYDEPLOY_MAX_IN_FLIGHT", "0").unwrap().connect().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfiguration);
    assert!(serde_json::from_str::<CoolifyConfig>(r#"{"budget": 200}"#).is_err());
}

/// A line to a server on which connections are counted.
async fn counted(server: &str) -> (String, Arc<AtomicUsize>) {
    let server = server.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::<AtomicUsize>::default();
    let count = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            let mut server = TcpStream::connect(&server).await.unwrap();
            tokio::spawn(async move { copy_bidirectional(&mut client, &mut server).await });
        }
    });
    (url, connections)
}

/// How many connections seven reads need, from the first to one a minute later.
async fn connections_of<D: Connect>(server: &str, builder: anydeploy::Builder<D>) -> usize {
    let (url, connections) = counted(server).await;
    let deployer = builder.url(url).build().unwrap();
    for poll in 0..7 {
        if poll > 0 {
            pause();
            advance(Duration::from_secs(10)).await;
            resume();
        }
        deployer.check().await.unwrap();
    }
    connections.load(Ordering::Relaxed)
}

#[tokio::test]
async fn polls_ten_seconds_apart_share_a_connection_where_the_server_keeps_it() {
    let (coolify, dokploy, qovery) =
        (FakeCoolify::start().await, FakeDokploy::start().await, FakeQovery::start().await);
    let coolify = (connections_of(&coolify.url(), Coolify::builder().token(coolify.token())).await, platform::COOLIFY);
    let qovery = (connections_of(&qovery.url(), Qovery::builder().token(qovery.token())).await, platform::QOVERY);
    for (connections, platform) in [coolify, qovery] {
        assert_eq!(connections, 1, "{platform}");
    }
    // Dokploy closes an idle connection after some 5 seconds.
    let connections = connections_of(&dokploy.url(), Dokploy::builder().token(dokploy.token())).await;
    assert!(connections >= 7, "{connections}");
}
