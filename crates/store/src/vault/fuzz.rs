//! Entries for the fuzz targets: what is read from a card, bytes as somebody else may have left them there, and as
//! somebody who has the keys may have sealed them.

use std::path::Path;

use super::keys::{Bucket, Rekeyed, Ring, about_bucket, about_ring};
use super::seal::{KEY_BYTES, Key, unpadded};
use crate::content::Written;
use crate::root::{Root, Roots, Slot, Tier};

/// Reads the slots of a chip, which is a file.
pub fn chip(at: &Path) {
    if let Ok(roots) = Roots::open(Tier::Chip, at, Path::new("")) {
        for slot in Slot::BOTH {
            let _ = roots.read(slot, None);
        }
    }
}

/// Reads a ring, a bucket and a part.
///
/// # Panics
/// If what was read is not written as it was.
pub fn rows(bytes: &[u8]) {
    crate::household::fuzz::ring(bytes);
    let Some(key) = Key::from_bytes(&[7; KEY_BYTES]) else { return };
    let root = Root { generation: 1, key: key.clone() };
    assert!(Ring::open(&root, bytes).is_none(), "nobody can seal without the key");
    assert!(Bucket::open(&key, 1, bytes).is_none(), "nobody can seal without the key");
    let ring = key.seal(&about_ring(1), bytes).ok().and_then(|row| Ring::open(&root, &row));
    if let Some(ring) = &ring {
        let again =
            ring.seal_with(&Rekeyed::new(), &root).ok().and_then(|row| Ring::open(&root, &row));
        assert!(again.is_some_and(|again| again.caps == ring.caps));
    }
    let bucket = key.seal(&about_bucket(1), bytes).ok();
    if let Some(bucket) = bucket.and_then(|row| Bucket::open(&key, 1, &row)) {
        let again = bucket.seal(1).ok().and_then(|row| Bucket::open(&key, 1, &row));
        assert!(again.is_some_and(|again| again.parts.len() == bucket.parts.len()));
    }
    for plain in [Some(bytes), unpadded(bytes)].into_iter().flatten() {
        let Ok((written, ..)) = Written::from_bytes(plain) else { continue };
        let caps = ring.as_ref().map(|ring| ring.caps.clone()).unwrap_or_default();
        caps.stamp(written.sound.is_some(), false, written.stamp());
        assert!(written.to_bytes().is_ok_and(|bytes| Written::from_bytes(&bytes).is_ok()));
    }
}
