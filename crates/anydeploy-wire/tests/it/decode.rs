//! What the decoder repairs, and what it does not.

use std::collections::BTreeMap;

use anydeploy_wire::{DecodeError, Mismatch, Node, Patch, Read, Repair, Repaired, Secret, decode, object, open_enum};

open_enum! {
    pub(crate) enum State {
        Running = "running",
        Stopped = "stopped",
    }
}

#[derive(Debug)]
struct Application {
    uuid: String,
    name: Option<String>,
    port: Option<u16>,
    load: Option<f64>,
    public: bool,
    status: Option<State>,
    tags: Vec<String>,
    labels: BTreeMap<String, String>,
    server: Option<Server>,
    kind: Option<Kind>,
    token: Option<Secret>,
    limit: Patch<u32>,
}

object! {
    Application:
    required { uuid = "uuid" }
    optional {
        name = "name", port = "port", load = "load", public = "public", status = "status", tags = "tags",
        labels = "labels", server = "server", kind = "kind", token = "token", limit = "limit",
    }
}

#[derive(Debug)]
#[expect(dead_code, reason = "only whether it can be read is looked at")]
struct Server {
    ip: String,
    children: Vec<Server>,
}

object!(Server: required { ip = "ip" } optional { children = "children" });

#[derive(Debug)]
#[expect(dead_code, reason = "only whether it can be read is looked at")]
struct Outer {
    server: Server,
}

object!(Outer: required { server = "server" });

#[derive(Debug)]
#[expect(dead_code, reason = "only whether it can be read is looked at")]
struct Chain {
    flag: Option<bool>,
    next: Option<Box<Chain>>,
}

object!(Chain: optional { flag = "flag", next = "next" });

#[derive(Debug, PartialEq)]
enum Kind {
    Git,
    Image,
}

impl Read for Kind {
    fn read(node: &mut Node<'_>) -> Result<Self, Mismatch> {
        match String::read(node)?.as_str() {
            "git" => Ok(Self::Git),
            "image" => Ok(Self::Image),
            _ => Err(node.mismatch()),
        }
    }
}

#[derive(Debug)]
#[expect(dead_code, reason = "of some members only whether they can be read is looked at")]
struct Limits {
    by_port: BTreeMap<String, u8>,
    names: Option<Vec<String>>,
    only: Patch<Only>,
}

object!(Limits: optional { by_port = "by_port", names = "names", only = "only" });

#[derive(Debug)]
#[expect(dead_code, reason = "of some members only whether they can be read is looked at")]
struct Only {
    name: Option<String>,
    must: String,
}

object!(Only: required { must = "must" } optional { name = "name" });

fn ok<T: Read>(body: &str) -> (T, Vec<(String, Repaired)>) {
    let (value, repairs) = decode(body.as_bytes()).unwrap();
    (value, repairs.into_iter().map(|repair: Repair| (repair.pointer().to_owned(), repair.what())).collect())
}

fn err<T: Read>(body: &str) -> DecodeError {
    decode::<T>(body.as_bytes()).map(drop).unwrap_err()
}

fn converted(pointer: &str) -> (String, Repaired) {
    (pointer.to_owned(), Repaired::Converted)
}

fn removed(pointer: &str) -> (String, Repaired) {
    (pointer.to_owned(), Repaired::Removed)
}

#[test]
fn what_fits_is_read_without_repairs() {
    let body = r#"{"uuid": "a", "name": null, "port": 80, "load": 1, "public": true, "status": "running",
        "tags": ["x"], "labels": {"a/b": "c"}, "server": {"ip": "i"}, "kind": "image", "token": "t",
        "limit": null, "unknown": [{}]}"#;
    let (application, repairs) = ok::<Application>(body);
    assert_eq!(repairs, []);
    assert_eq!((application.port, application.load, application.public), (Some(80), Some(1.0), true));
    assert_eq!((application.kind, application.limit), (Some(Kind::Image), Patch::Null));
    assert_eq!((application.status, application.labels["a/b"].as_str()), (Some(State::Running), "c"));
}

#[test]
fn scalars_are_converted() {
    let body = r#"{"uuid": 7, "name": true, "port": " 80 ", "load": "0.5", "public": "1", "status": 3, "token": 12,
        "labels": {"x": 1, "y": false}}"#;
    let (application, repairs) = ok::<Application>(body);
    assert_eq!((application.uuid.as_str(), application.name.as_deref()), ("7", Some("true")));
    assert_eq!((application.port, application.load, application.public), (Some(80), Some(0.5), true));
    assert_eq!((application.status.unwrap().as_str(), application.token.unwrap().expose()), ("3", "12"));
    assert_eq!(application.labels.values().collect::<Vec<_>>(), ["1", "false"]);
    let places = ["/labels/*", "/load", "/name", "/port", "/public", "/token", "/uuid"];
    assert_eq!(repairs, places.map(converted));
}

#[test]
fn integers_and_bools_are_taken_in_every_spelling_that_is_certain() {
    assert_eq!(ok::<Vec<i64>>(r#"[80.0, "-3", "7.0", "1e2"]"#).0, [80, -3, 7, 100]);
    assert_eq!(ok::<Vec<bool>>(r#"["true", "false", 0, 1, "0"]"#).0, [true, false, false, true, false]);
    for bad in ["1.5", "\"\"", "\"80 apples\"", "256", "-1", "1e300", "true", "\"0x10\""] {
        assert_eq!(err::<u8>(bad).to_string(), "expected an integer from 0 to 255", "{bad}");
    }
    for bad in ["2", "\"yes\"", "\"\"", "[]"] {
        assert_eq!(err::<bool>(bad).to_string(), "expected a bool", "{bad}");
    }
    for bad in ["\"inf\"", "\"nan\"", "\"\""] {
        assert_eq!(err::<f64>(bad).to_string(), "expected a number", "{bad}");
    }
    assert_eq!(ok::<u64>("18446744073709551615").0, u64::MAX);
    assert_eq!(
        err::<i64>("9007199254740994.0").expected(),
        "an integer from -9223372036854775808 to 9223372036854775807"
    );
}

#[test]
fn null_where_nothing_may_be_null_is_left_out() {
    let body =
        r#"{"uuid": "a", "public": null, "tags": null, "labels": null, "server": {"ip": "i", "children": null}}"#;
    let (application, repairs) = ok::<Application>(body);
    assert!(!application.public && application.tags.is_empty() && application.labels.is_empty());
    assert_eq!(repairs, ["/labels", "/public", "/server/children", "/tags"].map(removed));
}

#[test]
fn a_null_element_is_left_out_and_nothing_else_is() {
    let (tags, repairs) = ok::<Vec<String>>(r#"["a", null, "b", null]"#);
    assert_eq!((tags.join(""), repairs), ("ab".to_owned(), vec![removed("/*")]));
    let (labels, repairs) = ok::<BTreeMap<String, String>>(r#"{"a": null, "b": "c"}"#);
    assert_eq!((labels.len(), repairs), (1, vec![removed("/*")]));
    assert_eq!(ok::<Vec<Option<String>>>(r#"["a", null]"#), (vec![Some("a".to_owned()), None], vec![]));
    assert_eq!(err::<Vec<String>>(r#"["a", {}]"#).to_string(), "expected a string at /*");
    assert_eq!(err::<BTreeMap<String, u8>>(r#"{"planted": "planted"}"#).pointer(), "/*");
}

#[test]
fn an_optional_member_that_does_not_fit_is_left_out() {
    let body = r#"{"uuid": "a", "name": {}, "port": "http", "load": [], "status": [1], "server": "s", "kind": "helm"}"#;
    let (application, repairs) = ok::<Application>(body);
    assert_eq!((application.uuid.as_str(), application.port, application.kind), ("a", None, None));
    assert!(application.name.is_none() && application.server.is_none());
    assert_eq!(repairs, ["/kind", "/load", "/name", "/port", "/server", "/status"].map(removed));
}

#[test]
fn a_list_or_a_map_never_seems_empty_because_it_does_not_fit() {
    for (body, reason) in [
        (r#"{"uuid": "a", "tags": "x"}"#, "expected a list at /tags"),
        (r#"{"uuid": "a", "tags": {"planted": "x"}}"#, "expected a list at /tags"),
        (r#"{"uuid": "a", "labels": 7}"#, "expected an object at /labels"),
        (r#"{"uuid": "a", "labels": ["x"]}"#, "expected an object at /labels"),
        (r#"{"uuid": "a", "server": {"ip": "i", "children": {"ip": "j"}}}"#, "expected a list at /server/children"),
    ] {
        assert_eq!(err::<Application>(body).to_string(), reason, "{body}");
    }
    assert_eq!(err::<Limits>(r#"{"by_port": {"80": 1, "planted": []}}"#).pointer(), "/by_port/*");
    assert_eq!(err::<Limits>(r#"{"names": true}"#).to_string(), "expected a list at /names");
    // The other elements keep what they have, too.
    let (list, _) = ok::<Vec<Limits>>(r#"[{"names": null}, {"names": ["a"]}, {"by_port": null}]"#);
    assert_eq!(list[1].names.as_deref(), Some(&["a".to_owned()][..]));
}

#[test]
fn a_patch_that_does_not_fit_is_not_taken_as_absent() {
    assert!(err::<Application>(r#"{"uuid": "a", "limit": -1}"#).to_string().ends_with(" at /limit"));
    assert!(err::<Vec<Application>>(r#"[{"uuid": "a"}, {"uuid": "b", "limit": []}]"#).pointer().ends_with("/limit"));
    let limit = |body: &str| ok::<Application>(body).0.limit;
    assert_eq!(limit(r#"{"uuid": "a", "limit": "7"}"#), Patch::Value(7));
    assert_eq!(limit(r#"{"uuid": "a", "limit": null}"#), Patch::Null);
    assert_eq!(limit(r#"{"uuid": "a"}"#), Patch::Absent);
    // Inside of its value all is as elsewhere.
    let (limits, repairs) = ok::<Limits>(r#"{"only": {"name": {}, "must": "m"}}"#);
    assert_eq!((limits.only.into_value().unwrap().name, repairs), (None, vec![removed("/only/name")]));
    assert_eq!(err::<Limits>(r#"{"only": {"must": []}}"#).to_string(), "expected a string at /only/must");
}

#[test]
fn an_optional_object_that_lacks_a_member_is_left_out() {
    let (application, repairs) = ok::<Application>(r#"{"uuid": "a", "server": {"name": "s"}}"#);
    assert!(application.server.is_none());
    assert_eq!(repairs, [removed("/server")]);
}

#[test]
fn a_list_is_never_shortened_to_make_it_fit() {
    let body = r#"{"uuid": "a", "server": {"ip": "i", "children": [{"ip": "j"}, {}]}}"#;
    assert_eq!(err::<Application>(body).to_string(), "expected the member `ip` at /server/children/*");
}

#[test]
fn a_missing_member_is_named_with_the_reason_why_it_is_missing() {
    assert_eq!(err::<Vec<Application>>(r#"[{"name": "n"}]"#).to_string(), "expected the member `uuid` at /*");
    assert_eq!(err::<Vec<Application>>(r#"[{"uuid": {}}]"#).to_string(), "expected a string at /*/uuid");
    assert_eq!(err::<Vec<Application>>(r#"[{"uuid": null}]"#).to_string(), "expected a string at /*/uuid");
    assert_eq!(err::<Outer>(r#"{"server": {"ip": []}}"#).to_string(), "expected a string at /server/ip");
}

#[test]
fn an_object_with_numbers_for_keys_is_a_list_in_their_order() {
    let (list, repairs) = ok::<Vec<String>>(r#"{"10": "c", "2": "b", "1": "a"}"#);
    assert_eq!((list.join(""), repairs), ("abc".to_owned(), vec![converted("")]));
    let (list, _) = ok::<Vec<Application>>(r#"{"1": {"uuid": "b", "port": {}}, "0": {"uuid": "a", "port": {}}}"#);
    assert_eq!(list.iter().map(|one| one.uuid.as_str()).collect::<String>(), "ab");
    assert!(ok::<Vec<u8>>("{}").0.is_empty());
    assert_eq!(err::<Vec<u8>>(r#"{"1": 1, "a": 2}"#).to_string(), "expected a list");
}

#[test]
fn an_empty_list_is_an_empty_object_and_no_other_list_is() {
    let (labels, repairs) = ok::<BTreeMap<String, String>>("[]");
    assert_eq!((labels.len(), repairs), (0, vec![converted("")]));
    assert_eq!(err::<BTreeMap<String, u8>>("[1]").to_string(), "expected an object");
    assert_eq!(err::<Server>(r#"["i"]"#).to_string(), "expected an object");
}

#[test]
fn an_empty_list_is_no_struct_even_if_all_its_members_may_be_missing() {
    assert_eq!(err::<Limits>("[]").to_string(), "expected an object");
    assert_eq!(ok::<Vec<Application>>(r#"[{"uuid": "a", "server": []}]"#).1, [removed("/*/server")]);
}

#[test]
fn a_long_list_with_the_same_mismatches_everywhere_needs_few_repairs() {
    // One repair a mismatch and element would be given up after 64.
    let bad = r#"{"uuid": 1, "port": "x", "tags": null, "server": {}, "kind": "helm", "labels": []}"#;
    let good = r#"{"uuid": "b", "port": 80, "tags": ["t"], "server": {"ip": "i"}, "kind": null}"#;
    let body = format!("[{}{good}]", format!("{bad},").repeat(10_000));
    let (list, repairs) = ok::<Vec<Application>>(&body);
    let places = [converted("/*/labels"), converted("/*/uuid")];
    let left_out = ["/*/kind", "/*/port", "/*/server", "/*/tags"].map(removed);
    let mut expected: Vec<_> = places.into_iter().chain(left_out).collect();
    expected.sort();
    assert_eq!(repairs, expected);
    let intact = list.last().unwrap();
    assert_eq!((list.len(), intact.port, intact.tags.len()), (10_001, Some(80), 1));
    assert!(intact.server.is_some());
}

#[test]
fn a_mismatch_that_only_the_type_shows_is_left_out_alone() {
    // Only the type knows that `helm` is no word, so the first mismatch leaves the others alone.
    let (list, _) = ok::<Vec<Application>>(r#"[{"uuid": "a", "kind": "helm"}, {"uuid": "b", "kind": "git"}]"#);
    assert_eq!((&list[0].kind, &list[1].kind), (&None, &Some(Kind::Git)));
}

#[test]
fn however_many_mismatches_there_are_each_is_left_out_and_some_are_reported() {
    let nest = |depth: usize| {
        format!("{}{}", r#"{"ip":"i","children":[{"ip":"i","children":["#.repeat(depth), "]}]}".repeat(depth))
    };
    assert!(decode::<Server>(nest(20).as_bytes()).is_ok());
    let chain = |depth: usize| format!("{}null{}", r#"{"flag":[],"next":"#.repeat(depth), "}".repeat(depth));
    assert_eq!(ok::<Chain>(&chain(60)).1.len(), 60);
    // Chains of one length differ in none of their places, those of another in one each.
    let chains: Vec<_> = (0..110).flat_map(|depth| [chain(depth), chain(depth)]).collect();
    let (chains, repairs) = ok::<Vec<Option<Chain>>>(&format!("[{}]", chains.join(",")));
    assert_eq!((chains.len(), repairs.len()), (220, 109));
}

#[test]
fn what_was_repaired_inside_of_what_is_left_out_is_not_reported() {
    let body = r#"{"uuid": "a", "server": {"children": null, "ip": []}, "port": "80"}"#;
    let (application, repairs) = ok::<Application>(body);
    assert!(application.server.is_none());
    assert_eq!(repairs, [converted("/port"), removed("/server")]);
}

#[test]
fn of_members_with_one_name_the_last_that_fits_counts() {
    assert_eq!(ok::<Application>(r#"{"uuid": "a", "port": 1, "uuid": "b", "port": 2}"#).0.uuid, "b");
    assert_eq!(ok::<Application>(r#"{"uuid": "a", "port": 1, "port": {}}"#).0.port, Some(1));
    assert_eq!(ok::<BTreeMap<String, u8>>(r#"{"a": {}, "b": 2, "a": 1}"#).0["a"], 1);
    assert_eq!(ok::<Vec<u8>>(r#"{"0": {}, "1": 2, "0": 1}"#).0, [1, 2]);
}

#[test]
fn a_text_that_breaks_off_is_reported_as_such_whatever_does_not_fit_before() {
    let text = err::<Application>(r#"{"uuid": "a", "tags": 7, "name": "planted"#).to_string();
    assert!(text.starts_with("expected JSON; the text breaks off"), "{text}");
}

#[test]
fn a_type_need_not_read_its_value_and_reads_it_once_at_most() {
    #[derive(Debug, PartialEq)]
    struct Unread;
    impl Read for Unread {
        fn read(_: &mut Node<'_>) -> Result<Self, Mismatch> {
            Ok(Self)
        }
    }
    #[derive(Debug)]
    struct Twice;
    impl Read for Twice {
        fn read(node: &mut Node<'_>) -> Result<Self, Mismatch> {
            u8::read(node).or_else(|_| u8::read(node)).map(|_| Self)
        }
    }
    assert_eq!(ok::<Vec<Unread>>(r#"[{"a": [1]}, 2, null]"#).0.len(), 3);
    assert_eq!(err::<Twice>("{}").to_string(), "expected another value");
}

#[test]
fn a_number_that_serde_json_wraps_up_is_a_number() {
    // So it comes if another crate turns on its feature `arbitrary_precision`.
    assert_eq!(ok::<Vec<u8>>(r#"[{"$serde_json::private::Number": "7"}]"#), (vec![7], vec![]));
}

#[test]
fn what_is_no_json_says_why() {
    assert_eq!(err::<u8>("").to_string(), "expected an integer from 0 to 255; the body is empty");
    assert_eq!(ok::<Option<u8>>(" \n").0, None);
    let text = err::<u8>("{\"a\": \"planted").to_string();
    assert_eq!(text, "expected JSON; the text breaks off at line 1, column 14");
    assert_eq!(err::<u8>("planted").to_string(), "expected JSON; it is not JSON at line 1, column 1");
    assert!(err::<u8>("7 planted").to_string().starts_with("expected JSON; it is not JSON"));
    assert!(err::<u8>(" <p>planted").to_string().contains("a web page came"));
    assert!(decode::<u8>(b"\xff\xfe").is_err());
    assert_eq!(ok::<u8>("\u{feff}7").0, 7);
}

#[test]
fn what_is_not_unicode_is_replaced_and_reported() {
    let repairs = [Repaired::Converted, Repaired::Removed];
    for text in [&b"a\xff"[..], br"a\ud83d", br"a\ude00"] {
        let body = [&br#"{"uuid": ""#[..], text, br#"", "port": []}"#].concat();
        let (application, found) = decode::<Application>(&body).unwrap();
        assert_eq!(application.uuid, "a\u{fffd}");
        assert_eq!(found.iter().map(Repair::what).collect::<Vec<_>>(), repairs);
        assert_eq!(found.iter().map(Repair::pointer).collect::<Vec<_>>(), ["", "/port"]);
    }
    let error = decode::<String>(b"{\"planted\xff").map(drop).unwrap_err();
    assert!(error.to_string().contains("the text breaks off"), "{error}");
    assert!(decode::<String>(b"\"\xff\" planted").is_err());
}

#[test]
fn a_long_text_is_what_a_text_is_and_nothing_else_becomes_one() {
    #[derive(Debug, PartialEq)]
    struct Log(String);
    impl Read for Log {
        fn read(node: &mut Node<'_>) -> Result<Self, Mismatch> {
            node.long_text().map(Self)
        }
    }
    #[derive(Debug, PartialEq)]
    struct Row {
        id: u8,
        log: Patch<Log>,
    }
    object!(Row: required { id = "id" } optional { log = "log" });

    let row = |log| Row { id: 7, log };
    let log = |text: &str| row(Patch::Value(Log(text.to_owned())));
    let plain = r#" {"log": "[{\"output\":\"a\\nb\"}] \u00e9", "id": 7}"#;
    assert_eq!(ok(plain), (log(r#"[{"output":"a\nb"}] é"#), Vec::new()));
    assert_eq!(ok(r#"{"log":"\ud83d.","id":7}"#), (log("\u{fffd}."), vec![converted("/log")]));
    assert_eq!(ok(r#"{"log":null,"id":7}"#), (row(Patch::Null), Vec::new()));
    assert_eq!(ok(r#"{"id":7}"#), (row(Patch::Absent), Vec::new()));
    for odd in ["7", "[]", "{}", "true"] {
        let row = format!(r#"{{"log":{odd},"id":7}}"#);
        assert!(err::<Row>(&row).to_string().contains("/log"), "{odd}");
        assert!(serde_json::from_str::<Row>(&row).unwrap_err().to_string().contains("/log"), "{odd}");
    }
    assert!(err::<Row>(r#"{"log":"breaks of"#).to_string().contains("breaks off"));
    // Read ahead, as in a union, it is the same.
    assert_eq!(serde_json::from_str::<Row>(plain).unwrap(), log(r#"[{"output":"a\nb"}] é"#));
}

#[test]
fn nesting_without_end_is_an_error() {
    for open in ["[", "{\"children\":["] {
        let error = err::<Server>(&open.repeat(100_000));
        assert_eq!(error.expected(), "JSON");
    }
}
