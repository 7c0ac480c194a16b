//! Small talk: dice and coins, jokes, politeness.

use std::sync::{Arc, Mutex, PoisonError};

use voice::{Answering, Context, Handles, Intent, Outcome, Reply, Risk, Skill, Speech};

/// Chance: a number from 0 up to but without the one that is passed in.
pub type Dice = Arc<dyn Fn(u32) -> u32 + Send + Sync>;

/// Dice that are as fair as those of a board game, and no secret.
pub fn fair() -> Dice {
    Arc::new(|sides| fastrand::u32(..sides.max(1)))
}

/// How many jokes a language has: `HarkJoke.1` and those that follow.
const JOKES: usize = 47;
/// The ranks and suits of a deck of cards.
const RANKS: usize = 13;
const SUITS: usize = 4;

/// Tosses coins, tells jokes and is polite.
pub struct Small {
    dice: Dice,
    /// The joke that was told last, so that it is not told again at once.
    last_joke: Mutex<Option<usize>>,
}

impl Small {
    /// `dice` decide what is left to chance; [`fair`] makes some.
    pub fn new(dice: Dice) -> Self {
        Self { dice, last_joke: Mutex::new(None) }
    }

    /// A number below `count`.
    fn below(&self, count: usize) -> usize {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        (self.dice)(count) as usize
    }

    fn joke(&self) -> Speech {
        let mut last = self.last_joke.lock().unwrap_or_else(PoisonError::into_inner);
        let next = match *last {
            None => self.below(JOKES),
            // Any of the others.
            Some(last) => (last + 1 + self.below(JOKES - 1)) % JOKES,
        };
        *last = Some(next);
        Speech::keyed(format!("HarkJoke.{}", next + 1))
    }

    fn roll(&self, intent: &Intent) -> Speech {
        let count = intent.number("count").unwrap_or(1.0).clamp(1.0, 10.0) as usize;
        let sides = intent.number("sides").unwrap_or(6.0).clamp(2.0, 1000.0) as usize;
        let rolled: Vec<_> = (0..count).map(|_| self.below(sides) + 1).collect();
        let sum: usize = rolled.iter().sum();
        Speech::of("HarkRollDice.rolled").with("rolled", rolled).with("sum", sum)
    }

    fn number(&self, intent: &Intent) -> Speech {
        let bound = |slot, other: f64| intent.number(slot).unwrap_or(other).max(0.0) as usize;
        let (one, other) = (bound("from", 1.0), bound("to", 100.0));
        let (low, high) = (one.min(other), one.max(other));
        Speech::of("HarkRandomNumber.drawn").with("number", low + self.below(high - low + 1))
    }

    fn answer(&self, intent: &Intent) -> Reply {
        Reply::done(match intent.name.as_str() {
            "HarkFlipCoin" if self.below(2) == 0 => Speech::of("HarkFlipCoin.heads"),
            "HarkFlipCoin" => Speech::of("HarkFlipCoin.tails"),
            "HarkRollDice" => self.roll(intent),
            "HarkRandomNumber" => self.number(intent),
            "HarkPickCard" => {
                let card = Speech::of("HarkPickCard.card").with("rank", self.below(RANKS));
                card.with("suit", self.below(SUITS))
            }
            "HarkJoke" => self.joke(),
            "HarkHelp" => Speech::of("HarkHelp.examples"),
            "HarkSayAfterMe" => match intent.text("words") {
                Some(words) => Speech::verbatim(words),
                None => {
                    return Reply::with(Speech::of("HarkSayAfterMe.nothing"), Outcome::Failed);
                }
            },
            _ => Speech::of(respond(intent.text("response").unwrap_or_default())),
        })
    }
}

/// The key of what is answered to what is said for politeness.
fn respond(to: &str) -> &'static str {
    match to {
        "good afternoon" => "HassRespond.good_afternoon",
        "good evening" => "HassRespond.good_evening",
        "thanks" => "HassRespond.thanks",
        "how are you" => "HassRespond.how_are_you",
        "name" => "HassRespond.name",
        "maker" => "HassRespond.maker",
        "goodbye" => "HassRespond.goodbye",
        "sorry" => "HassRespond.sorry",
        _ => "HassRespond.hello",
    }
}

impl Skill for Small {
    fn name(&self) -> &'static str {
        "small"
    }

    fn intents(&self) -> &'static [Handles] {
        const {
            &[
                Handles::new("HassRespond", Risk::Public),
                Handles::new("HarkFlipCoin", Risk::Public),
                Handles::new("HarkRollDice", Risk::Public),
                Handles::new("HarkRandomNumber", Risk::Public),
                Handles::new("HarkPickCard", Risk::Public),
                Handles::new("HarkJoke", Risk::Public),
                Handles::new("HarkHelp", Risk::Public),
                Handles::new("HarkSayAfterMe", Risk::Public),
            ]
        }
    }

    fn handle<'a>(&'a self, intent: &'a Intent, _: &'a Context) -> Answering<'a> {
        Box::pin(std::future::ready(Ok(self.answer(intent))))
    }
}
