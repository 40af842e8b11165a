//! Who may do what: tokens, abilities, roles, teams, the switch of the API and the limit of requests.

use std::time::Duration;

use anydeploy_fakes::{CoolifyAbility, CoolifyQuirk};
use reqwest::Method;
use serde_json::json;

use crate::coolify::{call_as, deploy, get, post, request, send, still, still_with};

#[tokio::test]
async fn a_missing_or_wrong_token_is_401_without_a_rate_limit_header() {
    let fake = still().await;
    for authorization in ["", "Bearer ", "Bearer 99999|abcdef", "Basic Zm9vOmJhcg=="] {
        let answer = send(request(&fake, Method::GET, "/version").header("authorization", authorization)).await;
        assert_eq!(answer.said(), (401, "Unauthenticated.".to_owned()), "{authorization}");
        assert_eq!(answer.header("x-ratelimit-limit"), None);
    }
}

#[tokio::test]
async fn a_revoked_token_is_401() {
    let fake = still().await;
    let token = fake.add_token(&[CoolifyAbility::Read]);
    assert_eq!(call_as(&fake, &token, Method::GET, "/version").await.status, 200);
    fake.revoke_token(&token);
    assert_eq!(call_as(&fake, &token, Method::GET, "/version").await.status, 401);
}

#[tokio::test]
async fn abilities_do_not_imply_one_another() {
    let fake = still().await;
    let web = fake.application();
    let cases = [
        (CoolifyAbility::Deploy, Method::GET, "/version".to_owned(), "read"),
        (CoolifyAbility::Write, Method::GET, "/version".to_owned(), "read"),
        (CoolifyAbility::Read, Method::POST, format!("/deploy?uuid={web}"), "deploy"),
        (CoolifyAbility::Write, Method::POST, format!("/deploy?uuid={web}"), "deploy"),
        (CoolifyAbility::Read, Method::POST, format!("/applications/{web}/envs"), "write"),
    ];
    for (ability, method, path, missing) in cases {
        let token = fake.add_token(&[ability]);
        let answer = call_as(&fake, &token, method, &path).await;
        assert_eq!(answer.said(), (403, format!("Missing required permissions: {missing}")));
    }
}

#[tokio::test]
async fn a_deploy_only_token_deploys_and_cannot_read_its_own_deployment() {
    let fake = still().await;
    let token = fake.add_token(&[CoolifyAbility::Deploy]);
    let path = format!("/deploy?uuid={}", fake.application());
    let id = crate::coolify::id_of(&call_as(&fake, &token, Method::POST, &path).await);
    assert_eq!(call_as(&fake, &token, Method::GET, &format!("/deployments/{id}")).await.status, 403);
}

#[tokio::test]
async fn a_plain_member_may_hold_a_token_that_reads_and_no_other() {
    let fake = still().await;
    let reads = fake.add_member_token(&[CoolifyAbility::Read]);
    assert_eq!(call_as(&fake, &reads, Method::GET, "/version").await.status, 200);
    let deploys = fake.add_member_token(&[CoolifyAbility::Read, CoolifyAbility::Deploy]);
    let answer = call_as(&fake, &deploys, Method::GET, "/version").await;
    assert_eq!(answer.said(), (403, "Missing required team role.".to_owned()));
}

#[tokio::test]
async fn another_team_finds_nothing_but_is_forbidden_to_cancel() {
    let fake = still().await;
    let id = deploy(&fake, &fake.application()).await;
    let other = fake.add_other_team_token(&[CoolifyAbility::Root]);
    let web = fake.application();
    for (path, said) in [
        (format!("/applications/{web}"), "Application not found."),
        (format!("/deployments/{id}"), "Deployment not found."),
        (format!("/deployments/applications/{web}"), "Application not found"),
    ] {
        assert_eq!(call_as(&fake, &other, Method::GET, &path).await.said(), (404, said.to_owned()));
    }
    assert_eq!(call_as(&fake, &other, Method::GET, "/applications").await.json(), json!([]));
    assert_eq!(call_as(&fake, &other, Method::GET, "/deployments").await.json(), json!([]));
    let deployed = call_as(&fake, &other, Method::POST, &format!("/deploy?uuid={web}")).await;
    assert_eq!(deployed.said(), (404, "No resources found.".to_owned()));
    let cancelled = call_as(&fake, &other, Method::POST, &format!("/deployments/{id}/cancel")).await;
    assert_eq!(cancelled.said(), (403, "You do not have permission to cancel this deployment.".to_owned()));
}

#[tokio::test]
async fn an_api_switched_off_refuses_with_success_true_until_it_is_switched_on() {
    let fake = still_with(|builder| builder.quirk(CoolifyQuirk::ApiDisabled)).await;
    let answer = get(&fake, "/version").await;
    assert_eq!((answer.status, answer.json()), (403, json!({ "success": true, "message": "API is disabled." })));
    assert_eq!(send(request(&fake, Method::GET, "/version")).await.status, 401);
    assert_eq!(send(request(&fake, Method::GET, "/health")).await.text, "OK");
    assert_eq!(post(&fake, "/enable").await.status, 200);
    assert_eq!(get(&fake, "/version").await.text, "4.3.11");
    assert_eq!(post(&fake, "/disable").await.said(), (200, "API disabled.".to_owned()));
    assert_eq!(get(&fake, "/version").await.status, 403);
}

#[tokio::test]
async fn an_address_off_the_list_is_refused_with_success_true() {
    let fake = still_with(|builder| builder.quirk(CoolifyQuirk::AddressNotAllowed)).await;
    let refused = json!({ "success": true, "message": "You are not allowed to access the API." });
    assert_eq!(get(&fake, "/version").await.json(), refused);
}

#[tokio::test]
async fn the_limit_counts_all_tokens_of_a_user_and_says_when_to_come_back() {
    let fake = still_with(|builder| builder.rate_limit(3, Duration::from_mins(1))).await;
    let second = fake.add_token(&[CoolifyAbility::Read]);
    assert_eq!(get(&fake, "/version").await.header("x-ratelimit-remaining"), Some("2"));
    assert_eq!(call_as(&fake, &second, Method::GET, "/version").await.header("x-ratelimit-remaining"), Some("1"));
    assert_eq!(get(&fake, "/nope").await.header("x-ratelimit-remaining"), Some("0"));
    let refused = call_as(&fake, &second, Method::GET, "/version").await;
    assert_eq!(refused.said(), (429, "Too Many Attempts.".to_owned()));
    assert_eq!(refused.header("x-ratelimit-limit"), Some("3"));
    assert_eq!(refused.header("x-ratelimit-remaining"), Some("0"));
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    assert!(refused.header("x-ratelimit-reset").unwrap().parse::<u64>().unwrap() > 1_700_000_000);
    let other = fake.add_other_team_token(&[CoolifyAbility::Read]);
    assert_eq!(call_as(&fake, &other, Method::GET, "/version").await.status, 200);
}

#[tokio::test]
async fn the_window_of_the_limit_ends() {
    let fake = still_with(|builder| builder.rate_limit(1, Duration::from_secs(1))).await;
    assert_eq!(get(&fake, "/version").await.status, 200);
    let refused = get(&fake, "/version").await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("1")));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(get(&fake, "/version").await.status, 200);
}

#[tokio::test]
async fn a_limit_of_200_requests_a_minute_stands_in_every_answer() {
    let fake = still().await;
    let answer = get(&fake, "/version").await;
    assert_eq!(answer.header("x-ratelimit-limit"), Some("200"));
    assert_eq!(answer.header("x-ratelimit-remaining"), Some("199"));
}
