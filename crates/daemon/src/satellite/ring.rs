//! Ringing: its loudness, which grows, and the ducking of players nearby.

use std::time::{Duration, Instant};

use home::Ducked;
use voice::Phase;
use voice::session::Chime;

use super::Satellite;
use super::settings::loudness;
use crate::queues::SpeakOrder;

/// Pause between two rings.
const RING_EVERY: Duration = Duration::from_secs(3);
/// The ring with this number, counted from 0, is as loud as can be. It comes after a minute.
const LOUDEST: u32 = 20;
/// The volume below which the first ring is not softer, in percent: on a small loudspeaker about as
/// loud as somebody talking next to it. Who turned the answers down or off did not mean their alarms.
const AUDIBLE: u8 = 40;
/// Loudness of the first ring relative to the loudest, at the same volume: as loud as the other chimes,
/// whose peak is a third of that of a ring. So a ring grows even where the volume is full.
const FIRST: f32 = 1.0 / 3.0;

/// Loudness, 0…1, of the ring with that number, counted from 0, where the volume is set to
/// `volume` percent. It grows in steps that sound equal, and at its end hangs on no setting.
pub(super) fn ring_loudness(number: u32, volume: u8) -> f32 {
    let first = FIRST * loudness(volume.max(AUDIBLE));
    first.powf(1.0 - number.min(LOUDEST) as f32 / LOUDEST as f32)
}

/// A ringing that goes on.
pub(crate) struct Ringing {
    /// When it sounds again.
    pub(super) next: Instant,
    /// The number of the next ring.
    number: u32,
    /// Players that were turned down for it.
    ducked: Vec<Ducked>,
}

impl Satellite {
    /// Takes note of whether anything rings: as long as it does, players nearby are turned down.
    pub(super) fn follow_ringing(&mut self, now: Instant) {
        if !self.hub.rings(&self.id) {
            self.end_ringing();
        } else if self.ringing.is_none() {
            let area = self.area.as_deref();
            let ducked = area.map(|area| self.hub.house.duck(area)).unwrap_or_default();
            // The first ring came with the announcement.
            self.ringing = Some(Ringing { next: now + RING_EVERY, number: 1, ducked });
        }
    }

    /// Makes the players nearby as loud again as they were.
    pub(super) fn end_ringing(&mut self) {
        if let Some(ringing) = self.ringing.take() {
            self.hub.house.unduck(ringing.ducked);
        }
    }

    /// Rings again, unless someone is being served.
    pub(super) fn ring(&mut self, now: Instant) {
        let Some(ringing) = &mut self.ringing else { return };
        ringing.next = now + RING_EVERY;
        if matches!(self.session.phase(), Phase::Idle | Phase::Muted) {
            self.chime(Chime::Alarm);
            if let Some(ringing) = &mut self.ringing {
                ringing.number += 1;
            }
        }
    }

    pub(super) fn chime(&mut self, chime: Chime) {
        let stops = self.stopper.stops();
        let number = self.ringing.as_ref().map_or(0, |ringing| ringing.number);
        let loudness = (chime == Chime::Alarm).then(|| ring_loudness(number, self.volume.percent));
        self.speak(SpeakOrder::Chime { chime, loudness, stops });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_is_heard_at_once_and_grows_until_nobody_can_miss_it() {
        for (number, volume, expected) in [
            // At first as loud as the other chimes, and never too soft to be heard.
            (0, 100, 0.333),
            (0, 70, 0.163),
            (0, 40, 0.053),
            (0, 39, 0.053),
            (0, 0, 0.053),
            // After half a minute half of the way, as the ear hears it.
            (10, 100, 0.577),
            (10, 0, 0.231),
            (19, 0, 0.864),
            // After a minute as loud as can be, whatever is set, and no louder.
            (20, 0, 1.0),
            (20, 100, 1.0),
            (21, 50, 1.0),
            (u32::MAX, 50, 1.0),
        ] {
            let found = ring_loudness(number, volume);
            assert!((found - expected).abs() < 0.001, "{number}, {volume} %: {found}");
        }
        assert_eq!(RING_EVERY * LOUDEST, Duration::from_secs(60));
    }
}
