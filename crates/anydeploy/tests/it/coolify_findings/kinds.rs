//! The id of one kind of thing given as another.

use anydeploy::{DeployRequest, Deployer, ErrorKind, Target};
use anydeploy_fakes::{CoolifyAbility, FakeCoolify};

use crate::support::coolify::{deployer, manual};

#[tokio::test]
async fn target_of_the_wrong_kind_is_not_found_before_anything_is_sent() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let (application, service, database) = (fake.application(), fake.service(), fake.database());
    let wrong = [
        Target::application(&service),
        Target::application(&database),
        Target::service(&application),
        Target::service(&database),
        Target::database(&application),
        Target::database(&service),
    ];
    for target in wrong {
        let error = coolify.deploy(&DeployRequest::new(target.clone())).await.unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::NotFound, true), "{target}");
    }
    assert!(fake.requests().iter().all(|request| request.method.as_str() == "GET"));
    assert!(fake.triggered().is_empty() && fake.starts().is_empty());
}

#[tokio::test]
async fn token_that_may_not_read_learns_what_was_started_in_the_wrong_place() {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    let coolify = deployer(&fake, &fake.add_token(&[CoolifyAbility::Deploy]));
    for target in [Target::service(fake.application()), Target::application(fake.service())] {
        let error = coolify.deploy(&DeployRequest::new(target.clone())).await.unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false), "{target}");
        assert!(error.to_string().contains("the target is "), "{error}");
    }
    assert_eq!((fake.triggered().len(), fake.starts().len()), (1, 1));
}
