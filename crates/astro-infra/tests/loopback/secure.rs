//! TLS against Python's own: the certificate must be a known authority's, and the host's.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use astro_infra::http_out::{HttpError, HttpOut, Request, Resolve, Trust};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::json;

use crate::python::{Running, python};
use crate::sink::allowing;

/// Every name is this machine's.
#[derive(Debug)]
struct Here;

impl Resolve for Here {
    fn resolve<'a>(&'a self, _: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        async move { Ok(vec![SocketAddr::from(([127, 0, 0, 1], port))]) }.boxed()
    }
}

#[tokio::test]
async fn only_the_hosts_own_certificate_of_a_known_authority_is_taken() {
    let Some(python) = python() else { return };
    let mut server = Running::start(&python, "https_sink.py", &json!({}));
    let said = server.next();
    let pem = said["authority"].as_str().unwrap();
    let authority = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let known = Trust::of(vec![authority]);
    // without authorities, those of this build
    let unknown = Trust::of(Vec::new());
    for (trust, host, is_taken) in [
        (&known, "hook.example", true),
        (&known, "other.example", false),
        (&unknown, "hook.example", false),
    ] {
        let config = allowing("127.0.0.1");
        let client = HttpOut::with_resolver(&config, trust, Arc::new(Here)).unwrap();
        let url = format!("https://{host}:{}/x?y", said["port"]);
        let answer = client
            .send(Request::post(url.parse().unwrap(), "hello"))
            .await;
        if is_taken {
            assert_eq!(answer.unwrap().status, 200);
            let request = server.next();
            assert_eq!(request["path"], "/x?y");
            assert_eq!(request["body"], "hello");
            assert_eq!(request["tls"], "TLSv1.3");
            assert_eq!(request["host"], format!("{host}:{}", said["port"]));
        } else {
            assert!(matches!(answer, Err(HttpError::NotSent(_))), "{answer:?}");
        }
    }
}
