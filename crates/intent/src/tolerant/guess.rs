//! What a text was most likely meant as.

use voice::{Intent, SlotValue, Stage};

use super::{Near, Tolerance};
use crate::lexicon::Lexicon;
use crate::{Context, Recogniser, asks_the_same};

/// Readings whose costs differ by less are as good as each other.
const CLOSE: f32 = 0.2;

/// What a text that fits no sentence was most likely meant as.
pub struct Guess {
    /// What it asks for; its cost says how much had to be forgiven.
    pub intent: Intent,
    /// The sentence that says so.
    pub text: String,
    /// Another sentence that asks for something else and is as near; one has to ask which was meant.
    pub rival: Option<String>,
}

impl Recogniser {
    /// Makes the sentences ready to be compared with texts that fit none. For thousands of names it
    /// takes a moment; [`Tolerance::renewed`] is faster when a few of them change.
    pub fn tolerance(&self, context: &Context) -> Tolerance {
        Tolerance::new(self.spoken(context), self.speller())
    }

    /// What a text means word for word, or else what it was most likely meant as. A text of which
    /// free words would be nothing but fillers ("cancel like the timer") is not taken word for word.
    pub fn understand(
        &self,
        tolerance: &Tolerance,
        text: &str,
        context: &Context,
    ) -> Option<Guess> {
        let exact = self.recognise(text, context);
        let exact = exact.map(|intent| Guess { intent, text: text.to_owned(), rival: None });
        match exact {
            Some(exact) if !says_nothing(&exact.intent, &tolerance.lexicon) => Some(exact),
            exact => self.guess(tolerance, text, context).or(exact),
        }
    }

    /// What a text was most likely meant as; `None` when it is like no sentence. `tolerance` is made
    /// of the graph of this recogniser.
    pub fn guess(&self, tolerance: &Tolerance, text: &str, context: &Context) -> Option<Guess> {
        let near = tolerance.nearest(text).into_iter();
        let mut meant: Vec<(Intent, Near)> = Vec::new();
        for near in near {
            if meant.first().is_some_and(|(_, best)| near.cost >= best.cost + CLOSE) {
                break;
            }
            meant.extend(self.recognise(&near.text, context).map(|intent| (intent, near)));
        }
        // A thing that has a name is rather meant than all of its kind in a room, and words that we
        // know rather than any words.
        let rank = |intent: &Intent, near: &Near| (near.open, intent.slot("name").is_none());
        meant.sort_by_key(|(intent, near)| rank(intent, near));
        let mut meant = meant.into_iter();
        let (intent, best) = meant.next()?;
        let of_best = rank(&intent, &best);
        let rival = meant
            .take_while(|(other, near)| rank(other, near) == of_best)
            .find(|(other, _)| !asks_the_same(other, &intent));
        let intent = Intent { stage: Stage::Tolerant, cost: best.cost, ..intent };
        Some(Guess { intent, text: best.text, rival: rival.map(|(_, near)| near.text) })
    }
}

/// Whether words were taken for free ones that mean nothing.
fn says_nothing(intent: &Intent, lexicon: &Lexicon) -> bool {
    intent.slots.iter().any(|slot| {
        let free = matches!(&slot.value, SlotValue::Text(value) if *value == slot.text);
        let mut words = slot.text.expose().split_whitespace().peekable();
        free && words.peek().is_some() && words.all(|word| lexicon.is_idle(&word.to_lowercase()))
    })
}
