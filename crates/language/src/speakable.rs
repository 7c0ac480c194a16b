//! Text for the eye as text for the ear: numbers, times, dates, units and abbreviations in words.

use crate::numbers::{cardinal, digits, ordinal, year};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// Unit, one of it, several of it.
const UNITS: [(&str, &str, &str); 31] = [
    ("%", "percent", "percent"),
    ("°", "degree", "degrees"),
    ("°C", "degree", "degrees"),
    ("°F", "degree", "degrees"),
    ("km", "kilometre", "kilometres"),
    ("m", "metre", "metres"),
    ("cm", "centimetre", "centimetres"),
    ("mm", "millimetre", "millimetres"),
    ("kg", "kilogram", "kilograms"),
    ("g", "gram", "grams"),
    ("l", "litre", "litres"),
    ("ml", "millilitre", "millilitres"),
    ("W", "watt", "watts"),
    ("kW", "kilowatt", "kilowatts"),
    ("kWh", "kilowatt hour", "kilowatt hours"),
    ("Wh", "watt hour", "watt hours"),
    ("V", "volt", "volts"),
    ("A", "ampere", "amperes"),
    ("h", "hour", "hours"),
    ("hr", "hour", "hours"),
    ("min", "minute", "minutes"),
    ("mins", "minute", "minutes"),
    ("s", "second", "seconds"),
    ("sec", "second", "seconds"),
    ("ms", "millisecond", "milliseconds"),
    ("km/h", "kilometre an hour", "kilometres an hour"),
    ("mph", "mile an hour", "miles an hour"),
    ("hPa", "hectopascal", "hectopascals"),
    ("ppm", "part per million", "parts per million"),
    ("lx", "lux", "lux"),
    ("dB", "decibel", "decibels"),
];
const ABBREVIATIONS: [(&str, &str); 16] = [
    ("Dr.", "Doctor"),
    ("Mr.", "Mister"),
    ("Mrs.", "Missus"),
    ("Ms.", "Miz"),
    ("St.", "Saint"),
    ("e.g.", "for example"),
    ("i.e.", "that is"),
    ("etc.", "et cetera"),
    ("vs.", "versus"),
    ("approx.", "approximately"),
    ("no.", "number"),
    ("&", "and"),
    ("+", "plus"),
    ("=", "equals"),
    ("@", "at"),
    ("→", "to"),
];
const CURRENCIES: [(char, &str, &str, &str); 3] = [
    ('$', "dollar", "dollars", "cent"),
    ('£', "pound", "pounds", "penny"),
    ('€', "euro", "euros", "cent"),
];
/// Words after which a bare number of four digits is a year.
const BEFORE_YEAR: [&str; 4] = ["in", "since", "until", "year"];
/// Longer runs of digits are read one by one, as telephone numbers are.
const MAX_NUMBER_DIGITS: usize = 9;

/// The text as it should be said aloud. What it does not know stays as it is.
pub fn speakable(text: &str) -> String {
    let tokens: Vec<Token<'_>> = text.split_whitespace().map(Token::new).collect();
    let mut out: Vec<String> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let previous = at.checked_sub(1).and_then(|before| tokens.get(before));
        if let Some(said) = say(&tokens[at..], previous) {
            out.push(format!("{}{}{}", tokens[at].lead, said.words, said.tail));
            at += said.used;
        } else {
            out.push(tokens[at].whole.to_owned());
            at += 1;
        }
    }
    out.join(" ")
}

/// Words for one or more tokens.
struct Said<'a> {
    words: String,
    /// How many tokens they stand for.
    used: usize,
    /// Punctuation behind them.
    tail: &'a str,
}

/// A word between spaces, with the punctuation around it set apart.
struct Token<'a> {
    whole: &'a str,
    lead: &'a str,
    core: &'a str,
    tail: &'a str,
}

impl<'a> Token<'a> {
    fn new(whole: &'a str) -> Self {
        let rest = whole.trim_start_matches(['(', '"', '\'', '“', '‘']);
        let lead = &whole[..whole.len() - rest.len()];
        let core = rest.trim_end_matches(['.', ',', '!', '?', ';', ':', ')', '"', '\'', '”', '’']);
        let core = if core.is_empty() { rest } else { core };
        Self { whole, lead, core, tail: &rest[core.len()..] }
    }

    /// The token behind this one, unless punctuation stands between them.
    fn next<'b>(&self, tokens: &'b [Token<'a>]) -> Option<&'b Token<'a>> {
        tokens.get(1).filter(|_| self.tail.is_empty())
    }

    fn abbreviation(&self) -> Option<&'static str> {
        let written = |short: &str| match short.strip_suffix('.') {
            Some(bare) => self.core == bare && self.tail.starts_with('.'),
            None => self.core == short,
        };
        ABBREVIATIONS.iter().find(|(short, _)| written(short)).map(|&(_, long)| long)
    }

    fn number(&self) -> Option<u64> {
        (self.core.len() <= 2).then(|| self.core.parse().ok()).flatten()
    }

    fn month(&self) -> Option<&'static str> {
        let core = self.core;
        MONTHS.into_iter().find(|name| {
            name.eq_ignore_ascii_case(core)
                || (core.len() == 3
                    && name.is_char_boundary(3)
                    && name[..3] == *core
                    && core != "May")
        })
    }

    fn year(&self) -> Option<u64> {
        let year = (self.core.len() == 4).then(|| self.core.parse().ok()).flatten()?;
        (1000..2200).contains(&year).then_some(year)
    }

    fn half_of_day(&self) -> Option<&'static str> {
        half_of_day(&format!("{}{}", self.core, self.tail))
    }
}

fn half_of_day(text: &str) -> Option<&'static str> {
    match text.to_ascii_lowercase().replace('.', "").trim_end_matches([',', '!', '?', ';']) {
        "am" => Some("A M"),
        "pm" => Some("P M"),
        _ => None,
    }
}

/// Says what begins at `tokens[0]`; `None` when it is said as it is written.
fn say<'a>(tokens: &[Token<'a>], before: Option<&Token<'a>>) -> Option<Said<'a>> {
    let token = &tokens[0];
    if let Some(long) = token.abbreviation() {
        let tail = token.tail.strip_prefix('.').unwrap_or(token.tail);
        return Some(Said { words: long.to_owned(), used: 1, tail });
    }
    let (words, used) =
        date(tokens, before).or_else(|| hour(tokens)).or_else(|| amount(tokens, before))?;
    let last = &tokens[used - 1];
    // The full stop of "p.m." was said with it.
    let dotted = last.core.contains('.') && last.half_of_day().is_some();
    let tail = if dotted { last.tail.strip_prefix('.').unwrap_or(last.tail) } else { last.tail };
    Some(Said { words, used, tail })
}

/// A time of day.
fn hour(tokens: &[Token<'_>]) -> Option<(String, usize)> {
    let token = &tokens[0];
    let (core, own_half) = split_half(token.core);
    let next_half = token.next(tokens).and_then(Token::half_of_day).filter(|_| own_half.is_none());
    let used = 1 + usize::from(next_half.is_some());
    let half = own_half.or(next_half);
    if let Some((hour, minute)) = clock(core) {
        return Some((time(hour, minute, half), used));
    }
    let hour = core.parse().ok().filter(|hour| (1..=12).contains(hour))?;
    Some((format!("{} {}", cardinal(hour), half?), used))
}

/// A number, with what is counted.
fn amount(tokens: &[Token<'_>], before: Option<&Token<'_>>) -> Option<(String, usize)> {
    let token = &tokens[0];
    let next_unit = token.next(tokens).and_then(|next| unit(next.core));
    if let Some(of) = token.year()
        && before.is_some_and(|word| BEFORE_YEAR.contains(&word.core))
        && next_unit.is_none()
    {
        return Some((year(of), 1));
    }
    if let Some(words) = money(token.core).or_else(|| nth(token.core)) {
        return Some((words, 1));
    }
    let (number, rest) = leading_number(token.core)?;
    match (rest.is_empty(), next_unit) {
        (true, Some(unit)) => Some((format!("{} {}", number.words, unit.name(&number)), 2)),
        (true, None) => Some((number.words, 1)),
        (false, _) => Some((format!("{} {}", number.words, unit(rest)?.name(&number)), 1)),
    }
}

fn date(tokens: &[Token<'_>], before: Option<&Token<'_>>) -> Option<(String, usize)> {
    let first = &tokens[0];
    let has_article = before.is_some_and(|word| word.core.eq_ignore_ascii_case("the"));
    let article = if has_article { "" } else { "the " };
    let words = |day: u64, month: &str, of: Option<u64>| {
        let of = of.map(|of| format!(" {}", year(of))).unwrap_or_default();
        (1..=31).contains(&day).then(|| format!("{article}{} of {month}{of}", ordinal(day)))
    };
    let mut iso = first.core.split('-');
    if let (Some(y), Some(m), Some(d), None) = (iso.next(), iso.next(), iso.next(), iso.next())
        && y.len() == 4
    {
        let month = MONTHS.get(m.parse::<usize>().ok()?.checked_sub(1)?)?;
        return Some((words(d.parse().ok()?, month, Some(y.parse().ok()?))?, 1));
    }
    let second = tokens.get(1).filter(|_| first.tail.is_empty())?;
    let third = tokens.get(2).filter(|_| second.tail.is_empty() || second.tail == ",");
    let (day, month) = match (first.number(), first.month()) {
        (Some(day), _) => (day, second.month()?),
        (_, Some(month)) => (second.number()?, month),
        _ => return None,
    };
    match third.and_then(Token::year) {
        Some(year) => Some((words(day, month, Some(year))?, 3)),
        None => Some((words(day, month, None)?, 2)),
    }
}

/// Takes `am` or `pm` off the end.
fn split_half(core: &str) -> (&str, Option<&'static str>) {
    let cut = core.len().saturating_sub(2);
    if core.is_char_boundary(cut)
        && let Some(half) = half_of_day(&core[cut..])
    {
        return (&core[..cut], Some(half));
    }
    (core, None)
}

fn clock(core: &str) -> Option<(u64, u64)> {
    let (hour, minute) = core.split_once(':')?;
    let two =
        |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !two(hour) || minute.len() != 2 || !two(minute) {
        return None;
    }
    let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some((hour, minute))
}

fn time(hour: u64, minute: u64, half: Option<&str>) -> String {
    let half = half.or(match hour {
        0 => Some("A M"),
        13.. => Some("P M"),
        _ => None,
    });
    let hour = cardinal(if hour.is_multiple_of(12) { 12 } else { hour % 12 });
    match (minute, half) {
        (0, None) => format!("{hour} o'clock"),
        (0, Some(half)) => format!("{hour} {half}"),
        (1..10, half) => format!("{hour} oh {} {}", cardinal(minute), half.unwrap_or_default()),
        (_, half) => format!("{hour} {} {}", cardinal(minute), half.unwrap_or_default()),
    }
    .trim_end()
    .to_owned()
}

fn money(core: &str) -> Option<String> {
    let (_, one, many, small) =
        CURRENCIES.into_iter().find(|(sign, ..)| core.starts_with(*sign))?;
    let amount = core.trim_start_matches(['$', '£', '€']).replace(',', "");
    let (whole, part) = amount.split_once('.').unwrap_or((&amount, ""));
    let whole: u64 = whole.parse().ok()?;
    let name = if whole == 1 { one } else { many };
    let words = format!("{} {name}", cardinal(whole));
    match part.parse::<u64>() {
        _ if part.is_empty() => Some(words),
        Ok(0) if part.len() == 2 => Some(words),
        Ok(1) if part.len() == 2 => Some(format!("{words} and one {small}")),
        Ok(part_value) if part.len() == 2 => {
            let many = if small == "penny" { "pence".to_owned() } else { format!("{small}s") };
            Some(format!("{words} and {} {many}", cardinal(part_value)))
        }
        _ => None,
    }
}

fn nth(core: &str) -> Option<String> {
    let cut = core.find(|c: char| !c.is_ascii_digit())?;
    let number = core[..cut].parse().ok()?;
    matches!(&core[cut..], "st" | "nd" | "rd" | "th").then(|| ordinal(number))
}

struct Number {
    words: String,
    is_one: bool,
}

/// A number at the beginning, and what stands behind it.
fn leading_number(core: &str) -> Option<(Number, &str)> {
    let (sign, unsigned) = match core.strip_prefix(['-', '−']) {
        Some(rest) => ("minus ", rest),
        None => ("", core),
    };
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',');
    let (number, rest) = unsigned.split_at(end.unwrap_or(unsigned.len()));
    let (whole, fraction) = number.split_once('.').map_or((number, None), |(w, f)| (w, Some(f)));
    let plain = whole.replace(',', "");
    let grouped = !whole.contains(',') || whole.split(',').skip(1).all(|part| part.len() == 3);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(&plain) || !grouped || fraction.is_some_and(|fraction| !is_number(fraction)) {
        return None;
    }
    let by_digit = plain.len() > MAX_NUMBER_DIGITS || (plain.len() > 1 && plain.starts_with('0'));
    let mut words = if by_digit { digits(&plain) } else { cardinal(plain.parse().ok()?) };
    if let Some(fraction) = fraction {
        words = format!("{words} point {}", digits(fraction));
    }
    let is_one = plain == "1" && fraction.is_none();
    Some((Number { words: format!("{sign}{words}"), is_one }, rest))
}

struct Unit(&'static str, &'static str);

impl Unit {
    fn name(&self, number: &Number) -> &'static str {
        if number.is_one { self.0 } else { self.1 }
    }
}

fn unit(text: &str) -> Option<Unit> {
    UNITS.iter().find(|unit| unit.0 == text).map(|unit| Unit(unit.1, unit.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_it_as_people_do() {
        let cases = [
            ("It is 3:10 PM.", "It is three ten P M."),
            ("It is 3:10pm, sir", "It is three ten P M, sir"),
            ("at 9:05", "at nine oh five"),
            ("at 12:00", "at twelve o'clock"),
            ("at 15:30!", "at three thirty P M!"),
            ("at 0:15", "at twelve fifteen A M"),
            ("at 7 a.m. today", "at seven A M today"),
            ("22 November 2026", "the twenty-second of November twenty twenty-six"),
            ("on the 22 November.", "on the twenty-second of November."),
            ("November 22, 2026", "the twenty-second of November twenty twenty-six"),
            ("Since 2026-01-03:", "Since the third of January twenty twenty-six:"),
            ("It may rain 3 times", "It may rain three times"),
            ("Set to 50%.", "Set to fifty percent."),
            ("It is 21.5 °C inside.", "It is twenty-one point five degrees inside."),
            ("1° or -3°C", "one degree or minus three degrees"),
            ("The 1st, 2nd and 33rd", "The first, second and thirty-third"),
            ("1,250 W for 1 h", "one thousand two hundred and fifty watts for one hour"),
            (
                "$5.20, £1 or €0.01",
                "five dollars and twenty cents, one pound or zero euros and one cent",
            ),
            ("Dr. Who vs. Mr. X, etc.", "Doctor Who versus Mister X, et cetera"),
            ("in 1999, since 2007", "in nineteen ninety-nine, since two thousand and seven"),
            ("1999 W", "one thousand nine hundred and ninety-nine watts"),
            ("call 0049", "call zero zero four nine"),
            ("Timer \"pasta\" has 2 minutes left", "Timer \"pasta\" has two minutes left"),
            ("salt & pepper", "salt and pepper"),
            ("version 1.2.3 of x86", "version 1.2.3 of x86"),
            ("25:61 is no time", "25:61 is no time"),
            ("", ""),
        ];
        for (written, said) in cases {
            assert_eq!(speakable(written), said, "{written}");
        }
    }

    #[test]
    fn odd_text_does_no_harm() {
        for text in
            ["...", "°", "$", "€ £5x", "-", "é:éé", "99999999999999999999999", "12é", "日:本 5日"]
        {
            speakable(text);
        }
    }
}
