//! Commands with a time: "turn off the lamp in ten minutes", "at sunset open the blinds".

use voice::{Intent, PrivateText, Stage};

use super::reader::{Reader, is_command};
use super::{MOST, SCHEDULE};

impl Reader<'_> {
    /// One command with a time behind or before it.
    pub(super) fn timed(&self, words: &[&str]) -> Option<Intent> {
        self.scheduled(words, |command| self.plain(command).map(|command| vec![command]))
    }

    /// Commands that share a time.
    pub(super) fn later(&self, words: &[&str]) -> Option<Intent> {
        self.scheduled(words, |command| {
            self.chain(command, MOST).or_else(|| {
                let nearly = self.nearly(command).filter(is_command)?;
                Some(vec![nearly])
            })
        })
    }

    /// Commands with a time behind or before them, of which none takes a time itself: that would be a
    /// time that it does not understand.
    fn scheduled(
        &self,
        words: &[&str],
        commands: impl Fn(&[&str]) -> Option<Vec<Intent>>,
    ) -> Option<Intent> {
        (1..words.len()).find_map(|at| {
            let (before, behind) = words.split_at(at);
            let (command, time) = match self.when(behind) {
                Some(time) => (before, time),
                None => (behind, self.when(before)?),
            };
            let steps = commands(command)?;
            if steps.iter().any(|step| (self.grammar.owns_time)(&step.name)) {
                return None;
            }
            // What is only nearly a command is no surer with a time.
            let guessed = steps.iter().find(|step| step.stage == Stage::Tolerant);
            let (stage, cost) =
                guessed.map_or((time.stage, time.cost), |step| (step.stage, step.cost));
            let later = Intent { name: SCHEDULE.to_owned(), then: steps, stage, cost, ..time };
            Some(later.with_text("label", PrivateText::new(command.join(" "))))
        })
    }
}
