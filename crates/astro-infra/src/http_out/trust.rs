//! Whom TLS believes.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

/// TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("TLS cannot be set up: {0}")]
pub struct TrustError(#[from] rustls::Error);

/// The authorities whose certificates are believed, by everything that leaves this server.
#[derive(Clone, Debug)]
pub struct Trust(Vec<CertificateDer<'static>>);

impl Trust {
    /// The machine's, or, where it has none (a bare container), the list of Mozilla that came with
    /// this build.
    pub fn system() -> Self {
        let found = rustls_native_certs::load_native_certs();
        for error in &found.errors {
            tracing::warn!("some of the machine's certificates cannot be read: {error}");
        }
        // old machines keep certificates that no verifier can use
        let is_usable = |authority: &CertificateDer<'static>| {
            RootCertStore::empty().add(authority.clone()).is_ok()
        };
        let authorities: Vec<_> = found.certs.into_iter().filter(is_usable).collect();
        if authorities.is_empty() {
            tracing::info!("the machine has no certificates: believing the list of this build");
        }
        Self(authorities)
    }

    /// These and no others.
    pub fn of(authorities: Vec<CertificateDer<'static>>) -> Self {
        Self(authorities)
    }

    /// Empty where the list of this build is meant.
    pub(crate) fn authorities(&self) -> &[CertificateDer<'static>] {
        &self.0
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(self.0.iter().cloned());
        if self.0.is_empty() {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        roots
    }

    pub(super) fn connector(&self) -> Result<TlsConnector, TrustError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(self.roots())
            .with_no_client_auth();
        Ok(TlsConnector::from(Arc::new(config)))
    }
}
