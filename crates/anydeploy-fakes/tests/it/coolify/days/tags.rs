//! Tags, and what is deployed by one.

use reqwest::Method;
use serde_json::json;

use crate::coolify::{get, post, send_json, still, still_with};

#[tokio::test]
async fn a_tag_is_cleaned_and_then_found_in_lower_case_alone() {
    let fake = still().await;
    let path = format!("/applications/{}/tags", fake.application());
    let answer = send_json(&fake, Method::POST, &path, &json!({ "tag_name": "  <b>Shop-One</b> " })).await;
    assert_eq!((answer.status, &answer.json()[0]["name"]), (201, &json!("shop-one")));
    assert_eq!(get(&fake, &path).await.json()[0]["name"], "shop-one");
    for (tag, found) in [("shop-one", 1), ("Shop-One", 0), ("other", 0)] {
        let listed = get(&fake, &format!("/applications?tag={tag}")).await.json();
        assert_eq!(listed.as_array().unwrap().len(), found, "{tag}");
    }
    let both = json!({ "tag_name": "xx", "tag_names": ["yy"] });
    for body in [json!({ "tag_name": "x" }), both] {
        assert_eq!(send_json(&fake, Method::POST, &path, &body).await.status, 422, "{body}");
    }
}

#[tokio::test]
async fn services_and_databases_have_no_filter_by_tag() {
    let fake = still().await;
    for path in ["/services?tag=none", "/databases?tag=none"] {
        assert_eq!(get(&fake, path).await.json().as_array().unwrap().len(), 1, "{path}");
    }
}

#[tokio::test]
async fn a_tag_deploys_applications_starts_services_and_passes_over_databases() {
    let fake = still().await;
    let shop = fake.add_application("shop");
    for id in [fake.application(), shop, fake.service(), fake.database()] {
        fake.add_tag(&id, "all");
    }
    post(&fake, &format!("/deploy?uuid={}", fake.application())).await;
    let answer = post(&fake, "/deploy?tag=all").await.json();
    assert_eq!(answer["details"].as_array().unwrap().len(), 2);
    let queued = "Deployment already queued for this commit.";
    let started = "Service analytics started. It could take a while, be patient.";
    assert_eq!(answer["message"], json!([queued, "Application shop deployment queued.", started]));
    assert_eq!((fake.triggered().len(), fake.starts()), (2, vec![fake.service()]));
    // The first entry has an id all the same, which was never stored.
    let id = answer["details"][0]["deployment_uuid"].as_str().unwrap();
    assert_eq!(get(&fake, &format!("/deployments/{id}")).await.status, 404);
}

#[tokio::test]
async fn a_full_queue_half_way_is_429_and_keeps_what_was_queued_before() {
    let fake = still_with(|builder| builder.queue_limit(1).concurrent_builds(1)).await;
    for id in [fake.application(), fake.add_application("shop"), fake.add_application("blog")] {
        fake.add_tag(&id, "all");
    }
    let answer = post(&fake, "/deploy?tag=all").await;
    assert_eq!((answer.status, fake.triggered().len()), (429, 2));
    assert!(answer.json().get("details").is_none());
}
