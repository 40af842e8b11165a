//! A setting that is changed before the trigger, and set back if nothing is triggered.

use super::*;
use crate::Setting;

fn setting() -> DeployRequest {
    request().with_setting(Setting::ImageTag("1.28".into()))
}

#[tokio::test(start_paused = true)]
async fn a_setting_is_changed_once_before_the_trigger_and_stays() {
    let named = Scripted::new("s1", &[accepted], nothing).setting(|| Ok(true));
    deploy(&named, &setting()).await.unwrap();
    assert_eq!(named.done(), "pSs");
    let plain = Scripted::new("s1", &[accepted], nothing).setting(|| Ok(true));
    deploy(&plain, &request()).await.unwrap();
    assert_eq!(plain.done(), "ps", "a request without a setting sets nothing");
}

#[tokio::test(start_paused = true)]
async fn a_setting_is_set_back_if_nothing_was_triggered() {
    let full = Scripted::new("s2", &[refused], nothing).setting(|| Ok(true));
    let error = deploy(&full, &setting()).await.unwrap_err();
    assert_eq!((error.kind(), full.done()), (ErrorKind::QueueFull, "pSsU".to_owned()));
    assert!(error.to_string().starts_with("full; the image tag was set back to `1.27`"), "{error}");
    let absent = Scripted::new("s2", &[lost], nothing).setting(|| Ok(true));
    let error = deploy(&absent, &setting()).await.unwrap_err();
    assert_eq!((error.kind(), absent.done()), (ErrorKind::NotTriggered, "pSslnU".to_owned()));
    assert!(error.to_string().contains("set back to `1.27`") && error.is_safe_to_repeat(), "{error}");
    let unchanged = Scripted::new("s2", &[refused], nothing).setting(|| Ok(false));
    let error = deploy(&unchanged, &setting()).await.unwrap_err();
    assert_eq!(unchanged.done(), "pSs", "what was set already stays");
    assert!(!error.to_string().contains("set back"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_setting_stays_and_is_named_if_the_trigger_may_have_been_acted_on() {
    let open = Scripted::new("s3", &[lost], |_| Ok(Resolution::Unrecoverable("two"))).setting(|| Ok(true));
    let error = deploy(&open, &setting()).await.unwrap_err();
    assert_eq!((error.kind(), open.done()), (ErrorKind::Undecidable, "pSsl".to_owned()));
    assert_eq!(error.partial().unwrap().written, ["image tag"]);
    let failed = || Answer::Failed(Error::new(ErrorKind::Unavailable, "down"));
    let failed = Scripted::new("s3", &[failed], nothing).setting(|| Ok(true));
    let error = deploy(&failed, &setting()).await.unwrap_err();
    assert_eq!((error.partial().is_some(), failed.done()), (true, "pSs".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_setting_that_cannot_be_changed_sends_nothing_and_the_intent_may_be_sent_again() {
    let conflict = || Err(Error::new(ErrorKind::Conflict, "somebody else set it"));
    let scripted = Scripted::new("s4", &[], nothing).setting(conflict);
    assert_eq!(deploy(&scripted, &setting()).await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(scripted.done(), "pS");
    let intent = prepare(&scripted, &setting()).await.unwrap();
    for _ in 0..2 {
        assert_eq!(send(&scripted, &intent).await.unwrap_err().kind(), ErrorKind::Conflict);
    }
    assert_eq!(scripted.done(), "pSpSS");
}

#[tokio::test(start_paused = true)]
async fn an_intent_that_came_too_late_sets_nothing_and_one_that_was_held_up_sets_back() {
    let late = Scripted::new("s5", &[], nothing).setting(|| Ok(true));
    let intent = prepare(&late, &setting()).await.unwrap();
    tokio::time::advance(Timing::DEFAULT.send_within * 2).await;
    assert_eq!(send(&late, &intent).await.unwrap_err().kind(), ErrorKind::IntentExpired);
    assert_eq!(late.done(), "p");
    let slow = Scripted::new("s5", &[], nothing).setting(|| Ok(true)).setting_within(Timing::DEFAULT.send_within * 2);
    let intent = prepare(&slow, &setting()).await.unwrap();
    let error = send(&slow, &intent).await.unwrap_err();
    assert_eq!((error.kind(), slow.done()), (ErrorKind::IntentExpired, "pSU".to_owned()));
    assert!(error.to_string().contains("set back to `1.27`"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_recovery_writes_nothing_and_says_whether_the_setting_is_changed() {
    for (is_set, part) in [(Some(true), "written"), (Some(false), "not written"), (None, "not known")] {
        let mut scripted = Scripted::new("s6", &[], nothing).setting(|| Ok(true));
        scripted.is_set = is_set;
        let intent = foreign_intent_of(&scripted, part, setting());
        let error = recover(&scripted, &intent).await.unwrap_err();
        assert_eq!((error.kind(), scripted.done()), (ErrorKind::NotTriggered, "l".to_owned()));
        assert!(error.to_string().contains(&format!("; {part}: image tag")), "{error}");
        let plain = foreign_intent(&scripted, "without a setting");
        assert!(recover(&scripted, &plain).await.unwrap_err().partial().is_none());
    }
}
