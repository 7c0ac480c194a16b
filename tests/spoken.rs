//! What synthetic voices say, heard by the grammar recogniser alone: the table `reports/spoken.tsv`.
//!
//! A row is a kind, a text, of how many voices it is understood rightly, and of how many something else is
//! done than what the typed text does: each of those is a fault that is still open. A row that has become
//! better is changed, too. Where a mistake does what somebody forbade, or does it at once, both counts follow
//! for noise and for other people behind the voice.

use std::process::ExitCode;
use std::sync::LazyLock;

use e2e::fresh_house::Came;
use e2e::recordings;
use e2e::room::{Room, VOICES, say};
use e2e::scenes::{self, Behind, Sounds};
use libtest_mimic::{Arguments, Failed, Trial};

/// The house of the reports.
const HOUSE: &str = include_str!("reports/h1.yaml");
/// Where the speaker stands.
const ROOM: &str = "kitchen";

/// What is heard of people and things while a voice speaks; all tests share it.
static SOUNDS: LazyLock<Sounds> = LazyLock::new(|| Sounds::load().expect("the recordings"));

/// What is heard behind the voices that say a text of this kind.
fn backgrounds(kind: &str) -> &'static [Behind] {
    let all = &Behind::BACKGROUNDS;
    if ["not", "later"].contains(&kind) { all } else { &all[..1] }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let missing = recordings::model().is_none() || !recordings::are_there();
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
        let test = move || {
            if missing {
                Err("the network or the recordings are missing".into())
            } else {
                check(&rows)
            }
        };
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
    for (number, row) in rows.iter().enumerate() {
        let mut columns = row.splitn(3, '\t');
        let (Some(kind), Some(text)) = (columns.next(), columns.next()) else {
            return Err(format!("a row has a kind, a text and counts: {row}").into());
        };
        let typed = room.read(text);
        let mut found = vec![kind.to_owned(), text.to_owned()];
        let mut faults = Vec::new();
        for behind in backgrounds(kind) {
            let came = hear(&mut room, text, *behind, number)?;
            let is_wrong = |came: &Came| came.is_act() && !came.is_same(&typed);
            let right = came.iter().filter(|(_, came)| came.is_same(&typed)).count();
            let wrong = came.iter().filter(|(_, came)| is_wrong(came));
            found.extend([right, wrong.clone().count()].map(|count| count.to_string()));
            faults.extend(wrong.map(|(voice, Came { text, answer, .. })| {
                format!("  {}: {voice} heard \"{text}\": {answer}", behind.name())
            }));
        }
        let found = found.join("\t");
        if found != *row {
            others.push(found);
            others.extend(faults);
        }
    }
    if others.is_empty() { Ok(()) } else { Err(others.join("\n").into()) }
}

/// What comes of a text that all voices say; `number` is that of the row.
fn hear(
    room: &mut Room,
    text: &str,
    behind: Behind,
    number: usize,
) -> Result<Vec<(&'static str, Came)>, Failed> {
    let mut all = Vec::new();
    for (index, voice) in VOICES.into_iter().enumerate() {
        let mut pcm = say(voice, text);
        let speech = pcm.clone();
        let seed = number * VOICES.len() + index;
        SOUNDS.mix(&mut pcm, scenes::without_silence(&speech), behind, seed)?;
        all.push((voice, room.hear(&pcm)));
    }
    Ok(all)
}
