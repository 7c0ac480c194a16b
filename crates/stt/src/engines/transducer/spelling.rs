//! Text normalisation for a network that knows only the letters A to Z and the apostrophe: names of
//! the household are spelled as they sound, and written back as the household writes them.

use std::collections::HashMap;

use voice::SpokenWord;

/// Abbreviations that are said letter by letter although they could be read, and words that are
/// said in two.
const KNOWN: [(&str, &[&str]); 10] = [
    ("ac", &["a c"]),
    ("usb", &["u s b"]),
    ("led", &["l e d"]),
    ("leds", &["l e d's", "l e ds"]),
    ("wifi", &["wi fi"]),
    ("hvac", &["h vac"]),
    ("aux", &["ox"]),
    ("hdmi", &["h d m i"]),
    ("ecobee", &["eco bee"]),
    // Of "p m" the network often writes the beginning only, or a "b", and then it would be morning.
    ("pm", &["p", "b m", "bm"]),
];
/// Words without a vowel and with at most so many letters are said letter by letter, too.
const LETTERS: usize = 5;

/// How words are written for the network, and what they were.
#[derive(Default)]
pub(crate) struct Spelling {
    /// What is written otherwise, by what the network writes.
    written: HashMap<Vec<String>, String>,
    /// Words in the longest of these.
    longest: usize,
}

impl Spelling {
    /// The ways to write a word, each as one word or more; none if it has no sound.
    pub(crate) fn ways(&mut self, word: &str) -> Vec<Vec<String>> {
        let plain = plain(word);
        let mut ways = Vec::new();
        let mut add = |text: &str| {
            let way: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
            if !way.is_empty() && !ways.contains(&way) {
                ways.push(way);
            }
        };
        add(&plain);
        for (_, others) in KNOWN.iter().filter(|(known, _)| *known == plain) {
            others.iter().for_each(|other| add(other));
        }
        let letters = plain.chars().filter(char::is_ascii_alphabetic).count();
        if (2..=LETTERS).contains(&letters) && !plain.contains(['a', 'e', 'i', 'o', 'u', 'y', '\''])
        {
            let spelled: Vec<String> = plain.chars().map(String::from).collect();
            add(&spelled.join(" "));
        }
        for way in ways.iter().filter(|way| way[..] != [word.to_owned()]) {
            self.longest = self.longest.max(way.len());
            self.written.entry(way.clone()).or_insert_with(|| word.to_owned());
        }
        ways
    }

    /// Words of the network as the household writes them, each with the number of words that it was.
    pub(crate) fn written<'w>(&'w self, words: &'w [String]) -> Vec<(&'w str, usize)> {
        let mut written = Vec::with_capacity(words.len());
        let mut rest = words;
        while let Some((first, others)) = rest.split_first() {
            let longest = self.longest.min(rest.len());
            let known = (1..=longest)
                .rev()
                .find_map(|count| Some((count, self.written.get(&rest[..count])?.as_str())));
            let (count, word) = known.unwrap_or((1, first));
            written.push((word, count));
            rest = if count == 1 { others } else { &rest[count..] };
        }
        written
    }
}

/// The text of words.
pub(crate) fn text(words: &[SpokenWord]) -> voice::PrivateText {
    let words: Vec<&str> = words.iter().map(|word| word.text.expose()).collect();
    words.join(" ").into()
}

/// A word in the letters a to z and the apostrophe; other scripts by their usual transcription.
fn plain(word: &str) -> String {
    deunicode::deunicode(word)
        .chars()
        .map(|c| c.to_ascii_lowercase())
        .map(|c| if c.is_ascii_lowercase() || c == '\'' { c } else { ' ' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ways(word: &str) -> Vec<String> {
        Spelling::default().ways(word).iter().map(|way| way.join(" ")).collect()
    }

    #[test]
    fn words_get_letters_that_sound_like_them() {
        assert_eq!(ways("light"), ["light"]);
        assert_eq!(ways("tv"), ["tv", "t v"]);
        assert_eq!(ways("ac"), ["ac", "a c"]);
        assert_eq!(ways("pm"), ["pm", "p", "b m", "bm", "p m"]);
        assert_eq!(ways("caf\u{e9}"), ["cafe"]);
        assert_eq!(ways("k\u{fc}che"), ["kuche"]);
        assert_eq!(ways("\u{43a}\u{443}\u{445}\u{43d}\u{44f}"), ["kukhnia"]);
        assert_eq!(ways("my"), ["my"]);
        assert_eq!(ways("'s"), ["'s"]);
        assert!(ways("\u{2014}").iter().all(|way| !way.contains(|c: char| !c.is_ascii())));
    }

    #[test]
    fn what_was_heard_is_written_as_the_household_writes_it() {
        let mut spelling = Spelling::default();
        for word in ["caf\u{e9}", "tv", "on", "ac"] {
            spelling.ways(word);
        }
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let heard = words("turn on cafe t v");
        let expected = [("turn", 1), ("on", 1), ("caf\u{e9}", 1), ("tv", 2)];
        assert_eq!(spelling.written(&heard), expected);
        assert_eq!(spelling.written(&words("a c on tv")), [("ac", 2), ("on", 1), ("tv", 1)]);
        assert!(spelling.written(&[]).is_empty());
    }
}
