//! Filling a path template so that a value can never change which resource is meant.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::operation::Operation;

/// Everything but RFC 3986's unreserved characters is encoded.
const ENCODED_IN_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Fills the template and puts it after `base`, or says which parameter cannot be used and why.
pub(crate) fn fill(base: &str, operation: &Operation, values: &[(&str, String)]) -> Result<String, String> {
    for (name, value) in values {
        if let Some(reason) = refusal_of(value) {
            return Err(format!("the path parameter `{name}` {reason}"));
        }
        if !has_parameter(operation.path(), name) {
            return Err(format!("there is no path parameter `{name}`"));
        }
    }
    let mut filled = String::with_capacity(base.len() + operation.path().len() + 64);
    filled.push_str(base);
    let mut rest = operation.path();
    while let Some((before, tail)) = rest.split_once('{') {
        let Some((name, after)) = tail.split_once('}') else { break };
        let Some((_, value)) = values.iter().find(|(given, _)| *given == name) else {
            return Err(format!("the path parameter `{name}` is not given"));
        };
        filled.push_str(before);
        filled.extend(utf8_percent_encode(value, ENCODED_IN_SEGMENT));
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

fn has_parameter(template: &str, name: &str) -> bool {
    let mut parameters = template.split('{').skip(1).filter_map(|part| part.split_once('}'));
    parameters.any(|(parameter, _)| parameter == name)
}

/// Why a value may not stand in a path.
///
/// URL parsers and servers resolve `.` and `..`, some of them after decoding `%2F` and `%5C`, so a
/// dot segment is refused wherever it stands: `DELETE /applications/..` would address another resource.
fn refusal_of(value: &str) -> Option<&'static str> {
    if value.is_empty() {
        Some("is empty")
    } else if value.chars().any(char::is_control) {
        Some("holds a control character")
    } else if value.split(['/', '\\']).any(|part| part == "." || part == "..") {
        Some("holds a dot segment")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::Url;

    use super::*;
    use crate::operation::Method;

    const READ: Operation = Operation::new(Method::Get, "read", "/teams/{team}/members/{member}");

    fn fill_with(team: &str, member: &str) -> Result<String, String> {
        fill("", &READ, &[("team", team.to_owned()), ("member", member.to_owned())])
    }

    fn url_with(path: &str) -> Url {
        let mut url = Url::parse("https://host.example").unwrap();
        url.set_path(&format!("/api{path}"));
        url
    }

    #[test]
    fn values_are_encoded() {
        assert_eq!(fill_with("a/b?c#d", "é %2e%2e").unwrap(), "/teams/a%2Fb%3Fc%23d/members/%C3%A9%20%252e%252e");
    }

    #[test]
    fn what_would_change_the_path_is_refused_by_name() {
        for bad in ["", ".", "..", "a/../b", "..\\x", "a\nb", "\u{7f}"] {
            let reason = fill_with("1", bad).unwrap_err();
            assert!(reason.starts_with("the path parameter `member` "), "{reason}");
        }
    }

    #[test]
    fn parameters_and_template_must_agree() {
        let missing = fill("", &READ, &[("team", "1".to_owned())]).unwrap_err();
        assert_eq!(missing, "the path parameter `member` is not given");
        let unknown = fill("", &READ, &[("uuid", "1".to_owned())]).unwrap_err();
        assert_eq!(unknown, "there is no path parameter `uuid`");
    }

    proptest! {
        #[test]
        fn no_value_changes_the_segments_of_the_url(team: String, member in any::<String>()) {
            if let Ok(path) = fill_with(&team, &member) {
                let url = url_with(&path);
                let segments: Vec<_> = url.path_segments().unwrap().collect();
                prop_assert_eq!(segments.len(), 5);
                prop_assert_eq!((segments[0], segments[1], segments[3]), ("api", "teams", "members"));
                prop_assert_eq!(percent_encoding::percent_decode_str(segments[2]).decode_utf8().unwrap(), team);
                prop_assert_eq!((url.query(), url.fragment()), (None, None));
            }
        }

        #[test]
        fn no_dotted_value_changes_the_segments_of_the_url(member in r"[./\\%2eE5cCfF]{0,8}") {
            if let Ok(path) = fill_with("1", &member) {
                let url = url_with(&path);
                prop_assert_eq!(url.path_segments().unwrap().count(), 5);
            }
        }
    }
}
