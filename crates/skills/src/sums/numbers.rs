//! Numbers: from slots to digits, and from digits to speech.

use voice::{Intent, Speech};

/// The number in the slots that begin with `slot`, as digits: sentences take numbers apart, since a
/// list cannot hold all of them.
pub(crate) fn written(intent: &Intent, slot: &str) -> Option<String> {
    let part = |ending: &str| {
        let name = format!("{slot}{ending}");
        let found = intent.slots.iter().find(|slot| slot.name == name)?;
        let number = found.value.as_number()?;
        // Digits stay as they were written: 05 is not 5 behind a point.
        let text = found.text.expose().trim();
        let is_written = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        Some(if is_written { text.to_owned() } else { number.to_string() })
    };
    let mut digits = part("")?;
    for ending in ["_mid", "_low"] {
        let Some(three) = part(ending) else { continue };
        if three.len() != 3 {
            return None;
        }
        digits.push_str(&three);
    }
    let fraction: String = ["_part", "_part2", "_part3"].iter().filter_map(|p| part(p)).collect();
    if !fraction.is_empty() {
        digits = format!("{digits}.{fraction}");
    }
    if let Some(scale) = intent.number(&format!("{slot}_scale")) {
        let number = digits.parse::<f64>().ok()? * scale;
        digits = number.to_string();
    }
    if let Some(rest) = intent.number(&format!("{slot}_rest")) {
        digits = (digits.parse::<f64>().ok()? + rest).to_string();
    }
    let sign = intent.text(&format!("{slot}_sign")).unwrap_or_default();
    Some(format!("{sign}{digits}"))
}

/// A number as it is said after a verb: `12`, `about 2.33`, `minus 4`.
pub(crate) fn spoken(number: f64, decimals: usize) -> Speech {
    let size = number.abs();
    let said =
        |key, digits: String| Speech::of(key).with("digits", digits).with("minus", number < 0.0);
    if size >= 1e15 {
        let exponent = size.log10().floor();
        let mantissa = trimmed(size / 10_f64.powf(exponent), 2);
        return said("hark.number.power", mantissa).with("exponent", exponent);
    }
    // Small numbers have their first digits further behind the point.
    let leading = if size > 0.0 && size < 1.0 { (-size.log10()).floor() as usize } else { 0 };
    let decimals = decimals + leading;
    if leading > 8 {
        return Speech::of("hark.number.almost_nothing");
    }
    let text = trimmed(size, decimals);
    let off = text.parse::<f64>().map_or(0.0, |said| (said - size).abs());
    if off <= size * 1e-9 {
        return said("hark.number.exact", text);
    }
    // Nobody wants hundredths of hundreds, except for cents, which are exact.
    let text = if size >= 100.0 { trimmed(size, decimals.min(1)) } else { text };
    said("hark.number.about", text)
}

/// Digits as somebody said them: `12`, `minus 4`.
pub(crate) fn said(digits: &str) -> Speech {
    let (minus, digits) = match digits.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, digits),
    };
    Speech::of("hark.number.exact").with("digits", digits).with("minus", minus)
}

fn trimmed(number: f64, decimals: usize) -> String {
    let text = format!("{number:.decimals$}");
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use language::testing::english;

    use super::*;

    #[test]
    fn numbers_are_rounded_as_people_do() {
        for (number, expected) in [
            (12.0, "12"),
            (7.0 / 3.0, "about 2.33"),
            (-4.5, "minus 4.5"),
            (177.8, "177.8"),
            (1234.567, "about 1234.6"),
            (1249.5 * 0.1, "124.95"),
            (1199.9999, "about 1200"),
            (0.001_234_5, "about 0.0012"),
            (0.1 + 0.2, "0.3"),
            (1.267e30, "about 1.27 times 10 to the power of 30"),
            (0.0, "0"),
        ] {
            assert_eq!(english(&[spoken(number, 2)]), expected, "{number}");
        }
    }
}
