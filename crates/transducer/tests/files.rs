//! Whatever lies in the folder of the network: an error that names the file, never a panic.

mod common;

use transducer::{Error, Greedy, Model, Stream};

const FILES: [&str; 4] = ["encoder.int8.onnx", "decoder.onnx", "joiner.onnx", "tokens.txt"];

/// Loads the network with one file of it changed.
fn load_with(name: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Option<Error> {
    let weights = common::weights();
    let folder = tempfile::tempdir().expect("a folder");
    for file in FILES {
        let (from, to) = (weights.join(file), folder.path().join(file));
        if file != name {
            std::os::unix::fs::symlink(from, to).expect("a link");
        }
    }
    let changed = change(std::fs::read(weights.join(name)).expect("the weights"));
    std::fs::write(folder.path().join(name), changed).expect("written");
    Model::load(folder.path()).err()
}

#[test]
fn a_missing_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    assert!(!Model::is_in(folder.path()));
    let error = Model::load(folder.path()).err().expect("nothing is there");
    assert!(matches!(&error, Error::Unreadable { file, .. } if file.starts_with(folder.path())));
    assert!(error.to_string().contains("fetch the models"), "{error}");
}

#[needs::test(network)]
fn damaged_and_foreign_files_are_errors() {
    let weights = common::weights();
    assert!(Model::is_in(&weights));
    for name in FILES {
        let foreign = |error: Option<Error>, how: &str| {
            let named = matches!(&error, Some(Error::Foreign { file, .. }) if file.ends_with(name));
            assert!(named, "{name}, {how}: {:?}", error.map(|error| error.to_string()));
        };
        foreign(load_with(name, |_| Vec::new()), "empty");
        foreign(load_with(name, |_| b"<html>not found</html>\n".to_vec()), "a page");
        for share in [1, 2, 5, 9] {
            let cut = |bytes: Vec<u8>| bytes[..bytes.len() * share / 10].to_vec();
            foreign(load_with(name, cut), "cut short");
        }
        let other = if name == "decoder.onnx" { "joiner.onnx" } else { "decoder.onnx" };
        let other = std::fs::read(weights.join(other)).unwrap();
        foreign(load_with(name, |_| other), "another file");
    }
}

#[needs::test(network)]
fn flipped_bits_never_panic() {
    // A small generator is enough, and the same every time.
    let mut seed = 7_u32;
    let mut next = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed as usize >> 8
    };
    for name in FILES {
        for _ in 0..6 {
            let _ = load_with(name, |mut bytes| {
                for _ in 0..20 {
                    let at = next() % bytes.len();
                    bytes[at] ^= 1 << (next() % 8);
                }
                bytes
            });
        }
    }
}

#[needs::test(recordings, network)]
fn the_files_for_small_devices_hear_the_same() {
    let weights = common::weights();
    let folder = tempfile::tempdir().expect("a folder");
    for file in ["encoder.int8.onnx", "decoder.onnx", "joiner.int8.onnx", "tokens.txt"] {
        std::os::unix::fs::symlink(weights.join(file), folder.path().join(file)).expect("a link");
    }
    assert!(Model::is_in(folder.path()));
    let model = Model::load(folder.path()).expect("they are a network");
    let mut greedy = Greedy::new(model.clone());
    let mut stream = Stream::new(&model);
    let sound = common::sound("commands/rhasspy_what_time_is_it.flac");
    stream.feed(sound.samples(), |frame| greedy.accept_frame(frame));
    stream.finish(|frame| greedy.accept_frame(frame));
    let text = model.tokens().text(greedy.free().tokens.iter().map(|piece| piece.token));
    assert_eq!(text, "what time is it");
}
