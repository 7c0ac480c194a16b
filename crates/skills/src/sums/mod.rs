//! Arithmetic, percentages and unit conversion.

mod numbers;
mod units;

use voice::{Answering, Context, Handles, Intent, Outcome, Reply, Risk, Skill, SlotValue, Speech};

use numbers::{spoken, written};
use units::{Unit, unit};

/// Calculates and converts.
pub struct Sums;

const INCHES_IN_A_FOOT: f64 = 12.0;
const DECIMALS: usize = 2;

/// What a sum comes to, and how it is said: `12 times 14`.
struct Sum {
    value: f64,
    said: Speech,
    /// Whether something was divided, so that no result may be that of a zero.
    divides: bool,
}

fn answer(intent: &Intent) -> Reply {
    let reply = match (intent.name.as_str(), intent.response.as_str()) {
        ("HarkConvert", _) => convert(intent),
        (_, "default") => chain(intent).map(|sum| result(sum, "HarkSum.result")),
        (_, "share") => special(intent).map(|sum| result(sum, "HarkSum.share")),
        _ => special(intent).map(|sum| result(sum, "HarkSum.result")),
    };
    reply.unwrap_or_else(|| refused("HarkSum.cannot"))
}

fn refused(key: &'static str) -> Reply {
    Reply::with(Speech::of(key), Outcome::Failed)
}

fn result(sum: Sum, key: &'static str) -> Reply {
    if sum.value.is_nan() {
        return refused(if sum.divides { "HarkSum.zero" } else { "HarkSum.no_result" });
    }
    if sum.value.is_infinite() {
        return refused("HarkSum.too_large");
    }
    let value = spoken(sum.value, DECIMALS);
    Reply::done(Speech::of(key).with("sum", sum.said).with("value", value))
}

/// What a sign between two numbers is called.
fn sign(op: &str) -> Speech {
    Speech::of(match op {
        "plus" => "HarkSum.plus",
        "minus" => "HarkSum.minus",
        "times" => "HarkSum.times",
        "divided by" => "HarkSum.divided_by",
        _ => "HarkSum.to_the_power_of",
    })
}

/// Numbers with signs between them; what is divided by zero is no number.
fn chain(intent: &Intent) -> Option<Sum> {
    let first = written(intent, "a")?;
    let mut said = vec![voice::Value::from(numbers::said(&first))];
    let mut numbers = vec![first.parse::<f64>().ok()?];
    let mut signs = Vec::new();
    for (op, operand) in [("op1", "b"), ("op2", "c"), ("op3", "d")] {
        let (Some(op), Some(number)) = (intent.text(op), written(intent, operand)) else { break };
        numbers.push(number.parse().ok()?);
        signs.push(op);
        said.push(sign(op).into());
        // Behind a sign a number is said as it was written.
        said.push(number.into());
    }
    let divides = signs.contains(&"divided by");
    // What binds tightest is done first.
    for level in [&["to the power of"][..], &["times", "divided by"], &["plus", "minus"]] {
        while let Some(at) = signs.iter().position(|sign| level.contains(sign)) {
            let (sign, right) = (signs.remove(at), numbers.remove(at + 1));
            let left = numbers[at];
            numbers[at] = match sign {
                "plus" => left + right,
                "minus" => left - right,
                "times" => left * right,
                "divided by" => divided(left, right),
                _ => left.powf(right),
            };
        }
    }
    let said = Speech::of("HarkSum.chain").with("parts", said);
    numbers.first().map(|value| Sum { value: *value, said, divides })
}

fn divided(left: f64, right: f64) -> f64 {
    if right == 0.0 { f64::NAN } else { left / right }
}

fn special(intent: &Intent) -> Option<Sum> {
    let number = |slot| written(intent, slot)?.parse::<f64>().ok();
    let words = |slot| numbers::said(&written(intent, slot).unwrap_or_default());
    if intent.response == "fraction_of" {
        let (part, of) = (fraction(intent)?, number("b")?);
        let named = intent.slots.iter().find(|slot| slot.name == "a")?;
        let named = named.text.expose().trim().to_lowercase();
        let said = Speech::of("HarkSum.fraction_of").with("a", named).with("b", words("b"));
        return Some(Sum { value: part * of, said, divides: false });
    }
    let a = number("a")?;
    let b = number("b").unwrap_or_default();
    let (value, key) = match intent.response.as_str() {
        "percent_of" => (a / 100.0 * b, "HarkSum.percent_of"),
        "percent_off" => (b * (1.0 - a / 100.0), "HarkSum.percent_off"),
        "percent_on" => (b * (1.0 + a / 100.0), "HarkSum.percent_on"),
        "share" => (divided(a, b) * 100.0, "HarkSum.share_of"),
        "root" => (a.sqrt(), "HarkSum.root"),
        "cube_root" => (a.cbrt(), "HarkSum.cube_root"),
        "squared" => (a * a, "HarkSum.squared"),
        _ => (a * a * a, "HarkSum.cubed"),
    };
    let said = Speech::of(key).with("a", words("a")).with("b", words("b"));
    Some(Sum { value, said, divides: intent.response == "share" })
}

fn fraction(intent: &Intent) -> Option<f64> {
    Some(match intent.slot("a")? {
        SlotValue::Number(number) => *number,
        SlotValue::Text(name) if name.expose() == "third" => 1.0 / 3.0,
        SlotValue::Text(_) => 2.0 / 3.0,
    })
}

fn convert(intent: &Intent) -> Option<Reply> {
    let amount = written(intent, "a")?;
    let (mut from, mut to) = (unit(intent.text("from")?)?, unit(intent.text("to")?)?);
    // Ounces of what? Next to a cup they are those of water.
    let fluid = |this: &mut &'static Unit, other: &Unit| {
        if this.id == "ounce" && other.kind == "volume" {
            *this = unit("fluid_ounce").unwrap_or(this);
        }
    };
    fluid(&mut from, to);
    fluid(&mut to, from);
    if from.kind != to.kind {
        let key = match (from.kind, to.kind) {
            ("weight", "volume") | ("volume", "weight") => "HarkConvert.depends",
            _ => "HarkConvert.differ",
        };
        let speech = Speech::of(key).with("from", from.called()).with("to", to.called());
        return Some(Reply::with(speech, Outcome::Failed));
    }
    let mut number = amount.parse::<f64>().ok()?;
    let mut subject = from.with(numbers::said(&amount), amount == "1");
    if intent.response == "feet_and_inches"
        && let Some(inches) = intent.number("b")
    {
        number += inches / INCHES_IN_A_FOOT;
        subject =
            Speech::of("HarkConvert.feet_and_inches").with("feet", subject).with("inches", inches);
    }
    let value = from.to(number, to);
    let decimals = if to.kind == "temperature" { 1 } else { DECIMALS };
    let result = to.with(spoken(value, decimals), (value - 1.0).abs() <= 1e-9);
    let speech = Speech::of("HarkConvert.result").with("amount", subject);
    Some(Reply::done(speech.with("result", result)))
}

impl Skill for Sums {
    fn name(&self) -> &'static str {
        "sums"
    }

    fn intents(&self) -> &'static [Handles] {
        const { &[Handles::new("HarkSum", Risk::Public), Handles::new("HarkConvert", Risk::Public)] }
    }

    fn handle<'a>(&'a self, intent: &'a Intent, _: &'a Context) -> Answering<'a> {
        Box::pin(std::future::ready(Ok(answer(intent))))
    }
}
