//! `hark wake enrol`: teach the speaker a voice. Recordings stay in memory unless asked for.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use audio::{Meter, Microphone};
use daemon::terminal::Request;
use serde::Serialize;
use transducer::Model;
use voice::{AudioSource as _, FRAME_SAMPLES, millis_to_samples};
use wake::{BLOCK_SAMPLES, Enrolment, FEWEST_TAKES, MOST_TAKES, Vad};

use super::{Common, json, line};

/// How often the word is asked for.
const PROMPTS: usize = 5;
/// Prompts in vain before it gives up.
const MOST_FLAWS: usize = 6;
/// How long to wait for the word, in milliseconds.
const PATIENCE_MS: u32 = 8_000;
/// Silence that ends it, in milliseconds.
const SILENCE_MS: u32 = 700;
/// Probability from which a block is speech.
const SPEECH: f32 = 0.5;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Recordings of the word, 3 to 10; the microphone when there are none
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The word or phrase [default: the configured one]
    #[arg(long, value_name = "W")]
    word: Option<String>,
    /// A microphone from `hark audio list`
    #[arg(long, value_name = "NAME", conflicts_with = "files")]
    device: Option<String>,
    /// Keep the recordings in this folder; else they are never written anywhere
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Forget the voices that were enrolled for the word
    #[arg(long, conflicts_with_all = ["files", "keep", "device"])]
    forget: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    word: &'a str,
    /// The file, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    references: Option<String>,
    recordings: Vec<Recording>,
    heard: usize,
    of: usize,
}

#[derive(Serialize)]
struct Recording {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    heard: Option<bool>,
}

pub(super) fn run(
    args: &Args,
    common: &Common,
    mut config: wake::Config,
    audio: &audio::Config,
    model: Option<&Arc<Model>>,
) -> anyhow::Result<()> {
    if let Some(word) = &args.word {
        config.word = word.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    }
    let files = args.files.len();
    anyhow::ensure!(
        files == 0 || (FEWEST_TAKES..=MOST_TAKES).contains(&files),
        "failed to enrol the voice: {files} recordings; it takes {FEWEST_TAKES} to {MOST_TAKES}"
    );
    anyhow::ensure!(!config.word.is_empty(), "failed to enrol the voice: the word is empty");
    // Somebody who names a folder wants files in it; else the store keeps them.
    let place = config.enrolled_file(&config.word);
    let name = wake::Voices::name_of(&config.word);
    if args.forget {
        return match place {
            Some(place) => forget(&place, &config.word),
            None => super::history::ask(Request::ForgetVoice(name), common, &mut std::io::stdout()),
        };
    }
    config.other_words.clear();
    for advice in wake::advice(&config, model) {
        tracing::warn!("{advice}");
    }
    let mut enrolment = Enrolment::new(&config, model);
    let mut recordings = if args.files.is_empty() {
        let mut microphone = audio.microphone.clone();
        microphone.device = args.device.clone().unwrap_or(microphone.device);
        let keep = args.keep.as_deref();
        from_microphone(&mut enrolment, &config.word, &microphone, keep, common.json)?
    } else {
        from_files(&mut enrolment, args, common.json)?
    };
    let enrolled = enrolment.finish().map_err(super::failed)?;
    let mut answer = Vec::new();
    if let Some(place) = &place {
        write(place, &enrolled.bytes)
            .with_context(|| format!("failed to write {}", place.display()))?;
    } else {
        let templates = enrolled.bytes.clone();
        super::history::ask(Request::Enrol { name, templates }, common, &mut answer)?;
    }
    let usable = recordings.iter_mut().filter(|recording| recording.problem.is_none());
    for (recording, heard) in usable.zip(&enrolled.heard) {
        recording.heard = Some(*heard);
    }
    let (heard, of) = (enrolled.count(), enrolled.heard.len());
    if common.json {
        let references = place.map(|place| place.display().to_string());
        return json(&Line { word: &config.word, references, recordings, heard, of });
    }
    let verdict = if heard == of {
        "the speaker knows this voice well"
    } else if 2 * heard > of {
        "usable; recordings from the places where you will speak make it better"
    } else {
        "poor; try again in a quiet room, each time as you will say it later"
    };
    line(&format!(
        "\"{}\": {heard} of {of} heard with the help of the others; {verdict}",
        config.word
    ))?;
    match place {
        Some(place) => {
            line(&format!("Written to {}; used from the next start on.", place.display()))
        }
        None => line(String::from_utf8_lossy(&answer).trim_end()),
    }
}

/// Erases the references of a word.
fn forget(place: &Path, word: &str) -> anyhow::Result<()> {
    match std::fs::remove_file(place) {
        Ok(()) => line(&format!("The voices for \"{word}\" are forgotten.")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            line(&format!("No voice was enrolled for \"{word}\"."))
        }
        Err(error) => Err(error).with_context(|| format!("failed to erase {}", place.display())),
    }
}

fn from_files(
    enrolment: &mut Enrolment,
    args: &Args,
    as_json: bool,
) -> anyhow::Result<Vec<Recording>> {
    let mut recordings = Vec::new();
    for (index, file) in args.files.iter().enumerate() {
        let pcm = super::read_audio(file)?;
        let problem = add(enrolment, pcm.samples())?;
        if let Some(problem) = &problem
            && !as_json
        {
            line(&format!("{}: {problem}", file.display()))?;
        }
        keep(args.keep.as_deref(), index, pcm.samples())?;
        let file = Some(file.display().to_string());
        recordings.push(Recording { file, problem, heard: None });
    }
    Ok(recordings)
}

fn from_microphone(
    enrolment: &mut Enrolment,
    word: &str,
    config: &audio::MicConfig,
    folder: Option<&Path>,
    as_json: bool,
) -> anyhow::Result<Vec<Recording>> {
    let mut microphone = Microphone::open(config).map_err(super::failed)?;
    let mut recordings = Vec::new();
    let mut flaws = 0;
    while enrolment.takes() < PROMPTS {
        // JSON is for programs: what is for a person goes to standard error.
        let now = enrolment.takes() + 1;
        let mut err = std::io::stderr().lock();
        writeln!(err, "{now} of {PROMPTS}: say \"{word}\"")?;
        drop(err);
        let pcm = utterance(&mut microphone, !as_json && std::io::stderr().is_terminal())?;
        let problem = add(enrolment, &pcm)?;
        match &problem {
            Some(problem) => {
                flaws += 1;
                writeln!(std::io::stderr().lock(), "  {problem}")?;
            }
            None => keep(folder, recordings.len(), &pcm)?,
        }
        anyhow::ensure!(
            flaws <= MOST_FLAWS,
            "failed to enrol the voice: too few recordings can be used; see `hark audio level`"
        );
        recordings.push(Recording { file: None, problem, heard: None });
    }
    Ok(recordings)
}

/// Adds a recording; what is wrong with it, if something is.
fn add(enrolment: &mut Enrolment, pcm: &[f32]) -> anyhow::Result<Option<String>> {
    let added = enrolment.add(pcm).map_err(super::failed)?;
    Ok(added.err().map(|flaw| flaw.to_string()))
}

/// What is said next, until it is quiet again or nobody speaks.
fn utterance(microphone: &mut Microphone, draw: bool) -> anyhow::Result<Vec<f32>> {
    let (mut vad, mut meter) = (Vad::default(), Meter::default());
    let mut frame = [0.0; FRAME_SAMPLES];
    let mut pcm = Vec::new();
    let (mut spoke, mut silence) = (false, 0);
    while pcm.len() < millis_to_samples(PATIENCE_MS) as usize {
        let count = microphone.read(&mut frame)?;
        if count == 0 {
            break;
        }
        pcm.extend_from_slice(&frame[..count]);
        vad.feed(&frame[..count], &mut |probability| {
            let speech = probability >= SPEECH;
            spoke |= speech;
            silence = if speech { 0 } else { silence + BLOCK_SAMPLES };
        });
        let mut drawn = Ok(());
        meter.feed(&frame[..count], &mut |level| {
            if draw {
                drawn = super::audio::draw_level(level, &mut std::io::stderr().lock());
            }
        });
        drawn?;
        if spoke && silence >= millis_to_samples(SILENCE_MS) as usize {
            break;
        }
    }
    if draw {
        writeln!(std::io::stderr().lock())?;
    }
    Ok(pcm)
}

/// Writes a recording, if the person wants to keep them.
fn keep(folder: Option<&Path>, index: usize, pcm: &[f32]) -> anyhow::Result<()> {
    let Some(folder) = folder else { return Ok(()) };
    std::fs::create_dir_all(folder)
        .with_context(|| format!("failed to make {}", folder.display()))?;
    let file = folder.join(format!("{}.wav", index + 1));
    audio::write_file(file, pcm).map_err(super::failed)
}

/// Puts the references where the speaker finds them, whole or not at all, for this user alone.
fn write(place: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
    if let Some(folder) = place.parent() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let new = place.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(new, place)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn references_are_replaced_as_a_whole_and_are_private() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("wake/computer.rpw");
        for bytes in [&b"first, and longer"[..], b"second"] {
            write(&place, bytes).unwrap();
            assert_eq!(std::fs::read(&place).unwrap(), bytes);
        }
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&place), 0o600);
        assert_eq!(mode(place.parent().unwrap()), 0o700);
        assert_eq!(std::fs::read_dir(place.parent().unwrap()).unwrap().count(), 1);
        forget(&place, "computer").unwrap();
        forget(&place, "computer").unwrap();
        assert!(!place.exists());
    }
}
