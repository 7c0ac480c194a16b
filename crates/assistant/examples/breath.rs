//! How long the longest breaths take to be understood: `cut -f6 tests/reports/own.tsv | cargo run
//! --release -p assistant --example breath -- [COUNT] [--show] [--lines]`. Lines are joined by words
//! that join commands and cut at 36 words, in an order that is the same in each run; as many breaths
//! again are sums of number words. `--lines` takes the lines as they are, `--show` prints the slowest.

use std::error::Error;
use std::io::Read as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use assistant::{Assistant, Parts, Texts};
use intent::Sentences;
use language::Language;
use skills::{Books, Home, Household, NoHistory};
use voice::Skill;

/// Words in one breath.
const WORDS: usize = 36;
/// Breaths of each kind.
const COUNT: usize = 200;
/// What stands between two commands.
const JOINTS: [&str; 4] = ["and", "then", "and then", ","];
const NUMBERS: [&str; 12] = [
    "five",
    "seventy two",
    "a hundred and five",
    "six thousand",
    "thirteen",
    "one",
    "two point five",
    "ninety",
    "four hundred forty seven",
    "zero",
    "three quarters",
    "eleven",
];
const SIGNS: [&str; 5] = ["plus", "minus", "times", "divided by", "and"];

fn main() -> Result<(), Box<dyn Error>> {
    let mut args: Vec<_> = std::env::args().skip(1).collect();
    let mut flag =
        |name: &str| args.iter().position(|arg| arg == name).map(|at| args.remove(at)).is_some();
    let (show, as_they_are) = (flag("--show"), flag("--lines"));
    let count = args.first().map_or(Ok(COUNT), |count| count.parse())?;
    let mut lines = String::new();
    std::io::stdin().read_to_string(&mut lines)?;
    let lines: Vec<_> = lines.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        return Err(
            "breath: give the sentences to make breaths of on standard input, one a line".into()
        );
    }
    let assistant = assistant()?;
    let mut choice = Choice(1);
    let chains: Vec<_> = if as_they_are {
        lines.iter().map(|line| (*line).to_owned()).collect()
    } else {
        (0..count).map(|_| chain(&lines, &mut choice)).collect()
    };
    let sums: Vec<_> = (0..count).map(|_| sum(&mut choice)).collect();
    println!(
        "| breaths of {WORDS} words | median ms | p99 | longest | over 50 ms |\n|---|---|---|---|---|"
    );
    for (name, texts) in [("commands", &chains), ("sums", &sums)] {
        let mut took: Vec<_> = texts.iter().map(|text| (time(&assistant, text), text)).collect();
        took.sort();
        let at = |share: usize| ms(took[(took.len() - 1) * share / 100].0);
        let over = took.iter().filter(|(took, _)| took.as_millis() >= 50).count();
        println!("| {name} | {:.1} | {:.1} | {:.1} | {over} |", at(50), at(99), at(100));
        for (took, text) in took.iter().rev().take(if show { 8 } else { 0 }) {
            println!("    {:.1} {text}", ms(*took));
        }
    }
    Ok(())
}

/// What understands texts, in the house of the demo.
fn assistant() -> Result<Assistant, Box<dyn Error>> {
    let house = Arc::new(home::House::new(&home::Config::default())?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let home = Home { zone: jiff::tz::TimeZone::UTC, place: None };
    let household = runtime.block_on(Household::open(Books::in_memory(), home))?;
    let language = Arc::new(Language::built_in("en")?);
    let sentences = Arc::new(Sentences::parse(&language.sentences())?);
    let lists = house.lists();
    let mut skills = skills::all(&household, Arc::new(NoHistory));
    skills.push(house as Arc<dyn Skill>);
    let area = Some("kitchen".to_owned());
    let texts = Texts { sentences, language };
    Ok(Assistant::new(Parts { texts, lists, skills, routines: Vec::new(), area })?)
}

fn time(assistant: &Assistant, text: &str) -> Duration {
    let begun = Instant::now();
    std::hint::black_box(assistant.likely(text));
    begun.elapsed()
}

fn ms(took: Duration) -> f64 {
    took.as_secs_f64() * 1e3
}

/// Choices that are the same in each run (multiplier and increment of Knuth's generator MMIX).
struct Choice(u64);

impl Choice {
    fn of<'t>(&mut self, among: &[&'t str]) -> &'t str {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        among[(self.0 >> 33) as usize % among.len()]
    }
}

/// Commands, one behind the other.
fn chain(lines: &[&str], choice: &mut Choice) -> String {
    long(|| [choice.of(lines), choice.of(&JOINTS)])
}

fn sum(choice: &mut Choice) -> String {
    format!("what is {}", long(|| [choice.of(&NUMBERS), choice.of(&SIGNS)]))
}

/// As many words as a breath has.
fn long<'t>(mut next: impl FnMut() -> [&'t str; 2]) -> String {
    let mut words: Vec<&str> = Vec::new();
    while words.len() < WORDS {
        words.extend(next().into_iter().flat_map(str::split_whitespace));
    }
    words.truncate(WORDS);
    words.join(" ")
}
