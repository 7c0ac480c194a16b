//! What reaches a card.

use std::ops::Range;
use std::sync::Arc;

/// What a card writes as a whole even when its power fails, in bytes.
pub const SECTOR: usize = 512;

/// One request of the kernel to the card, in the order in which they were answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Bytes were written.
    Write {
        /// Where, in bytes from the start of the card.
        at: u64,
        /// What was written there.
        bytes: Arc<[u8]>,
    },
    /// The kernel was told that everything written before is safe from now on.
    Flush,
    /// Bytes are no longer needed and read as zero.
    Discard {
        /// Where, in bytes from the start of the card.
        at: u64,
        /// How many bytes.
        len: u64,
    },
}

impl Event {
    /// Which bytes of an image it changes.
    pub(crate) fn range(&self) -> Range<usize> {
        match *self {
            Self::Write { at, ref bytes } => at as usize..at as usize + bytes.len(),
            Self::Flush => 0..0,
            Self::Discard { at, len } => at as usize..(at + len) as usize,
        }
    }

    /// Changes an image as the card does.
    pub(crate) fn apply(&self, image: &mut [u8]) {
        match self {
            Self::Write { bytes, .. } => image[self.range()].copy_from_slice(bytes),
            Self::Flush => {}
            Self::Discard { .. } => image[self.range()].fill(0),
        }
    }

    /// Changes only those sectors of an image that are `kept`; a discard is never torn.
    pub(crate) fn tear(&self, image: &mut [u8], mut kept: impl FnMut() -> bool) {
        if let Self::Write { bytes, .. } = self {
            let sectors = image[self.range()].chunks_mut(SECTOR);
            for (old, new) in sectors.zip(bytes.chunks(SECTOR)).filter(|_| kept()) {
                old.copy_from_slice(new);
            }
        } else if kept() {
            self.apply(image);
        }
    }
}
