//! What the operator lets the server connect to.

use std::net::{IpAddr, SocketAddr};

use astro_core::config::{OutgoingConfig, OutgoingTarget};
use url::{Host, Url};

use super::HttpError;
use super::address::is_global;

/// The allow-list, beside what is allowed anyway: the open internet.
#[derive(Debug)]
pub(super) struct Rules {
    allow: Vec<OutgoingTarget>,
}

/// Where a request goes, as far as its address says it.
#[derive(Clone, Debug)]
pub(super) struct Destination {
    /// As it is spoken of: a name in lower case, or an address.
    pub host: String,
    pub port: u16,
    pub is_tls: bool,
    pub place: Place,
}

#[derive(Clone, Debug)]
pub(super) enum Place {
    Address(IpAddr),
    /// To be looked up.
    Name,
}

impl Rules {
    pub fn new(config: &OutgoingConfig) -> Self {
        Self {
            allow: config.allow.to_vec(),
        }
    }

    /// Judges everything that can be judged without looking up a name. The URL parser has already
    /// understood every spelling of an IPv4 address (`127.1`, `0x7f000001`, `017700000001`).
    pub fn destination(&self, url: &Url) -> Result<Destination, HttpError> {
        let is_tls = match url.scheme() {
            "http" => false,
            "https" => true,
            other => {
                return Err(blocked(format!(
                    "the address must begin with http:// or https://, not {other}:"
                )));
            }
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(blocked(
                "the address must not hold a user name or password".to_owned(),
            ));
        }
        let (host, place) = match url.host() {
            Some(Host::Domain(name)) => {
                (name.trim_end_matches('.').to_ascii_lowercase(), Place::Name)
            }
            Some(Host::Ipv4(address)) => (address.to_string(), Place::Address(address.into())),
            Some(Host::Ipv6(address)) => (address.to_string(), Place::Address(address.into())),
            None => return Err(blocked("the address names no host".to_owned())),
        };
        let destination = Destination {
            host,
            port: url
                .port_or_known_default()
                .unwrap_or(if is_tls { 443 } else { 80 }),
            is_tls,
            place,
        };
        if let Place::Address(address) = destination.place {
            self.judge(&destination, address)?;
        }
        Ok(destination)
    }

    /// All the addresses of a host, or its refusal: one inside address among public ones is a trap
    /// rather than a choice.
    pub fn judge_all(
        &self,
        destination: &Destination,
        addresses: &[SocketAddr],
    ) -> Result<(), HttpError> {
        addresses
            .iter()
            .try_for_each(|address| self.judge(destination, address.ip()))
    }

    fn judge(&self, destination: &Destination, address: IpAddr) -> Result<(), HttpError> {
        let is_allowed = |target: &OutgoingTarget| match target {
            OutgoingTarget::Network(network) => network.contains(address),
            OutgoingTarget::Host(name) => {
                matches!(destination.place, Place::Name) && *name == destination.host
            }
        };
        if is_global(address) || self.allow.iter().any(is_allowed) {
            return Ok(());
        }
        Err(blocked(format!(
            "{} is not on the open internet, and `outgoing.allow` does not name it",
            destination.host
        )))
    }
}

fn blocked(reason: String) -> HttpError {
    HttpError::Blocked(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(allow: &str) -> Rules {
        Rules::new(&OutgoingConfig {
            allow: allow.parse().unwrap(),
        })
    }

    fn judged(rules: &Rules, url: &str) -> Result<Destination, HttpError> {
        rules.destination(&url.parse().unwrap())
    }

    #[test]
    fn every_spelling_of_an_inside_address_is_refused_before_any_look_up() {
        for host in [
            "127.0.0.1",
            "127.1",
            "0x7f000001",
            "0x7f.1",
            "017700000001",
            "2130706433",
            "127.0.0.1.",
            "%31%32%37.0.0.1",
            "127。0。0。1",
            "0",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[fd00::1]",
            "[64:ff9b::7f00:1]",
            "169.254.169.254",
        ] {
            let refused = judged(&rules(""), &format!("http://{host}:8080/x"));
            assert!(matches!(refused, Err(HttpError::Blocked(_))), "{host}");
        }
    }

    #[test]
    fn only_plain_web_addresses_are_taken() {
        for url in [
            "ftp://example.org/",
            "file:///etc/passwd",
            "gopher://example.org/",
            "https://user@example.org/",
            "https://:secret@example.org/",
        ] {
            let refused = judged(&rules("0.0.0.0/0"), url);
            assert!(matches!(refused, Err(HttpError::Blocked(_))), "{url}");
        }
    }

    #[test]
    fn an_allowed_network_counts_for_names_and_addresses_alike() {
        let rules = rules("10.0.0.0/8");
        assert!(judged(&rules, "http://10.1.2.3/").is_ok());
        assert!(judged(&rules, "http://11.1.2.3/").is_ok());
        assert!(judged(&rules, "http://192.168.1.1/").is_err());
        let named = judged(&rules, "http://nas.lan/").unwrap();
        let at = |text: &str| vec![text.parse().unwrap()];
        assert!(rules.judge_all(&named, &at("10.1.2.3:80")).is_ok());
        assert!(rules.judge_all(&named, &at("192.168.1.1:80")).is_err());
    }

    #[test]
    fn an_allowed_host_may_be_anywhere_and_nobody_else() {
        let rules = rules("nas.lan");
        let inside = vec!["192.168.1.1:80".parse().unwrap()];
        for (url, is_ok) in [
            ("http://nas.lan/", true),
            ("http://NAS.lan./", true),
            ("http://evil.nas.lan/", false),
            ("http://nas.lan.example.org/", false),
        ] {
            let destination = judged(&rules, url).unwrap();
            let verdict = rules.judge_all(&destination, &inside);
            assert_eq!(verdict.is_ok(), is_ok, "{url}");
        }
    }

    #[test]
    fn one_inside_address_among_public_ones_is_enough_to_refuse() {
        let rules = rules("");
        let destination = judged(&rules, "http://mixed.example/").unwrap();
        let addresses = [
            "1.1.1.1:80".parse().unwrap(),
            "127.0.0.1:80".parse().unwrap(),
        ];
        assert!(rules.judge_all(&destination, &addresses).is_err());
        assert!(rules.judge_all(&destination, &addresses[..1]).is_ok());
    }
}
