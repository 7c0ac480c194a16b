//! Background-speech model (filler or garbage model): what it costs to skip speech before and behind
//! a sentence.
//!
//! A search that must explain every word with the sentence finds commands in the talk behind them;
//! one that may skip any word finds "hi" in everything. So words may be skipped at a cost: little
//! when they were much softer than the near speaker, more when they were as loud.

/// What is softer than the loudest moment by less than this is near-field speech, in decibels: the
/// syllables of a sentence differ as much.
const NEAR: f32 = 6.0;
/// What is softer by more than this is far-field speech, said by somebody else.
const FAR: f32 = 14.0;
/// Pieces for which there is room from the start.
const ROOM: usize = 1_024;

/// The levels of the pieces of the free text, and their cost as background.
#[derive(Clone)]
pub(super) struct Background {
    /// Of each piece, in decibels.
    levels: Vec<f32>,
    loudest: f32,
    /// Cost of a piece as loud as the sentence, and of one far softer.
    near: f32,
    far: f32,
}

impl Background {
    pub(super) fn new(near: f32, far: f32) -> Self {
        Self { levels: Vec::with_capacity(ROOM), loudest: f32::NEG_INFINITY, near, far }
    }

    pub(super) fn clear(&mut self) {
        self.levels.clear();
        self.loudest = f32::NEG_INFINITY;
    }

    /// Takes the level of the next frame, in decibels, and whether the free text emitted a piece there.
    pub(super) fn accept_frame(&mut self, level: f32, emitted: bool) {
        self.loudest = self.loudest.max(level);
        if emitted {
            self.levels.push(level);
        }
    }

    /// Cost of skipping the newest piece.
    pub(super) fn newest(&self) -> f32 {
        self.levels.last().map_or(0.0, |&level| self.cost(level))
    }

    /// Cost of skipping all pieces. It becomes less when somebody louder begins to speak.
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
    fn soft_talk_is_skipped_cheaply_once_somebody_speaks_up() {
        let mut background = Background::new(1.5, 0.25);
        background.accept_frame(-40.0, true);
        background.accept_frame(-42.0, true);
        assert!((background.all() - 3.0).abs() < 1e-6, "nobody else has spoken yet");
        background.accept_frame(-20.0, false);
        assert!((background.all() - 0.5).abs() < 1e-6);
        background.accept_frame(-22.0, true);
        assert!((background.newest() - 1.5).abs() < 1e-6, "it was said to us");
        background.accept_frame(-30.0, true);
        assert!(background.newest() < 1.5 && background.newest() > 0.25);
        background.clear();
        assert!(background.all().abs() < 1e-6);
    }
}
