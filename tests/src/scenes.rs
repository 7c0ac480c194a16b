//! Recordings put together: someone calls, someone commands, and something else is heard.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use voice::{FRAME_SAMPLES, millis_to_samples};

use crate::recordings;

/// Which wake clip goes before which command: every fifth, so that the people are many.
const STEP: usize = 5;
/// Speakers in babble.
const TALKERS: usize = 8;
/// How much sooner a word begins than it is known for speech, at most: 150 ms, in samples.
const BEFORE_A_WORD: usize = 2_400;
/// Speech for so long is a word and no other sound, in samples: 190 ms.
const WORD: usize = 3_072;
/// Below this share of the loudest frame's level a frame is no speech: −26 dB.
const SILENCE: f32 = 0.05;

/// What is heard beside the person.
#[derive(Clone, Copy, PartialEq)]
pub enum Behind {
    /// A quiet room.
    Nothing,
    /// Dogs, rain, clocks…, so many decibels below the speech.
    Noise(f32),
    /// Eight people at once.
    Babble(f32),
    /// One person without a pause; loudest frame against loudest frame.
    Talker(f32),
}

impl Behind {
    /// Quiet, noise and other people, as the tables of whole texts have it.
    pub const BACKGROUNDS: [Self; 3] = [Self::Nothing, Self::Noise(10.0), Self::Babble(10.0)];

    /// As the tables call it.
    pub fn name(self) -> String {
        match self {
            Self::Nothing => "clean".to_owned(),
            Self::Noise(db) => format!("ESC-10 at {db} dB"),
            Self::Babble(db) => format!("babble of 8 at {db} dB"),
            Self::Talker(db) => format!("one talker at {db} dB"),
        }
    }
}

/// A recorded command.
pub struct Command {
    /// The name of its file.
    pub file: String,
    /// What is said; empty if it is no command.
    pub text: String,
    /// The sound.
    pub pcm: Vec<f32>,
}

impl Command {
    /// All of them, in the order of their files.
    ///
    /// # Errors
    /// When a recording is missing.
    pub fn all() -> Result<Vec<Self>> {
        let folder = recordings::place().join("commands");
        let texts = std::fs::read_to_string(folder.join("transcripts.tsv"))
            .context("the recordings are missing: set HARK_TEST_DATA")?;
        let mut commands = Vec::new();
        for line in texts.lines().skip(1) {
            let mut fields = line.split('\t');
            let (file, text) =
                (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
            let pcm = read(&folder.join(file))?;
            let file = file.trim_end_matches(".flac").to_owned();
            commands.push(Self { file, text: text.to_owned(), pcm });
        }
        commands.sort_by(|a, b| a.file.cmp(&b.file));
        Ok(commands)
    }
}

/// What the scenes are made of.
pub struct Material {
    /// The wake word.
    pub wakes: Vec<Vec<f32>>,
    /// The commands.
    pub commands: Vec<Command>,
    /// What is heard behind them.
    pub sounds: Sounds,
}

impl Material {
    /// Reads all of it.
    ///
    /// # Errors
    /// When a recording is missing.
    pub fn load() -> Result<Self> {
        let wakes = all(&recordings::place().join("wake/computer"))?;
        Ok(Self { wakes, commands: Command::all()?, sounds: Sounds::load()? })
    }

    /// The wake clip for a command.
    pub fn wake(&self, index: usize) -> &[f32] {
        &self.wakes[(index * STEP + 3) % self.wakes.len()]
    }
}

/// What can be heard while somebody speaks.
pub struct Sounds {
    /// Hundreds of files; each is read when it is needed.
    noises: Vec<PathBuf>,
    /// People who read aloud.
    pub sentences: Vec<Vec<f32>>,
}

impl Sounds {
    /// Reads what people say.
    ///
    /// # Errors
    /// When a recording is missing.
    pub fn load() -> Result<Self> {
        let place = recordings::place();
        let noises = files(&place.join("noise/esc10"))?;
        Ok(Self { noises, sentences: all(&place.join("speech/common_voice"))? })
    }

    /// `speech` with what is behind it; `seed` chooses what that is. Levels follow `measure`, the
    /// part of the speech that matters.
    ///
    /// # Errors
    /// When a noise cannot be read.
    pub fn mix(
        &self,
        speech: &mut [f32],
        measure: &[f32],
        behind: Behind,
        seed: usize,
    ) -> Result<()> {
        let (noise, gain) = match behind {
            Behind::Nothing => return Ok(()),
            Behind::Noise(db) => {
                let noise = read(&self.noises[seed * 7 % self.noises.len()])?;
                let gain = rms(measure) / rms(&noise).max(1e-9) * decibels(-db);
                (noise, gain)
            }
            Behind::Babble(db) => {
                let mut babble = vec![0.0; speech.len()];
                for talker in 0..TALKERS {
                    let mut one = self.talk(seed * TALKERS + talker, speech.len());
                    let level = rms(&one).max(1e-9);
                    scale(&mut one, 1.0 / level);
                    babble.iter_mut().zip(one).for_each(|(sum, sample)| *sum += sample);
                }
                let gain = rms(measure) / rms(&babble).max(1e-9) * decibels(-db);
                (babble, gain)
            }
            Behind::Talker(db) => {
                let talk = self.talk(seed * 3 + 1, speech.len());
                let gain = loudest(measure) / loudest(&talk).max(1e-9) * decibels(-db);
                (talk, gain)
            }
        };
        for (sample, noise) in speech.iter_mut().zip(noise.iter().cycle()) {
            *sample = (*sample + gain * noise).clamp(-1.0, 1.0);
        }
        Ok(())
    }

    /// Somebody who reads without a pause.
    fn talk(&self, seed: usize, length: usize) -> Vec<f32> {
        let mut talk = Vec::with_capacity(length);
        let mut at = seed;
        while talk.len() < length {
            let sentence = &self.sentences[at % self.sentences.len()];
            let (from, to) = span(sentence);
            talk.extend_from_slice(&sentence[from..to]);
            at += 13;
        }
        talk.truncate(length);
        talk
    }
}

/// A scene and where its command lies in it.
pub struct Scene {
    /// The sound.
    pub pcm: Vec<f32>,
    /// Sample after the last one of speech.
    pub speech_end: u64,
}

/// A quiet second, the wake word, a pause, the command, and silence. With `trimmed` the silence of
/// the recordings themselves between the two is taken out.
pub fn scene(wake: &[f32], command: &[f32], pause_ms: u32, trimmed: bool) -> Scene {
    let mut pcm: Vec<f32> = recordings::quiet(1_000).collect();
    let wake_end = if trimmed { span(wake).1 } else { wake.len() };
    let (from, to) = span(command);
    pcm.extend_from_slice(&wake[..wake_end]);
    pcm.extend(recordings::quiet(pause_ms));
    let begin = pcm.len();
    let skip = if trimmed { from } else { 0 };
    pcm.extend_from_slice(&command[skip..]);
    let speech_end = (begin + spoken_until(command).unwrap_or(to) - skip) as u64;
    pcm.extend(recordings::quiet(2_500));
    Scene { pcm, speech_end }
}

/// The part of a recording from its first word on. Many begin with the sound with which a speaker answers its wake
/// word, half a second before anybody speaks.
pub fn from_first_word(pcm: &[f32]) -> &[f32] {
    let mut speech = Vec::new();
    wake::Vad::default().feed(pcm, &mut |probability| speech.push(probability >= 0.5));
    let is_word = |blocks: &[bool]| blocks.iter().all(|is_speech| *is_speech);
    let first = speech.windows(WORD / wake::BLOCK_SAMPLES).position(is_word);
    let from = first.map_or(0, |block| (block + 1) * wake::BLOCK_SAMPLES);
    &pcm[from.saturating_sub(BEFORE_A_WORD)..]
}

/// Sample after the last one of speech. Recordings end with breath and clicks, which are no speech.
pub fn spoken_until(pcm: &[f32]) -> Option<usize> {
    let mut vad = wake::Vad::default();
    let (mut end, mut until) = (0, None);
    vad.feed(pcm, &mut |probability| {
        end += wake::BLOCK_SAMPLES;
        if probability >= 0.5 {
            until = Some(end);
        }
    });
    until
}

/// First sample of speech and the one after its last, by level.
pub fn span(pcm: &[f32]) -> (usize, usize) {
    let floor = loudest(pcm) * SILENCE;
    let voiced = |frame: &[f32]| rms(frame) > floor;
    let first = pcm.chunks(FRAME_SAMPLES).position(voiced).unwrap_or(0);
    let frames = pcm.chunks(FRAME_SAMPLES).count();
    let last = pcm.chunks(FRAME_SAMPLES).rev().position(voiced).unwrap_or(0);
    (first * FRAME_SAMPLES, ((frames - last) * FRAME_SAMPLES).min(pcm.len()))
}

/// The part of a recording from the first sample of speech to the last one.
pub fn without_silence(pcm: &[f32]) -> &[f32] {
    let (from, to) = span(pcm);
    &pcm[from..to]
}

/// The level of the frames in which there is speech.
pub fn loudness(pcm: &[f32]) -> f32 {
    let floor = loudest(pcm) * SILENCE;
    let voiced: Vec<f32> =
        pcm.chunks(FRAME_SAMPLES).filter(|frame| rms(frame) > floor).flatten().copied().collect();
    rms(&voiced)
}

/// Every recording below a folder, in the order of their names.
///
/// # Errors
/// When there is no such folder.
pub fn all(folder: &Path) -> Result<Vec<Vec<f32>>> {
    files(folder)?.iter().map(|file| read(file)).collect()
}

/// The names of all recordings below a folder, sorted.
///
/// # Errors
/// When there is no such folder.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder)
            .with_context(|| format!("the recordings in {} are missing", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "flac") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The sound of a recording, 16 kHz mono.
///
/// # Errors
/// When it is missing or no recording.
pub fn read(file: &Path) -> Result<Vec<f32>> {
    let pcm = audio::read_file(file).context("failed to read a recording")?;
    Ok(pcm.samples().to_vec())
}

/// What was said takes its time to be noticed.
pub fn with_tail(pcm: &[f32]) -> Vec<f32> {
    let mut pcm = pcm.to_vec();
    pcm.resize(pcm.len() + millis_to_samples(1_000) as usize, 0.0);
    pcm
}

fn rms(pcm: &[f32]) -> f32 {
    (pcm.iter().map(|s| s * s).sum::<f32>() / pcm.len().max(1) as f32).sqrt()
}

fn loudest(pcm: &[f32]) -> f32 {
    pcm.chunks(FRAME_SAMPLES).map(rms).fold(0.0, f32::max)
}

fn decibels(db: f32) -> f32 {
    10_f32.powf(db / 20.0)
}

fn scale(pcm: &mut [f32], gain: f32) {
    for sample in pcm {
        *sample *= gain;
    }
}
