//! Units of measurement and their conversion.

use std::sync::LazyLock;

use voice::Speech;

/// A unit that people ask for.
pub(crate) struct Unit {
    pub id: &'static str,
    /// What it measures: `length`.
    pub kind: &'static str,
    /// How many of the first unit of its kind it is.
    factor: f64,
    /// How far its zero is from that of nature, in itself.
    zero: f64,
}

/// The units of `units.txt`: id, what it measures, how large it is (and where it begins, for
/// temperatures). Cups, pints and gallons are those of the United States, a
/// calorie is that on food, and a year has 365 days and twelve months.
static UNITS: LazyLock<Vec<Unit>> =
    LazyLock::new(|| include_str!("units.txt").lines().filter_map(read).collect());

fn read(line: &'static str) -> Option<Unit> {
    let mut fields = line.split('\t');
    let mut next = || fields.next();
    let (id, kind, mut size) = (next()?, next()?, next()?.split(' '));
    let factor = size.next()?.parse().ok()?;
    let zero = size.next().map_or(Some(0.0), |zero| zero.parse().ok())?;
    Some(Unit { id, kind, factor, zero })
}

/// The unit with that id.
pub(crate) fn unit(id: &str) -> Option<&'static Unit> {
    UNITS.iter().find(|unit| unit.id == id)
}

impl Unit {
    /// `1 mile`, `about 16.09 kilometers`.
    pub fn with(&self, number: Speech, is_one: bool) -> Speech {
        let unit = self.called().with("one", is_one);
        Speech::of("hark.quantity").with("number", number).with("unit", unit)
    }

    /// `miles`; `mile` with the slot `one`.
    pub fn called(&self) -> Speech {
        Speech::keyed(format!("hark.unit.{}", self.id))
    }

    /// So much of this in another unit of the same kind.
    pub fn to(&self, amount: f64, other: &Self) -> f64 {
        (amount + self.zero) * self.factor / other.factor - other.zero
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_units_are_as_large_as_books_say() {
        assert_eq!(UNITS.len(), include_str!("units.txt").lines().count());
        for (amount, from, to, expected) in [
            (1.0, "mile", "foot", 5280.0),
            (1.0, "mile", "kilometer", 1.609_344),
            (1.0, "nautical_mile", "meter", 1852.0),
            (1.0, "light_year", "kilometer", 9.460_730_5e12),
            (1.0, "pound", "ounce", 16.0),
            (1.0, "stone", "pound", 14.0),
            (1.0, "ton", "pound", 2000.0),
            (1.0, "kilogram", "pound", 2.204_622_6),
            (1.0, "gallon", "liter", 3.785_411_8),
            (1.0, "gallon", "cup", 16.0),
            (1.0, "cup", "tablespoon", 16.0),
            (1.0, "tablespoon", "teaspoon", 3.0),
            (1.0, "acre", "square_foot", 43560.0),
            (1.0, "square_mile", "acre", 640.0),
            (1.0, "hectare", "acre", 2.471_053_8),
            (100.0, "celsius", "fahrenheit", 212.0),
            (-40.0, "fahrenheit", "celsius", -40.0),
            (0.0, "celsius", "kelvin", 273.15),
            (1.0, "century", "year", 100.0),
            (1.0, "year", "month", 12.0),
            (100.0, "kmh", "mph", 62.137_119),
            (1.0, "knot", "kmh", 1.852),
            (1.0, "byte", "bit", 8.0),
            (1.0, "kilowatt_hour", "joule", 3.6e6),
            (1.0, "horsepower", "watt", 745.7),
            (1.0, "bar", "psi", 14.503_774),
        ] {
            let (from, to) = (unit(from).expect(from), unit(to).expect(to));
            assert_eq!(from.kind, to.kind);
            let found = from.to(amount, to);
            let off = (found - expected).abs() / expected.abs();
            assert!(off < 1e-6, "{amount} {} are {found} {}", from.id, to.id);
        }
    }
}
