//! Small things: dice and coins, jokes, and what one says to be polite.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use voice::{BoxFuture, Context, Handles, Intent, Outcome, Reply, Result, Risk, Skill};

use crate::words::and;

/// Chance: a number from 0 up to but without the one that is passed in.
pub type Dice = Arc<dyn Fn(u32) -> u32 + Send + Sync>;

/// Dice that are as fair as those of a board game, and no secret.
pub fn fair() -> Dice {
    Arc::new(|sides| fastrand::u32(..sides.max(1)))
}

static JOKES: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| include_str!("jokes.txt").lines().collect());
const RANKS: [&str; 13] = [
    "ace", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "jack", "queen",
    "king",
];
const SUITS: [&str; 4] = ["clubs", "diamonds", "hearts", "spades"];
const HELP: &str = "You can say, for example: turn off the lights. Set a timer for ten minutes. \
                    Or: delete what I just said.";

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

    fn one_of(&self, of: &[&'static str]) -> &'static str {
        of.get(self.below(of.len())).copied().unwrap_or_default()
    }

    fn joke(&self) -> &'static str {
        let mut last = self.last_joke.lock().unwrap_or_else(PoisonError::into_inner);
        let next = match *last {
            None => self.below(JOKES.len()),
            // Any of the others.
            Some(last) => (last + 1 + self.below(JOKES.len() - 1)) % JOKES.len(),
        };
        *last = Some(next);
        JOKES.get(next).copied().unwrap_or_default()
    }

    fn roll(&self, intent: &Intent) -> String {
        let count = intent.number("count").unwrap_or(1.0).clamp(1.0, 10.0) as usize;
        let sides = intent.number("sides").unwrap_or(6.0).clamp(2.0, 1000.0) as usize;
        let rolled: Vec<_> = (0..count).map(|_| self.below(sides) + 1).collect();
        let words: Vec<_> = rolled.iter().map(usize::to_string).collect();
        match &words[..] {
            [one] => format!("It's {one}."),
            several => format!("{}. Together {}.", and(several), rolled.iter().sum::<usize>()),
        }
    }

    fn number(&self, intent: &Intent) -> String {
        let bound = |slot, other: f64| intent.number(slot).unwrap_or(other).max(0.0) as usize;
        let (one, other) = (bound("from", 1.0), bound("to", 100.0));
        let (low, high) = (one.min(other), one.max(other));
        format!("{}.", low + self.below(high - low + 1))
    }

    fn answer(&self, intent: &Intent) -> Reply {
        Reply::done(match intent.name.as_str() {
            "HarkFlipCoin" => self.one_of(&["Heads.", "Tails."]).to_owned(),
            "HarkRollDice" => self.roll(intent),
            "HarkRandomNumber" => self.number(intent),
            "HarkPickCard" => format!("The {} of {}.", self.one_of(&RANKS), self.one_of(&SUITS)),
            "HarkJoke" => self.joke().to_owned(),
            "HarkHelp" => HELP.to_owned(),
            "HarkSayAfterMe" => match intent.text("words") {
                Some(words) => words.to_owned(),
                None => return Reply::with("I didn't hear what to say.", Outcome::Failed),
            },
            _ => respond(intent.text("response").unwrap_or_default()).to_owned(),
        })
    }
}

/// What is answered to what is said for politeness.
fn respond(to: &str) -> &'static str {
    match to {
        "good afternoon" => "Good afternoon.",
        "good evening" => "Good evening.",
        "thanks" => "You're welcome.",
        "how are you" => "I'm fine, thank you.",
        "name" => "I'm Hark.",
        "maker" => {
            "I'm Hark, an open source program. People wrote me so that what you say stays here."
        }
        "goodbye" => "Goodbye.",
        "sorry" => "Never mind.",
        _ => "Hello.",
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

    fn handle<'a>(&'a self, intent: &'a Intent, _: &'a Context) -> BoxFuture<'a, Result<Reply>> {
        Box::pin(std::future::ready(Ok(self.answer(intent))))
    }
}
