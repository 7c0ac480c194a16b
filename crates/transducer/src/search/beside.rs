//! What others say before and behind a sentence.
//!
//! A search that must explain every word with the sentence finds commands in the talk behind them;
//! one that may leave any word out finds "hi" in everything. So words may be left out at a price:
//! little when they were much softer than the person who speaks to us, more when they were as loud.

/// What is softer than the loudest moment by less than this was said by the same person, in
/// decibels: the syllables of a sentence differ as much.
const NEAR: f32 = 6.0;
/// What is softer by more than this was said by somebody else.
const FAR: f32 = 14.0;
/// Pieces for which there is room from the start.
const ROOM: usize = 1_024;

/// How loud the pieces of the free text were.
#[derive(Clone)]
pub(super) struct Beside {
    /// Of each piece, in decibels.
    levels: Vec<f32>,
    loudest: f32,
    /// What a piece costs that was as loud as the sentence, and one that was far softer.
    near: f32,
    far: f32,
}

impl Beside {
    pub(super) fn new(near: f32, far: f32) -> Self {
        Self { levels: Vec::with_capacity(ROOM), loudest: f32::NEG_INFINITY, near, far }
    }

    pub(super) fn clear(&mut self) {
        self.levels.clear();
        self.loudest = f32::NEG_INFINITY;
    }

    /// Takes the level of the next frame, in decibels, and whether the free text has a piece there.
    pub(super) fn frame(&mut self, level: f32, said: bool) {
        self.loudest = self.loudest.max(level);
        if said {
            self.levels.push(level);
        }
    }

    /// What it costs to leave out the newest piece.
    pub(super) fn newest(&self) -> f32 {
        self.levels.last().map_or(0.0, |&level| self.cost(level))
    }

    /// What it costs to leave out all pieces. It becomes less when somebody louder begins to speak.
    pub(super) fn all(&self) -> f32 {
        self.levels.iter().map(|&level| self.cost(level)).sum()
    }

    fn cost(&self, level: f32) -> f32 {
        let distance = ((self.loudest - level - NEAR) / (FAR - NEAR)).clamp(0.0, 1.0);
        self.near + (self.far - self.near) * distance
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soft_talk_is_left_out_cheaply_once_somebody_speaks_up() {
        let mut beside = Beside::new(1.5, 0.25);
        beside.frame(-40.0, true);
        beside.frame(-42.0, true);
        assert!((beside.all() - 3.0).abs() < 1e-6, "nobody else has spoken yet");
        beside.frame(-20.0, false);
        assert!((beside.all() - 0.5).abs() < 1e-6);
        beside.frame(-22.0, true);
        assert!((beside.newest() - 1.5).abs() < 1e-6, "it was said to us");
        beside.frame(-30.0, true);
        assert!(beside.newest() < 1.5 && beside.newest() > 0.25);
        beside.clear();
        assert!(beside.all().abs() < 1e-6);
    }
}
