//! What synthetic voices say, heard by the grammar recogniser alone: the tables `reports/spoken.tsv` and
//! `reports/piper.tsv`.
//!
//! A row is a kind, a text, of how many voices it is understood rightly, and of how many something else is
//! done than what the typed text does: each of those is a fault that is still open. A row that has become
//! better is changed, too. Where a mistake does what somebody forbade, or does it at once, both counts follow
//! for noise and for other people behind the voice.

use std::process::ExitCode;
use std::sync::LazyLock;

use e2e::fresh_house::Came;
use e2e::piper::Piper;
use e2e::recordings;
use e2e::room::{Room, VOICES, in_a_room, said_by};
use e2e::scenes::{self, Behind, Sounds};
use libtest_mimic::{Arguments, Failed, Trial};
use stt::Engines;

/// The house of the reports.
const HOUSE: &str = include_str!("reports/h1.yaml");
/// Where the speaker stands.
const ROOM: &str = "kitchen";
/// The kind of row whose words are anybody's own.
const FREE: &str = "free";

/// What is heard of people and things while a voice speaks; all tests share it.
static SOUNDS: LazyLock<Sounds> = LazyLock::new(|| Sounds::load().expect("the recordings"));
/// The voice of Piper.
static PIPER: LazyLock<Piper> = LazyLock::new(|| {
    let voice = recordings::piper().expect("a voice");
    Piper::load(&voice).unwrap_or_else(|error| panic!("failed to {error:#}"))
});

/// Who says the texts of a table.
#[derive(Clone, Copy)]
enum Speakers {
    /// Five voices of espeak-ng.
    Espeak,
    /// One of Piper.
    Piper,
}

impl Speakers {
    const ALL: [Self; 2] = [Self::Espeak, Self::Piper];

    fn name(self) -> &'static str {
        match self {
            Self::Espeak => "espeak-ng",
            Self::Piper => "piper",
        }
    }

    /// What they say, a row each.
    fn rows(self) -> Vec<&'static str> {
        let table = match self {
            Self::Espeak => include_str!("reports/spoken.tsv"),
            Self::Piper => include_str!("reports/piper.tsv"),
        };
        table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
    }

    /// A text, said by each of them.
    fn say(self, text: &str) -> Result<Vec<(&'static str, Vec<f32>)>, Failed> {
        Ok(match self {
            Self::Espeak => VOICES.map(|voice| (voice, said_by(voice, text))).to_vec(),
            Self::Piper => vec![(self.name(), PIPER.say(text).map_err(|e| format!("{e:#}"))?)],
        })
    }
}

/// What is heard behind the voices that say a text of this kind.
fn backgrounds(kind: &str) -> &'static [Behind] {
    let all = &Behind::BACKGROUNDS;
    if ["not", "later"].contains(&kind) { all } else { &all[..1] }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    let missing = recordings::model().is_none()
        || !recordings::are_there()
        || recordings::piper().is_none()
        || recordings::whisper().is_none();
    let mut add = |name: String, test: Box<dyn FnOnce() -> Result<(), Failed> + Send>| {
        let test =
            move || if missing { Err("networks or recordings are missing".into()) } else { test() };
        trials.push(
            Trial::test(name, test).with_ignored_flag(missing && !recordings::are_required()),
        );
    };
    for speakers in Speakers::ALL {
        let rows = speakers.rows();
        for rows in rows.chunk_by(|one, next| kind_of(one) == kind_of(next)) {
            let (kind, rows) = (kind_of(rows[0]), rows.to_vec());
            add(format!("{}: {kind}", speakers.name()), Box::new(move || check(speakers, &rows)));
        }
    }
    add("piper: free words, with Whisper".to_owned(), Box::new(with_whisper));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn kind_of(row: &str) -> &str {
    row.split('\t').next().unwrap_or_default()
}

/// The kitchen of the house, where these engines hear.
fn room(engine: Engines) -> Room {
    let models_dir = recordings::model().and_then(|folder| Some(folder.parent()?.to_owned()));
    let whisper_model = recordings::whisper().map(|file| file.display().to_string());
    let config = stt::Config { engine, models_dir, whisper_model, ..stt::Config::default() };
    Room::new(HOUSE, ROOM, &config)
}

/// Hears all rows of a kind.
fn check(speakers: Speakers, rows: &[&str]) -> Result<(), Failed> {
    let mut room = room(Engines::Grammar);
    let mut others = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let mut columns = row.splitn(3, '\t');
        let (Some(kind), Some(text)) = (columns.next(), columns.next()) else {
            return Err(format!("a row has a kind, a text and counts: {row}").into());
        };
        let typed = room.read(text);
        let said = speakers.say(text)?;
        let mut found = vec![kind.to_owned(), text.to_owned()];
        let mut faults = Vec::new();
        for behind in backgrounds(kind) {
            let came = hear(&mut room, &said, *behind, number)?;
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

/// What comes of a text that several voices have said; `number` is that of the row.
fn hear(
    room: &mut Room,
    said: &[(&'static str, Vec<f32>)],
    behind: Behind,
    number: usize,
) -> Result<Vec<(&'static str, Came)>, Failed> {
    let mut all = Vec::new();
    for (index, (voice, speech)) in said.iter().enumerate() {
        let speech = in_a_room(speech);
        let mut pcm = speech.clone();
        let seed = number * VOICES.len() + index;
        SOUNDS.mix(&mut pcm, scenes::without_silence(&speech), behind, seed)?;
        all.push((*voice, room.hear(&pcm)));
    }
    Ok(all)
}

/// Most of what needs anybody's own words is understood where Whisper is there. Its words are not compared one by
/// one, and not all must be right: they differ a little from processor to processor.
fn with_whisper() -> Result<(), Failed> {
    let rows: Vec<_> =
        Speakers::Piper.rows().into_iter().filter(|row| kind_of(row) == FREE).collect();
    let mut room = room(Engines::Auto);
    let mut faults = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let text = row.split('\t').nth(1).unwrap_or_default();
        let typed = room.read(text);
        for (_, came) in hear(&mut room, &Speakers::Piper.say(text)?, Behind::Nothing, number)? {
            if !came.is_same(&typed) {
                faults.push(format!("\"{text}\" heard \"{}\": {}", came.text, came.answer));
            }
        }
    }
    let most = rows.len() * 3 / 4;
    if !rows.is_empty() && rows.len() - faults.len() >= most {
        Ok(())
    } else {
        Err(format!("{} of {}\n{}", rows.len() - faults.len(), rows.len(), faults.join("\n"))
            .into())
    }
}
