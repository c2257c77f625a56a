//! Which addresses are on the open internet.
//!
//! By the registries of special-purpose addresses (RFC 6890 and its updates, as IANA keeps them). A
//! range that is neither certainly public nor needed counts as not global.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What is not global of IPv4: network, length of its prefix, and its use.
const REFUSED_V4: [(Ipv4Addr, u32); 15] = [
    (Ipv4Addr::UNSPECIFIED, 8),           // this network
    (Ipv4Addr::new(10, 0, 0, 0), 8),      // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),   // shared by a carrier
    (Ipv4Addr::new(127, 0, 0, 0), 8),     // loopback
    (Ipv4Addr::new(169, 254, 0, 0), 16),  // link-local, and the metadata of clouds
    (Ipv4Addr::new(172, 16, 0, 0), 12),   // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),    // protocol assignments
    (Ipv4Addr::new(192, 0, 2, 0), 24),    // documentation
    (Ipv4Addr::new(192, 88, 99, 0), 24),  // relays of 6to4, given up
    (Ipv4Addr::new(192, 168, 0, 0), 16),  // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),   // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24), // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),  // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),     // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),     // reserved, and broadcast
];

/// The only part of IPv6 that is handed out as global unicast.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// What is not global within [`GLOBAL_V6`].
const REFUSED_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // protocol assignments, Teredo among them
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4: any IPv4 address, and given up
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];

/// Translated to the IPv4 address in its last 32 bits (RFC 6052): the way out of a network that has
/// only IPv6, so it is worth what that address is worth.
const NAT64: (Ipv6Addr, u32) = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

/// Whether the address is globally reachable unicast, also where it is an IPv4 address in IPv6's
/// clothes.
pub fn is_global(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_global_v4(address),
        IpAddr::V6(address) => is_global_v6(address),
    }
}

fn is_global_v4(address: Ipv4Addr) -> bool {
    let lies_in = |(network, prefix): &(Ipv4Addr, u32)| {
        let shift = 32 - prefix;
        address.to_bits() >> shift == network.to_bits() >> shift
    };
    !REFUSED_V4.iter().any(lies_in)
}

fn is_global_v6(address: Ipv6Addr) -> bool {
    let lies_in = |(network, prefix): &(Ipv6Addr, u32)| {
        let shift = 128 - prefix;
        address.to_bits() >> shift == network.to_bits() >> shift
    };
    if lies_in(&NAT64) {
        let [.., a, b, c, d] = address.octets();
        return is_global_v4(Ipv4Addr::new(a, b, c, d));
    }
    lies_in(&GLOBAL_V6) && !REFUSED_V6.iter().any(lies_in)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn global(text: &str) -> bool {
        is_global(text.parse().unwrap())
    }

    #[test]
    fn addresses_of_the_open_internet_are_global() {
        for text in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450:4001::200e",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
        ] {
            assert!(global(text), "{text}");
        }
    }

    #[test]
    fn what_is_not_global_unicast_is_known_in_every_clothing() {
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:0:127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1.1.1.1",
            "100::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:101:101::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!global(text), "{text}");
        }
    }

    proptest! {
        /// The standard library knows most of these ranges too.
        #[test]
        fn nothing_that_the_standard_library_calls_local_is_global(bits: u32) {
            let address = Ipv4Addr::from_bits(bits);
            let is_local = address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_multicast()
                || address.is_broadcast()
                || address.is_documentation()
                || address.is_unspecified();
            let mapped = IpAddr::V6(address.to_ipv6_mapped());
            prop_assert!(!(is_local && is_global(IpAddr::V4(address))));
            prop_assert_eq!(is_global(IpAddr::V4(address)), is_global(mapped));
        }
    }
}
