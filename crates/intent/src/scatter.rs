//! Hasher for numbers that nobody chooses to make a table slow: those of nodes and of groups of letters.

use std::hash::{BuildHasherDefault, Hasher};

/// A multiplication by 2^64 divided by the golden ratio (Knuth, volume 3, 6.4).
pub(crate) type Scatter = BuildHasherDefault<Scattered>;

#[derive(Default)]
pub(crate) struct Scattered(u64);

impl Hasher for Scattered {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_usize(&mut self, number: usize) {
        self.0 = (self.0 ^ number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_u32(&mut self, number: u32) {
        self.write_usize(number as usize);
    }

    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}
