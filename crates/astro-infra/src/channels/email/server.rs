//! The operator's mail server.

use astro_core::config::SecretUrl;
use astro_core::limits;
use lettre::Address;
use lettre::address::Envelope;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters,
};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, MailParameter};
use percent_encoding::percent_decode_str;
use url::Url;

use super::MailError;
use crate::http_out::Trust;

/// Parsed from its URL.
pub(super) struct Server {
    host: String,
    port: u16,
    tls: Tls,
    credentials: Option<Credentials>,
    hello: ClientId,
}

enum Tls {
    None,
    /// Begins in the open and changes over (RFC 3207), or is given up.
    Upgrade(TlsParameters),
    FromTheStart(TlsParameters),
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

impl Server {
    /// Greets with the sender's domain, which has an entry for mail where this machine's name may
    /// have none.
    pub fn new(url: &SecretUrl, domain: &str, trust: &Trust) -> Result<Self, MailError> {
        let wrong = |reason: &str| MailError::Url(reason.to_owned());
        let url = Url::parse(url.expose()).map_err(|error| MailError::Url(error.to_string()))?;
        let host = url
            .host_str()
            .filter(|host| !host.is_empty())
            .ok_or_else(|| wrong("names no host"))?;
        let is_upgrade = match url.query() {
            None => false,
            Some("tls=required") => true,
            Some(_) => return Err(wrong("the only option is ?tls=required")),
        };
        let (tls, port) = match url.scheme() {
            "smtps" => (Tls::FromTheStart(parameters(host, trust)?), 465),
            "smtp" if is_upgrade => (Tls::Upgrade(parameters(host, trust)?), 587),
            "smtp" => (Tls::None, 25),
            _ => return Err(wrong("must begin with smtps:// or smtp://")),
        };
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(port),
            tls,
            credentials: credentials(&url)?,
            hello: ClientId::Domain(domain.to_owned()),
        })
    }

    /// Everything up to the moment in which the server wants the letter.
    pub async fn open(&self, envelope: &Envelope) -> Result<AsyncSmtpConnection, SmtpError> {
        let from_the_start = match &self.tls {
            Tls::FromTheStart(parameters) => Some(parameters.clone()),
            Tls::None | Tls::Upgrade(_) => None,
        };
        let mut connection = AsyncSmtpConnection::connect_tokio1(
            (self.host.as_str(), self.port),
            Some(limits::MAIL_STEP),
            &self.hello,
            from_the_start,
            None,
        )
        .await?;
        if let Tls::Upgrade(parameters) = &self.tls {
            connection.starttls(parameters.clone(), &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        let mut options = Vec::new();
        let is_ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
        if !envelope.to().iter().chain(envelope.from()).all(is_ascii) {
            options.push(MailParameter::SmtpUtfEight);
        }
        connection
            .command(Mail::new(envelope.from().cloned(), options))
            .await?;
        for address in envelope.to() {
            connection
                .command(Rcpt::new(address.clone(), Vec::new()))
                .await?;
        }
        connection.command(Data).await?;
        Ok(connection)
    }
}

fn parameters(host: &str, trust: &Trust) -> Result<TlsParameters, MailError> {
    let wrong = |error: SmtpError| MailError::Url(error.to_string());
    let authorities = trust.authorities();
    let store = if authorities.is_empty() {
        CertificateStore::WebpkiRoots
    } else {
        CertificateStore::None
    };
    let mut builder = TlsParameters::builder(host.to_owned()).certificate_store(store);
    for authority in authorities {
        let authority = Certificate::from_der(authority.to_vec()).map_err(wrong)?;
        builder = builder.add_root_certificate(authority);
    }
    builder.build_rustls().map_err(wrong)
}

fn credentials(url: &Url) -> Result<Option<Credentials>, MailError> {
    let decoded = |text: &str| {
        percent_decode_str(text)
            .decode_utf8()
            .map(std::borrow::Cow::into_owned)
            .map_err(|_| MailError::Url("user name and password must be UTF-8".to_owned()))
    };
    let Some(password) = url.password() else {
        return Ok(None);
    };
    Ok(Some(Credentials::new(
        decoded(url.username())?,
        decoded(password)?,
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str) -> Result<Server, MailError> {
        Server::new(&SecretUrl::new(url), "example.org", &Trust::system())
    }

    #[test]
    fn each_scheme_has_its_port() {
        for (url, port) in [
            ("smtps://u:p@mail.example.org", 465),
            ("smtp://u:p@mail.example.org?tls=required", 587),
            ("smtp://localhost", 25),
            ("smtp://[::1]:2525", 2525),
        ] {
            assert_eq!(server(url).unwrap().port, port, "{url}");
        }
    }

    #[test]
    fn what_is_no_mail_server_is_refused_without_showing_the_password() {
        for url in [
            "mail.example.org",
            "https://u:hunter2@mail.example.org",
            "smtp://u:hunter2@mail.example.org?tls=opportunistic",
            "smtp://u:%ff%fehunter2@mail.example.org",
        ] {
            let error = server(url).unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
