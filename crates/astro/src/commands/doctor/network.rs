//! Where the server listens, whom it believes, and where it may connect to.

use std::net::TcpListener;

use astro_core::config::Config;

use super::Line;
use crate::running::RunningServer;

pub async fn look(config: &Config) -> Vec<Line> {
    vec![
        listening(config).await,
        encryption(config),
        proxies(config),
        outgoing(config),
    ]
}

async fn listening(config: &Config) -> Line {
    let name = "listening";
    let wanted = config.http.listen;
    if let Ok(server) = RunningServer::find(&config.data_dir)
        && tokio::net::TcpStream::connect(server.address).await.is_ok()
    {
        return Line::ok(
            name,
            format!(
                "a server runs at {} (process {})",
                server.address, server.pid
            ),
        );
    }
    match TcpListener::bind(wanted) {
        Ok(_) => Line::ok(name, format!("no server runs; {wanted} is free")),
        Err(error) => Line::fail(
            name,
            format!("{wanted} cannot be listened on: {error}"),
            "choose another address with --listen, or stop what uses it",
        ),
    }
}

fn encryption(config: &Config) -> Line {
    let name = "encryption";
    let is_https = config
        .http
        .public_url
        .as_ref()
        .is_some_and(|url| url.starts_with("https://"));
    if config.http.listen.ip().is_loopback() {
        Line::ok(name, "only this machine can connect")
    } else if is_https {
        Line::ok(name, "people come through https")
    } else {
        Line::warn(
            name,
            format!(
                "{} is open to the network without https",
                config.http.listen
            ),
            "put a proxy with TLS in front and name its address in http.public_url and http.trusted_proxies",
        )
    }
}

fn proxies(config: &Config) -> Line {
    let name = "trusted proxies";
    let proxies = &config.http.trusted_proxies;
    if proxies.is_empty() {
        return Line::ok(name, "none: addresses come from the connection alone");
    }
    let shown: Vec<String> = proxies.iter().map(ToString::to_string).collect();
    if proxies
        .iter()
        .any(astro_core::config::Network::is_everything)
    {
        Line::fail(
            name,
            shown.join(", "),
            "everybody is trusted: anyone can pretend to be at any address; name your proxy alone",
        )
    } else {
        Line::ok(name, shown.join(", "))
    }
}

fn outgoing(config: &Config) -> Line {
    let allowed: Vec<String> = config
        .outgoing
        .allow
        .iter()
        .map(ToString::to_string)
        .collect();
    Line::ok(
        "outgoing",
        if allowed.is_empty() {
            "nothing inside your network may be connected to".to_owned()
        } else {
            format!("may connect inside your network to {}", allowed.join(", "))
        },
    )
}
