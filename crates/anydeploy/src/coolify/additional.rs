//! Which rows are those of an application's own server, and not of its additional ones.
//!
//! Facts of 4.3.11: each success of an application with additional servers is followed by one row for each of them, which is
//! at once in progress, names no pull request, and deploys the head or the pinned commit, after a rollback as well.
//! The destination alone distinguishes it: a text in a row, and a number in the application.

use super::api::Api;
use super::destination::Destination;
use super::row::Row;
use super::rows::Page;
use crate::adapter::retry_briefly;
use crate::{Result, Target};

/// Whether a row is of another destination than this one; what is not reported decides nothing.
pub(super) fn is_of_additional_server(row: &Row, own: Option<&Destination>) -> bool {
    row.destination.as_ref().zip(own).is_some_and(|(of_row, own)| of_row != own)
}

/// Whether the rows of a page are of several destinations.
pub(super) fn names_several(page: &Page) -> bool {
    let mut named = page.rows.iter().filter_map(|row| row.destination.as_ref());
    let first = named.next();
    named.any(|other| Some(other) != first)
}

/// Whether a row can only be of the application's own server: what Coolify starts on an additional one, by itself or from its
/// interface, comes neither from the API nor from a webhook.
pub(super) fn is_surely_own(row: &Row) -> bool {
    row.is_api == Some(true) || row.is_webhook == Some(true)
}

/// The destination of an application itself.
pub(super) async fn own_destination(api: &Api, target: &Target) -> Result<Option<Destination>> {
    Ok(retry_briefly(|| api.application(target.id())).await?.0.destination)
}

/// The same, read only if the rows of a page are of several.
pub(super) async fn own_destination_among(api: &Api, target: &Target, page: &Page) -> Result<Option<Destination>> {
    if names_several(page) { own_destination(api, target).await } else { Ok(None) }
}

#[cfg(test)]
mod tests {
    use coolify_client::wire::decode;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_row_is_of_an_additional_server_only_if_both_name_their_destination() {
        let row = |destination: Value| -> Row {
            let row = json!({ "deployment_uuid": "d", "status": "finished", "destination_id": destination });
            serde_json::from_value(row).unwrap()
        };
        let own = decode::<Destination>(b"0").unwrap().0;
        let cases = [
            (json!("0"), Some(&own), false),
            (json!(0), Some(&own), false),
            (json!("1"), Some(&own), true),
            (json!(1), Some(&own), true),
            (Value::Null, Some(&own), false),
            (json!("1"), None, false),
        ];
        for (destination, own, elsewhere) in cases {
            assert_eq!(is_of_additional_server(&row(destination.clone()), own), elsewhere, "{destination} {own:?}");
        }
        let several = |ids: [Value; 3]| names_several(&Page { rows: ids.map(row).into(), ..Page::default() });
        assert!(several([json!("0"), Value::Null, json!("1")]));
        assert!(!several([json!("0"), json!(0), Value::Null]));
    }
}
