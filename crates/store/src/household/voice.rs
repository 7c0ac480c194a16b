//! A voice among the household's words: bytes that nobody reads as text.

use zeroize::Zeroizing;

use super::{Household, Kind};
use crate::Result;

/// A voice, as it is kept. It is about a person, so it has no `Debug`.
pub(crate) struct Voice {
    pub name: String,
    pub templates: Vec<u8>,
}

impl Voice {
    /// `length of the name ‖ name ‖ templates`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![u8::try_from(self.name.len()).unwrap_or(u8::MAX)];
        bytes.extend_from_slice(&self.name.as_bytes()[..usize::from(bytes[0])]);
        bytes.extend_from_slice(&self.templates);
        bytes
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&length, rest) = bytes.split_first()?;
        let (name, templates) = rest.split_at_checked(usize::from(length))?;
        let name = std::str::from_utf8(name).ok()?.to_owned();
        Some(Self { name, templates: templates.to_vec() })
    }
}

impl Household {
    /// The voices with their numbers.
    pub async fn voices(&self) -> Result<Vec<(i64, Voice)>> {
        self.seat.lock().await.voices().await
    }

    /// Writes a voice, under a new number if it has none.
    pub async fn put_voice(&self, id: Option<i64>, voice: &Voice) -> Result<()> {
        let mut change = self.begin().await;
        change.put_bytes(Kind::Voice, id, &Zeroizing::new(voice.to_bytes())).await?;
        change.commit().await
    }
}
