//! The door to the network.

use std::net::SocketAddr;

use super::settings::settings;
use super::{List, Network};

settings! {
    /// Where the server listens and whom it believes.
    pub struct HttpConfig in "http" {
        /// Address and port to listen on; port 0 takes any free one.
        listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 8080));
        /// The address that people type in, where it differs from `listen` (behind a proxy): `https://tasks.example.org`. Links begin with it, and with https cookies are marked secure.
        public_url: Option<String> = None;
        /// Proxies (addresses or networks) whose `X-Forwarded-For` is believed; from anyone else the header changes nothing.
        trusted_proxies: List<Network> = List::default();
        /// Connections that are open at once; further ones wait.
        connections: usize = 1_024;
        /// WebSockets and event streams that are open at once, beside `connections`; further ones are refused.
        sockets: usize = 20_000;
        /// WebSockets and event streams of one user.
        sockets_per_user: usize = crate::limits::SOCKETS_PER_USER;
        /// Seconds between signs of life on WebSockets and event streams; less than what a proxy lets a silent connection live.
        heartbeat_s: u64 = 20;
        /// Requests that one user may send in a minute before 429; 0 for no limit.
        requests_per_minute: u32 = crate::limits::REQUESTS_PER_USER;
        /// A second address that serves nothing but /metrics; without it /metrics is on `listen`.
        metrics_listen: Option<SocketAddr> = None;
    }
}
