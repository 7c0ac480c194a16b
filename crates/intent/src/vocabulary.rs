//! The common words of a language and how they sound: what was heard for a name and is a word of its
//! own was rather meant than the name, unless both sound alike.

use std::sync::LazyLock;

/// Fewer letters make no part of a compound.
const SHORTEST_PART: usize = 3;

/// Words with their sounds, a letter for each phone; sorted.
#[derive(Default)]
pub(crate) struct Vocabulary {
    words: String,
    sounds: String,
    /// Where each word and its sound end.
    ends: Vec<(u32, u32)>,
}

impl Vocabulary {
    /// Reads a list with a word a line and its sound behind a blank, both front coded: a digit to the
    /// base of 36 says how much they begin with of the line before. Wrong is the number of a line, from
    /// 1.
    pub fn parse(text: &str) -> Result<Self, usize> {
        let mut all = Self::default();
        let (mut word, mut sound) = (String::new(), String::new());
        for (number, line) in text.lines().enumerate() {
            let read = |before: &mut String, coded: &str| -> Option<()> {
                let kept = coded.chars().next()?.to_digit(36)? as usize;
                before.is_char_boundary(kept).then(|| before.truncate(kept))?;
                before.push_str(&coded[1..]);
                (!before.is_empty()).then_some(())
            };
            let last = word.clone();
            let parts = line.split_once(' ');
            let read = parts.and_then(|(w, s)| read(&mut word, w).zip(read(&mut sound, s)));
            if read.is_none() || !sound.is_ascii() || word <= last {
                return Err(number + 1);
            }
            all.words.push_str(&word);
            all.sounds.push_str(&sound);
            all.ends.push((all.words.len() as u32, all.sounds.len() as u32));
        }
        Ok(all)
    }

    /// How a word sounds, if it is common.
    pub fn sound(&self, word: &str) -> Option<&str> {
        let start = |at: usize| at.checked_sub(1).map_or((0, 0), |before| self.ends[before]);
        let (mut low, mut high) = (0, self.ends.len());
        while low < high {
            let at = usize::midpoint(low, high);
            let (from, to) = (start(at), self.ends[at]);
            match self.words[from.0 as usize..to.0 as usize].cmp(word) {
                std::cmp::Ordering::Equal => {
                    return Some(&self.sounds[from.1 as usize..to.1 as usize]);
                }
                std::cmp::Ordering::Less => low = at + 1,
                std::cmp::Ordering::Greater => high = at,
            }
        }
        None
    }

    /// The same, also of two common words that are written as one (`nightlight`).
    pub fn compound(&self, word: &str) -> Option<String> {
        if let Some(sound) = self.sound(word) {
            return Some(sound.to_owned());
        }
        (SHORTEST_PART..word.len().saturating_sub(SHORTEST_PART - 1))
            .filter(|at| word.is_char_boundary(*at))
            .find_map(|at| Some([self.sound(&word[..at])?, self.sound(&word[at..])?].concat()))
    }
}

/// Phones that differ in the voice alone.
const VOICED: [&[u8; 2]; 7] = [b"pb", b"td", b"kg", b"fv", b"sz", b"SZ", b"Cj"];
/// Phones that are easily taken for each other.
const ALIKE: [&[u8; 2]; 37] = [
    b"ao", b"au", b"Ae", b"ei", b"iY", b"uU", b"Ux", b"oO", b"ui", b"ue", b"uR", b"eE", b"uA",
    b"Aa", b"Ia", b"Wa", b"xu", b"Rr", b"TD", b"mn", b"nN", b"tC", b"jd", b"SC", b"sS", b"Tf",
    b"Ts", b"Tt", b"Dd", b"Dv", b"Dz", b"rl", b"pt", b"tk", b"bd", b"pk", b"gd",
];
/// Phones that are hardly heard; "u", the short vowel, not at the start of a word.
const FAINT: &[u8] = b"uhtdsz";
/// What it costs to take a phone for one that is like it.
const VOICED_COST: f32 = 0.3;
const ALIKE_COST: f32 = 0.5;
/// Longer sounds are not compared.
const LONGEST: usize = 40;
/// From "A" to "z".
const LETTERS: usize = 58;
/// What a phone costs that is hardly heard, where it is missing or too many.
const FAINT_COST: f32 = 0.7;

/// Phones that have to be changed, added, dropped or swapped, as a share of the longer sound; those
/// that are easily misheard count less.
pub(crate) fn unlike(one: &[u8], other: &[u8]) -> f32 {
    if one.len().max(other.len()) >= LONGEST {
        return 1.0;
    }
    let (mut before, mut last, mut row) = ([0.0; LONGEST], [0.0; LONGEST], [0.0_f32; LONGEST]);
    for at in 0..other.len() {
        last[at + 1] = last[at] + extra(other, at);
    }
    for (i, a) in one.iter().enumerate() {
        row[0] = last[0] + extra(one, i);
        for (j, b) in other.iter().enumerate() {
            let changed = last[j] + CHANGES[letter(*a)][letter(*b)];
            let mut least = changed.min(last[j + 1] + extra(one, i)).min(row[j] + extra(other, j));
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                least = least.min(before[j - 1] + 1.0);
            }
            row[j + 1] = least;
        }
        (before, last, row) = (last, row, before);
    }
    last[other.len()] / one.len().max(other.len()).max(1) as f32
}

/// The place of a phone among letters.
fn letter(phone: u8) -> usize {
    usize::from(phone.wrapping_sub(b'A')).min(LETTERS - 1)
}

/// What it costs to take each phone for each other, by their letters.
static CHANGES: LazyLock<[[f32; LETTERS]; LETTERS]> = LazyLock::new(|| {
    let mut costs = [[0.0; LETTERS]; LETTERS];
    for (a, row) in (b'A'..).zip(&mut costs) {
        for (b, cost) in (b'A'..).zip(row) {
            *cost = change(a, b);
        }
    }
    costs
});

/// What a phone costs that is missing or too many.
fn extra(sound: &[u8], at: usize) -> f32 {
    let is_faint = FAINT.contains(&sound[at]) && (sound[at] != b'u' || at > 0);
    if is_faint { FAINT_COST } else { 1.0 }
}

/// What it costs to take one phone for the other.
fn change(a: u8, b: u8) -> f32 {
    let is_among =
        |pairs: &[&[u8; 2]]| pairs.iter().any(|pair| **pair == [a, b] || **pair == [b, a]);
    if a == b {
        0.0
    } else if is_among(&VOICED) {
        VOICED_COST
    } else if is_among(&ALIKE) {
        ALIKE_COST
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_front_coded_and_sorted() {
        let words = Vocabulary::parse("0light 0lIt\n0night 0nIt\n5ly 3lY\n").expect("a list");
        assert_eq!(words.sound("light"), Some("lIt"));
        assert_eq!(words.sound("nightly"), Some("nItlY"));
        assert_eq!(words.sound("nigh"), None);
        assert_eq!(words.compound("nightlight").as_deref(), Some("nItlIt"));
        for (text, wrong) in [("0b 0b\n0a 0a\n", 2), ("0a\n", 1), ("4a 0a\n", 1), ("0a 0a\n\n", 2)]
        {
            assert_eq!(Vocabulary::parse(text).err(), Some(wrong), "{text}");
        }
    }

    #[test]
    fn words_with_the_same_vowel_sound_more_alike() {
        for (one, other, near) in [
            ("kiCun", "kitun", true),
            ("fWntun", "mWntun", true),
            ("van", "fan", true),
            ("blIndz", "blendR", false),
            ("brWn", "grYn", false),
            ("lWdR", "lEtR", false),
            ("tImRz", "dorz", false),
            ("uvunz", "fAnz", false),
            ("slIdz", "lIts", true),
        ] {
            let found = unlike(one.as_bytes(), other.as_bytes());
            assert_eq!(found < 0.29, near, "{one} {other} {found}");
            assert!((found - unlike(other.as_bytes(), one.as_bytes())).abs() < 1e-6);
        }
        assert!(unlike(b"", b"") == 0.0 && unlike(b"a", b"") > 0.9);
    }
}
