//! The keys of the household, as they are sealed under its root.

use zeroize::Zeroizing;

use super::Kind;
use crate::vault::Factor;
use crate::vault::seal::{KEY_BYTES, Key, OVERHEAD};
use crate::{Error, Result};

/// One key for each of three zones.
pub(super) struct Ring {
    /// Of what says nothing about anybody: settings and receipts. It stays.
    pub lasting: Key,
    /// Of when something is due, which is known also while the rest is locked. Drawn anew with each root.
    pub due: Key,
    /// Of the household's words.
    pub words: Words,
}

/// The key of the household's words. It is drawn anew with each root, unless it is locked then.
pub(super) enum Words {
    /// It is known; if a passphrase guards it, it is sealed under each of these. There are two while one
    /// takes the place of the other.
    Open { key: Key, guards: Vec<Factor> },
    /// It waits for its passphrase.
    Locked {
        guarded: Vec<Guarded>,
        /// Whether words were taken away meanwhile, so that it is to be drawn anew as soon as it is known.
        owed: bool,
    },
}

/// The key of the words under a passphrase.
#[derive(Clone)]
pub(super) struct Guarded {
    pub salt: [u8; SALT_BYTES],
    sealed: Vec<u8>,
}

const SALT_BYTES: usize = 16;
const SEALED_BYTES: usize = KEY_BYTES + OVERHEAD;

impl Ring {
    /// New keys, under no passphrase.
    pub fn new() -> std::io::Result<Self> {
        let words = Words::Open { key: Key::random()?, guards: Vec::new() };
        Ok(Self { lasting: Key::random()?, due: Key::random()?, words })
    }

    /// The same with those keys drawn anew of which something may be gone; `gone` says that words are among that.
    pub fn renewed(&self, gone: bool) -> std::io::Result<Self> {
        let words = match &self.words {
            Words::Open { guards, .. } => {
                Words::Open { key: Key::random()?, guards: guards.clone() }
            }
            Words::Locked { guarded, owed } => {
                Words::Locked { guarded: guarded.clone(), owed: *owed || gone }
            }
        };
        Ok(Self { lasting: self.lasting.clone(), due: Key::random()?, words })
    }

    /// The key of a kind of things.
    ///
    /// # Errors
    /// [`Error::Locked`] for words that wait for their passphrase.
    pub fn key(&self, kind: Kind) -> Result<&Key> {
        Ok(match kind.zone() {
            Zone::Lasting => &self.lasting,
            Zone::Due => &self.due,
            Zone::Words => match &self.words {
                Words::Open { key, .. } => key,
                Words::Locked { .. } => return Err(Error::Locked),
            },
        })
    }

    pub fn is_locked(&self) -> bool {
        matches!(self.words, Words::Locked { .. })
    }

    /// The salts of the passphrases that open the words.
    pub fn salts(&self) -> Vec<[u8; SALT_BYTES]> {
        match &self.words {
            Words::Open { guards, .. } => guards.iter().map(|guard| guard.salt).collect(),
            Words::Locked { guarded, .. } => guarded.iter().map(|it| it.salt).collect(),
        }
    }

    /// Opens the words, if this passphrase does; says whether it did, and whether the key is to be drawn anew.
    pub fn unlock(&mut self, factor: &Factor) -> Option<bool> {
        let Words::Locked { guarded, owed } = &self.words else { return None };
        let ours = guarded.iter().find(|it| it.salt == factor.salt)?;
        let plain = factor.key.open(ABOUT_WORDS, &ours.sealed)?;
        let renew = *owed || guarded.len() > 1;
        self.words = Words::Open { key: Key::from_bytes(&plain)?, guards: vec![factor.clone()] };
        Some(renew)
    }

    /// `lasting ‖ due ‖ owed ‖ number of passphrases ‖ (salt ‖ sealed key)…` or, without one, `key`.
    pub fn seal(&self, root: &Key) -> std::io::Result<Vec<u8>> {
        let mut plain = Zeroizing::new(Vec::with_capacity(512));
        plain.extend_from_slice(self.lasting.bytes());
        plain.extend_from_slice(self.due.bytes());
        match &self.words {
            Words::Open { key, guards } => {
                plain.extend_from_slice(&[0, guards.len() as u8]);
                for guard in guards {
                    plain.extend_from_slice(&guard.salt);
                    plain.extend_from_slice(&guard.key.seal(ABOUT_WORDS, key.bytes())?);
                }
                if guards.is_empty() {
                    plain.extend_from_slice(key.bytes());
                }
            }
            Words::Locked { guarded, owed } => {
                plain.extend_from_slice(&[u8::from(*owed), guarded.len() as u8]);
                for it in guarded {
                    plain.extend_from_slice(&it.salt);
                    plain.extend_from_slice(&it.sealed);
                }
            }
        }
        root.seal(ABOUT, &plain)
    }

    /// The ring that this root opens; locked, if a passphrase guards it.
    pub fn open(root: &Key, sealed: &[u8]) -> Option<Self> {
        let plain = root.open(ABOUT, sealed)?;
        let (lasting, rest) = plain.split_at_checked(KEY_BYTES)?;
        let (due, rest) = rest.split_at_checked(KEY_BYTES)?;
        let (&[owed, count], rest) = rest.split_first_chunk::<2>()?;
        let words = if count == 0 {
            Words::Open { key: Key::from_bytes(rest)?, guards: Vec::new() }
        } else {
            let each = rest.chunks_exact(SALT_BYTES + SEALED_BYTES);
            if !each.remainder().is_empty() || each.len() != usize::from(count) {
                return None;
            }
            let guarded = each.map(|it| {
                let (salt, sealed) = it.split_at(SALT_BYTES);
                Some(Guarded { salt: salt.try_into().ok()?, sealed: sealed.to_vec() })
            });
            Words::Locked { guarded: guarded.collect::<Option<_>>()?, owed: owed != 0 }
        };
        Some(Self { lasting: Key::from_bytes(lasting)?, due: Key::from_bytes(due)?, words })
    }
}

const ABOUT: &[u8] = b"hark household ring 1";
const ABOUT_WORDS: &[u8] = b"hark household words 1";

/// What opens a thing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    /// [`Ring::lasting`]
    Lasting,
    /// [`Ring::due`]
    Due,
    /// [`Ring::words`]
    Words,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factor(byte: u8) -> Factor {
        let key = Key::from_bytes(&[byte; KEY_BYTES]).unwrap();
        Factor { salt: [byte; SALT_BYTES], key }
    }

    #[test]
    fn a_passphrase_and_only_that_opens_the_words() {
        let root = Key::random().unwrap();
        let mut ring = Ring::new().unwrap();
        let Words::Open { key, guards } = &mut ring.words else { panic!("it is new") };
        let key = key.bytes().to_owned();
        guards.extend([factor(1), factor(2)]);
        let sealed = ring.seal(&root).unwrap();
        assert!(Ring::open(&Key::random().unwrap(), &sealed).is_none(), "another root");
        for (byte, opens) in [(1, true), (2, true), (3, false)] {
            let mut again = Ring::open(&root, &sealed).unwrap();
            assert!(matches!(again.key(Kind::List), Err(Error::Locked)));
            assert_eq!(again.key(Kind::Timer).unwrap().bytes(), ring.due.bytes());
            assert_eq!(again.unlock(&factor(byte)), opens.then_some(true), "{byte}");
            assert_eq!(again.key(Kind::List).is_ok_and(|of| *of.bytes() == key), opens);
        }
        let plain = root.open(ABOUT, &sealed).unwrap();
        assert!(!plain.windows(KEY_BYTES).any(|bytes| bytes == key), "in the open");
    }

    #[test]
    fn what_is_taken_away_behind_the_lock_is_owed() {
        let root = Key::random().unwrap();
        let mut ring = Ring::new().unwrap();
        let Words::Open { guards, .. } = &mut ring.words else { panic!("it is new") };
        guards.push(factor(1));
        let locked = Ring::open(&root, &ring.seal(&root).unwrap()).unwrap();
        for gone in [false, true] {
            let renewed = locked.renewed(gone).unwrap();
            assert_ne!(renewed.due.bytes(), locked.due.bytes());
            let mut again = Ring::open(&root, &renewed.seal(&root).unwrap()).unwrap();
            assert_eq!(again.unlock(&factor(1)), Some(gone));
        }
    }
}
