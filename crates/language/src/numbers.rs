//! Numbers in English words.

/// The words for 0 to 19.
const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];

/// The words for the tens, by their number: `TENS[2]` is twenty. The first two are empty.
const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const SCALES: [(u64, &str); 4] = [
    (1_000_000_000_000, "trillion"),
    (1_000_000_000, "billion"),
    (1_000_000, "million"),
    (1_000, "thousand"),
];
/// Ordinals that are not the cardinal with `th` behind it.
const ORDINALS: [(&str, &str); 9] = [
    ("one", "first"),
    ("two", "second"),
    ("three", "third"),
    ("five", "fifth"),
    ("eight", "eighth"),
    ("nine", "ninth"),
    ("twelve", "twelfth"),
    ("ty", "tieth"),
    ("", "th"),
];

/// `1250` as "one thousand two hundred and fifty".
pub(crate) fn cardinal(n: u64) -> String {
    if n < 20 {
        return SMALL[n as usize].to_owned();
    }
    if n < 100 {
        let tens = TENS[(n / 10) as usize];
        return if n.is_multiple_of(10) {
            tens.to_owned()
        } else {
            format!("{tens}-{}", SMALL[(n % 10) as usize])
        };
    }
    if n < 1_000 {
        return join(&format!("{} hundred", SMALL[(n / 100) as usize]), n % 100);
    }
    for (scale, name) in SCALES {
        if n >= scale {
            return join(&format!("{} {name}", cardinal(n / scale)), n % scale);
        }
    }
    String::new()
}

fn join(head: &str, rest: u64) -> String {
    match rest {
        0 => head.to_owned(),
        1..100 => format!("{head} and {}", cardinal(rest)),
        _ => format!("{head} {}", cardinal(rest)),
    }
}

/// `22` as "twenty-second".
pub(crate) fn ordinal(n: u64) -> String {
    let words = cardinal(n);
    for (ending, ordinal) in ORDINALS {
        if let Some(stem) = words.strip_suffix(ending) {
            return format!("{stem}{ordinal}");
        }
    }
    words
}

/// `2026` as "twenty twenty-six", `2007` as "two thousand and seven".
pub(crate) fn year(n: u64) -> String {
    match (n / 100, n % 100) {
        (10 | 20, 0..10) | (0..10 | 100.., _) => cardinal(n),
        (century, 0) => format!("{} hundred", cardinal(century)),
        (century, rest @ 1..10) => format!("{} oh {}", cardinal(century), cardinal(rest)),
        (century, rest) => format!("{} {}", cardinal(century), cardinal(rest)),
    }
}

/// Digit by digit.
pub(crate) fn digits(text: &str) -> String {
    let names: Vec<&str> = text
        .bytes()
        .filter(u8::is_ascii_digit)
        .map(|digit| SMALL[usize::from(digit - b'0')])
        .collect();
    names.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_as_people_say_them() {
        let cases = [
            (0, "zero", "zeroth"),
            (7, "seven", "seventh"),
            (12, "twelve", "twelfth"),
            (20, "twenty", "twentieth"),
            (21, "twenty-one", "twenty-first"),
            (105, "one hundred and five", "one hundred and fifth"),
            (1_250, "one thousand two hundred and fifty", "one thousand two hundred and fiftieth"),
            (2_000_000, "two million", "two millionth"),
        ];
        for (n, said, nth) in cases {
            assert_eq!((cardinal(n).as_str(), ordinal(n).as_str()), (said, nth));
        }
        let years = [
            (1066, "ten sixty-six"),
            (1905, "nineteen oh five"),
            (1900, "nineteen hundred"),
            (2000, "two thousand"),
            (2007, "two thousand and seven"),
            (2026, "twenty twenty-six"),
        ];
        for (n, said) in years {
            assert_eq!(year(n), said);
        }
        assert!(cardinal(u64::MAX).contains("trillion"));
        assert_eq!(digits("0049"), "zero zero four nine");
    }
}
