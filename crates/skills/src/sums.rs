//! Sums, shares and units: what people would otherwise ask their phone.

use voice::{BoxFuture, Context, Handles, Intent, Outcome, Reply, Result, Risk, Skill, SlotValue};

use crate::numbers::{spoken, written};
use crate::units::{Unit, unit};
use crate::words::capital;

/// Reckons and converts.
pub struct Sums;

const INCHES_IN_A_FOOT: f64 = 12.0;
const DECIMALS: usize = 2;

/// What a sum comes to, and how it is said: `12 times 14`.
struct Sum {
    value: f64,
    said: String,
}

fn answer(intent: &Intent) -> Reply {
    let reply = match (intent.name.as_str(), intent.response.as_str()) {
        ("HarkConvert", _) => convert(intent),
        (_, "default") => chain(intent).map(|sum| result(&sum, "")),
        (_, "share") => special(intent).map(|sum| result(&sum, " percent")),
        _ => special(intent).map(|sum| result(&sum, "")),
    };
    reply.unwrap_or_else(|| refused("I can't work that out."))
}

fn refused(speech: &str) -> Reply {
    Reply::with(speech, Outcome::Failed)
}

fn result(sum: &Sum, unit: &str) -> Reply {
    if sum.value.is_nan() {
        let zero = sum.said.contains("divided by") || unit == " percent";
        return refused(if zero { "I can't divide by zero." } else { "That has no result." });
    }
    if sum.value.is_infinite() {
        return refused("That number is too large for me.");
    }
    Reply::done(format!("{} is {}{unit}.", capital(&sum.said), spoken(sum.value, DECIMALS)))
}

/// Numbers with signs between them; what is divided by zero is no number.
fn chain(intent: &Intent) -> Option<Sum> {
    let first = written(intent, "a")?;
    let mut said = said(&first);
    let mut numbers = vec![first.parse::<f64>().ok()?];
    let mut signs = Vec::new();
    for (op, operand) in [("op1", "b"), ("op2", "c"), ("op3", "d")] {
        let (Some(op), Some(number)) = (intent.text(op), written(intent, operand)) else { break };
        numbers.push(number.parse().ok()?);
        signs.push(op);
        said = format!("{said} {op} {number}");
    }
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
    numbers.first().map(|value| Sum { value: *value, said })
}

fn divided(left: f64, right: f64) -> f64 {
    if right == 0.0 { f64::NAN } else { left / right }
}

fn special(intent: &Intent) -> Option<Sum> {
    let number = |slot| written(intent, slot)?.parse::<f64>().ok();
    let words = |slot| written(intent, slot).map(|digits| said(&digits)).unwrap_or_default();
    if intent.response == "fraction_of" {
        let (part, of) = (fraction(intent)?, number("b")?);
        let named = intent.slots.iter().find(|slot| slot.name == "a")?;
        let named = named.text.expose().trim().to_lowercase();
        return Some(Sum { value: part * of, said: format!("{named} of {}", words("b")) });
    }
    let a = number("a")?;
    let b = number("b").unwrap_or_default();
    let (of_a, of_b) = (words("a"), words("b"));
    let (value, said) = match intent.response.as_str() {
        "percent_of" => (a / 100.0 * b, format!("{of_a} percent of {of_b}")),
        "percent_off" => (b * (1.0 - a / 100.0), format!("{of_a} percent off {of_b}")),
        "percent_on" => (b * (1.0 + a / 100.0), format!("{of_b} plus {of_a} percent")),
        "share" => (divided(a, b) * 100.0, format!("{of_a} of {of_b}")),
        "root" => (a.sqrt(), format!("the square root of {of_a}")),
        "cube_root" => (a.cbrt(), format!("the cube root of {of_a}")),
        "squared" => (a * a, format!("{of_a} squared")),
        _ => (a * a * a, format!("{of_a} cubed")),
    };
    Some(Sum { value, said })
}

fn fraction(intent: &Intent) -> Option<f64> {
    Some(match intent.slot("a")? {
        SlotValue::Number(number) => *number,
        SlotValue::Text(name) if name.expose() == "third" => 1.0 / 3.0,
        SlotValue::Text(_) => 2.0 / 3.0,
    })
}

fn said(number: &str) -> String {
    number.replace('-', "minus ")
}

fn convert(intent: &Intent) -> Option<Reply> {
    let amount = written(intent, "a")?;
    let (mut from, mut to) = (unit(intent.text("from")?)?, unit(intent.text("to")?)?);
    // Ounces of what? Beside a cup they are those of water.
    let fluid = |this: &mut &'static Unit, other: &Unit| {
        if this.id == "ounce" && other.kind == "volume" {
            *this = unit("fluid_ounce").unwrap_or(this);
        }
    };
    fluid(&mut from, to);
    fluid(&mut to, from);
    if from.kind != to.kind {
        let mut speech = format!("I can't turn {} into {}: ", from.many(), to.many());
        speech.push_str(match (from.kind, to.kind) {
            ("weight", "volume") | ("volume", "weight") => "that depends on what it is.",
            _ => "they don't measure the same thing.",
        });
        return Some(refused(&speech));
    }
    let mut number = amount.parse::<f64>().ok()?;
    let mut subject = from.with(&said(&amount));
    if intent.response == "feet_and_inches"
        && let Some(inches) = intent.number("b")
    {
        number += inches / INCHES_IN_A_FOOT;
        subject = format!("{subject} {inches}");
    }
    let value = from.to(number, to);
    let decimals = if to.kind == "temperature" { 1 } else { DECIMALS };
    let is = if amount == "1" || from.kind == "temperature" { "is" } else { "are" };
    Some(Reply::done(format!("{subject} {is} {}.", to.with(&spoken(value, decimals)))))
}

impl Skill for Sums {
    fn name(&self) -> &'static str {
        "sums"
    }

    fn intents(&self) -> &'static [Handles] {
        const { &[Handles::new("HarkSum", Risk::Public), Handles::new("HarkConvert", Risk::Public)] }
    }

    fn handle<'a>(&'a self, intent: &'a Intent, _: &'a Context) -> BoxFuture<'a, Result<Reply>> {
        Box::pin(std::future::ready(Ok(answer(intent))))
    }
}
