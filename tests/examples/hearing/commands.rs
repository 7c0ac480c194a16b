//! Commands: behind a wake word, alone, without a pause; and what others say.

use anyhow::Result;
use intent::Verdict;
use voice::Intent;

use crate::ears::{Ears, Turn};
use crate::percentile;
use crate::scenes::{self, Behind, Material, scene};

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

/// What came of all commands of one scene.
#[derive(Default)]
struct Tally {
    woken: usize,
    words: usize,
    intents: usize,
    wrong: usize,
    /// Questions whether it was the right thing, or another.
    asked: (usize, usize),
    rejected: usize,
    cut_off: usize,
    /// From the last sound to the decision in milliseconds, for a sentence and for anything else.
    delays: Vec<f32>,
    others: Vec<f32>,
    finishing: Vec<f32>,
}

/// What the speaker would do if nothing were risky.
enum Doing {
    Act(Intent),
    Ask(Intent),
    Nothing,
}

fn doing(ears: &Ears, turn: &Turn) -> Doing {
    let meanings = ears.meanings(&turn.transcript);
    match Verdict::of(&meanings, |_| true) {
        Verdict::Said(meaning) | Verdict::Instead(meaning) => Doing::Act(meaning.intent.clone()),
        Verdict::Perhaps(meaning) => Doing::Ask(meaning.intent.clone()),
        Verdict::Nothing => Doing::Nothing,
    }
}

impl Tally {
    fn add(&mut self, ears: &Ears, text: &str, turn: Option<&Turn>, speech_end: u64) {
        let Some(turn) = turn else {
            self.rejected += usize::from(text.is_empty());
            return;
        };
        self.woken += 1;
        let heard = turn.transcript.text.expose();
        if let Some(speech) = turn.speech {
            if speech.decided < speech_end {
                self.cut_off += 1;
            } else {
                let delay = (speech.decided - speech_end) as f32 / 16.0;
                if heard.is_empty() { &mut self.others } else { &mut self.delays }.push(delay);
            }
            self.finishing.push(turn.finishing.as_secs_f32() * 1000.0);
        }
        let expected = ears.recognise(text);
        let doing = doing(ears, turn);
        if text.is_empty() {
            self.rejected += usize::from(!matches!(doing, Doing::Act(_)));
            self.asked.1 += usize::from(matches!(doing, Doing::Ask(_)));
            return;
        }
        self.words += usize::from(heard == as_said(text));
        match doing {
            Doing::Act(intent) if same(Some(&intent), expected.as_ref()) => self.intents += 1,
            Doing::Act(_) => self.wrong += 1,
            Doing::Ask(intent) if same(Some(&intent), expected.as_ref()) => self.asked.0 += 1,
            Doing::Ask(_) => self.asked.1 += 1,
            Doing::Nothing => {}
        }
    }
}

pub fn commands(ears: &mut Ears, material: &Material) -> Result<()> {
    println!(
        "\n| behind | woken of 42 | words right of 39 | intent right of 39 | wrong act | asked: right / other | foreign rejected of 3 | cut off | sentence ends p50 / p95 ms | anything else p95 ms | finish p95 ms | five pauses: right, wrong, asked |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    for behind in CONDITIONS {
        let mut tallies = Vec::new();
        for pause_ms in PAUSES {
            let mut tally = Tally::default();
            for (index, (name, text, command)) in material.commands.iter().enumerate() {
                let mut scene = scene(material.wake(index), command, pause_ms, false);
                material.mix(&mut scene.pcm, command, behind, index);
                let turns = ears.hear(&scene.pcm)?;
                tally.add(ears, text, turns.first(), scene.speech_end);
                if is_detailed() {
                    details(ears, name, text, turns.first(), scene.speech_end);
                }
            }
            tallies.push(tally);
        }
        let mean = |of: fn(&Tally) -> usize| {
            tallies.iter().map(of).sum::<usize>() as f32 / PAUSES.len() as f32
        };
        let means = [
            mean(|tally| tally.intents),
            mean(|tally| tally.wrong),
            mean(|tally| tally.asked.0 + tally.asked.1),
        ];
        let Tally {
            woken,
            words,
            intents,
            wrong,
            asked,
            rejected,
            cut_off,
            mut delays,
            mut others,
            mut finishing,
        } = tallies.swap_remove(0);
        println!(
            "| {} | {woken} | {words} | {intents} | {wrong} | {} / {} | {rejected} | {cut_off} | {:.0} / {:.0} | {:.0} | {:.0} | {:.1} {:.1} {:.1} |",
            behind.name(),
            asked.0,
            asked.1,
            percentile(&mut delays, 50),
            percentile(&mut delays, 95),
            percentile(&mut others, 95),
            percentile(&mut finishing, 95),
            means[0],
            means[1],
            means[2],
        );
    }
    Ok(())
}

/// The commands without a wake word before them and without a decision when they end.
pub fn alone(ears: &mut Ears, material: &Material) -> Result<()> {
    println!(
        "\n| behind | words right of 39 | intent right of 39 | wrong act | foreign rejected of 3 |"
    );
    println!("|---|---|---|---|---|");
    for behind in CONDITIONS {
        let (mut words, mut intents, mut wrong, mut rejected) = (0, 0, 0, 0);
        for (index, (name, text, command)) in material.commands.iter().enumerate() {
            let mut pcm = scenes::with_tail(command);
            material.mix(&mut pcm, command, behind, index);
            let (transcript, intent) = ears.command(&pcm)?;
            let heard = transcript.text.expose();
            if text.is_empty() {
                rejected += usize::from(intent.is_none());
            } else {
                words += usize::from(heard == as_said(text));
                let right = same(intent.as_ref(), ears.recognise(text).as_ref());
                intents += usize::from(right);
                wrong += usize::from(!right && intent.is_some());
            }
            if is_detailed() {
                println!("{name}: \"{text}\" → \"{heard}\" ({:.2})", transcript.confidence);
            }
        }
        println!("| {} | {words} | {intents} | {wrong} | {rejected} |", behind.name());
    }
    Ok(())
}

/// People who read aloud must not command anything.
pub fn foreign(ears: &mut Ears, material: &Material) -> Result<()> {
    let (mut accepted, mut asked) = (0, 0);
    for (index, sentence) in material.sentences.iter().enumerate() {
        let (transcript, intent) = ears.command(&scenes::with_tail(sentence))?;
        if is_detailed() {
            println!("sentence_{index}: {:.2}", transcript.confidence);
        }
        let told = match Verdict::of(&ears.meanings(&transcript), |_| true) {
            Verdict::Said(meaning) | Verdict::Instead(meaning) => {
                accepted += 1;
                format!("taken for \"{}\"", meaning.text)
            }
            Verdict::Perhaps(meaning) => {
                asked += 1;
                format!("asked about: \"{}\"", meaning.text)
            }
            Verdict::Nothing => continue,
        };
        let name = intent.map_or_else(String::new, |intent| intent.name);
        println!("read sentence {index} {told} {name} ({:.2})", transcript.confidence);
    }
    let all = material.sentences.len();
    println!("\nread sentences taken for a command: {accepted} of {all}; asked about: {asked}");
    Ok(())
}

/// The command right behind the wake word, and after a pause.
pub fn pauses(ears: &mut Ears, material: &Material) -> Result<()> {
    println!("\n| pause | intent right of 39 |\n|---|---|");
    for pause_ms in [0, 50, 150, 500] {
        let mut tally = Tally::default();
        for (index, (name, text, command)) in material.commands.iter().enumerate() {
            if text.is_empty() {
                continue;
            }
            let scene = scene(material.wake(index), command, pause_ms, true);
            let turns = ears.hear(&scene.pcm)?;
            tally.add(ears, text, turns.first(), scene.speech_end);
            if is_detailed() {
                details(ears, name, text, turns.first(), scene.speech_end);
            }
        }
        println!("| {pause_ms} ms | {} |", tally.intents);
    }
    Ok(())
}

fn is_detailed() -> bool {
    std::env::var_os("HARK_DETAILS").is_some()
}

fn details(ears: &Ears, name: &str, text: &str, turn: Option<&Turn>, speech_end: u64) {
    let Some(turn) = turn else {
        println!("{name}: \"{text}\" not woken");
        return;
    };
    let doing = match doing(ears, turn) {
        Doing::Act(intent) => intent.name,
        Doing::Ask(intent) => format!("{}?", intent.name),
        Doing::Nothing => "-".to_owned(),
    };
    println!(
        "{name}: \"{text}\" → \"{}\" {doing} ({:.2}), wake {:.2}, {:?}, end {} ms after the last sound",
        turn.transcript.text.expose(),
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

/// Whether two texts ask for the same.
fn same(a: Option<&Intent>, b: Option<&Intent>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return false };
    let slots = |intent: &Intent| {
        let slots = intent.slots.iter().map(|slot| (slot.name.clone(), slot.value.clone()));
        let mut slots: Vec<_> = slots.map(|(name, value)| (name, text_of(&value))).collect();
        slots.sort();
        slots
    };
    a.name == b.name && slots(a) == slots(b)
}

fn text_of(value: &voice::SlotValue) -> String {
    match value {
        voice::SlotValue::Text(text) => text.expose().to_lowercase(),
        voice::SlotValue::Number(number) => number.to_string(),
    }
}

/// Words as the engine writes them.
fn as_said(text: &str) -> String {
    let digits = [("3", "three"), ("5", "five"), ("10", "ten"), ("30", "thirty"), ("50", "fifty")];
    let words = text.split_whitespace().map(|word| {
        let known = digits.iter().find(|(digit, _)| *digit == word).map(|(_, said)| *said);
        known.map_or_else(|| word.to_lowercase(), str::to_owned)
    });
    words.collect::<Vec<_>>().join(" ")
}
