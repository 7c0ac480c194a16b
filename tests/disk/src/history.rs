//! Everything that ever was on a card, and what of it a power cut leaves.

use std::sync::Arc;

use fastrand::Rng;

use crate::Event;

/// Everything that ever was on a card: how it was at first, and all that reached it since.
///
/// It is a copy that does not change while the card goes on; clones share their bytes. A moment is
/// the number of events before it, as [`Disk::mark`](crate::Disk::mark) gives it.
#[derive(Clone)]
pub struct History {
    base: Arc<[u8]>,
    events: Arc<[Event]>,
}

impl History {
    /// The history of a card that held `base` at first.
    ///
    /// # Panics
    /// If an event lies beyond the card's end.
    pub fn new(base: Arc<[u8]>, events: impl Into<Arc<[Event]>>) -> Self {
        let events = events.into();
        assert!(events.iter().all(|event| event.range().end <= base.len()), "beyond the end");
        Self { base, events }
    }

    /// What the card held before all events.
    pub fn base(&self) -> &[u8] {
        &self.base
    }

    /// What reached the card, in order.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// How many bytes were written since a moment; discarded ones do not count.
    ///
    /// # Panics
    /// If the moment is later than the history.
    pub fn bytes_written(&self, since: usize) -> u64 {
        let written = |event: &Event| match event {
            Event::Write { bytes, .. } => bytes.len() as u64,
            Event::Flush | Event::Discard { .. } => 0,
        };
        self.events[since..].iter().map(written).sum()
    }

    /// The bytes of the card at a moment, as a copy of the whole card gives them.
    ///
    /// # Panics
    /// If the moment is later than the history.
    pub fn image_after(&self, moment: usize) -> Vec<u8> {
        let mut image = self.base.to_vec();
        self.events[..moment].iter().for_each(|event| event.apply(&mut image));
        image
    }

    /// The last moment not after this one at which the card had promised that everything is safe;
    /// 0 if it never had.
    ///
    /// # Panics
    /// If the moment is later than the history.
    pub fn last_flush(&self, moment: usize) -> usize {
        let flush = self.events[..moment].iter().rposition(|event| *event == Event::Flush);
        flush.map_or(0, |flush| flush + 1)
    }

    /// The bytes of the card when its power fails at a moment: everything before the last flush,
    /// and of what came since whatever `seed` decides.
    ///
    /// Seed 0 loses nothing and seed 1 everything. Others keep some of the events, or the first
    /// ones only; a write may be torn, which keeps some of its sectors. What is kept is applied in
    /// order, and the same seed always gives the same image.
    ///
    /// # Panics
    /// If the moment is later than the history.
    pub fn cut(&self, moment: usize, seed: u64) -> Vec<u8> {
        self.cut_lying(moment, self.last_flush(moment), seed)
    }

    /// As [`cut`](Self::cut), for a card that lies: only what came before the moment `safe` is sure
    /// to be there, whatever flushes it answered since.
    ///
    /// # Panics
    /// If `safe` is later than `moment`, or that later than the history.
    pub fn cut_lying(&self, moment: usize, safe: usize, seed: u64) -> Vec<u8> {
        let unsafe_events = &self.events[safe..moment];
        let mut image = self.image_after(safe);
        let mut rng = Rng::with_seed(seed);
        let luck = Luck::of(seed, unsafe_events.len(), &mut rng);
        for (place, event) in unsafe_events.iter().enumerate() {
            let chance = luck.chance(place);
            // Beyond one write in four, tearing would leave hardly any write whole.
            if rng.u8(..4) == 0 {
                event.tear(&mut image, || rng.f64() < chance);
            } else if rng.f64() < chance {
                event.apply(&mut image);
            }
        }
        image
    }
}

/// How likely an event survives a power cut.
enum Luck {
    /// Each on its own.
    Each(f64),
    /// Those before this one, as on a card that writes in order.
    First(usize),
}

impl Luck {
    fn of(seed: u64, events: usize, rng: &mut Rng) -> Self {
        match seed {
            0 => Self::Each(1.0),
            1 => Self::Each(0.0),
            _ if rng.bool() => Self::First(rng.usize(..=events)),
            _ => Self::Each(rng.f64()),
        }
    }

    fn chance(&self, place: usize) -> f64 {
        match *self {
            Self::Each(chance) => chance,
            Self::First(count) if place < count => 1.0,
            Self::First(count) if place == count => 0.5,
            Self::First(_) => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A card of four sectors: the first is written and flushed, then two of the others and the
    /// first again; the last one is discarded.
    fn history() -> History {
        let write = |at, len, byte| Event::Write { at, bytes: vec![byte; len].into() };
        let discard = Event::Discard { at: 1536, len: 512 };
        let events =
            [write(0, 512, 1), Event::Flush, write(512, 1024, 2), write(0, 512, 3), discard];
        History::new(vec![9; 2048].into(), events)
    }

    /// The first byte of each sector.
    fn sectors(image: &[u8]) -> Vec<u8> {
        image.chunks(512).map(|sector| sector[0]).collect()
    }

    #[test]
    fn images_are_as_the_card_was() {
        let history = history();
        assert_eq!(sectors(&history.image_after(0)), [9, 9, 9, 9]);
        assert_eq!(sectors(&history.image_after(3)), [1, 2, 2, 9]);
        assert_eq!(sectors(&history.image_after(5)), [3, 2, 2, 0]);
        assert_eq!(history.bytes_written(0), 2048);
        assert_eq!(history.bytes_written(3), 512);
    }

    #[test]
    fn a_cut_keeps_what_was_flushed_and_any_part_of_the_rest() {
        let history = history();
        assert_eq!((history.last_flush(1), history.last_flush(5)), (0, 2));
        assert!(history.cut(5, 0) == history.image_after(5), "seed 0 loses something");
        assert!(history.cut(5, 1) == history.image_after(2), "seed 1 keeps some");
        let images: Vec<_> = (0..500).map(|seed| sectors(&history.cut(5, seed))).collect();
        assert!(images.iter().all(|image| image[0] != 9), "the flushed write is there");
        for (sector, choices) in [(0, [1, 3]), (1, [9, 2]), (2, [9, 2]), (3, [9, 0])] {
            for choice in choices {
                let found = images.iter().any(|image| image[sector] == choice);
                assert!(found, "sector {sector} is never {choice}");
            }
        }
        assert!(images.iter().any(|image| image[1] != image[2]), "no write is ever torn");
        let again: Vec<_> = (0..500).map(|seed| sectors(&history.cut(5, seed))).collect();
        assert_eq!(images, again);
    }

    #[test]
    fn a_lying_card_loses_what_it_called_safe() {
        let history = history();
        let lost = |seed| history.cut_lying(5, 0, seed)[0] == 9;
        assert!((0..50).any(lost) && !(0..50).all(lost));
    }
}
