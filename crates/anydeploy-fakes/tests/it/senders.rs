//! A deployment records which requests it stands for, on every platform alike.

use anydeploy_fakes::{FakeCoolify, FakeDokploy, FakeQovery, Fault, FaultPlan, FaultyNetwork, Pace, Sender};
use reqwest::{Client, RequestBuilder};
use serde_json::json;

async fn send(request: RequestBuilder, call: &str) {
    request.header("x-fake-call", call).send().await.unwrap().error_for_status().unwrap();
}

fn calls<'a>(senders: impl IntoIterator<Item = &'a Sender>) -> Vec<Option<&'a str>> {
    senders.into_iter().map(|sender| sender.call.as_deref()).collect()
}

#[tokio::test]
async fn coolify_records_who_stored_a_deployment_and_who_was_merged_into_it() {
    let fake = FakeCoolify::builder().pace(Pace::Manual).start().await;
    for call in ["one", "two"] {
        let url = format!("{}/api/v1/deploy?uuid={}", fake.url(), fake.application());
        send(Client::new().post(url).bearer_auth(fake.token()), call).await;
    }
    let [deployment] = fake.triggered().try_into().unwrap();
    assert_eq!(calls([&deployment.sender]), [Some("one")]);
    assert_eq!(calls(&deployment.joined), [Some("two")]);
    fake.advance(9);
    fake.deploy_by_someone_else(&fake.application());
    assert_eq!(fake.triggered()[1].sender, Sender::default());
}

#[tokio::test]
async fn qovery_records_who_made_an_execution_and_who_was_merged_into_it() {
    let fake = FakeQovery::builder().pace(Pace::Manual).start().await;
    for call in ["one", "two", "three"] {
        let deploy = Client::new().post(format!("{}/application/{}/deploy", fake.url(), fake.application()));
        let deploy = deploy.header("authorization", format!("Token {}", fake.token())).json(&json!({}));
        send(deploy, call).await;
    }
    fake.advance(20);
    let [first, second] = fake.triggered().try_into().unwrap();
    assert_eq!(calls(&first.senders), [Some("one")]);
    assert_eq!(calls(&second.senders), [Some("two"), Some("three")]);
    assert_eq!(second.senders.len(), second.request_ids.len());
}

#[tokio::test]
async fn both_deliveries_of_a_duplicate_are_marked_alike_and_no_others() {
    let fake = FakeDokploy::builder().pace(Pace::Manual).start().await;
    let network = FaultyNetwork::before(&fake.url(), FaultPlan::always(Fault::Duplicate).limit(2)).unwrap();
    for call in ["one", "two", "three"] {
        let deploy = Client::new().post(format!("{}/api/application.deploy", network.url()));
        let deploy = deploy.header("x-api-key", fake.token()).json(&json!({ "applicationId": fake.application() }));
        send(deploy, call).await;
    }
    let senders: Vec<Sender> = fake.triggered().into_iter().map(|deployment| deployment.sender).collect();
    assert_eq!(calls(&senders), [Some("one"), Some("one"), Some("two"), Some("two"), Some("three")]);
    assert_eq!(senders[0], senders[1]);
    assert_eq!(senders[2], senders[3]);
    assert!(senders[0].twice.is_some() && senders[0].twice != senders[2].twice);
    assert_eq!(senders[4].twice, None);
}
