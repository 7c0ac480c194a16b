//! How much a word that was heard is like one that may have been said.

use rphonetic::{DoubleMetaphone, Encoder};

use crate::lexicon::Lexicon;
use crate::vocabulary;

/// How much sound alone tells; letters tell the rest.
const SOUND: f64 = 0.6;
const LETTERS: f64 = 0.25;
/// What such a word costs.
const SAME_COST: f32 = 0.1;
/// Words as unlike as this are other words.
const UNLIKE: f64 = 0.5;
/// The share of letters that may be others, whatever it sounds like.
const MOST_LETTERS: f64 = 0.8;
/// How unlike what was heard a guarded word may be, by letters or, if it sounds the same, at all.
const GUARDED_UNLIKE: f64 = 0.34;
/// Shorter words are like too many others.
const SHORT: usize = 3;
/// A common word is meant for another one only if both sound so much alike, …
const SAME_SOUND: f32 = 0.301;
/// … or are long, sound nearly so much alike and are also written alike, as the sum of both (more of it
/// among words that are right), …
const NEAR_SOUND: f32 = 0.41;
const NEAR_BOTH: f32 = 0.66;
const NEAR_AMONG_OTHERS: f32 = 0.85;
/// … or are long and differ in one letter, …
const LONG: usize = 7;
/// … and the same if they have the same consonants and are written alike.
const NEAR_LETTERS: f64 = 0.4;
/// The same where nobody knows the sound of the other one.
const SAME_LETTERS: f64 = 0.25;
const UNKNOWN_NEAR_LETTERS: f64 = 0.5;
/// Phones of a syllable with which a word goes on.
const MOST_MORE: usize = 2;
/// What a word costs that is as unlike as can be.
const COST: f64 = 1.6;

/// A word, or several written as one, and how it sounds.
#[derive(Clone)]
pub(super) struct Sounding {
    pub(super) text: String,
    sound: String,
    /// How often each letter is in them.
    letters_in: Letters,
    sounds_in: Letters,
    /// How it is pronounced, a letter for each phone, where all its words are common ones.
    phones: Option<Box<str>>,
    /// Whether it is a word of its own: a common one, or one of the sentences and names.
    common: bool,
    /// Whether it has an opposite or changes everything.
    guarded: bool,
    /// The word that it is as good as written for.
    same: Option<Box<str>>,
}

/// How often each letter is in a text, by the lower five bits of the letter.
type Letters = [u8; 32];

/// Which letters are in a text and in its sound, as bits, and how many: enough to see that two texts are
/// unlike.
#[derive(Clone, Copy)]
pub(super) struct Outline {
    letters: u32,
    sounds: u32,
    length: u16,
    sound_length: u16,
}

impl Sounding {
    pub(super) fn new(text: &str, lexicon: &Lexicon) -> Self {
        let phones = text.split(' ').map(|word| lexicon.vocabulary.compound(word));
        let phones: Option<String> = phones.collect();
        Self::of(text, phones, lexicon)
    }

    /// Several words, of which each is known by itself, as one.
    pub(super) fn joined<'w>(words: impl Iterator<Item = &'w Self>, lexicon: &Lexicon) -> Self {
        let (mut text, mut phones) = (String::new(), Some(String::new()));
        for word in words {
            text.extend([" ", &word.text]);
            phones = phones.zip(word.phones.as_deref()).map(|(before, next)| before + next);
        }
        Self::of(text.trim_start(), phones, lexicon)
    }

    fn of(words: &str, phones: Option<String>, lexicon: &Lexicon) -> Self {
        let text: String = words.chars().filter(|c| c.is_alphanumeric()).collect();
        // The encoder knows English letters only and panics within others.
        let plain: String =
            deunicode::deunicode(&text).chars().filter(char::is_ascii_alphanumeric).collect();
        let sound = DoubleMetaphone::new(None).encode(&plain);
        Self {
            letters_in: letters(&text),
            sounds_in: letters(&sound),
            common: phones.is_some() && !words.contains(' '),
            phones: phones.map(String::into_boxed_str),
            guarded: lexicon.guarded.contains(&text),
            same: lexicon.homophones.get(&text).map(|said| said.as_str().into()),
            text,
            sound,
        }
    }

    /// What it costs to take this for `said`; `None` if that is another word or more than `most`.
    pub(super) fn cost(&self, said: &Self, most: f32) -> Option<f32> {
        if self.text == said.text {
            return Some(0.0);
        }
        if self.is_as_good_as(said) {
            return Some(SAME_COST);
        }
        // A little more than can be paid, so that rounding decides nothing.
        let unlike = self.unlike(said, UNLIKE.min(f64::from(most) / COST + 1e-3))?;
        if self.common && !self.may_be(said, false) {
            return None;
        }
        // To take one guarded word for another is to do the opposite.
        if said.guarded && (unlike > GUARDED_UNLIKE || self.guarded) {
            return None;
        }
        let cost = (COST * unlike) as f32;
        (cost <= most).then_some(cost)
    }

    /// Its outline.
    pub(super) fn outline(&self) -> Outline {
        let length = |text: &str| u16::try_from(text.len()).unwrap_or(u16::MAX);
        Outline {
            letters: bits(&self.letters_in),
            sounds: bits(&self.sounds_in),
            length: length(&self.text),
            sound_length: length(&self.sound),
        }
    }

    /// Whether it is as good as written for that one.
    pub(super) fn is_as_good_as(&self, said: &Self) -> bool {
        self.same.as_deref().is_some_and(|same| same == said.text)
    }

    /// The same as a word of its own.
    pub(super) fn into_known(self) -> Self {
        Self { common: true, ..self }
    }

    /// Whether it is a word of its own.
    pub(super) fn is_common(&self) -> bool {
        self.common
    }

    /// Whether this may have been heard or written for `said` although it is a word of its own. Where
    /// the words around are right (`among_others`), it may sound a little less like it.
    pub(super) fn may_be(&self, said: &Self, among_others: bool) -> bool {
        let letters = distance(&self.text, &said.text);
        let longest = self.text.len().max(said.text.len());
        if longest >= LONG && letters * (longest as f64) < 1.5 {
            return true;
        }
        let same_consonants = self.sound == said.sound;
        match (&self.phones, &said.phones) {
            (Some(heard), Some(said)) => {
                let unlike = vocabulary::unlike(heard.as_bytes(), said.as_bytes());
                let both = if among_others { NEAR_AMONG_OTHERS } else { NEAR_BOTH };
                let is_near = unlike <= NEAR_SOUND && unlike + letters as f32 <= both;
                let is_written_so = same_consonants && letters <= NEAR_LETTERS;
                unlike <= SAME_SOUND || (longest >= LONG && (is_near || is_written_so))
            }
            _ => letters <= SAME_LETTERS || (same_consonants && letters <= UNKNOWN_NEAR_LETTERS),
        }
    }

    /// Whether it sounds as that word at its beginning and has few phones more.
    pub(super) fn goes_on_from(&self, said: &Self) -> bool {
        let phones = self.phones.as_deref().zip(said.phones.as_deref());
        phones.is_some_and(|(heard, said)| {
            let (heard, said) = (heard.as_bytes(), said.as_bytes());
            let more = heard.len().saturating_sub(said.len());
            said.len() >= SHORT
                && (1..=MOST_MORE).contains(&more)
                && vocabulary::unlike(&heard[..said.len()], said) <= SAME_SOUND
        })
    }

    /// 0 for the same word, 1 for one without anything in common; `None` from `most` on.
    fn unlike(&self, said: &Self, most: f64) -> Option<f64> {
        let (short, long) =
            (self.text.len().min(said.text.len()), self.text.len().max(said.text.len()));
        if short < SHORT || short * 2 < long {
            return None;
        }
        // Most words have hardly a letter in common, which is quickly seen.
        let least = at_least(&self.letters_in, &said.letters_in, long);
        if least >= MOST_LETTERS {
            return None;
        }
        let sounds = self.sound.len().max(said.sound.len());
        let least_sound = at_least(&self.sounds_in, &said.sounds_in, sounds);
        if least.min(SOUND * least_sound + LETTERS * least) >= most {
            return None;
        }
        let letters = distance(&self.text, &said.text);
        if letters >= MOST_LETTERS || letters.min(SOUND * least_sound + LETTERS * letters) >= most {
            return None;
        }
        let sound = match (&self.phones, &said.phones) {
            (Some(heard), Some(said)) if self.common => {
                f64::from(vocabulary::unlike(heard.as_bytes(), said.as_bytes()))
            }
            _ => 1.0,
        };
        let sound = sound.min(distance(&self.sound, &said.sound));
        let unlike = letters.min(SOUND * sound + LETTERS * letters);
        (unlike < most).then_some(unlike)
    }
}

impl Outline {
    /// Whether no text with that outline costs as little as `most`, but for the same one.
    pub(super) fn is_far(&self, other: &Self, most: f32) -> bool {
        let (short, long) = (self.length.min(other.length), self.length.max(other.length));
        let at_least = |one: u32, other: u32, longest: u16| {
            let changed = (one & !other).count_ones().max((other & !one).count_ones());
            f64::from(changed) / f64::from(longest.max(1))
        };
        let letters = at_least(self.letters, other.letters, long);
        let sounds = self.sound_length.max(other.sound_length);
        let sound = at_least(self.sounds, other.sounds, sounds);
        let is_same = letters == 0.0 && self.length == other.length;
        let unlike = UNLIKE.min(f64::from(most) / COST + 1e-3);
        !is_same
            && (usize::from(short) < SHORT
                || short < long - short
                || letters >= MOST_LETTERS
                || letters.min(SOUND * sound + LETTERS * letters) >= unlike)
    }
}

fn letters(text: &str) -> Letters {
    let mut letters = [0_u8; 32];
    for letter in text.bytes() {
        let count = &mut letters[usize::from(letter & 31)];
        *count = count.saturating_add(1);
    }
    letters
}

/// Which letters there are.
fn bits(letters: &Letters) -> u32 {
    let bits = letters.iter().enumerate().filter(|(_, count)| **count > 0);
    bits.fold(0, |bits, (letter, _)| bits | 1 << letter)
}

/// What [`distance`] is at least between texts with these letters.
fn at_least(one: &Letters, other: &Letters, longest: usize) -> f64 {
    let (mut more, mut fewer) = (0_u32, 0_u32);
    for (a, b) in one.iter().zip(other) {
        more += u32::from(a.saturating_sub(*b));
        fewer += u32::from(b.saturating_sub(*a));
    }
    f64::from(more.max(fewer)) / longest.max(1) as f64
}

/// Letters that have to be changed, added, dropped or swapped, as a share of the longer text.
pub(super) fn distance(one: &str, other: &str) -> f64 {
    strsim::osa_distance(one, other) as f64 / one.len().max(other.len()).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(heard: &str, said: &str) -> Option<f32> {
        let lexicon = Lexicon {
            guarded: ["off", "on", "open", "close", "lock", "unlock", "up", "down"]
                .map(str::to_owned)
                .into(),
            homophones: [("of".to_owned(), "off".to_owned())].into(),
            ..Lexicon::default()
        };
        Sounding::new(heard, &lexicon).cost(&Sounding::new(said, &lexicon), f32::INFINITY)
    }

    #[test]
    fn what_sounds_alike_is_cheap_and_opposites_are_never_taken_for_each_other() {
        assert_eq!(cost("light", "light"), Some(0.0));
        for (heard, said) in
            [("kitten", "kitchen"), ("paws", "pause"), ("televison", "television"), ("of", "off")]
        {
            assert!(cost(heard, said).is_some_and(|cost| cost > 0.0 && cost < 0.6), "{heard}");
        }
        for (heard, said) in [("on", "off"), ("open", "close"), ("lock", "unlock"), ("a", "on")] {
            assert_eq!(cost(heard, said), None, "{heard} {said}");
        }
        assert_eq!(cost("weather", "shutter").filter(|cost| *cost < 0.4), None);
    }
}
