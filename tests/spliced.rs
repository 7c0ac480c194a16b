//! Words of a synthetic voice before or behind commands of people, heard by the grammar recogniser alone: the
//! table `reports/spliced.tsv`.
//!
//! Nobody has recorded people who say what is not to be done, or when. So a voice says only that, and the
//! command is a recording. A negation that is not heard is the worst that can happen here, because then the
//! very thing is done that somebody forbade: in a quiet room that fails whatever the table says.

use std::fmt;
use std::process::ExitCode;
use std::sync::LazyLock;

use e2e::fresh_house::Came;
use e2e::recordings;
use e2e::room::{Room, VOICES, in_a_room, said_by};
use e2e::scenes::{self, Behind, Command, Sounds};
use libtest_mimic::{Arguments, Failed, Trial};

/// The house has the names that the recordings use.
const HOUSE: &str = include_str!("clips-house.yaml");
/// Where the speaker stands.
const ROOM: &str = "kitchen";
/// Stands between the words of a row where the recording is spliced in, from its first word on.
const RECORDING: char = '…';
/// Before that: from the sound on with which many recordings begin, so that the voice pauses for up to a second.
const ANSWER: char = '♪';
/// Silence between voice and recording, in milliseconds: at least, and by how much it differs at most.
const GAP_MS: (usize, usize) = (60, 61);

/// What is heard of people while somebody speaks; all tests share it.
static SOUNDS: LazyLock<Sounds> = LazyLock::new(|| Sounds::load().expect("the recordings"));

/// How many recordings came to what in one condition.
#[derive(Clone, Copy, Default, PartialEq)]
struct Counts {
    /// What the typed text does.
    right: usize,
    /// Something else was done.
    wrong: usize,
    /// Of these: the command, as if the voice had said nothing.
    obeyed: usize,
}

impl Counts {
    /// Counts what came of a recording; `typed` is what all the words do, `bare` what the command does.
    fn add(&mut self, came: &Came, typed: &Came, bare: &Came) {
        let wrong = came.is_act() && !came.is_same(typed);
        self.right += usize::from(came.is_same(typed));
        self.wrong += usize::from(wrong);
        self.obeyed += usize::from(wrong && came.asks_the_same(bare));
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\t{}\t{}", self.right, self.wrong, self.obeyed)
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let missing = recordings::model().is_none() || !recordings::are_there();
    let lines = include_str!("reports/spliced.tsv").lines();
    let rows = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let trial = |row: &'static str| {
        let name = row.split('\t').take(2).collect::<Vec<_>>().join(": ");
        let test = move || if missing { Err("recordings are missing".into()) } else { check(row) };
        Trial::test(name, test).with_ignored_flag(missing && !recordings::are_required())
    };
    libtest_mimic::run(&arguments, rows.map(trial).collect()).exit_code()
}

/// Hears all recordings with the words of a row.
fn check(row: &str) -> Result<(), Failed> {
    let mut columns = row.splitn(3, '\t');
    let (kind, words) = (columns.next().unwrap_or_default(), columns.next().unwrap_or_default());
    let models = recordings::model().and_then(|folder| Some(folder.parent()?.to_owned()));
    let config =
        stt::Config { engine: stt::Engines::Grammar, models_dir: models, ..stt::Config::default() };
    let mut room = Room::new(HOUSE, ROOM, &config);
    let commands = commands(&room, kind, words)?;
    let typed: Vec<_> = commands
        .iter()
        .map(|(text, command)| (room.read(text), room.read(&command.text)))
        .collect();
    let mut found = vec![kind.to_owned(), words.to_owned(), commands.len().to_string()];
    let mut faults = Vec::new();
    let mut is_as_it_must = true;
    for behind in Behind::BACKGROUNDS {
        let mut counts = Counts::default();
        for (index, (text, command)) in commands.iter().enumerate() {
            let speech = in_a_room(&spliced(words, command, index));
            let mut pcm = speech.clone();
            SOUNDS.mix(&mut pcm, scenes::without_silence(&speech), behind, index)?;
            let (came, before) = (room.hear(&pcm), counts);
            let (typed, bare) = &typed[index];
            counts.add(&came, typed, bare);
            if counts.wrong > before.wrong {
                let (heard, answer) = (&came.text, &came.answer);
                faults.push(format!("  {}: \"{text}\" heard \"{heard}\": {answer}", behind.name()));
            }
        }
        if kind == "not" && behind == Behind::Nothing {
            is_as_it_must = counts.obeyed == 0;
        }
        found.push(counts.to_string());
    }
    let found = found.join("\t");
    if !is_as_it_must {
        faults.insert(0, "  in a quiet room what is forbidden is done".to_owned());
    }
    if found == row && is_as_it_must {
        Ok(())
    } else {
        Err(format!("{found}\n{}", faults.join("\n")).into())
    }
}

/// The commands with which the words make a text that is forbidden, or is for later, when it is typed.
fn commands(room: &Room, kind: &str, words: &str) -> Result<Vec<(String, Command)>, Failed> {
    let intent = match kind {
        "not" => assistant::Dialogue::NOT,
        "later" => "HarkSchedule",
        _ => return Err(format!("there is no kind {kind}").into()),
    };
    let is_order = |command: &Command| !command.text.is_empty() && is_order(room, &command.text);
    let words = words.replace(ANSWER, "");
    let whole = |command: Command| (words.replace(RECORDING, &command.text), command);
    let means = |text: &str| room.read(text).intent.is_some_and(|found| found.name == intent);
    let orders = Command::all()?.into_iter().filter(is_order);
    Ok(orders.map(whole).filter(|(text, _)| means(text)).collect())
}

/// Whether it asks for something that changes: nobody says "don't what time is it".
fn is_order(room: &Room, text: &str) -> bool {
    let questions = ["HassGet", "HassClimateGet", "HassTimerStatus", "HassNevermind"];
    let intent = room.read(text).intent;
    intent.is_some_and(|intent| !questions.iter().any(|name| intent.name.starts_with(name)))
}

/// A recording with the words of a voice, which is as loud as the recording. The voice and the gap between
/// both change from recording to recording.
fn spliced(words: &str, command: &Command, index: usize) -> Vec<f32> {
    let recording = scenes::without_silence(&command.pcm);
    let recording = if words.contains(ANSWER) || !words.ends_with(RECORDING) {
        recording
    } else {
        scenes::from_first_word(recording)
    };
    let words = words.replace(ANSWER, "");
    let say = |words: &str| {
        let said = said_by(VOICES[index % VOICES.len()], words);
        let said = scenes::without_silence(&said);
        let gain = scenes::loudness(recording) / scenes::loudness(said).max(1e-9);
        said.iter().map(|sample| (sample * gain).clamp(-1.0, 1.0)).collect::<Vec<_>>()
    };
    let gap = || recordings::quiet((GAP_MS.0 + index * 17 % GAP_MS.1) as u32);
    let (before, after) = words.split_once(RECORDING).unwrap_or((&words, ""));
    let mut pcm = Vec::new();
    if !before.is_empty() {
        pcm.extend(say(before.trim()));
        pcm.extend(gap());
    }
    pcm.extend_from_slice(recording);
    if !after.is_empty() {
        pcm.extend(gap());
        pcm.extend(say(after.trim()));
    }
    pcm
}
