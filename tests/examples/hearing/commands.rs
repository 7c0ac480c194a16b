//! Commands: behind a wake word, alone, without a pause; and what others say.

use anyhow::Result;
use e2e::scenes::{self, Behind, Command, Material, scene};

use crate::ears::{Ears, Turn};
use crate::guard::Cell;
use crate::mind::Doing;
use crate::percentile;
use crate::tally::Tally;

const CONDITIONS: [Behind; 5] = [
    Behind::Nothing,
    Behind::Noise(10.0),
    Behind::Babble(10.0),
    Behind::Talker(15.0),
    Behind::Talker(10.0),
];
/// Milliseconds between the recordings of the wake word and of the command. The first are those of
/// the table; the others show how much of it is chance.
const PAUSES: [u32; 5] = [300, 135, 210, 375, 465];

/// The texts of the recordings: how many are commands, how many of these mean something when they are
/// typed, and how many of the rest, which are no commands, there are.
struct Counts {
    commands: usize,
    known: usize,
    foreign: usize,
}

impl Counts {
    fn of(ears: &Ears, material: &Material) -> Self {
        let texts = || material.commands.iter().map(|command| &command.text);
        let commands = texts().filter(|text| !text.is_empty()).count();
        let known = texts().filter(|text| !text.is_empty() && ears.mind.knows(text)).count();
        Self { commands, known, foreign: material.commands.len() - commands }
    }
}

/// Says which texts mean nothing to this mind: nobody can hear these rightly.
pub fn unknown(ears: &Ears, material: &Material) {
    let name = ears.mind.name();
    for Command { file, text, .. } in &material.commands {
        if !text.is_empty() && !ears.mind.knows(text) {
            println!("not one of the {name} sentences: \"{text}\" ({file})");
        }
    }
}

pub fn commands(ears: &mut Ears, material: &Material) -> Result<Vec<Cell>> {
    let Counts { commands, known, foreign } = Counts::of(ears, material);
    println!(
        "\n| behind | woken of {} | words right of {commands} | right of {known} | wrong act | asked: right / other | foreign rejected of {foreign} | cut off | sentence ends p50 / p95 ms | anything else p95 ms | finish p95 ms | five pauses: right, wrong, asked |",
        commands + foreign
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    let mut cells = Vec::new();
    for behind in CONDITIONS {
        let mut tallies = Vec::new();
        for pause_ms in PAUSES {
            tallies.push(behind_a_wake_word(ears, material, behind, pause_ms)?);
        }
        let sum = |of: fn(&Tally) -> usize| tallies.iter().map(of).sum::<usize>();
        let mean = |sum: usize| sum as f32 / PAUSES.len() as f32;
        let (right, wrong) = (sum(|tally| tally.right), sum(|tally| tally.wrong));
        let asked = sum(|tally| tally.asked.0 + tally.asked.1);
        let taken = PAUSES.len() * foreign - sum(|tally| tally.rejected);
        cells.push(Cell::new("commands", behind.name(), right, wrong + taken));
        let mut first = tallies.swap_remove(0);
        println!(
            "| {} | {} | {} | {} | {} | {} / {} | {} | {} | {:.0} / {:.0} | {:.0} | {:.0} | {:.1} {:.1} {:.1} |",
            behind.name(),
            first.woken,
            first.words,
            first.right,
            first.wrong,
            first.asked.0,
            first.asked.1,
            first.rejected,
            first.cut_off,
            percentile(&mut first.delays, 50),
            percentile(&mut first.delays, 95),
            percentile(&mut first.others, 95),
            percentile(&mut first.finishing, 95),
            mean(right),
            mean(wrong),
            mean(asked),
        );
    }
    Ok(cells)
}

/// All commands of one condition, each behind a wake word.
fn behind_a_wake_word(
    ears: &mut Ears,
    material: &Material,
    behind: Behind,
    pause_ms: u32,
) -> Result<Tally> {
    let mut tally = Tally::default();
    for (index, Command { file, text, pcm: command }) in material.commands.iter().enumerate() {
        let mut scene = scene(material.wake(index), command, pause_ms, false);
        material.sounds.mix(&mut scene.pcm, command, behind, index)?;
        let turns = ears.hear(&scene.pcm)?;
        tally.add(ears, text, turns.first(), scene.speech_end);
        if is_detailed() {
            details(ears, file, text, turns.first(), scene.speech_end);
        }
    }
    Ok(tally)
}

/// The commands without a wake word before them and without a decision when they end.
pub fn alone(ears: &mut Ears, material: &Material) -> Result<Vec<Cell>> {
    let Counts { commands, known, foreign } = Counts::of(ears, material);
    println!(
        "\n| behind, without a wake word | words right of {commands} | right of {known} | wrong act | asked: right / other | foreign rejected of {foreign} |"
    );
    println!("|---|---|---|---|---|---|");
    let mut cells = Vec::new();
    for behind in CONDITIONS {
        let mut tally = Tally::default();
        for (index, Command { file, text, pcm: command }) in material.commands.iter().enumerate() {
            let mut pcm = scenes::with_tail(command);
            material.sounds.mix(&mut pcm, command, behind, index)?;
            let transcript = ears.command(&pcm)?;
            let judged = ears.mind.judge(text, &transcript);
            let heard = transcript.text.expose();
            tally.judge(text, heard, &judged);
            if is_detailed() {
                let (confidence, taken_for) = (transcript.confidence, judged.taken_for);
                println!("{file}: \"{text}\" → \"{heard}\" {taken_for} ({confidence:.2})");
            }
        }
        let Tally { words, right, wrong, asked, rejected, .. } = tally;
        println!(
            "| {} | {words} | {right} | {wrong} | {} / {} | {rejected} |",
            behind.name(),
            asked.0,
            asked.1
        );
        cells.push(Cell::new("alone", behind.name(), right, wrong + foreign - rejected));
    }
    Ok(cells)
}

/// People who read aloud must not command anything.
pub fn foreign(ears: &mut Ears, material: &Material) -> Result<Vec<Cell>> {
    let (mut accepted, mut asked) = (0, 0);
    println!();
    for (index, sentence) in material.sounds.sentences.iter().enumerate() {
        let transcript = ears.command(&scenes::with_tail(sentence))?;
        let judged = ears.mind.judge("", &transcript);
        if is_detailed() {
            println!("sentence_{index}: {:.2}", transcript.confidence);
        }
        let what = match judged.doing {
            Doing::Right | Doing::Wrong => "taken for",
            Doing::AskedRight | Doing::AskedOther => "asked about",
            Doing::Nothing => continue,
        };
        accepted += usize::from(what == "taken for");
        asked += usize::from(what == "asked about");
        let (heard, confidence) = (transcript.text.expose(), transcript.confidence);
        println!(
            "read sentence {index} {what}: \"{heard}\" {} ({confidence:.2})",
            judged.taken_for
        );
    }
    let all = material.sounds.sentences.len();
    println!("\nread sentences taken for a command: {accepted} of {all}; asked about: {asked}");
    let left = all - accepted - asked;
    Ok(vec![Cell::new("foreign", "clean".to_owned(), left, accepted)])
}

/// The command right behind the wake word, and after a pause.
pub fn pauses(ears: &mut Ears, material: &Material) -> Result<Vec<Cell>> {
    let known = Counts::of(ears, material).known;
    println!("\n| pause | right of {known} | wrong act |\n|---|---|---|");
    let mut cells = Vec::new();
    for pause_ms in [0, 50, 150, 500] {
        let mut tally = Tally::default();
        for (index, Command { file, text, pcm: command }) in material.commands.iter().enumerate() {
            if text.is_empty() {
                continue;
            }
            let scene = scene(material.wake(index), command, pause_ms, true);
            let turns = ears.hear(&scene.pcm)?;
            tally.add(ears, text, turns.first(), scene.speech_end);
            if is_detailed() {
                details(ears, file, text, turns.first(), scene.speech_end);
            }
        }
        println!("| {pause_ms} ms | {} | {} |", tally.right, tally.wrong);
        cells.push(Cell::new("pause", format!("{pause_ms} ms"), tally.right, tally.wrong));
    }
    Ok(cells)
}

fn is_detailed() -> bool {
    std::env::var_os("HARK_DETAILS").is_some()
}

fn details(ears: &Ears, name: &str, text: &str, turn: Option<&Turn>, speech_end: u64) {
    let Some(turn) = turn else {
        println!("{name}: \"{text}\" not woken");
        return;
    };
    let judged = ears.mind.judge(text, &turn.transcript);
    let sign = match judged.doing {
        Doing::Right => "",
        Doing::Wrong => " WRONG",
        Doing::AskedRight => "?",
        Doing::AskedOther => "? of another",
        Doing::Nothing => " not done",
    };
    println!(
        "{name}: \"{text}\" → \"{}\" {}{sign} ({:.2}), wake {:.2}, {:?}, end {} ms after the last sound",
        turn.transcript.text.expose(),
        judged.taken_for,
        turn.transcript.confidence,
        turn.wake.score,
        turn.reason,
        turn.speech.map_or(-1, |s| (s.decided as i64 - speech_end as i64) / 16),
    );
    for other in turn.transcript.alternatives.iter().filter(|_| turn.transcript.text.is_empty()) {
        let (engine, words) = (other.engine.id.as_str(), other.text.expose());
        println!("    {engine} ({:.2}): \"{words}\"", other.confidence);
    }
}
