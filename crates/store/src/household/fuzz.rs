//! Entries for the fuzz targets: the ring of the household's keys, as somebody who has the root may have sealed it.

use super::Kind;
use super::ring::Ring;
use crate::vault::Factor;
use crate::vault::seal::{KEY_BYTES, Key};

/// What the ring of the household says it is about.
const ABOUT: &[u8] = b"hark household ring 1";

/// Reads a ring, opens it with a passphrase, draws it anew and writes it.
///
/// # Panics
/// If what was read is not written as it was, or bytes open that nobody sealed.
pub fn ring(bytes: &[u8]) {
    let Some(root) = Key::from_bytes(&[7; KEY_BYTES]) else { return };
    assert!(Ring::open(&root, bytes).is_none(), "nobody can seal without the key");
    let sealed = root.seal(ABOUT, bytes).ok();
    let Some(mut ring) = sealed.and_then(|sealed| Ring::open(&root, &sealed)) else { return };
    let again = ring.seal(&root).ok().and_then(|sealed| Ring::open(&root, &sealed));
    assert!(again.is_some_and(|again| {
        again.is_locked() == ring.is_locked() && again.salts() == ring.salts()
    }));
    for salt in ring.salts() {
        let _ = ring.unlock(&Factor { salt, key: root.clone() });
    }
    for kind in Kind::ALL {
        let _ = ring.key(kind);
    }
    for gone in [false, true] {
        let _ = ring.renewed(gone).and_then(|renewed| renewed.seal(&root));
    }
}
