//! The rules for request bodies and for success answers.

use serde_json::Value;

use super::super::document::{OperationRef, escape, object};
use super::super::media::{FORM, JSON, is_raw};
use super::{Checker, forms, schemas};

/// Checks the request body, if there is one.
pub(super) fn check_body(checker: &mut Checker<'_>, operation: OperationRef<'_>) {
    let Some(body) = operation.value.get("requestBody") else {
        return;
    };
    let pointer = format!("{}/requestBody", operation.pointer());
    checker.keys(body, &pointer, &["description", "required", "content", "x-corrects", "x-empty"]);
    if body.get("required") != Some(&Value::Bool(true)) {
        let reason = "a body is `required: true`: a client sends one always, or never";
        checker.report(&pointer, reason);
    }
    checker.boolean(body, &pointer, "x-empty");
    if body.get("x-empty").is_some() && body["content"].get(JSON).is_none() {
        checker.report(&pointer, "`x-empty` stands on a body of JSON");
    }
    if operation.method == "get" {
        checker.report(&pointer, "a GET has no body");
    }
    let content = object(&body["content"]);
    if content.len() != 1 {
        checker.report(&pointer, "a body has one media type");
    }
    for media in content.keys().filter(|media| *media != JSON && *media != FORM && !is_raw(media)) {
        let at = format!("{pointer}/content/{}", escape(media));
        checker.report(&at, format!("`{media}` is not sent: JSON, {FORM}, text and bytes are"));
    }
    if let Some(form) = content.get(FORM) {
        forms::check(checker, &form["schema"], &format!("{pointer}/content/{}/schema", escape(FORM)));
    }
    check_content(checker, body, &pointer);
}

/// Checks that the answers are successes, and all of one type.
pub(super) fn check_answers(checker: &mut Checker<'_>, operation: OperationRef<'_>) {
    let answers = object(&operation.value["responses"]);
    let pointer = format!("{}/responses", operation.pointer());
    if operation.value.get("responses").is_some() && answers.is_empty() {
        checker.report(&pointer, "an operation has a 2xx answer");
    }
    let mut first: Option<&Value> = None;
    for (status, answer) in answers {
        let at = format!("{pointer}/{}", escape(status));
        let is_success = status.len() == 3 && status.starts_with('2');
        if !is_success || status.parse::<u16>().is_err() {
            checker.report(&at, format!("`{status}`: only 2xx answers are modelled"));
        }
        check_answer(checker, answer, &at);
        let content = &answer["content"];
        if first.is_some_and(|first| first != content) {
            checker.report(&at, "all 2xx answers of an operation have the same content");
        }
        first = first.or(Some(content));
    }
}

fn check_answer(checker: &mut Checker<'_>, answer: &Value, pointer: &str) {
    checker.keys(answer, pointer, &["description", "content", "x-corrects"]);
    if answer.get("description").is_none() {
        checker.report(pointer, "the answer has no `description`");
    }
    checker.text(answer, pointer, "description");
    let Some(content) = answer.get("content") else {
        return;
    };
    if object(content).len() != 1 {
        checker.report(pointer, "an answer has one media type, or no `content`");
    }
    for media in object(content).keys() {
        if media != JSON && !is_raw(media) {
            let reason = format!("`{media}` is not read: JSON, text and bytes are");
            checker.report(&format!("{pointer}/content/{}", escape(media)), reason);
        }
    }
    check_content(checker, answer, pointer);
}

fn check_content(checker: &mut Checker<'_>, holder: &Value, pointer: &str) {
    for (media, value) in object(&holder["content"]) {
        let at = format!("{pointer}/content/{}", escape(media));
        checker.keys(value, &at, &["schema"]);
        match value.get("schema") {
            Some(schema) => schemas::check(checker, schema, &format!("{at}/schema")),
            None if media == JSON => {
                checker.report(&at, "JSON has a `schema`; `{}` is any JSON");
            }
            None => {}
        }
    }
}
