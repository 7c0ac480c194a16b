//! What people try: each phrase with what it means, what is answered and what it changes. The
//! phrases come from a file; what is expected of them stands in `phrases.tsv` next to this.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::day::Day;

/// Phrases that must be answered as people want it.
const GOAL: usize = 105;
const EXPECTED: &str = include_str!("phrases.tsv");

fn data() -> PathBuf {
    let folder = std::env::var_os("HARK_TEST_DATA").map(PathBuf::from);
    folder.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"))
}

/// What is different, one thing behind the other.
fn changes(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> String {
    let gone = before.keys().filter(|key| !after.contains_key(*key));
    let gone = gone.map(|key| format!("{key} gone"));
    let changed = after.iter().filter(|(key, value)| before.get(*key) != Some(value));
    let changed = changed.map(|(key, value)| format!("{key}: {}", value.trim()));
    gone.chain(changed).collect::<Vec<_>>().join("; ")
}

/// One row of what is expected.
struct Row<'a> {
    /// `!` where we do not do what was wanted, and say so.
    mark: &'a str,
    phrase: &'a str,
    /// Said before it, with `;` between.
    before: &'a str,
    rest: &'a str,
}

#[needs::test(sentences)]
fn phrases_mean_what_people_mean() {
    let home = std::fs::read_to_string(data().join("intents/home.yaml")).expect("the house");
    let file = data().join("intents/expected_phrases.tsv");
    let phrases = std::fs::read_to_string(file).expect("the phrases");
    let expected: Vec<Row<'_>> = EXPECTED
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let mut columns = line.splitn(4, '\t');
            let mut next = || columns.next().unwrap_or_default();
            Row { mark: next(), phrase: next(), before: next(), rest: next() }
        })
        .collect();
    let (mut right, mut wrong, mut shown) = (0, Vec::new(), String::new());
    for line in phrases.lines().skip(1) {
        let phrase = line.split('\t').nth(1).expect("a phrase");
        let row = expected.iter().find(|row| row.phrase == phrase);
        let mut day = Day::new(&home);
        let before = row.map_or("", |row| row.before);
        for text in before.split(';').filter(|text| !text.is_empty()) {
            day.say(text.trim());
        }
        let state = day.state();
        let (intent, reply) = day.say(phrase);
        day.now -= Duration::from_secs(2);
        // What chance decides is not compared.
        let chance = matches!(&*intent, "HarkFlipCoin" | "HarkRollDice" | "HarkJoke");
        let reply = if chance && !reply.is_empty() { "*".to_owned() } else { reply };
        let found = format!("{intent}\t{reply}\t{}", changes(&state, &day.state()));
        let mark = row.map_or("?", |row| row.mark);
        writeln!(shown, "{mark}\t{phrase}\t{before}\t{found}").expect("a string takes all");
        match row {
            Some(row) if row.rest == found => right += usize::from(row.mark.is_empty()),
            Some(row) => {
                wrong.push(format!("{phrase}\n  expected {}\n  found    {found}", row.rest));
            }
            None => wrong.push(format!("{phrase}\n  found    {found}")),
        }
    }
    if let Some(file) = std::env::var_os("HARK_PHRASES") {
        std::fs::write(file, &shown).expect("the file can be written");
    }
    println!("{right} of {} phrases are answered as people want it", phrases.lines().count() - 1);
    assert!(
        wrong.is_empty(),
        "{} phrases are answered otherwise:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(right >= GOAL, "{right} phrases");
}
