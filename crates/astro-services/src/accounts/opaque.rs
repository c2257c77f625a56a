//! Opaque tokens: 256 random bits with a prefix that says what they are and a checksum that tells a
//! typing error from a wrong token. Only their hash is kept.

use astro_core::random::Random;
use astro_core::secret::Secret;
use astro_store::accounts::Hash;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// What a token is for. One of one kind is never taken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Personal,
    Refresh,
    Browser,
    Invite,
    Setup,
}

impl Kind {
    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Self::Personal => "astro_pat_",
            Self::Refresh => "astro_ref_",
            Self::Browser => "astro_ses_",
            Self::Invite => "astro_inv_",
            Self::Setup => "astro_set_",
        }
    }
}

/// Characters of 32 bytes and of a 4-byte checksum.
const RANDOM_CHARS: usize = 43;
const CHECK_CHARS: usize = 6;
/// Random characters that are shown in lists; 30 bits are enough to tell tokens apart.
const SHOWN_CHARS: usize = 5;

/// A fresh token and what is kept of it.
pub(super) struct Opaque {
    pub(super) text: Secret,
    pub(super) hash: Hash,
}

pub(super) fn mint(kind: Kind, random: &Random) -> Opaque {
    let mut text = kind.prefix().to_owned();
    text.push_str(&URL_SAFE_NO_PAD.encode(random.bytes::<32>()));
    let check = checksum(&text);
    text.push_str(&check);
    Opaque {
        hash: hash(&text),
        text: Secret::new(text),
    }
}

/// The hash of a token that can be one of this kind.
pub(super) fn read(kind: Kind, token: &Secret) -> Option<Hash> {
    let text = token.expose();
    let body = text.strip_prefix(kind.prefix())?;
    if body.len() != RANDOM_CHARS + CHECK_CHARS || !body.is_ascii() {
        return None;
    }
    let (checked, check) = text.split_at(text.len() - CHECK_CHARS);
    (checksum(checked) == check).then(|| hash(text))
}

/// The beginning, for lists.
pub(super) fn beginning(kind: Kind, token: &Secret) -> String {
    let chars = kind.prefix().len() + SHOWN_CHARS;
    token.expose().chars().take(chars).collect()
}

fn hash(text: &str) -> Hash {
    Sha256::digest(text).into()
}

fn checksum(text: &str) -> String {
    let digest: Hash = Sha256::new()
        .chain_update("astro token checksum")
        .chain_update(text)
        .finalize()
        .into();
    URL_SAFE_NO_PAD.encode(&digest[..4])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_token_is_read_as_its_own_kind_only() {
        let token = mint(Kind::Personal, &Random::seeded(1));
        assert_eq!(read(Kind::Personal, &token.text), Some(token.hash));
        assert_eq!(read(Kind::Refresh, &token.text), None);
        assert!(
            token
                .text
                .expose()
                .starts_with(&beginning(Kind::Personal, &token.text))
        );
    }

    proptest! {
        #[test]
        fn a_typing_error_is_seen(seed in any::<u64>(), place in 0_usize..59, letter in "[A-Za-z0-9_-]") {
            let token = mint(Kind::Refresh, &Random::seeded(seed)).text;
            let mut typed = token.expose().to_owned();
            typed.replace_range(place..=place, &letter);
            prop_assume!(typed != token.expose());
            prop_assert_eq!(read(Kind::Refresh, &Secret::new(typed)), None);
        }

        #[test]
        fn any_text_is_read_without_failing(text in any::<String>()) {
            read(Kind::Personal, &Secret::new(format!("astro_pat_{text}")));
        }
    }
}
