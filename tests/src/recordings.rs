//! Recorded speech, and synthetic speech where there is none.

use std::path::{Path, PathBuf};
use std::process::Command;

use voice::{Pcm, millis_to_samples};

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Where the recordings are looked for; `HARK_TEST_DATA` names another place.
pub fn place() -> PathBuf {
    let data = std::env::var_os("HARK_TEST_DATA").map(PathBuf::from);
    data.unwrap_or_else(|| root().join("../shared/data")).join("audio")
}

/// The folder of the speech network: where `HARK_MODELS` says, or beside the recordings.
pub fn model() -> Option<PathBuf> {
    let config = stt::Config::default();
    let beside = root().join("../shared/models").join(stt::TRANSDUCER);
    let named = config.dir_with(stt::TRANSDUCER).join(stt::TRANSDUCER);
    [named, beside].into_iter().find(|folder| folder.is_dir())
}

/// The smallest model of Whisper: where `HARK_MODELS` says, or beside the recordings.
pub fn whisper() -> Option<PathBuf> {
    const NAME: &str = "ggml-tiny.en-q5_1.bin";
    let nearby = root().join("../shared/models/whisper").join(NAME);
    let named = stt::Config::default().dir_with(NAME).join(NAME);
    [named, nearby].into_iter().find(|file| file.is_file())
}

/// A Piper voice: where `HARK_MODELS` says, or beside the recordings.
pub fn piper() -> Option<PathBuf> {
    const NAME: &str = "en_US-joe-medium.onnx";
    let nearby = root().join("../shared/models/piper").join(NAME);
    let named = stt::Config::default().dir_with(NAME).join(NAME);
    [named, nearby].into_iter().find(|file| file.is_file())
}

/// Whether they are there.
pub fn are_there() -> bool {
    place().join("commands").is_dir() && place().join("wake/computer").is_dir()
}

/// Whether a test that needs them must fail without them, because nobody would notice otherwise.
pub fn are_required() -> bool {
    std::env::var_os("CI").is_some()
}

/// Silence between the wake word and the command, in milliseconds.
const PAUSE_MS: u32 = 300;

/// A quiet room. Nothing at all is not what a microphone gives.
pub fn quiet(millis: u32) -> impl Iterator<Item = f32> {
    (0..millis_to_samples(millis)).map(|n| if n % 2 == 0 { 1e-4 } else { -1e-4 })
}

/// Someone says the wake word, someone gives a command, and then it is quiet for long enough to
/// notice. Paths are relative to [`place`].
pub fn joined(wake: &str, command: &str) -> Pcm {
    let mut samples = read(&place().join(wake)).samples().to_vec();
    samples.extend(quiet(PAUSE_MS));
    samples.extend_from_slice(read(&place().join(command)).samples());
    samples.extend(quiet(wake::TAIL_MS));
    Pcm::new(samples)
}

/// Synthetic speech: the wake word, then the command. People's references do not hear it; see
/// [`synthetic_references`].
pub fn synthetic(command: &str) -> Pcm {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("speech.wav");
    let made = Command::new(root().join("deploy/demo-speech")).arg(&file).arg(command).status();
    assert!(made.is_ok_and(|status| status.success()), "deploy/demo-speech makes speech");
    let mut samples: Vec<f32> = quiet(2_000).collect();
    samples.extend_from_slice(read(&file).samples());
    samples.extend(quiet(wake::TAIL_MS));
    Pcm::new(samples)
}

/// References with which the synthetic voice is heard too.
pub fn synthetic_references() -> PathBuf {
    root().join("models/wake/rehearsal.rpw")
}

fn read(path: &Path) -> Pcm {
    audio::read_file(path)
        .unwrap_or_else(|error| panic!("failed to {:#}", anyhow::Error::new(error)))
}
