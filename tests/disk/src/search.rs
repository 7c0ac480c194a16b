//! Looking for bytes in everything that ever was on a card.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::{ControlFlow, Range};

use memchr::memmem::Finder;

use crate::{Event, History, SECTOR};

/// How many bytes a key has.
pub const KEY: usize = 32;

/// Where and when something was on the card first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// How many events had reached the card by then; 0 if it was there before all of them.
    pub moment: usize,
    /// Where, in bytes from the start of the card.
    pub at: u64,
}

impl History {
    /// Whether these bytes were ever on the card. Pieces that were written at different times count
    /// when they stood next to each other at some moment.
    pub fn ever_held(&self, needle: &[u8]) -> bool {
        self.find(needle).is_some()
    }

    /// As [`ever_held`](Self::ever_held), and says where and when.
    ///
    /// # Panics
    /// If there is nothing to look for.
    pub fn find(&self, needle: &[u8]) -> Option<Place> {
        assert!(!needle.is_empty(), "nothing to look for");
        let finder = Finder::new(needle);
        self.replay(|image, changed, moment| {
            let start = changed.start.saturating_sub(needle.len() - 1);
            let end = image.len().min(changed.end + needle.len() - 1);
            let found = finder.find(&image[start..end])?;
            Some(Place { moment, at: (start + found) as u64 })
        })
    }

    /// Tries 32 bytes from every place of the card and every moment as a key, as one does who has
    /// every byte ever written, and says where and when the first stood that `opens` something.
    ///
    /// With `step` 4 only those are tried that begin at a multiple of 4; 1 tries all. Sectors with
    /// the same bytes are tried once, and so is a run of one byte within a sector; the place is
    /// where they stood first.
    ///
    /// # Panics
    /// If a sector is no multiple of `step`.
    pub fn find_key(
        &self,
        step: usize,
        mut opens: impl FnMut(&[u8; KEY]) -> bool,
    ) -> Option<Place> {
        assert!(step > 0 && SECTOR.is_multiple_of(step), "a sector is no multiple of {step}");
        let mut tried = Tried::default();
        // The first of those starts from which a key reaches into the next sector.
        let seam = (SECTOR - KEY + 1).next_multiple_of(step);
        self.replay(|image, changed, moment| {
            // A change also changes what reaches into it from the sector before.
            for sector in (changed.start / SECTOR).saturating_sub(1)..changed.end.div_ceil(SECTOR) {
                let start = sector * SECTOR;
                let end = start + SECTOR;
                let within = start..image.len().min(end);
                let across = image.len().min(start + seam)..image.len().min(end + KEY - 1);
                for range in [within, across] {
                    let bytes = &image[range.clone()];
                    if tried.is_new(bytes)
                        && let Some(found) = position(bytes, step, &mut opens)
                    {
                        return Some(Place { moment, at: (range.start + found) as u64 });
                    }
                }
            }
            None
        })
    }

    /// Shows `look` the card at first and after each event that changed it, with what changed and
    /// the moment, until it finds something.
    fn replay<T>(
        &self,
        mut look: impl FnMut(&[u8], Range<usize>, usize) -> Option<T>,
    ) -> Option<T> {
        let mut image = self.base().to_vec();
        if let Some(found) = look(&image, 0..image.len(), 0) {
            return Some(found);
        }
        let end = self.events().iter().enumerate().try_for_each(|(before, event)| {
            event.apply(&mut image);
            let found = match event {
                Event::Flush => None,
                Event::Write { .. } | Event::Discard { .. } => {
                    look(&image, event.range(), before + 1)
                }
            };
            found.map_or(ControlFlow::Continue(()), ControlFlow::Break)
        });
        end.break_value()
    }
}

/// Which pieces of the card were tried already. With 64 bits for each, a million pieces leave one
/// chance in thirty million that one of them is passed over.
#[derive(Default)]
struct Tried(HashSet<u64>);

impl Tried {
    fn is_new(&mut self, bytes: &[u8]) -> bool {
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        self.0.insert(hasher.finish())
    }
}

/// Where in `bytes` the first key begins that opens something.
fn position(
    bytes: &[u8],
    step: usize,
    opens: &mut impl FnMut(&[u8; KEY]) -> bool,
) -> Option<usize> {
    let mut last = None;
    (0..bytes.len()).step_by(step).find(|&start| {
        let Some(key) = bytes[start..].first_chunk() else {
            return false;
        };
        last.replace(key) != Some(key) && opens(key)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use fastrand::Rng;

    use super::*;

    fn write(at: u64, bytes: impl Into<Vec<u8>>) -> Event {
        Event::Write { at, bytes: bytes.into().into() }
    }

    #[test]
    fn what_was_overwritten_or_written_in_pieces_is_found() {
        let events = [
            write(510, "secret"),
            write(512, "xxxx"),
            Event::Flush,
            write(1000, "split "),
            write(100, "between"),
            write(1006, "in two"),
        ];
        let history = History::new(vec![0; 2048].into(), events);
        assert_eq!(history.find(b"secret"), Some(Place { moment: 1, at: 510 }));
        assert_eq!(history.find(b"sexxxx"), Some(Place { moment: 2, at: 510 }));
        assert_eq!(history.find(b"split in two"), Some(Place { moment: 6, at: 1000 }));
        assert!(!history.ever_held(b"secrets"));
    }

    #[test]
    fn what_was_there_at_first_is_found() {
        let history = History::new(b"at first".as_slice().into(), [write(0, "xxxxxxxx")]);
        assert_eq!(history.find(b"first"), Some(Place { moment: 0, at: 3 }));
    }

    /// Random writes and discards of any place and length, many with the same bytes.
    fn random(rng: &mut Rng, len: usize) -> History {
        let events: Vec<_> = std::iter::repeat_with(|| {
            let at = rng.usize(..len);
            let count = rng.usize(..=(len - at).min(1500));
            match rng.u8(..4) {
                0 => Event::Discard { at: at as u64, len: count as u64 },
                1 => write(at as u64, vec![rng.u8(..2); count]),
                _ => write(at as u64, (0..count).map(|_| rng.u8(..)).collect::<Vec<_>>()),
            }
        })
        .take(12)
        .collect();
        let base: Vec<_> = (0..len).map(|place| (place / 700) as u8).collect();
        History::new(base.into(), events)
    }

    #[test]
    fn every_key_of_every_moment_is_tried() {
        let mut rng = Rng::with_seed(1);
        for (round, step) in [1, 4, 1, 32, 64, 512].into_iter().enumerate() {
            let history = random(&mut rng, 5000 + round);
            let mut tried = HashSet::new();
            let found = history.find_key(step, |key| {
                tried.insert(*key);
                false
            });
            assert_eq!(found, None);
            let mut all = HashSet::new();
            for moment in 0..=history.events().len() {
                let image = history.image_after(moment);
                let keys = image.windows(KEY).step_by(step);
                all.extend(keys.map(|key| <[u8; KEY]>::try_from(key).expect("a key")));
            }
            assert!(tried == all, "{} of {} with step {step}", tried.len(), all.len());
        }
    }

    #[test]
    fn a_key_is_found_where_it_stood_first() {
        let key: Vec<u8> = (1..=32).collect();
        let events = [write(500, key.clone()), write(500, [0; 32]), write(2000, key.clone())];
        let history = History::new(vec![0; 4096].into(), events);
        let found = history.find_key(4, |tried| tried[..] == key);
        assert_eq!(found, Some(Place { moment: 1, at: 500 }));
    }
}
