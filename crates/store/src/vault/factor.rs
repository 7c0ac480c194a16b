//! Key derivation: the part of the root's key that follows from a passphrase, by argon2id.

use argon2::{Algorithm, Argon2, Params, Version};
use voice::PrivateText;
use zeroize::Zeroizing;

use super::seal::{KEY_BYTES, Key, random_id};
use crate::error::finished;
use crate::{Error, Result};

/// Cost of a guess: the second of the options that RFC 9106 recommends, 64 MiB in 3 passes.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 4;

/// What follows from a passphrase.
#[derive(Clone)]
pub(crate) struct Factor {
    /// What it was mixed with, so that equal passphrases give different keys.
    pub salt: [u8; 16],
    pub key: Key,
}

impl Factor {
    /// That of a new passphrase. It takes a moment, on purpose.
    pub async fn new(passphrase: &PrivateText) -> Result<Self> {
        let salt = random_id().map_err(Error::Random)?;
        Self::of(passphrase, salt).await
    }

    /// That of the passphrase which was mixed with this.
    pub async fn of(passphrase: &PrivateText, salt: [u8; 16]) -> Result<Self> {
        // Telephones add a space behind a word.
        let text = Zeroizing::new(passphrase.expose().trim().to_owned());
        let derived = tokio::task::spawn_blocking(move || {
            let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(KEY_BYTES))?;
            let mut bytes = Zeroizing::new([0; KEY_BYTES]);
            Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
                text.as_bytes(),
                &salt,
                &mut bytes[..],
            )?;
            Ok::<_, argon2::Error>(bytes)
        });
        let bytes = finished("make a key of the passphrase", derived).await?.map_err(Error::Kdf)?;
        let key = Key::from_bytes(&bytes[..]).ok_or(Error::Passphrase)?;
        Ok(Self { salt, key })
    }
}
