//! Words that are searched: they are posted, and stand sealed in the addresses of what is found, because a browser
//! keeps addresses. The key is as old as the speaker's start and stands nowhere else.

use std::fmt::Write as _;
use std::sync::OnceLock;

use chacha20poly1305::aead::Aead as _;
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};

use crate::Error;

/// The name of sealed words in an address.
pub(crate) const NAME: &str = "search";
/// Bytes of a key.
const KEY_BYTES: usize = 32;
/// Random bytes in front of what is sealed.
const NONCE_BYTES: usize = 24;
/// Words are filled up to a multiple of so many bytes, so that their length says little.
const FILLED_TO: usize = 32;

/// Seals words, and opens what it has sealed.
#[derive(Default)]
pub(crate) struct Searches(OnceLock<XChaCha20Poly1305>);

impl Searches {
    /// The words as they stand in an address.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub(crate) fn seal(&self, words: &str) -> Result<String, Error> {
        let missing = words.len().next_multiple_of(FILLED_TO) - words.len();
        let words = words.to_owned() + &" ".repeat(missing);
        let mut sealed = vec![0; NONCE_BYTES];
        getrandom::fill(&mut sealed).map_err(Error::Random)?;
        let nonce = XNonce::try_from(&sealed[..]).map_err(|_| Error::Sealing)?;
        let words = self.cipher()?.encrypt(&nonce, words.as_bytes());
        sealed.extend(words.map_err(|_| Error::Sealing)?);
        let mut digits = String::with_capacity(2 * sealed.len());
        for byte in sealed {
            // Writing to a string cannot fail.
            let _ = write!(digits, "{byte:02x}");
        }
        Ok(digits)
    }

    /// The words again; none if they were sealed before the speaker was started, or not at all.
    pub(crate) fn open(&self, sealed: &str) -> Option<String> {
        let digits = sealed.as_bytes().chunks(2).map(std::str::from_utf8);
        let bytes = digits.map(|digits| u8::from_str_radix(digits.ok()?, 16).ok());
        let bytes: Vec<u8> = bytes.collect::<Option<_>>()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES)?;
        let words = self.0.get()?.decrypt(&XNonce::try_from(nonce).ok()?, sealed).ok()?;
        Some(String::from_utf8(words).ok()?.trim_end().to_owned())
    }

    fn cipher(&self) -> Result<&XChaCha20Poly1305, Error> {
        if let Some(cipher) = self.0.get() {
            return Ok(cipher);
        }
        let mut key = [0; KEY_BYTES];
        getrandom::fill(&mut key).map_err(Error::Random)?;
        Ok(self.0.get_or_init(|| XChaCha20Poly1305::new(&key.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_opened_by_who_sealed_them() {
        let (searches, others) = (Searches::default(), Searches::default());
        others.seal("milk").unwrap();
        for words in ["milk", "käse & “brot”", "a", "", "thirty-two bytes of words, just so", "🥛"]
        {
            let sealed = searches.seal(words).unwrap();
            assert_eq!(searches.open(&sealed).as_deref(), Some(words));
            assert!(sealed != searches.seal(words).unwrap(), "nobody sees that they are the same");
            assert_eq!(others.open(&sealed), None);
            let changed = sealed.replacen(|digit| digit != '0', "0", 1);
            assert_eq!(searches.open(&changed), None);
        }
        assert_eq!(
            searches.seal("a").unwrap().len(),
            searches.seal("as long as this").unwrap().len()
        );
        for none in ["", "0", "zz", "00", "é"] {
            assert_eq!(searches.open(none), None, "{none}");
        }
    }
}
