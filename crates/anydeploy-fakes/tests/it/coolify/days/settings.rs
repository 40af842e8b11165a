//! Changing the image tag or the branch of an application.

use reqwest::Method;
use serde_json::json;

use super::written;
use crate::coolify::{deploy, deployment, get, post, send_json, still};

#[tokio::test]
async fn a_tag_changes_nothing_before_the_next_deployment_which_takes_the_last_one() {
    let fake = still().await;
    let web = fake.application();
    let path = format!("/applications/{web}");
    deploy(&fake, &web).await;
    post(&fake, &format!("/deploy?uuid={web}&force=true")).await;
    for tag in ["1.28", "1.29"] {
        let body = json!({ "docker_registry_image_tag": tag });
        assert_eq!(send_json(&fake, Method::PATCH, &path, &body).await.status, 200);
    }
    fake.advance(10);
    let logs = |row: &serde_json::Value| row["logs"].as_str().unwrap().to_owned();
    let [first, second] = [0, 1].map(|index| fake.triggered()[index].id.clone());
    assert!(logs(&deployment(&fake, &first).await).contains("nginx:1.27"), "it had started before");
    assert!(logs(&deployment(&fake, &second).await).contains("nginx:1.29"), "it was waiting");
    assert_eq!(get(&fake, &path).await.json()["docker_registry_image_tag"], "1.29");
    let update = ("update docker_registry_image_tag".to_owned(), true);
    assert_eq!(written(&fake), [update.clone(), update]);
}

#[tokio::test]
async fn a_branch_is_deployed_at_its_own_head() {
    let fake = still().await;
    let shop = fake.add_git_application("shop");
    fake.push(&shop, "main", "aaa");
    fake.push(&shop, "next", "bbb");
    let body = json!({ "git_branch": "next" });
    send_json(&fake, Method::PATCH, &format!("/applications/{shop}"), &body).await;
    deploy(&fake, &shop).await;
    fake.advance(5);
    assert_eq!((&*fake.triggered()[0].commit, &*fake.tag_or_branch(&shop)), ("bbb", "next"));
}

#[tokio::test]
async fn what_no_registry_or_shell_should_see_is_422() {
    let fake = still().await;
    let path = format!("/applications/{}", fake.application());
    for (column, value) in [
        ("docker_registry_image_tag", "a:b"),
        ("docker_registry_image_tag", "-x"),
        ("git_branch", "a..b"),
        ("git_branch", "a b"),
        ("git_branch", "HEAD"),
        ("git_branch", "x.lock"),
        ("build_pack", "dockerimage"),
    ] {
        let answer = send_json(&fake, Method::PATCH, &path, &json!({ column: value })).await;
        assert_eq!(answer.status, 422, "{column} {value}");
    }
    assert!(fake.writes().is_empty());
}

#[tokio::test]
async fn one_deployment_can_be_refused_and_the_next_is_taken() {
    let fake = still().await;
    let web = fake.application();
    fake.refuse_next_deploy();
    let answer = post(&fake, &format!("/deploy?uuid={web}")).await.json();
    assert_eq!(answer["deployments"][0]["message"], "Unauthorized to deploy this application.");
    deploy(&fake, &web).await;
    assert_eq!(fake.triggered().len(), 1);
}
