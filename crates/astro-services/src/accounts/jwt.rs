//! Access tokens: JWTs of five minutes (RFC 9068), signed with HMAC-SHA-256 and nothing else.
//!
//! A token names a session or, on the server's own command line, a user. What its bearer may do
//! is not in it: that is looked up, so that a changed role counts at once.

use astro_core::calendar::Timestamp;
use astro_core::ids::{SessionId, UserId};
use astro_core::limits;
use astro_core::random::Random;
use astro_core::secret::Secret;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::keyring::Keys;
use crate::{Error, Result};

const AUDIENCE: &str = "astro-api";
const ACCESS: &str = "at+jwt";
const LOCAL: &str = "local+jwt";
/// Subject of a local token for whoever administers the instance; no address looks like it.
const ANY_ADMIN: &str = "instance_admin";
/// How far clocks of servers that share keys may lie apart.
const SKEW_S: i64 = 5;
/// Longer text is not looked at: our own tokens have a few hundred characters.
const MAX_CHARS: usize = 2_048;

/// Whom a token speaks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    Session { user: UserId, session: SessionId },
    Local(LocalSubject),
}

/// Whom the command line acts for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct LocalSubject {
    /// Absent for the first instance admin.
    pub(super) email: Option<String>,
    /// The tenant's slug.
    pub(super) tenant: Option<String>,
}

/// What a good token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verified {
    pub(super) subject: Subject,
    key: Uuid,
    /// Unix seconds.
    expires: i64,
}

impl Verified {
    /// Whether a token that was good is so still: its time is not over, and its key has not retired.
    pub(super) fn holds(&self, keys: &Keys, now: Timestamp) -> bool {
        self.expires > now.as_second() && keys.find(self.key, now).is_some()
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    exp: i64,
    nbf: i64,
    iat: i64,
    jti: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<SessionId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
}

fn issuer(keys: &Keys) -> String {
    format!("astro:{}", keys.instance)
}

pub(super) fn sign(
    keys: &Keys,
    subject: &Subject,
    now: Timestamp,
    random: &Random,
) -> Result<Secret> {
    let (kind, sub, sid, tenant) = match subject {
        Subject::Session { user, session } => (ACCESS, user.to_string(), Some(*session), None),
        Subject::Local(local) => {
            let sub = local.email.clone().unwrap_or_else(|| ANY_ADMIN.to_owned());
            (LOCAL, sub, None, local.tenant.clone())
        }
    };
    let issued = now.as_second();
    let life = i64::try_from(limits::ACCESS_TOKEN_TTL.as_secs()).map_err(Error::internal)?;
    let claims = Claims {
        iss: issuer(keys),
        aud: AUDIENCE.to_owned(),
        sub,
        exp: issued + life,
        nbf: issued,
        iat: issued,
        jti: random.id(now),
        sid,
        tenant,
    };
    let key = keys.signing()?;
    let header = Header {
        typ: Some(kind.to_owned()),
        kid: Some(key.id.to_string()),
        ..Header::new(Algorithm::HS256)
    };
    let secret = EncodingKey::from_secret(&key.secret()?);
    jsonwebtoken::encode(&header, &claims, &secret)
        .map(Secret::new)
        .map_err(Error::internal)
}

/// Which key a token says that it was signed with; `None` for what is no token of ours.
pub(super) fn key_id(token: &Secret) -> Option<Uuid> {
    let text = token.expose();
    if text.len() > MAX_CHARS {
        return None;
    }
    // A wrong token is an everyday thing: which of its parts is wrong helps nobody.
    let header = jsonwebtoken::decode_header(text).ok()?;
    let is_ours = header.alg == Algorithm::HS256 && header.crit.is_none();
    header.kid.filter(|_| is_ours)?.parse().ok()
}

/// What a token says; `None` unless everything about it is right.
pub(super) fn verify(keys: &Keys, token: &Secret, now: Timestamp) -> Option<Verified> {
    let key = keys.find(key_id(token)?, now)?;
    let key_id = key.id;
    let secret = key.secret().ok()?;
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
    rules.set_audience(&[AUDIENCE]);
    rules.set_issuer(&[issuer(keys)]);
    // The library would ask the machine's clock; both are checked below by ours.
    rules.validate_exp = false;
    rules.validate_nbf = false;
    let key = DecodingKey::from_secret(&secret);
    let token = jsonwebtoken::decode::<Claims>(token.expose(), &key, &rules).ok()?;
    let (claims, second) = (token.claims, now.as_second());
    if claims.exp <= second || claims.nbf > second + SKEW_S || claims.iat > second + SKEW_S {
        return None;
    }
    let subject = match (token.header.typ.as_deref()?, claims.sid) {
        (ACCESS, Some(session)) => Subject::Session {
            user: claims.sub.parse().ok()?,
            session,
        },
        (LOCAL, None) => Subject::Local(LocalSubject {
            email: Some(claims.sub).filter(|sub| sub != ANY_ADMIN),
            tenant: claims.tenant,
        }),
        _ => return None,
    };
    Some(Verified {
        subject,
        key: key_id,
        expires: claims.exp,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::keyring::{Keyring, load};
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    struct Bench {
        keys: Keys,
        now: Timestamp,
        random: Random,
        _folder: tempfile::TempDir,
    }

    impl Bench {
        fn new(seed: u64) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("keys.json");
            let (now, random) = (
                "2026-11-25T09:00:00Z".parse().unwrap(),
                Random::seeded(seed),
            );
            Keyring::open(&path, now, &random).unwrap();
            let keys = load(&path).unwrap();
            Self {
                keys,
                now,
                random,
                _folder: folder,
            }
        }

        fn subject(&self) -> Subject {
            let (user, session) = (self.random.id(self.now), self.random.id(self.now));
            Subject::Session { user, session }
        }

        fn token(&self) -> (Secret, Subject) {
            let subject = self.subject();
            (
                sign(&self.keys, &subject, self.now, &self.random).unwrap(),
                subject,
            )
        }

        /// A token whose header and claims were changed, signed with our own key.
        fn bent(&self, header: &Value, claims: &Value) -> Secret {
            let (token, _) = self.token();
            let mut parts = token.expose().split('.').map(|part| {
                serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).unwrap_or_default())
                    .unwrap_or_default()
            });
            let (mut head, mut body) = (parts.next().unwrap(), parts.next().unwrap());
            for (target, changes) in [(&mut head, header), (&mut body, claims)] {
                for (name, value) in changes.as_object().unwrap() {
                    if value.is_null() {
                        target.as_object_mut().unwrap().remove(name);
                    } else {
                        target[name] = value.clone();
                    }
                }
            }
            let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
            let message = format!("{}.{}", encode(&head), encode(&body));
            let key = EncodingKey::from_secret(&self.keys.signing().unwrap().secret().unwrap());
            let signature =
                jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256).unwrap();
            Secret::new(format!("{message}.{signature}"))
        }

        fn read(&self, token: &Secret) -> Option<Subject> {
            verify(&self.keys, token, self.now).map(|verified| verified.subject)
        }

        fn after(&self, seconds: i64) -> Timestamp {
            Timestamp::from_second(self.now.as_second() + seconds).unwrap()
        }
    }

    #[test]
    fn a_token_lives_five_minutes() {
        let bench = Bench::new(1);
        let (token, subject) = bench.token();
        let verified = verify(&bench.keys, &token, bench.after(299)).unwrap();
        assert_eq!(verified.subject, subject);
        assert_eq!(verify(&bench.keys, &token, bench.after(300)), None);
        assert_eq!(verify(&bench.keys, &token, bench.after(-60)), None);
    }

    #[test]
    fn a_token_that_was_good_ends_with_its_time_and_with_its_key() {
        let (mut bench, other) = (Bench::new(1), Bench::new(2));
        let verified = verify(&bench.keys, &bench.token().0, bench.now).unwrap();
        assert!(verified.holds(&bench.keys, bench.after(299)));
        assert!(!verified.holds(&bench.keys, bench.after(300)));
        assert!(!verified.holds(&other.keys, bench.now));
        bench.keys.rotate(bench.now, &bench.random);
        assert!(verified.holds(&bench.keys, bench.after(299)));
    }

    #[test]
    fn only_our_own_algorithm_key_type_issuer_and_audience_count() {
        let bench = Bench::new(1);
        assert!(bench.read(&bench.bent(&json!({}), &json!({}))).is_some());
        for (header, claims) in [
            (json!({"alg": "none"}), json!({})),
            (json!({"alg": "HS512"}), json!({})),
            (json!({"alg": "RS256"}), json!({})),
            (json!({"typ": "JWT"}), json!({})),
            (json!({"typ": null}), json!({})),
            (json!({"typ": "local+jwt"}), json!({})),
            (json!({"kid": null}), json!({})),
            (
                json!({"kid": "00000000-0000-0000-0000-000000000000"}),
                json!({}),
            ),
            (json!({"crit": ["exp"]}), json!({})),
            (json!({}), json!({"aud": "other"})),
            (json!({}), json!({"aud": null})),
            (
                json!({}),
                json!({"iss": "astro:00000000-0000-0000-0000-000000000000"}),
            ),
            (json!({}), json!({"iss": null})),
            (json!({}), json!({"sub": null})),
            (json!({}), json!({"sub": "owner@example.org"})),
            (json!({}), json!({"sid": null})),
            (json!({}), json!({"exp": null})),
            (json!({}), json!({"exp": "never"})),
            (json!({}), json!({"exp": bench.now.as_second() - 1})),
            (json!({}), json!({"nbf": null})),
            (json!({}), json!({"nbf": bench.now.as_second() + 60})),
            (json!({}), json!({"iat": bench.now.as_second() + 60})),
        ] {
            assert_eq!(
                bench.read(&bench.bent(&header, &claims)),
                None,
                "{header} {claims}"
            );
        }
    }

    #[test]
    fn a_signature_of_another_installation_or_none_is_refused() {
        let (bench, other) = (Bench::new(1), Bench::new(2));
        let (token, _) = bench.token();
        assert_eq!(other.read(&token), None);
        let (unsigned, _) = token.expose().rsplit_once('.').unwrap();
        assert_eq!(bench.read(&Secret::new(format!("{unsigned}."))), None);
        for text in ["", ".", "..", "a.b.c", &"x".repeat(10_000)] {
            assert_eq!(bench.read(&Secret::new(text)), None);
        }
    }

    #[test]
    fn a_local_token_names_an_address_or_the_first_admin() {
        let bench = Bench::new(1);
        for email in [None, Some("owner@example.org".to_owned())] {
            let subject = Subject::Local(LocalSubject {
                email,
                tenant: Some("default".to_owned()),
            });
            let token = sign(&bench.keys, &subject, bench.now, &bench.random).unwrap();
            assert_eq!(bench.read(&token), Some(subject));
        }
    }
}
