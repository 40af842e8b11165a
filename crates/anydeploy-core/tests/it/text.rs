//! Ids and targets as text: everything printed is read back, and nothing malformed panics.

use anydeploy_core::{DeploymentId, ErrorKind, Platform, Target, TargetKind};
use proptest::prelude::*;

fn ids() -> impl Strategy<Value = String> {
    "[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}".prop_filter("relative segments are refused", |id| id != "." && id != "..")
}

proptest! {
    #[test]
    fn a_target_is_read_back(kind in "[a-z][a-z_]{0,15}", id in ids(), environment in proptest::option::of(ids())) {
        let mut target = Target::new(TargetKind::from(&*kind), id);
        if let Some(environment) = environment {
            target = target.in_environment(environment);
        }
        match target.to_string().parse::<Target>() {
            Ok(read) => prop_assert_eq!(read, target),
            Err(error) => prop_assert!(error.to_string().contains("did you mean"), "{}", error),
        }
    }

    #[test]
    fn a_deployment_id_is_read_back(id in ids(), details in proptest::collection::btree_map("[a-z]{1,8}", ".{0,40}", 0..5)) {
        let id = details.iter().fold(
            DeploymentId::new(Platform::new("beta"), Target::application(id)),
            |id, (key, value)| id.with(key, value.clone()),
        );
        let text = id.to_string();
        prop_assert!(!text.contains(char::is_whitespace), "{}", text);
        prop_assert_eq!(text.parse::<DeploymentId>().unwrap(), id.clone());
        let json = serde_json::to_string(&id).unwrap();
        prop_assert_eq!(serde_json::from_str::<DeploymentId>(&json).unwrap(), id);
    }

    #[test]
    fn any_text_is_an_id_or_an_error(text in ".{0,300}") {
        match text.parse::<DeploymentId>() {
            Ok(id) => prop_assert_eq!(id.to_string().parse::<DeploymentId>().unwrap(), id),
            Err(error) => prop_assert_eq!(error.kind(), ErrorKind::InvalidInput),
        }
        if let Err(error) = text.parse::<Target>() {
            prop_assert_eq!(error.kind(), ErrorKind::InvalidInput);
        }
    }
}

#[test]
fn ids_that_would_change_a_path_are_refused() {
    for id in ["", ".", "..", "a/b", "a b", "a?b", "a#b", "a,b", "a\nb", "a%2fb", &"x".repeat(201)] {
        let error = Target::application(id).validate().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{id:?}");
    }
}

#[test]
fn an_id_may_come_with_a_line_break_and_holds_none() {
    let id: DeploymentId = " beta:application:a?row=1\r\n".parse().unwrap();
    assert_eq!(id.get("row"), Some("1"));
    for text in ["beta:application:a?row=1 2", "beta:application:a?row=1\nb=2", "beta:application:a?row=\0"] {
        assert_eq!(text.parse::<DeploymentId>().unwrap_err().kind(), ErrorKind::InvalidInput, "{text:?}");
    }
}

#[test]
fn an_id_that_grows_beyond_the_limit_when_it_is_written_again_is_refused() {
    let text = format!("alpha:application:a?note={}", "~".repeat(2000));
    assert!(text.len() < 4096);
    assert_eq!(text.parse::<DeploymentId>().unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[test]
fn an_id_of_another_platform_is_refused() {
    let id = DeploymentId::new(Platform::new("alpha"), Target::application("a"));
    let error = id.expect_platform(&Platform::new("gamma")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("alpha:application:a"), "{error}");
}
