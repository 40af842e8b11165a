//! What Dokploy refuses, to whom, and how it says so.

use anydeploy::{Deployer, DeployerExt, Dokploy, ErrorKind, HistoryOptions, Target};
use anydeploy_fakes::{DokployKey, FakeDokploy};

use crate::support::dokploy::{manual, paced, quick, request};

fn with_key(fake: &FakeDokploy, key: &str) -> Dokploy {
    Dokploy::builder().url(fake.url()).token(key).build().unwrap()
}

#[tokio::test]
async fn the_key_goes_by_x_api_key_and_bearer_is_dead() {
    let (fake, dokploy) = paced(FakeDokploy::builder()).await;
    assert!(dokploy.deploy_and_wait(&request(&fake.application()), quick()).await.unwrap().is_success());
    for request in fake.requests() {
        assert_eq!(request.header("x-api-key").unwrap(), fake.token(), "{}", request.path);
        assert!(request.header("authorization").is_none(), "{}", request.path);
        assert!(!request.path_and_query().contains(fake.token()));
    }
}

#[tokio::test]
async fn an_unknown_a_disabled_and_a_used_up_key_are_one_kind_of_error() {
    let (fake, _) = manual(FakeDokploy::builder()).await;
    let keys = [
        "no-such-key".to_owned(),
        fake.add_key(DokployKey::owner().disabled()),
        fake.add_key(DokployKey::owner().with_remaining(0)),
        fake.add_key(DokployKey::owner().with_remaining(1)),
        fake.add_key(DokployKey::owner().with_rate_limit(0, 1000)),
    ];
    for key in keys {
        let error = with_key(&fake, &key).deploy(&request(&fake.application())).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::UnauthorizedOrRateLimited, Some(401)), "{key}");
        assert!(error.to_string().contains("rate limit"), "{error}");
        assert!(!error.is_transient() && !format!("{error:#} {error:?}").contains(&key), "{error:?}");
    }
    assert!(fake.triggered().is_empty());
}

#[tokio::test]
async fn an_unknown_application_has_an_empty_list_and_is_reported_by_the_trigger() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let error = dokploy.deploy(&request("no-such-application")).await.unwrap_err();
    assert_eq!((error.kind(), error.server_message()), (ErrorKind::NotFound, Some("Application not found")));
    assert!(error.is_safe_to_repeat());
    // A member does not learn whether there is such a thing.
    let member = fake.add_key(DokployKey::member().with_access_to(fake.compose()));
    let error = with_key(&fake, &member).deploy(&request("no-such-application")).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::PermissionDenied, Some(401)));
    assert!(fake.triggered().is_empty());
}

#[tokio::test]
async fn a_body_above_a_mebibyte_is_refused_in_plain_text() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let novel = request(&fake.application()).with_reason("x".repeat(1_100_000));
    let error = dokploy.deploy(&novel).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Rejected, Some(413)));
    assert_eq!(error.server_message(), Some("Body exceeded 1mb limit"));
    assert!(error.is_safe_to_repeat() && fake.triggered().is_empty());
}

#[tokio::test]
async fn a_title_may_be_long_and_of_any_letters_and_an_empty_one_is_none() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let title = format!("Größe\n📦 {}", "x".repeat(5_000));
    dokploy.deploy(&request(&fake.application()).with_reason(&title)).await.unwrap();
    assert_eq!(fake.triggered()[0].title.as_deref(), Some(&*title));
    // Dokploy would put its own words in the place of an empty title.
    let error = dokploy.deploy(&request(&fake.application()).with_reason("")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(fake.triggered().len(), 1);
}

#[tokio::test]
async fn slashes_too_many_in_the_url_lead_into_no_redirect() {
    let (fake, _) = manual(FakeDokploy::builder()).await;
    for end in ["", "/", "//", "/api", "/api/", "//api//"] {
        let dokploy = Dokploy::builder().url(format!("{}{end}", fake.url())).token(fake.token()).build().unwrap();
        let service = dokploy.service(&Target::application(fake.application())).await;
        assert!(service.is_ok(), "{end:?}: {service:?}");
    }
}

#[tokio::test]
async fn the_history_of_an_unknown_application_is_not_an_empty_one() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    assert!(
        dokploy
            .history_of(&Target::application(fake.application()), HistoryOptions::default())
            .await
            .unwrap()
            .is_empty()
    );
    let error =
        dokploy.history_of(&Target::application("no-such-application"), HistoryOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}
