//! Strong entity tags. A tag is the version, and `b` where the answer also says "blocked", which
//! can change while the row does not.

use astro_services::Expected;
use http::header::HeaderName;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::problem::{Problem, Result};

/// The tag of a version.
pub(crate) fn of(version: i64, blocked: bool) -> HeaderValue {
    let tag = format!("\"{version}{}\"", if blocked { "b" } else { "" });
    HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""))
}

/// The versions of which If-Match asks for one; `*` asks for any.
///
/// # Errors
/// 412 when it names no tag that this server can have given, since nothing can match then.
pub(crate) fn expected_version(headers: &HeaderMap) -> Result<Option<Expected>> {
    if !headers.contains_key(header::IF_MATCH) || tags(headers, &header::IF_MATCH).any(is_any) {
        return Ok(None);
    }
    let versions: Vec<i64> = tags(headers, &header::IF_MATCH)
        .filter_map(version)
        .collect();
    if versions.is_empty() {
        return Err(Problem::new(
            StatusCode::PRECONDITION_FAILED,
            "stale",
            "Changed in the meantime",
            "If-Match holds no tag that this server gave",
        ));
    }
    Ok(Some(Expected::any_of(&versions)))
}

/// Whether If-None-Match says that the client has this already.
pub(crate) fn is_known(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let tag = tag.to_str().unwrap_or_default();
    tags(headers, &header::IF_NONE_MATCH)
        .any(|one| is_any(one) || one.strip_prefix("W/").unwrap_or(one) == tag)
}

/// The members of a list of tags (RFC 9110 8.8.3), which may also stand in several lines. Tags of
/// this server hold no comma, so cutting those of others in two does no harm.
fn tags<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
}

fn is_any(tag: &str) -> bool {
    tag == "*"
}

/// The version of a strong tag; a weak one never matches (RFC 9110 13.1.1).
fn version(tag: &str) -> Option<i64> {
    let inner = tag.strip_prefix('"')?.strip_suffix('"')?;
    inner.strip_suffix('b').unwrap_or(inner).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::IF_MATCH, line.parse().unwrap());
            headers.append(header::IF_NONE_MATCH, line.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_list_asks_for_any_of_its_tags() {
        let asked = |lines: &[&str]| expected_version(&headers(lines)).unwrap();
        let any_of = |versions: &[i64]| Some(Expected::any_of(versions));
        assert_eq!(asked(&[]), None);
        assert_eq!(asked(&["*"]), None);
        assert_eq!(asked(&["\"7\""]), any_of(&[7]));
        assert_eq!(asked(&["\"99\", \"1b\""]), any_of(&[99, 1]));
        assert_eq!(asked(&["\"99\"", "\"1\",\"2\""]), any_of(&[99, 1, 2]));
        assert_eq!(asked(&["\"theirs, of course\", \"3\""]), any_of(&[3]));
        assert_eq!(asked(&["W/\"1\", \"3\""]), any_of(&[3]));
        for nothing in ["", "1", "W/\"1\"", "\"bb\"", "\"x\", \"y\""] {
            assert!(expected_version(&headers(&[nothing])).is_err(), "{nothing}");
        }
    }

    #[test]
    fn what_is_known_may_stand_anywhere_in_the_list() {
        let tag = of(3, false);
        for known in [&["\"1\", \"3\""][..], &["\"1\"", "W/\"3\""], &["*"]] {
            assert!(is_known(&headers(known), &tag), "{known:?}");
        }
        for other in [&[][..], &["\"1\""], &["\"3b\""]] {
            assert!(!is_known(&headers(other), &tag), "{other:?}");
        }
    }
}
