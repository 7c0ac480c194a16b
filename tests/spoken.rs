//! What synthetic voices say, heard by the grammar recogniser alone: the table `reports/spoken.tsv`.
//!
//! A row is a kind, a text, of how many voices it is understood rightly, and of how many something else is
//! done than what the typed text does: each of those is a fault that is still open. A row that has become
//! better is changed, too.

use std::process::ExitCode;

use e2e::fresh_house::Came;
use e2e::recordings;
use e2e::room::{Room, VOICES, say};
use libtest_mimic::{Arguments, Failed, Trial};

/// The house of the reports.
const HOUSE: &str = include_str!("reports/h1.yaml");
/// Where the speaker stands.
const ROOM: &str = "kitchen";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let missing = recordings::model().is_none();
    let rows: Vec<_> = include_str!("reports/spoken.tsv")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    let mut kinds: Vec<_> =
        rows.iter().map(|row| row.split('\t').next().unwrap_or_default()).collect();
    kinds.dedup();
    let trial = |kind: &str| {
        let of_kind = |row: &&&str| row.split('\t').next() == Some(kind);
        let rows: Vec<String> = rows.iter().filter(of_kind).map(|row| (**row).to_owned()).collect();
        let test =
            move || if missing { Err("the network is missing".into()) } else { check(&rows) };
        Trial::test(kind, test).with_ignored_flag(missing && !recordings::are_required())
    };
    libtest_mimic::run(&arguments, kinds.into_iter().map(trial).collect()).exit_code()
}

/// Hears all rows of a kind.
fn check(rows: &[String]) -> Result<(), Failed> {
    let models = recordings::model().and_then(|folder| Some(folder.parent()?.to_owned()));
    let config =
        stt::Config { engine: stt::Engines::Grammar, models_dir: models, ..stt::Config::default() };
    let mut room = Room::new(HOUSE, ROOM, &config);
    let mut others = Vec::new();
    for row in rows {
        let [kind, text, right, wrong] = row.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("a row has four columns: {row}").into());
        };
        let typed = room.read(text);
        let heard = VOICES.map(|voice| (voice, room.hear(&say(voice, text))));
        let is_right = |(_, came): &&(&str, Came)| came.is_same(&typed);
        let is_wrong = |(_, came): &&(&str, Came)| came.is_act() && !came.is_same(&typed);
        let found = [heard.iter().filter(is_right).count(), heard.iter().filter(is_wrong).count()];
        if found.map(|count| count.to_string()) != [right, wrong] {
            others.push(format!("{kind}\t{text}\t{}\t{}", found[0], found[1]));
            others.extend(heard.iter().filter(is_wrong).map(told));
        }
    }
    if others.is_empty() { Ok(()) } else { Err(others.join("\n").into()) }
}

fn told((voice, came): &(&str, Came)) -> String {
    format!("  {voice} heard \"{}\": {}", came.text, came.answer)
}
