//! Message encryption for Web Push (RFC 8291), in the encoding `aes128gcm` (RFC 8188).

use aes_gcm::aead::Aead as _;
use aes_gcm::{Aes128Gcm, KeyInit as _};
use astro_core::random::Random;
use hkdf::Hkdf;
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::{PublicKey, SecretKey, ecdh};
use sha2::Sha256;

const RECORD: u32 = 4_096;
/// Salt, size of a record, length of the key, the key.
const HEADER: usize = 16 + 4 + 1 + POINT;
const POINT: usize = 65;
const TAG: usize = 16;
/// What fits into the one record that every push service must take (RFC 8291, section 4), in bytes;
/// one byte marks it as the last.
pub(super) const MAX_PLAINTEXT: usize = RECORD as usize - HEADER - TAG - 1;

/// Who will read it.
pub(super) struct Receiver {
    key: PublicKey,
    auth: [u8; 16],
}

impl Receiver {
    pub fn new(p256dh: &[u8], auth: &[u8]) -> Option<Self> {
        Some(Self {
            key: PublicKey::from_sec1_bytes(p256dh).ok()?,
            auth: auth.try_into().ok()?,
        })
    }
}

/// Whether these bytes are an uncompressed point of the curve.
pub(super) fn is_point(bytes: &[u8]) -> bool {
    bytes.len() == POINT && PublicKey::from_sec1_bytes(bytes).is_ok()
}

/// With a key pair and a salt of this message's own.
pub(super) fn encrypt(receiver: &Receiver, plaintext: &[u8], random: &Random) -> Option<Vec<u8>> {
    encrypt_with(receiver, plaintext, &new_key(random), random.bytes())
}

/// A private key: all but a few of the 32-byte numbers are one.
pub(super) fn new_key(random: &Random) -> SecretKey {
    loop {
        let bytes: [u8; 32] = random.bytes();
        if let Ok(key) = SecretKey::from_slice(&bytes) {
            return key;
        }
    }
}

fn encrypt_with(
    receiver: &Receiver,
    plaintext: &[u8],
    own: &SecretKey,
    salt: [u8; 16],
) -> Option<Vec<u8>> {
    if plaintext.len() > MAX_PLAINTEXT {
        return None;
    }
    let shared = ecdh::diffie_hellman(own.to_nonzero_scalar(), receiver.key.as_affine());
    let own_point = own.public_key().to_encoded_point(false);
    let their_point = receiver.key.to_encoded_point(false);
    let info = [
        b"WebPush: info\0".as_slice(),
        their_point.as_bytes(),
        own_point.as_bytes(),
    ]
    .concat();
    let material: [u8; 32] = derived(&receiver.auth, shared.raw_secret_bytes(), &info)?;
    let key: [u8; 16] = derived(&salt, &material, b"Content-Encoding: aes128gcm\0")?;
    let nonce: [u8; 12] = derived(&salt, &material, b"Content-Encoding: nonce\0")?;

    let last_record = [plaintext, &[2]].concat();
    let sealed = Aes128Gcm::new(&key.into())
        .encrypt(&nonce.into(), last_record.as_slice())
        .ok()?;
    let mut body = Vec::with_capacity(HEADER + sealed.len());
    body.extend_from_slice(&salt);
    body.extend_from_slice(&RECORD.to_be_bytes());
    body.push(u8::try_from(POINT).ok()?);
    body.extend_from_slice(own_point.as_bytes());
    body.extend_from_slice(&sealed);
    Some(body)
}

fn derived<const N: usize>(salt: &[u8], material: &[u8], info: &[u8]) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    Hkdf::<Sha256>::new(Some(salt), material)
        .expand(info, &mut bytes)
        .ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    #[test]
    fn the_example_of_rfc_8291_comes_out_byte_for_byte() {
        let receiver = Receiver::new(
            &bytes(
                "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            ),
            &bytes("BTBZMqHH6r4Tts7J_aSIgg"),
        )
        .unwrap();
        let own = SecretKey::from_slice(&bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"));
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let text = b"When I grow up, I want to be a watermelon";
        let sealed = encrypt_with(&receiver, text, &own.unwrap(), salt).unwrap();
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(sealed), expected);
    }

    #[test]
    fn the_longest_text_fills_one_record_and_a_longer_one_is_refused() {
        let random = Random::seeded(1);
        let key = new_key(&random).public_key().to_encoded_point(false);
        let receiver = Receiver::new(key.as_bytes(), &[1; 16]).unwrap();
        let longest = encrypt(&receiver, &[b'x'; MAX_PLAINTEXT], &random).unwrap();
        assert_eq!(longest.len(), RECORD as usize);
        assert!(encrypt(&receiver, &[b'x'; MAX_PLAINTEXT + 1], &random).is_none());
    }
}
