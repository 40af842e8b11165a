//! Projects and environments, and the pages of a history.

use serde_json::json;

use crate::coolify::{deploy, get, still};

#[tokio::test]
async fn a_resource_names_its_environment_alone_and_by_number_in_lists() {
    let fake = still().await;
    let web = fake.application();
    fake.move_to(&web, "Shop", "staging");
    let one = get(&fake, &format!("/applications/{web}")).await.json();
    assert_eq!(
        (&one["environment"]["name"], &one["environment"]["project"]["name"]),
        (&json!("staging"), &json!("Shop"))
    );
    let rows = get(&fake, "/resources").await.json();
    let row = rows.as_array().unwrap().iter().find(|row| row["uuid"] == json!(web)).unwrap();
    assert_eq!((&row["environment_id"], row.get("environment")), (&one["environment_id"], None));
    let projects = get(&fake, "/projects").await.json();
    let project = projects.as_array().unwrap().iter().find(|project| project["name"] == "Shop").unwrap();
    let project = get(&fake, &format!("/projects/{}", project["uuid"].as_str().unwrap())).await.json();
    assert_eq!(project["environments"][0]["id"], one["environment_id"]);
}

#[tokio::test]
async fn environments_are_unique_within_a_project_alone() {
    let fake = still().await;
    for project in ["Shop", "Blog", "Shop"] {
        fake.move_to(&fake.application(), project, "production");
    }
    assert_eq!(get(&fake, "/projects").await.json().as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_page_states_the_number_of_all_rows_and_an_empty_parameter_is_500() {
    let fake = still().await;
    let web = fake.application();
    for _ in 0..3 {
        deploy(&fake, &web).await;
        fake.advance(10);
    }
    let path = format!("/deployments/applications/{web}");
    let page = get(&fake, &format!("{path}?skip=2&take=2")).await.json();
    assert_eq!((&page["count"], page["deployments"].as_array().unwrap().len()), (&json!(3), 1));
    for (query, status) in [("take=", 500), ("skip=", 500), ("take=0", 422), ("take=9223372036854775808", 422)] {
        assert_eq!(get(&fake, &format!("{path}?{query}")).await.status, status, "{query}");
    }
}
