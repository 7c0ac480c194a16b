//! How often a word that the house does not know is taken for one that it knows:
//! `cargo run --release -p intent --example sweep -- DIR SENTENCES... [--show] [--words FILE]`. `DIR`
//! has `home.yaml`; among the sentences is the list of common words. Nouns are chosen by rule: words of
//! the list that have a plural there and are in no sentence and no name, evenly by their place. `FILE`
//! has others, one a line.

#[path = "house/mod.rs"]
mod house;

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use intent::{Context, Recogniser, Sentences};

use house::{Home, lists};

const NOUNS: usize = 200;
const SHORTEST: usize = 4;
/// `X` stands for the noun.
const FORMS: [&str; 12] = [
    "turn on the X",
    "turn off all the Xs",
    "turn off the X in the kitchen",
    "is the X on",
    "open the X",
    "close all the Xs",
    "set the X to 50 percent",
    "make the X blue",
    "make the desk lamp X",
    "turn on the X light",
    "X off",
    "what is the X doing",
];

fn main() -> Result<()> {
    let mut args: Vec<_> = std::env::args().skip(1).collect();
    let show = args.iter().position(|arg| arg == "--show").map(|at| args.remove(at)).is_some();
    let words = args.iter().position(|arg| arg == "--words").map(|at| args.remove(at));
    let words = words.and_then(|_| args.pop());
    let [folder, sentences @ ..] = args.as_slice() else {
        anyhow::bail!("usage: sweep DIR SENTENCES... [--show] [--words FILE]");
    };
    let read = |path: &Path| {
        std::fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))
    };
    let texts = sentences.iter().map(|file| Ok((file.as_str(), read(Path::new(file))?)));
    let texts: Vec<_> = texts.collect::<Result<_>>()?;
    let texts: Vec<_> = texts.iter().map(|(file, text)| (*file, text.as_str())).collect();
    let home: Home = serde_saphyr::from_str(&read(&Path::new(folder).join("home.yaml"))?)?;
    let recogniser = Recogniser::new(Arc::new(Sentences::parse(&texts)?), lists(&home))?;
    let area = "kitchen".to_owned();
    let context = Context::in_area(Some(area));
    let tolerance = recogniser.tolerance(&context);

    let names = home.entities.values().map(|entity| entity.name.to_lowercase());
    let names = names.chain(home.areas.values().map(|area| area.name.to_lowercase()));
    let mut known: HashSet<String> = tolerance.graph().words().iter().cloned().collect();
    known.extend(names.flat_map(|name| name.split(' ').map(str::to_owned).collect::<Vec<_>>()));
    let nouns = match words {
        Some(file) => read(Path::new(&file))?.lines().map(str::to_owned).collect(),
        None => nouns(&texts),
    };
    let has = |noun: &String| known.contains(noun) || known.contains(&format!("{noun}s"));
    let nouns: Vec<_> = nouns.into_iter().filter(|noun| !has(noun)).collect();
    let nouns: Vec<_> = nouns.iter().step_by((nouns.len() / NOUNS).max(1)).take(NOUNS).collect();

    let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut all, mut exact) = (0, 0);
    for (noun, form) in nouns.iter().flat_map(|noun| FORMS.map(|form| (noun, form))) {
        all += 1;
        let text = form.replace('X', noun);
        let Some(guess) = recogniser.understand(&tolerance, &text, &context) else { continue };
        if guess.rival.is_some() {
            continue;
        }
        exact += usize::from(guess.intent.stage == voice::Stage::Exact);
        *taken.entry(form).or_default() += 1;
        if show {
            println!("{text}: {} {:.2} \"{}\"", guess.intent.name, guess.intent.cost, guess.text);
        }
    }
    let sum: usize = taken.values().sum();
    println!("{} nouns, {all} texts, {sum} taken ({exact} word for word)", nouns.len());
    for (form, count) in taken {
        println!("{count:5} {form}");
    }
    Ok(())
}

/// The words of the list that have a plural there, in its order.
fn nouns(texts: &[(&str, &str)]) -> Vec<String> {
    let list =
        texts.iter().find(|(file, _)| Path::new(file).extension().is_some_and(|e| e == "txt"));
    let mut words: Vec<String> = Vec::new();
    for line in list.map(|(_, text)| text.lines()).into_iter().flatten() {
        let mut coded = line.chars();
        let kept = coded.next().and_then(|sign| sign.to_digit(36)).unwrap_or(0) as usize;
        let before = words.last().map_or("", String::as_str);
        let rest = coded.as_str().split(' ').next().unwrap_or("");
        words.push(format!("{}{rest}", &before[..kept]));
    }
    let all: HashSet<&str> = words.iter().map(String::as_str).collect();
    let is_noun = |word: &&String| {
        word.len() >= SHORTEST && !word.ends_with('s') && all.contains(format!("{word}s").as_str())
    };
    words.iter().filter(is_noun).cloned().collect()
}
