//! Where a request comes from. What a proxy says of it counts only when the operator has named the
//! proxy; from anyone else the header changes nothing.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use astro_core::config::Network;
use astro_services::accounts::Client;
use axum::extract::{ConnectInfo, FromRequestParts};
use http::request::Parts;
use http::{HeaderMap, HeaderName, header};

use crate::AppState;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The client at the other end.
#[derive(Debug)]
pub(crate) struct Peer(pub(crate) Client);

impl FromRequestParts<AppState> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let address =
            peer.map(|peer| address(peer.0.ip(), &parts.headers, &app.http.trusted_proxies));
        let agent = parts.headers.get(header::USER_AGENT);
        Ok(Self(Client {
            address,
            agent: agent
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
                .unwrap_or_default(),
        }))
    }
}

/// The nearest address that is no proxy of ours, read from the end of the list: each proxy appends
/// whom it saw, and everything before the first stranger was written by that stranger.
fn address(peer: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let is_ours = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    let mut nearest = peer;
    let values = headers.get_all(FORWARDED_FOR);
    let mut listed: Vec<&str> = values
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    while is_ours(nearest) {
        // A proxy of ours that wrote no address it can be asked for is itself the nearest.
        match listed.pop().and_then(|text| text.trim().parse().ok()) {
            Some(before) => nearest = before,
            None => break,
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str], proxies: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        let proxies: Vec<Network> = proxies.iter().map(|text| text.parse().unwrap()).collect();
        address(peer.parse().unwrap(), &headers, &proxies).to_string()
    }

    #[test]
    fn without_named_proxies_the_header_changes_nothing() {
        assert_eq!(seen("192.0.2.7", &["203.0.113.9"], &[]), "192.0.2.7");
        assert_eq!(
            seen("192.0.2.7", &["203.0.113.9"], &["10.0.0.0/8"]),
            "192.0.2.7"
        );
    }

    #[test]
    fn behind_our_proxies_the_nearest_stranger_counts() {
        let ours = ["10.0.0.0/8"];
        assert_eq!(seen("10.0.0.1", &["203.0.113.9"], &ours), "203.0.113.9");
        assert_eq!(
            seen("10.0.0.1", &["1.1.1.1, 203.0.113.9", "10.0.0.2"], &ours),
            "203.0.113.9"
        );
        assert_eq!(
            seen("::ffff:10.0.0.1", &["203.0.113.9"], &ours),
            "203.0.113.9"
        );
    }

    #[test]
    fn a_list_that_cannot_be_read_leaves_the_proxy() {
        let ours = ["10.0.0.0/8"];
        assert_eq!(seen("10.0.0.1", &[], &ours), "10.0.0.1");
        assert_eq!(
            seen("10.0.0.1", &["203.0.113.9, unknown"], &ours),
            "10.0.0.1"
        );
        assert_eq!(seen("10.0.0.1", &["10.0.0.3"], &ours), "10.0.0.3");
    }
}
