//! Browsers: the session cookie, and what keeps other sites' pages from using it.
//!
//! Three things stand against forged requests: the cookie is `SameSite=Lax`; a write needs the
//! CSRF token, which only our own pages can read; and a request that says that it comes from
//! another site is refused.

use astro_core::config::HttpConfig;
use astro_core::limits;
use astro_core::secret::Secret;
use astro_services::Error;
use astro_services::accounts::csrf_matches;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use crate::problem::Result;

const COOKIE: &str = "astro_session";
const CSRF: HeaderName = HeaderName::from_static("x-csrf-token");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The session cookie that a browser sent.
pub(crate) fn cookie(headers: &HeaderMap) -> Option<Secret> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| Secret::new(value))
}

/// Gives a browser its session.
pub(crate) fn set_cookie(http: &HttpConfig, session: &Secret) -> Result<HeaderValue> {
    header_value(http, session.expose(), limits::SESSION_TTL.as_secs())
}

/// Takes a browser's session away.
pub(crate) fn clear_cookie(http: &HttpConfig) -> Result<HeaderValue> {
    header_value(http, "", 0)
}

fn header_value(http: &HttpConfig, value: &str, max_age_s: u64) -> Result<HeaderValue> {
    let is_secure = http
        .public_url
        .as_deref()
        .is_some_and(|url| url.starts_with("https://"));
    let secure = if is_secure { "; Secure" } else { "" };
    let text =
        format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_s}{secure}");
    let mut value = HeaderValue::from_str(&text).map_err(Error::internal)?;
    value.set_sensitive(true);
    Ok(value)
}

/// # Errors
/// 403 for a write by cookie that another site may have caused.
pub(crate) fn check_forgery(
    http: &HttpConfig,
    method: &Method,
    headers: &HeaderMap,
    session: &Secret,
) -> Result<()> {
    if method.is_safe() {
        return Ok(());
    }
    check_origin(http, headers)?;
    let sent = headers.get(CSRF).and_then(|value| value.to_str().ok());
    if csrf_matches(session, sent.unwrap_or_default()) {
        return Ok(());
    }
    Err(forbidden(
        "the X-CSRF-Token header must hold the token of this session; GET /api/v1/auth/session tells it",
    ))
}

/// # Errors
/// 403 for a request of which the browser says that another site caused it.
pub(crate) fn check_origin(http: &HttpConfig, headers: &HeaderMap) -> Result<()> {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    if text(&FETCH_SITE).is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return Err(forbidden("this request was caused by another site"));
    }
    let Some(origin) = text(&header::ORIGIN) else {
        return Ok(());
    };
    let by_host = origin.split_once("://").is_some_and(|(_, host)| {
        text(&header::HOST).is_some_and(|own| own.eq_ignore_ascii_case(host))
    });
    let by_name = http
        .public_url
        .as_deref()
        .is_some_and(|url| url.trim_end_matches('/').eq_ignore_ascii_case(origin));
    if by_host || by_name {
        Ok(())
    } else {
        Err(forbidden("this request was caused by another site"))
    }
}

fn forbidden(detail: &str) -> crate::problem::Problem {
    Error::Forbidden(detail.to_owned()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    fn is_ours(pairs: &[(&'static str, &str)]) -> bool {
        let http = HttpConfig {
            public_url: Some("https://tasks.example.org/".to_owned()),
            ..HttpConfig::default()
        };
        check_origin(&http, &headers(pairs)).is_ok()
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let sent = headers(&[("cookie", "a=b; astro_session=xyz; c=d")]);
        assert_eq!(cookie(&sent).unwrap().expose(), "xyz");
        assert!(cookie(&headers(&[("cookie", "xastro_session=xyz")])).is_none());
    }

    #[test]
    fn only_our_own_pages_count_as_ours() {
        assert!(is_ours(&[]));
        assert!(is_ours(&[
            ("host", "127.0.0.1:8080"),
            ("origin", "http://127.0.0.1:8080")
        ]));
        assert!(is_ours(&[
            ("host", "inner:80"),
            ("origin", "https://tasks.example.org")
        ]));
        assert!(!is_ours(&[
            ("host", "127.0.0.1:8080"),
            ("origin", "http://127.0.0.1:9090")
        ]));
        assert!(!is_ours(&[
            ("host", "tasks.example.org"),
            ("origin", "null")
        ]));
        assert!(!is_ours(&[
            ("host", "tasks.example.org"),
            ("origin", "https://tasks.example.org.evil.example")
        ]));
        assert!(!is_ours(&[("sec-fetch-site", "cross-site")]));
        assert!(!is_ours(&[("sec-fetch-site", "same-site")]));
        assert!(is_ours(&[("sec-fetch-site", "same-origin")]));
    }

    #[test]
    fn with_https_the_cookie_is_secure() {
        let plain = set_cookie(&HttpConfig::default(), &Secret::new("x")).unwrap();
        assert_eq!(
            plain.to_str().unwrap(),
            "astro_session=x; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000"
        );
        let http = HttpConfig {
            public_url: Some("https://tasks.example.org".to_owned()),
            ..HttpConfig::default()
        };
        assert!(
            set_cookie(&http, &Secret::new("x"))
                .unwrap()
                .to_str()
                .unwrap()
                .ends_with("; Secure")
        );
    }
}
