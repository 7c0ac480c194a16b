//! How well texts are understood that were mis-heard, and how little other talk is:
//! `cargo run --release -p intent --example tolerance -- DIR SENTENCES... [--show]`. `DIR` has
//! `home.yaml`, `clean.tsv`, `noisy.json` and `out_of_scope_clinc150.json`; the speaker stands in the
//! living room. `HARK_NAMES=10000` adds as many other names.

#[path = "house/mod.rs"]
mod house;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use intent::{Context, Recogniser, Sentences, Tolerance, asks_the_same};
use serde::Deserialize;
use voice::{Intent, ListValue, Stage};

use house::{Home, lists, other_name};

#[derive(Deserialize)]
struct Noisy {
    cat: String,
    text: String,
    clean: String,
}

/// What came of texts that mean something.
#[derive(Default)]
struct Tally {
    right: usize,
    asked: usize,
    wrong: usize,
    rejected: usize,
}

/// How often a name is added.
const ROUNDS: usize = 15;

struct Ears {
    recogniser: Recogniser,
    tolerance: Tolerance,
    context: Context,
    took: Vec<Duration>,
}

enum Heard {
    Intent(Intent),
    Either,
    Nothing,
}

impl Ears {
    fn hear(&mut self, text: &str) -> Heard {
        let begun = Instant::now();
        let guess = self.recogniser.understand(&self.tolerance, text, &self.context);
        if guess.as_ref().is_none_or(|guess| guess.intent.stage == Stage::Tolerant) {
            self.took.push(begun.elapsed());
        }
        match guess {
            None => Heard::Nothing,
            Some(guess) if guess.rival.is_some() => Heard::Either,
            Some(guess) => Heard::Intent(guess.intent),
        }
    }
}

fn main() -> Result<()> {
    let mut args: Vec<_> = std::env::args().skip(1).collect();
    let show = args.iter().position(|arg| arg == "--show").map(|at| args.remove(at)).is_some();
    let [folder, sentences @ ..] = args.as_slice() else {
        anyhow::bail!("usage: tolerance DIR SENTENCES... [--show]");
    };
    let read = |name: &str| {
        let path = Path::new(folder).join(name);
        std::fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))
    };
    let texts = sentences.iter().map(|file| Ok((file.as_str(), std::fs::read_to_string(file)?)));
    let texts: Vec<_> = texts.collect::<Result<_>>()?;
    let texts: Vec<_> = texts.iter().map(|(file, text)| (*file, text.as_str())).collect();
    let sentences = Arc::new(Sentences::parse(&texts)?);
    let home: Home = serde_saphyr::from_str(&read("home.yaml")?)?;
    let begun = Instant::now();
    let recogniser = Recogniser::new(sentences, lists(&home))?;
    let area = "living_room".to_owned();
    let context = Context::in_area(Some(area));
    let tolerance = recogniser.tolerance(&context);
    println!("made ready in {} ms", begun.elapsed().as_millis());
    renew(&recogniser, &tolerance, &context, &home)?;
    let mut ears = Ears { recogniser, tolerance, context, took: Vec::new() };

    let clean = read("clean.tsv")?;
    let clean: Vec<_> = clean.lines().collect();
    let known = clean.iter().filter(|text| {
        let known = ears.recogniser.recognise(text, &ears.context).is_some();
        if !known && show {
            println!("not known: {text}");
        }
        known
    });
    println!("clean sentences understood: {} of {}", known.count(), clean.len());

    let noisy: Vec<Noisy> = serde_json::from_str(&read("noisy.json")?)?;
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for Noisy { cat, text, clean } in &noisy {
        let expected = ears.recogniser.recognise(clean, &ears.context);
        let tally = tallies.entry(cat).or_default();
        let told = match (ears.hear(text), expected) {
            (Heard::Intent(found), Some(expected)) if asks_the_same(&found, &expected) => {
                tally.right += 1;
                continue;
            }
            (Heard::Intent(found), _) => {
                tally.wrong += 1;
                format!("wrong, {}", found.name)
            }
            (Heard::Either, _) => {
                tally.asked += 1;
                "asked".to_owned()
            }
            (Heard::Nothing, _) => {
                tally.rejected += 1;
                "nothing".to_owned()
            }
        };
        if show {
            println!("{told}: \"{text}\" for \"{clean}\"");
            for near in ears.tolerance.nearest(text).iter().take(3) {
                println!("    {:.2} {}", near.cost, near.text);
            }
        }
    }
    println!("\n| texts | right | asked | wrong | rejected |\n|---|---|---|---|---|");
    let mut all = Tally::default();
    for (name, Tally { right, asked, wrong, rejected }) in &tallies {
        println!("| {name} | {right} | {asked} | {wrong} | {rejected} |");
        all.right += right;
        all.asked += asked;
        all.wrong += wrong;
        all.rejected += rejected;
    }
    println!("| all | {} | {} | {} | {} |", all.right, all.asked, all.wrong, all.rejected);

    let others: Vec<String> = serde_json::from_str(&read("out_of_scope_clinc150.json")?)?;
    let mut accepted = 0;
    for text in &others {
        if let Heard::Intent(intent) = ears.hear(text) {
            accepted += 1;
            if show {
                println!("accepted {}: {text}", intent.name);
            }
        }
    }
    println!("\nother talk accepted: {accepted} of {}", others.len());
    ears.took.sort();
    let at = |percent: usize| ears.took[(ears.took.len() - 1) * percent / 100].as_secs_f32() * 1e3;
    println!("tolerant: median {:.2} ms, p99 {:.2} ms", at(50), at(99));
    Ok(())
}

/// How long it takes until another name is known, which came after the others.
fn renew(
    recogniser: &Recogniser,
    tolerance: &Tolerance,
    context: &Context,
    home: &Home,
) -> Result<()> {
    let mut took = Vec::new();
    for round in 0..ROUNDS {
        let mut lists = lists(home);
        let known = vec![("domain".to_owned(), "light".to_owned())];
        let (spoken, out) =
            (format!("{} new one", other_name(round)), format!("light.new_{round}"));
        lists.push("name", ListValue { spoken, out, context: known });
        let begun = Instant::now();
        let other = recogniser.with_lists(lists)?;
        let named = begun.elapsed();
        let other = tolerance.renewed(&other, context);
        took.push((begun.elapsed(), named));
        drop(other);
    }
    took.sort();
    let (all, named) = took[took.len() / 2];
    let most = took[took.len() - 1].0;
    println!("another name: {all:.1?} ({named:.1?} of it for exact sentences), {most:.1?} at most");
    Ok(())
}
