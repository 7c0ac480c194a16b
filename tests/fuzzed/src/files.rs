//! Files of others: recordings, models, references of voices; and the sound that espeak-ng writes.

use crate::folder;

/// Recordings that someone hands in.
pub fn audio(bytes: &[u8]) {
    let _ = audio::read_from(std::io::Cursor::new(bytes.to_vec()), "fuzz");
}

/// The fuzzer stops at a panic before anybody can catch it; those that the program catches are none.
pub fn let_caught_panics_pass() {
    let stop = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !audio::is_decoding() {
            stop(info);
        }
    }));
}

/// A model file before whisper.cpp gets it, the list of models, the weights of the small network, and the log of a
/// database before SQLite gets it.
pub fn model(bytes: &[u8]) {
    let _ = wake::SmallDetector::from_bytes(bytes, None);
    let _ = store::is_log_damaged(bytes);
    let folder = folder();
    let path = folder.path().join("model");
    if std::fs::write(&path, bytes).is_ok() {
        let _ = stt::check_model(&path);
        let _ = stt::Manifest::read(&path);
    }
}

/// The files of the speech network: its pieces, and the container of the weights of all three parts.
pub fn network(bytes: &[u8]) {
    let _ = transducer::Tokens::parse(bytes);
    let _ = transducer::encoder::onnx::tensors(bytes);
    let _ = transducer::encoder::Weights::from_onnx(bytes);
    transducer::fuzz::weights(bytes);
}

/// References of a wake word: of an enrolled voice, and of the configuration.
pub fn voices(bytes: &[u8]) {
    /// Two seconds: longer than a word, so that it is compared.
    const NOISE: usize = 32_000;
    let noise = voice::testing::noise(NOISE);
    if let Ok(mut templates) = wake::Templates::from_bytes(bytes) {
        let _ = templates.word();
        let similarity = templates.similarity(noise.samples());
        assert!((0.0..=1.0).contains(&similarity), "{similarity}");
    }
    let folder = folder();
    let path = folder.path().join("references.rpw");
    if std::fs::write(&path, bytes).is_ok() {
        let config = wake::Config { references: Some(path), ..wake::Config::default() };
        if let Ok(mut detector) = wake::detector(&config, None) {
            let _ = detector.feed(noise.samples());
        }
    }
}

/// What the program that speaks writes, in pieces as long as the first byte says.
pub fn spoken(bytes: &[u8]) {
    let Some((&piece, bytes)) = bytes.split_first() else { return };
    tts::fuzz::head(bytes, usize::from(piece).max(1));
}
