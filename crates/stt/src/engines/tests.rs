//! The engines keep the contracts of engines, on what people said.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;
use crate::testing::{check_grammar_engine, check_open_engine};

/// A folder next to the repository, or where a variable says.
fn folder(variable: &str, default: &str) -> PathBuf {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(default);
    std::env::var_os(variable).map_or(default, PathBuf::from)
}

/// "turn on living room lamp"
fn lamp() -> Vec<f32> {
    let folder = folder("HARK_TEST_DATA", "data").join("audio/commands");
    let pcm = audio::read_file(folder.join("rhasspy_turn_on_living_room_lamp.flac"));
    pcm.expect("a recording").samples().to_vec()
}

#[needs::test(recordings)]
fn pocketsphinx_keeps_the_contract() {
    let mut engine = pocketsphinx::open().expect("libpocketsphinx3 is installed");
    check_grammar_engine(engine.as_mut(), "turn on living room lamp", &lamp());
}

#[needs::test(recordings, network)]
fn the_network_keeps_the_contract() {
    let model = Model::load(folder("HARK_MODELS", "models").join("zipformer-en-3.3M"));
    let config = Config::default();
    let mut engine = transducer::open(&config, Some(&model.expect("the network"))).expect("there");
    check_grammar_engine(engine.as_mut(), "turn on living room lamp", &lamp());
}

#[test]
fn whisper_keeps_the_contract() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("random.bin");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/make-random");
    let status = Command::new("python3").arg(script).arg(&path).status();
    assert!(status.is_ok_and(|status| status.success()), "models/make-random failed");
    let whisper_model = Some(path.display().to_string());
    let config = Config { engine: Engines::Whisper, whisper_model, ..Config::default() };
    let mut engine = open(&config, &Language::default()).expect("the model");
    check_open_engine(engine.as_mut(), voice::testing::noise(24_000).samples());
}

#[test]
fn the_first_engine_that_is_there_is_taken() {
    let none = || Err(Error::Grammar);
    assert!(first(std::iter::empty::<Result<u8>>()).is_none());
    assert!(matches!(first([none(), Ok(1), Ok(2)].into_iter()), Some(Ok(1))));
    assert!(matches!(first([none(), none()].into_iter()), Some(Err(_))));
}
