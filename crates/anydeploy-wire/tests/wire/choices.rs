//! Choices without a tag: the type that a value fits as it is, and no guess otherwise.

use anydeploy_wire::{Repair, choice, decode, object};
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
