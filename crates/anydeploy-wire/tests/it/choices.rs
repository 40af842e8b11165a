//! Choices without a tag: the type that a value fits as it is, and no guess otherwise.

use anydeploy_wire::{Mismatch, Node, Read, Repair, choice, decode, object};
use serde_json::json;

#[derive(Debug, PartialEq)]
enum Port {
    Name(String),
    Number(u16),
    Range(Box<Range>),
}

choice!(Port: Name, Number, Range);

#[derive(Debug, PartialEq)]
struct Range {
    from: u16,
    to: Option<u16>,
}

object!(Range: required { from = "from" } optional { to = "to" });

#[derive(Debug)]
struct Service {
    port: Option<Port>,
}

object!(Service: optional { port = "port" });

#[test]
fn the_type_is_taken_that_needs_no_repair() {
    let body = json!([80, "80", {"from": 1, "to": null}]);
    let (ports, repairs) = decode::<Vec<Port>>(body.to_string().as_bytes()).unwrap();
    let range = Range { from: 1, to: None };
    assert_eq!(ports, [Port::Number(80), Port::Name("80".to_owned()), Port::Range(Box::new(range))]);
    assert_eq!(repairs, []);
}

#[test]
fn what_fits_none_is_an_error_where_it_has_to_be_there() {
    for body in [json!([70_000]), json!([true]), json!([{"from": "1"}]), json!([{"from": 1, "to": []}])] {
        let error = decode::<Vec<Port>>(body.to_string().as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), "expected another value at /*", "{body}");
    }
}

#[test]
fn what_fits_none_is_left_out_where_it_need_not_be_there() {
    let body = json!([{"port": 70_000}, {"port": 80}]);
    let (services, repairs) = decode::<Vec<Service>>(body.to_string().as_bytes()).unwrap();
    assert_eq!(services.iter().map(|service| service.port.is_some()).collect::<Vec<_>>(), [false, true]);
    assert_eq!(repairs.iter().map(Repair::pointer).collect::<Vec<_>>(), ["/*/port"]);
}

/// Objects that nothing but their members distinguishes.
mod objects {
    use super::{Repair, choice, decode, json, object};

    #[derive(Debug, Default, PartialEq)]
    struct Loose {
        id: Option<String>,
        x: Option<i64>,
    }
    object!(Loose: optional { id = "id", x = "x" });

    #[derive(Debug, Default, PartialEq)]
    struct Strict {
        id: Option<String>,
        y: String,
    }
    object!(Strict: required { y = "y" } optional { id = "id" });

    #[derive(Debug, Default, PartialEq)]
    struct Open {
        z: Option<i64>,
        id: Option<String>,
    }
    object!(Open: optional { id = "id", z = "z" });

    #[derive(Debug, PartialEq)]
    enum Any {
        Loose(Loose),
        Strict(Strict),
        Open(Open),
        List(Vec<Loose>),
        Stricts(Vec<Strict>),
        Inner(Inner<Loose>),
        Other(Inner<Strict>),
    }
    choice!(Any: Loose, Strict, Open, List, Stricts, Inner, Other);

    #[derive(Debug, PartialEq)]
    struct Inner<T> {
        inner: T,
    }
    impl<T: super::Read> super::Read for Inner<T> {
        fn read(node: &mut super::Node<'_>) -> Result<Self, super::Mismatch> {
            let mut inner = anydeploy_wire::__private::Required(None);
            node.object(anydeploy_wire::__names!("inner"), &mut [&mut inner], &mut [])?;
            Ok(Self { inner: inner.0.ok_or_else(|| node.lacks("inner"))? })
        }
    }

    fn read(body: &serde_json::Value) -> Any {
        let (read, repairs) = decode::<Any>(body.to_string().as_bytes()).unwrap();
        assert_eq!(repairs, [], "{body}");
        read
    }

    fn strict(y: &str) -> Strict {
        Strict { id: None, y: y.to_owned() }
    }

    #[test]
    fn the_variant_is_taken_that_names_most_keys() {
        assert_eq!(read(&json!({"y": "hi"})), Any::Strict(strict("hi")));
        assert_eq!(read(&json!({"x": 1})), Any::Loose(Loose { id: None, x: Some(1) }));
        assert_eq!(read(&json!({"z": 1})), Any::Open(Open { id: None, z: Some(1) }));
        let open = Open { id: Some("a".to_owned()), z: Some(1) };
        assert_eq!(read(&json!({"id": "a", "z": 1, "new": true})), Any::Open(open));
    }

    #[test]
    fn inner_objects_and_lists_of_objects_count() {
        assert_eq!(read(&json!({"inner": {"x": 1}})), Any::Inner(Inner { inner: Loose { id: None, x: Some(1) } }));
        assert_eq!(read(&json!({"inner": {"y": "hi"}})), Any::Other(Inner { inner: strict("hi") }));
        assert_eq!(read(&json!([{"x": 1}])), Any::List(vec![Loose { id: None, x: Some(1) }]));
        assert_eq!(read(&json!([{"y": "hi"}, {"y": "you"}])), Any::Stricts(vec![strict("hi"), strict("you")]));
    }

    #[test]
    fn of_equals_the_one_that_requires_more_is_taken_and_then_the_first() {
        let strict = Strict { id: None, y: "hi".to_owned() };
        assert_eq!(read(&json!({"x": null, "y": "hi"})), Any::Strict(strict));
        assert_eq!(read(&json!({"id": "a"})), Any::Loose(Loose { id: Some("a".to_owned()), x: None }));
        assert_eq!(read(&json!({})), Any::Loose(Loose::default()));
        assert_eq!(read(&json!([])), Any::List(Vec::new()));
    }

    #[derive(Debug)]
    struct Holder {
        any: Option<Any>,
    }
    object!(Holder: optional { any = "any" });

    #[test]
    fn a_variant_that_names_fewer_keys_does_not_stand_in_for_one_that_does_not_fit() {
        for body in [json!({"y": 5}), json!({"id": "a", "x": "no number"}), json!({"inner": {"y": 5}})] {
            assert!(decode::<Any>(body.to_string().as_bytes()).is_err(), "{body}");
            let (holder, repairs) = decode::<Holder>(json!({"any": body}).to_string().as_bytes()).unwrap();
            assert!(holder.any.is_none());
            assert_eq!(repairs.iter().map(Repair::pointer).collect::<Vec<_>>(), ["/any"], "{body}");
        }
    }

    #[derive(Debug, PartialEq)]
    enum Mapped {
        Loose(Loose),
        Map(std::collections::BTreeMap<String, i64>),
        Json(serde_json::Value),
    }
    choice!(Mapped: Loose, Map, Json);

    #[test]
    fn a_map_or_free_form_json_takes_what_no_variant_names() {
        let read = |body: serde_json::Value| decode::<Mapped>(body.to_string().as_bytes()).unwrap().0;
        assert_eq!(read(json!({"x": 1, "new": 2})), Mapped::Loose(Loose { id: None, x: Some(1) }));
        assert_eq!(read(json!({"a": 1})), Mapped::Map([("a".to_owned(), 1)].into()));
        assert_eq!(read(json!({"a": "b"})), Mapped::Json(json!({"a": "b"})));
        assert_eq!(read(json!({})), Mapped::Loose(Loose::default()));
    }

    #[derive(Debug)]
    struct Left {
        tree: Option<Box<Tree>>,
        left: Option<bool>,
    }
    object!(Left: optional { tree = "tree", left = "left" });

    #[derive(Debug)]
    struct Right {
        tree: Option<Box<Tree>>,
        right: Option<bool>,
    }
    object!(Right: optional { tree = "tree", right = "right" });

    #[derive(Debug)]
    enum Tree {
        Left(Left),
        Right(Right),
    }
    choice!(Tree: Left, Right);

    /// Weighing each variant of each union inside each variant would double the work with every level.
    #[test]
    fn a_union_inside_itself_is_weighed_once_a_level() {
        let depth = 60;
        let mut body = json!({"right": true});
        for level in 0..depth {
            body = json!({"tree": body, if level % 2 == 0 { "left" } else { "right" }: true});
        }
        let (mut tree, _) = decode::<Tree>(body.to_string().as_bytes()).unwrap();
        for level in (0..depth).rev() {
            let inner = match tree {
                Tree::Left(left) if level % 2 == 0 && left.left.is_some() => left.tree,
                Tree::Right(right) if level % 2 == 1 && right.right.is_some() => right.tree,
                wrong => panic!("level {level}: {wrong:?}"),
            };
            tree = *inner.unwrap();
        }
        assert!(matches!(tree, Tree::Right(Right { right: Some(true), tree: None })));
    }
}
