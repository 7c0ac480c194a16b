//! Every detector keeps the contract of detectors, on a wake word that a person spoke.

use std::path::{Path, PathBuf};

use transducer::Model;
use voice::testing::check_detector;
use voice::{WakeDetector, millis_to_samples};
use wake::{
    Config, DetectorCascade, Engine, Enrolment, FusionDetector, KeywordDetector, SmallDetector,
    TAIL_MS, Templates,
};

/// A household that recorded the wake word.
const HOUSEHOLD: &str = "speech/precise_community/computer/en";

/// A folder next to the repository, or where a variable says.
fn folder(variable: &str, default: &str) -> PathBuf {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(default);
    std::env::var_os(variable).map_or(default, PathBuf::from)
}

/// Recordings of the word by one person each, or by one household.
fn clips(name: &str) -> Vec<Vec<f32>> {
    let folder = folder("HARK_TEST_DATA", "data").join("audio").join(name);
    let entries = std::fs::read_dir(folder).expect("the recordings");
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    let read = |file| audio::read_file(file).expect("a recording").samples().to_vec();
    files.iter().map(read).collect()
}

/// A recording between silences.
fn within_silence(clip: &[f32]) -> Vec<f32> {
    let mut sound = vec![0.0; millis_to_samples(1_000) as usize];
    sound.extend_from_slice(clip);
    sound.resize(sound.len() + millis_to_samples(TAIL_MS) as usize, 0.0);
    sound
}

/// Checks a detector on a clip: the word ends in it, or a moment behind it.
fn check(detector: &mut dyn WakeDetector, clip: &[f32]) {
    let sound = within_silence(clip);
    let begins = millis_to_samples(1_000);
    let ends = begins + clip.len() as u64 + millis_to_samples(300);
    check_detector(detector, &sound, begins..ends);
}

fn model() -> std::sync::Arc<Model> {
    Model::load(folder("HARK_MODELS", "models").join("zipformer-en-3.3M")).expect("the network")
}

#[needs::test(recordings)]
fn detectors_of_the_program_keep_the_contract() {
    let clip = &clips("wake/computer")[3];
    check(&mut SmallDetector::new(&Config::default()).expect("built in"), clip);
    let config = Config { engine: Engine::Rustpotter, threshold: Some(0.4), ..Config::default() };
    check(wake::detector(&config, None).expect("built in").as_mut(), clip);
}

#[needs::test(recordings, network)]
fn detectors_with_the_network_keep_the_contract() {
    let (model, config) = (model(), Config::default());
    let keyword = || KeywordDetector::new(&model, &config).expect("made");
    let clip = &clips("wake/computer")[3];
    check(&mut keyword(), clip);
    check(&mut DetectorCascade::new(keyword()).expect("built in"), clip);
    let household = clips(HOUSEHOLD);
    let mut enrolment = Enrolment::new(&config, Some(&model));
    for index in [2, 12, 21] {
        enrolment.add(&household[index]).expect("added").expect("usable");
    }
    let enrolled = enrolment.finish().expect("enough").bytes;
    let templates = vec![Templates::from_bytes(&enrolled).expect("read")];
    check(&mut FusionDetector::new(&model, &config, templates).expect("made"), &household[31]);
}
