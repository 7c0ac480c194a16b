//! What synthetic voices say, heard by the grammar recogniser alone: the table `reports/spoken.tsv`.
//!
//! A row is a kind, a text, and how many of the voices are at least understood rightly: what is done is what
//! the typed text does. Whatever a voice makes of it, nothing else may be done.

use std::process::ExitCode;

use e2e::recordings;
use e2e::room::{Came, Room, VOICES, say};
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
    let mut wrong = Vec::new();
    for row in rows {
        let [_, text, least] = row.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("a row has three columns: {row}").into());
        };
        let least: usize = least.parse()?;
        let typed = room.read(text);
        let heard = VOICES.map(|voice| (voice, room.hear(&say(voice, text))));
        let right = heard.iter().filter(|(_, came)| came.is_same(&typed)).count();
        if right != least {
            wrong.push(format!("{text}: {right} of {} voices, not {least}", VOICES.len()));
        }
        for (voice, came) in heard {
            if came.is_act() && !came.is_same(&typed) {
                wrong.push(told(voice, text, &came));
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

fn told(voice: &str, text: &str, came: &Came) -> String {
    format!("{voice}: {text}\n  heard \"{}\": {}", came.text, came.answer)
}
