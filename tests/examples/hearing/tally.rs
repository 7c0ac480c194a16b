//! What came of all commands of one condition.

use crate::ears::{Ears, Turn};
use crate::mind::{Doing, Judged};

/// Counts of what came of commands.
#[derive(Clone, Default)]
pub struct Tally {
    pub woken: usize,
    pub words: usize,
    pub right: usize,
    pub wrong: usize,
    /// Questions whether it was the right thing, or another.
    pub asked: (usize, usize),
    /// What is no command and was not taken for one.
    pub rejected: usize,
    pub cut_off: usize,
    /// From the last sound to the decision in milliseconds, for a sentence and for anything else.
    pub delays: Vec<f32>,
    pub others: Vec<f32>,
    pub finishing: Vec<f32>,
}

impl Tally {
    /// Counts a turn behind a wake word, which may not have been heard.
    pub fn add(&mut self, ears: &Ears, text: &str, turn: Option<&Turn>, speech_end: u64) {
        let Some(turn) = turn else {
            self.rejected += usize::from(text.is_empty());
            return;
        };
        self.woken += 1;
        let heard = turn.transcript.text.expose();
        if let Some(speech) = turn.speech {
            if speech.decided < speech_end {
                self.cut_off += 1;
            } else {
                let delay = (speech.decided - speech_end) as f32 / 16.0;
                if heard.is_empty() { &mut self.others } else { &mut self.delays }.push(delay);
            }
            self.finishing.push(turn.finishing.as_secs_f32() * 1000.0);
        }
        self.judge(text, heard, &ears.mind.judge(text, &turn.transcript));
    }

    /// Counts what was made of something heard when that text was said; an empty one is no command.
    pub fn judge(&mut self, text: &str, heard: &str, judged: &Judged) {
        match judged.doing {
            Doing::Right => self.right += 1,
            // What is no command is missing among those that were rejected.
            Doing::Wrong => self.wrong += usize::from(!text.is_empty()),
            Doing::AskedRight => self.asked.0 += 1,
            Doing::AskedOther => self.asked.1 += 1,
            Doing::Nothing => {}
        }
        if text.is_empty() {
            self.rejected += usize::from(judged.doing != Doing::Wrong);
        } else {
            self.words += usize::from(heard == as_said(text));
        }
    }
}

/// Words as the engine writes them.
fn as_said(text: &str) -> String {
    let digits = [("3", "three"), ("5", "five"), ("10", "ten"), ("30", "thirty"), ("50", "fifty")];
    let words = text.split_whitespace().map(|word| {
        let known = digits.iter().find(|(digit, _)| *digit == word).map(|(_, said)| *said);
        known.map_or_else(|| word.to_lowercase(), str::to_owned)
    });
    words.collect::<Vec<_>>().join(" ")
}
