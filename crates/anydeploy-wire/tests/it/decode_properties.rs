//! Whatever the body is: no panic, no value of it in an error, and what fits is read as it is.

use std::collections::BTreeMap;

use anydeploy_wire::{Patch, Read, SecretJson, choice, decode, object, open_enum, open_union};
use proptest::{collection::vec, option, prelude::*};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

open_enum! {
    pub(crate) enum Word {
        One = "a",
        Two = "b",
    }
}

#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Nested {
    Word(Word),
    Thing(Box<Thing>),
}

choice!(Nested: Word, Thing);

#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Either {
    Number(i64),
    Flags(Vec<bool>),
    Words(BTreeMap<String, String>),
}

choice!(Either: Number, Flags, Words);

open_union! {
    pub(crate) enum Union by "a" {
        Thing(Thing) = "a",
        Other_(BTreeMap<String, Word>) = "b" | "1",
    }
}

#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Thing {
    a: String,
    b: Option<u16>,
    c: Vec<Thing>,
    d: BTreeMap<String, f64>,
    e: Option<Box<Thing>>,
    f: Option<Word>,
    g: Option<Union>,
    h: Option<Either>,
    i: Option<Nested>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    j: Patch<i8>,
    k: bool,
    l: Option<Value>,
}

object! {
    Thing:
    required { a = "a" }
    optional {
        b = "b", c = "c", d = "d", e = "e", f = "f", g = "g", h = "h", i = "i", j = "j", k = "k", l = "l",
    }
}

impl PartialEq for Thing {
    fn eq(&self, other: &Self) -> bool {
        serde_json::to_value(self).unwrap() == serde_json::to_value(other).unwrap()
    }
}

/// The same types as serde reads them.
mod strict {
    use super::{BTreeMap, Deserialize, Patch, Serialize, Union, Value, Word};

    #[derive(Deserialize, Serialize)]
    #[serde(untagged)]
    pub(crate) enum Nested {
        Word(Word),
        Thing(Box<Thing>),
    }

    #[derive(Deserialize, Serialize)]
    #[serde(untagged)]
    pub(crate) enum Either {
        Number(i64),
        Flags(Vec<bool>),
        Words(BTreeMap<String, String>),
    }

    #[derive(Deserialize, Serialize)]
    pub(crate) struct Thing {
        a: String,
        b: Option<u16>,
        #[serde(default)]
        c: Vec<Thing>,
        #[serde(default)]
        d: BTreeMap<String, f64>,
        e: Option<Box<Thing>>,
        f: Option<Word>,
        g: Option<Union>,
        h: Option<Either>,
        i: Option<Nested>,
        #[serde(default, skip_serializing_if = "Patch::is_absent")]
        j: Patch<i8>,
        #[serde(default)]
        k: bool,
        l: Option<Value>,
    }
}

/// Decodes as each of some types and checks what is printed of it.
fn probe(body: &[u8]) -> Result<(), TestCaseError> {
    probe_as::<Thing>(body)?;
    probe_as::<Vec<Thing>>(body)?;
    probe_as::<BTreeMap<String, Union>>(body)?;
    probe_as::<Option<Either>>(body)?;
    probe_as::<Nested>(body)?;
    probe_as::<Word>(body)?;
    probe_as::<Map<String, Value>>(body)?;
    probe_as::<SecretJson>(body)?;
    probe_as::<String>(body)?;
    probe_as::<f64>(body)?;
    probe_as::<bool>(body)?;
    probe_as::<i64>(body)?;
    probe_as::<Value>(body)
}

fn probe_as<T: Read + DeserializeOwned>(body: &[u8]) -> Result<(), TestCaseError> {
    let printed = match decode::<T>(body) {
        Ok((_, repairs)) => format!("{repairs:?}"),
        Err(error) => format!("{error} {error:?}"),
    };
    prop_assert!(!printed.contains("planted"), "{}", printed);
    Ok(())
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![8 => "[a-l]", 1 => "[0-9]{1,2}", 1 => Just("planted".to_owned())]
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0..3_u8).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-b]|[0-9]{1,3}|planted|true".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        prop_oneof![
            1 => vec(inner.clone(), 0..5).prop_map(Value::from),
            3 => vec((key(), inner), 0..8).prop_map(|members| Map::from_iter(members).into()),
        ]
    })
}

fn thing() -> impl Strategy<Value = Thing> {
    let scalars = (any::<String>(), option::of(any::<u16>()), any::<bool>(), option::of(any::<String>()));
    let others = (
        proptest::collection::btree_map(any::<String>(), any::<i32>().prop_map(f64::from), 0..3),
        option::of(any::<i64>().prop_map(Either::Number)),
        prop_oneof![Just(Patch::Absent), Just(Patch::Null), any::<i8>().prop_map(Patch::Value)],
        option::of(any::<(u8, String)>().prop_map(|(number, text)| json!([number, {"text": text}]))),
    );
    let leaf = (scalars, others).prop_map(|((a, b, k, f), (d, h, j, l))| Thing {
        a,
        b,
        d,
        f: f.map(Word::from),
        h,
        j,
        k,
        l,
        ..Thing::default()
    });
    leaf.prop_recursive(3, 16, 3, |inner| {
        let children = (vec(inner.clone(), 0..3), option::of(inner.clone()), inner.clone(), option::of(inner.clone()));
        (children, inner).prop_map(|((c, e, i, g), thing)| Thing {
            c,
            e: e.map(Box::new),
            i: Some(Nested::Thing(Box::new(i))),
            g: g.map(|g| Union::Thing(Box::new(Thing { a: "a".to_owned(), ..g }))),
            ..thing
        })
    })
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(body: Vec<u8>) {
        probe(&body)?;
    }

    #[test]
    fn no_json_makes_it_panic_or_tell_a_value(tree in tree()) {
        probe(tree.to_string().as_bytes())?;
    }

    #[test]
    fn no_list_of_things_makes_it_panic_or_tell_a_value(trees in vec(tree(), 0..20)) {
        let things: Vec<_> = trees.into_iter().map(|tree| json!({"a": "x", "c": tree, "e": tree, "g": tree})).collect();
        probe(Value::from(things).to_string().as_bytes())?;
    }

    #[test]
    fn truncated_json_is_an_error_that_tells_no_value(tree in tree(), end in any::<prop::sample::Index>()) {
        let text = tree.to_string();
        probe(&text.as_bytes()[..end.index(text.len())])?;
    }

    #[test]
    fn what_fits_is_read_as_it_is(thing in thing()) {
        let body = serde_json::to_vec(&thing).unwrap();
        let (read, repairs) = decode::<Thing>(&body).unwrap();
        prop_assert_eq!(repairs, []);
        prop_assert_eq!(read, thing);
    }

    #[test]
    fn what_serde_reads_is_read_the_same(mut tree in tree()) {
        if let Some(members) = tree.as_object_mut() {
            members.insert("a".to_owned(), json!("what has to be there"));
        }
        let body = tree.to_string();
        if let Ok(strict) = serde_json::from_str::<strict::Thing>(&body) {
            let (thing, _) = decode::<Thing>(body.as_bytes()).unwrap();
            prop_assert_eq!(serde_json::to_value(thing).unwrap(), serde_json::to_value(strict).unwrap());
        }
    }

    #[test]
    fn by_the_way_of_serde_the_same_is_read(tree in tree()) {
        let body = tree.to_string();
        match (decode::<Thing>(body.as_bytes()), serde_json::from_str::<Thing>(&body)) {
            (Ok((thing, _)), Ok(again)) => prop_assert_eq!(thing, again),
            (Err(error), Err(again)) => prop_assert_eq!(error.to_string(), again.to_string()),
            (one, other) => prop_assert!(false, "{:?} {:?}", one, other),
        }
    }

    #[test]
    fn a_patch_round_trips(patch in prop_oneof![Just(Patch::Absent), Just(Patch::Null), any::<i8>().prop_map(Patch::Value)]) {
        #[derive(Serialize)]
        struct Update {
            #[serde(skip_serializing_if = "Patch::is_absent")]
            field: Patch<i8>,
        }
        object!(Update: optional { field = "field" });
        let body = serde_json::to_string(&Update { field: patch }).unwrap();
        prop_assert_eq!(body.contains("field"), !patch.is_absent());
        prop_assert_eq!(serde_json::from_str::<Update>(&body).unwrap().field, patch);
        prop_assert_eq!(decode::<Update>(body.as_bytes()).unwrap().0.field, patch);
    }
}

#[test]
fn serdes_messages_quote_values_and_ours_do_not() {
    let body = r#"{"a": "a", "c": {"planted": "planted"}, "b": "planted"}"#;
    probe(body.as_bytes()).unwrap();
    let strict = serde_json::from_str::<strict::Thing>(r#"{"a": "a", "b": "planted"}"#).map(drop).unwrap_err();
    assert!(strict.to_string().contains("planted"));
    let ours = serde_json::from_str::<Thing>(body).unwrap_err();
    assert_eq!(ours.to_string(), "expected a list at /c");
}

#[test]
fn an_absent_patch_that_is_not_skipped_is_refused_rather_than_sent_as_null() {
    assert!(serde_json::to_string(&Patch::<u8>::Absent).is_err());
}
