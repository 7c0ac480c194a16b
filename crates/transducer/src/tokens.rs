//! Word pieces: the subword tokens that the network writes with, and how words are spelled in them.

use std::collections::HashMap;

/// Number of a piece.
pub type Token = u16;

/// Nothing new was said in this frame.
pub const BLANK: Token = 0;
/// Pieces below this one are signs that are never said.
pub(crate) const FIRST_SAID: Token = 3;
/// Pieces of the published models; each is a row in two matrices, so a foreign file may not set it.
pub(crate) const VOCABULARY: usize = 500;
/// Marks a piece that begins a word.
const BEGIN: char = '▁';
/// Longest word that is spelled; longer ones are no words.
const LONGEST_WORD: usize = 64;

/// Why a token file is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokensError {
    /// Not text.
    #[error("it is not text")]
    NotText,
    /// A line is not a piece and its number, in order.
    #[error("line {0} is not a piece and its number")]
    Line(usize),
    /// The number of pieces does not fit the network.
    #[error("it has {0} pieces instead of 500")]
    Count(usize),
}

/// The pieces, in the order of how common they are.
pub struct Tokens {
    pieces: Vec<String>,
    numbers: HashMap<String, Token>,
    /// Length of the longest piece, in bytes.
    longest: usize,
}

impl Tokens {
    /// Reads `tokens.txt`: a piece and its number in each line, numbers counting from 0.
    ///
    /// # Errors
    /// When it is something else. Any bytes are safe to give.
    pub fn parse(bytes: &[u8]) -> Result<Self, TokensError> {
        let text = std::str::from_utf8(bytes).map_err(|_| TokensError::NotText)?;
        let mut pieces = Vec::new();
        let mut numbers = HashMap::new();
        for (index, line) in text.lines().enumerate() {
            let wrong = TokensError::Line(index + 1);
            let (piece, number) = line.rsplit_once([' ', '\t']).ok_or(wrong)?;
            if number.parse() != Ok(index) || piece.is_empty() || index >= VOCABULARY {
                return Err(wrong);
            }
            if numbers.insert(piece.to_owned(), index as Token).is_some() {
                return Err(wrong);
            }
            pieces.push(piece.to_owned());
        }
        if pieces.len() != VOCABULARY {
            return Err(TokensError::Count(pieces.len()));
        }
        let longest = pieces.iter().map(String::len).max().unwrap_or(0);
        Ok(Self { pieces, numbers, longest })
    }

    /// The text of a piece; a word begins where it starts with `▁`.
    pub fn piece(&self, token: Token) -> &str {
        self.pieces.get(usize::from(token)).map_or("", String::as_str)
    }

    /// Whether a word begins with this piece.
    pub fn begins_word(&self, token: Token) -> bool {
        self.piece(token).starts_with(BEGIN)
    }

    /// The pieces as lower-case words.
    pub fn text(&self, tokens: impl IntoIterator<Item = Token>) -> String {
        let mut text = String::new();
        for token in tokens {
            text.push_str(&self.piece(token).replace(BEGIN, " "));
        }
        text.make_ascii_lowercase();
        text.trim_start().to_owned()
    }

    /// The likeliest spelling of a word (letters A–Z in either case and `'`). `None` when it has
    /// other characters: the caller has to write it as it sounds.
    pub fn spell(&self, word: &str) -> Option<Vec<Token>> {
        let word = marked(word)?;
        // Best way to each position: its score, and the piece it ends with.
        let mut ways: Vec<Option<(f32, usize, Token)>> = vec![None; word.len() + 1];
        ways[0] = Some((0.0, 0, BLANK));
        for from in 0..word.len() {
            let Some((score, ..)) = ways[from] else { continue };
            for (token, to) in self.pieces_at(&word, from) {
                let score = score + prior(token);
                if ways[to].is_none_or(|(best, ..)| score > best) {
                    ways[to] = Some((score, from, token));
                }
            }
        }
        let mut tokens = Vec::new();
        let mut at = word.len();
        while at > 0 {
            let (_, from, token) = ways[at]?;
            tokens.push(token);
            at = from;
        }
        tokens.reverse();
        Some(tokens)
    }

    /// Every way to spell a phrase at once: for each position in it, the pieces that may follow and
    /// the positions they lead to. The last position is the end. `None` as in [`Tokens::spell`].
    pub(crate) fn lattice(&self, phrase: &str) -> Option<Vec<Vec<(Token, u32)>>> {
        let mut text = String::new();
        for word in phrase.split_whitespace() {
            self.spell(word)?;
            text.push_str(&marked(word)?);
        }
        if text.is_empty() {
            return None;
        }
        let mut steps: Vec<Vec<(Token, u32)>> = (0..text.len())
            .map(|from| self.pieces_at(&text, from).map(|(token, to)| (token, to as u32)).collect())
            .collect();
        steps.push(Vec::new());
        Some(steps)
    }

    /// The pieces that `text` goes on with at byte `from`, and where they end.
    fn pieces_at<'a>(
        &'a self,
        text: &'a str,
        from: usize,
    ) -> impl Iterator<Item = (Token, usize)> + 'a {
        let last = text.len().min(from + self.longest);
        (from + 1..=last).filter_map(move |to| {
            let token = *self.numbers.get(text.get(from..to)?)?;
            (token >= FIRST_SAID).then_some((token, to))
        })
    }
}

/// The word in capitals with the mark of a beginning; without it for what is joined to the word
/// before (`'s`).
fn marked(word: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_alphabetic() || c == '\'';
    let whole = word.len() <= LONGEST_WORD
        && word.chars().all(fits)
        && word.contains(|c: char| c.is_ascii_alphabetic());
    let begin = if word.starts_with('\'') { "" } else { "▁" };
    whole.then(|| format!("{begin}{}", word.to_ascii_uppercase()))
}

/// How common a piece is, as natural logarithm. The file is sorted by it, and pieces of a language
/// are about as common as one over their rank; this gives the published spellings.
pub(crate) fn prior(token: Token) -> f32 {
    -(f32::from(token) + 5.0).ln() - 1.0
}

#[cfg(test)]
pub(crate) mod tests {
    use std::fmt::Write;

    use proptest::prelude::*;

    use super::*;

    /// A small language in a file of the right length.
    pub(crate) fn sample() -> Tokens {
        let mut lines = String::from("<blk> 0\n<sos/eos> 1\n<unk> 2\n");
        let mut pieces: Vec<String> = ["▁", "▁TURN", "▁ON", "▁OFF", "▁THE", "▁LIGHT", "S", "▁LA"]
            .iter()
            .map(|&p| p.to_owned())
            .collect();
        pieces.extend("ABCDEFGHIJKLMNOPQRTUVWXYZ'".chars().map(String::from));
        let missing = VOCABULARY - 3 - pieces.len();
        pieces.extend((0..missing).map(|n| format!("▁#{n}")));
        for (number, piece) in pieces.iter().enumerate() {
            writeln!(lines, "{piece} {}", number + 3).unwrap();
        }
        Tokens::parse(lines.as_bytes()).unwrap()
    }

    fn spelled(tokens: &Tokens, word: &str) -> Option<Vec<String>> {
        Some(tokens.spell(word)?.iter().map(|&t| tokens.piece(t).to_owned()).collect())
    }

    #[test]
    fn words_are_spelled_in_few_common_pieces() {
        let tokens = sample();
        assert_eq!(spelled(&tokens, "lights").unwrap(), ["▁LIGHT", "S"]);
        assert_eq!(spelled(&tokens, "Lamp").unwrap(), ["▁LA", "M", "P"]);
        for not_english in ["küche", "50", "", "two words", &"a".repeat(65)] {
            assert!(tokens.spell(not_english).is_none(), "{not_english}");
        }
        let said = tokens.spell("lamp").unwrap().into_iter().chain(tokens.spell("on").unwrap());
        assert_eq!(tokens.text(said), "lamp on");
    }

    #[test]
    fn a_lattice_has_every_spelling() {
        let tokens = sample();
        let steps = tokens.lattice("on").unwrap();
        let mut ways = Vec::new();
        let mut stack = vec![(0_usize, String::new())];
        while let Some((at, text)) = stack.pop() {
            if at + 1 == steps.len() {
                ways.push(text.trim().to_owned());
            }
            for &(token, to) in &steps[at] {
                stack.push((to as usize, format!("{text} {}", tokens.piece(token))));
            }
        }
        ways.sort();
        assert_eq!(ways, ["▁ O N", "▁ON"]);
    }

    #[test]
    fn a_foreign_file_is_an_error() {
        assert_eq!(Tokens::parse(b"\xff\xfe").err(), Some(TokensError::NotText));
        assert_eq!(Tokens::parse(b"").err(), Some(TokensError::Count(0)));
        assert_eq!(Tokens::parse(b"<blk> 0\nA 2\n").err(), Some(TokensError::Line(2)));
        assert_eq!(Tokens::parse(b"nothing").err(), Some(TokensError::Line(1)));
        assert_eq!(Tokens::parse("a 0\na 1\n".as_bytes()).err(), Some(TokensError::Line(2)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_safe(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Tokens::parse(&bytes).is_err());
        }

        #[test]
        fn any_word_is_safe(word in ".{0,80}") {
            let tokens = sample();
            let _ = tokens.spell(&word);
            let _ = tokens.lattice(&word);
        }
    }
}
