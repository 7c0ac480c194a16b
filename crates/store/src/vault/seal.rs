//! Sealing with XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha), and keys that are wiped when dropped.

use chacha20poly1305::aead::AeadInOut as _;
use chacha20poly1305::{KeyInit as _, Tag, XChaCha20Poly1305, XNonce};
use zeroize::{Zeroize as _, Zeroizing};

/// Bytes of a key.
pub(crate) const KEY_BYTES: usize = 32;
/// Random bytes in front of what is sealed. 192 bits may be drawn at random for ever, so that no
/// counter has to survive a restored card.
const NONCE_BYTES: usize = 24;
/// Bytes behind it that tell whether it was changed.
const TAG_BYTES: usize = 16;
/// How much longer something is when it is sealed.
pub(crate) const OVERHEAD: usize = NONCE_BYTES + TAG_BYTES;

/// A key; wiped when it is dropped. It stands in a box, because what is moved leaves a copy on the
/// stack that nobody wipes.
pub(crate) struct Key(Box<Zeroizing<[u8; KEY_BYTES]>>);

impl Clone for Key {
    fn clone(&self) -> Self {
        Self::filled(|key| key.copy_from_slice(self.bytes()))
    }
}

impl Key {
    /// A new one from the system's random numbers, which the kernel gives only when it has enough.
    pub fn random() -> std::io::Result<Self> {
        let mut filled = Ok(());
        let key = Self::filled(|key| filled = fill_random(key));
        filled.map(|()| key)
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let fits = bytes.len() == KEY_BYTES;
        fits.then(|| Self::filled(|key| key.copy_from_slice(bytes)))
    }

    fn filled(fill: impl FnOnce(&mut [u8])) -> Self {
        let mut key = Self(Box::new(Zeroizing::new([0; KEY_BYTES])));
        fill(&mut key.0[..]);
        key
    }

    /// The key that follows from these secrets together for one purpose (BLAKE3's key derivation).
    pub fn derived(purpose: &str, secrets: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key(purpose);
        for secret in secrets {
            hasher.update(secret);
        }
        let key = Self::filled(|key| hasher.finalize_xof().fill(key));
        hasher.zeroize();
        key
    }

    pub fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Seals `plain` so that it opens only together with `about`.
    pub fn seal(&self, about: &[u8], plain: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut sealed = vec![0; plain.len() + OVERHEAD];
        let (nonce, rest) = sealed.split_at_mut(NONCE_BYTES);
        let (body, tag_place) = rest.split_at_mut(plain.len());
        fill_random(nonce)?;
        body.copy_from_slice(plain);
        let nonce = XNonce::try_from(&*nonce).map_err(std::io::Error::other)?;
        let tag = self
            .cipher()
            .encrypt_inout_detached(&nonce, about, body.into())
            .map_err(|_| std::io::Error::other("it is too long to be sealed"))?;
        tag_place.copy_from_slice(&tag);
        Ok(sealed)
    }

    /// What was sealed, if it was sealed by this key, about this, and is unchanged.
    pub fn open(&self, about: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, rest) = sealed.split_at_checked(NONCE_BYTES)?;
        let (body, tag) = rest.split_at_checked(rest.len().checked_sub(TAG_BYTES)?)?;
        let (nonce, tag) = (XNonce::try_from(nonce).ok()?, Tag::try_from(tag).ok()?);
        let mut plain = Zeroizing::new(body.to_vec());
        let opened =
            self.cipher().decrypt_inout_detached(&nonce, about, plain[..].as_mut().into(), &tag);
        opened.ok().map(|()| plain)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.bytes().into())
    }
}

/// Random bytes from the system.
pub(crate) fn fill_random(bytes: &mut [u8]) -> std::io::Result<()> {
    getrandom::fill(bytes).map_err(|error| std::io::Error::other(error.to_string()))
}

/// A random id.
pub(crate) fn random_id() -> std::io::Result<[u8; 16]> {
    let mut id = [0; 16];
    fill_random(&mut id)?;
    Ok(id)
}

/// Brings a text to one of a few lengths, so that the length says little: its length, the text,
/// zeros up to a power of two from 512 bytes.
pub(crate) fn padded(plain: &[u8]) -> Zeroizing<Vec<u8>> {
    const LEAST: usize = 512;
    let room = (plain.len() + 4 + OVERHEAD).next_power_of_two().max(LEAST) - OVERHEAD;
    let mut padded = Zeroizing::new(Vec::with_capacity(room));
    padded.extend_from_slice(&(plain.len() as u32).to_le_bytes());
    padded.extend_from_slice(plain);
    padded.resize(room, 0);
    padded
}

/// What was [`padded`].
pub(crate) fn unpadded(padded: &[u8]) -> Option<&[u8]> {
    let (length, rest) = padded.split_at_checked(4)?;
    rest.get(..u32::from_le_bytes(length.try_into().ok()?) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_as_it_was_sealed() {
        let (key, other) = (Key::random().unwrap(), Key::random().unwrap());
        let sealed = key.seal(b"about", b"turn on the light").unwrap();
        assert_eq!(&**key.open(b"about", &sealed).unwrap(), b"turn on the light");
        assert!(key.open(b"another", &sealed).is_none());
        assert!(other.open(b"about", &sealed).is_none());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key.open(b"about", &changed).is_none(), "byte {at}");
            assert!(key.open(b"about", &sealed[..at]).is_none(), "cut at {at}");
        }
        assert_ne!(key.seal(b"about", b"turn on the light").unwrap(), sealed);
    }

    #[test]
    fn lengths_say_little() {
        let lengths: std::collections::BTreeSet<_> =
            (0..60_000).step_by(7).map(|length| padded(&vec![7; length]).len()).collect();
        assert!(lengths.len() <= 8, "{lengths:?}");
        for length in [0, 1, 467, 468, 469, 5_000] {
            assert_eq!(unpadded(&padded(&vec![7; length])).unwrap(), vec![7; length]);
        }
        assert!(unpadded(&[255; 8]).is_none());
    }
}
