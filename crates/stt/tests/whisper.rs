//! Whisper with its real weights, on short commands; and with a model of full shape and random weights: it
//! hears nothing useful, but everything around the weights is real.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use stt::{Error, Language, OpenEngine as _, WhisperTranscriber, check_model};
use voice::Transcriber;
use voice::testing::WHISPER;

/// The model, made once a build folder.
fn model() -> &'static Path {
    static MODEL: OnceLock<PathBuf> = OnceLock::new();
    MODEL.get_or_init(|| {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("random-tiny.en-q5_1.bin");
        if !path.exists() {
            let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/make-random");
            let own = path.with_extension(std::process::id().to_string());
            let status = Command::new("python3").arg(script).arg(&own).status();
            assert!(status.is_ok_and(|status| status.success()), "models/make-random failed");
            assert!(std::fs::rename(&own, &path).is_ok());
        }
        path
    })
}

fn sound(seconds: usize) -> Vec<f32> {
    let mut noise = 1_u32;
    (0..seconds * 16_000)
        .map(|_| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (noise >> 8) as f32 / (1 << 24) as f32 * 0.2 - 0.1
        })
        .collect()
}

fn resident_megabytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages: usize = status.split(' ').nth(1).and_then(|n| n.parse().ok()).expect("pages");
    pages * 4 / 1024
}

#[test]
fn it_loads_hears_and_is_reusable() {
    let before = resident_megabytes();
    let mut whisper = WhisperTranscriber::open(model(), &Language::default()).expect("loads");
    let loaded = resident_megabytes();
    for _ in 0..2 {
        for piece in sound(3).chunks(320) {
            assert!(whisper.feed(piece).expect("fed").is_none());
        }
        let transcript = whisper.finish().expect("finished");
        assert_eq!(transcript.engine, WHISPER);
        assert!((0.0..=1.0).contains(&transcript.confidence));
    }
    println!("{before} MB before, {loaded} MB loaded, {} MB after use", resident_megabytes());
    // Silence, and no sound at all, do not even reach it.
    whisper.feed(&vec![0.0; 32_000]).expect("fed");
    assert!(whisper.finish().expect("finished").text.is_empty());
    assert!(whisper.finish().expect("finished").text.is_empty());
    // Forgotten audio is forgotten.
    whisper.feed(&sound(1)).expect("fed");
    whisper.reset();
    assert!(whisper.finish().expect("finished").text.is_empty());
}

/// A short command is where the encoder must see the silence behind it.
#[test]
fn short_commands_are_heard_word_for_word() {
    let commands = common::recordings().join("commands");
    let mut whisper =
        WhisperTranscriber::open(&common::whisper(), &Language::default()).expect("loads");
    for (file, words) in [
        ("cancel_timer.flac", "cancel timer"),
        ("next.flac", "next"),
        ("lock_the_front_door.flac", "lock the front door"),
        ("what_time_is_it.flac", "what time is it"),
        ("rhasspy_play_the_beatles.flac", "play the beatles"),
    ] {
        let pcm = audio::read_file(commands.join(file)).expect("a recording");
        whisper.feed(pcm.samples()).expect("fed");
        let transcript = whisper.finish().expect("finished");
        let heard = transcript.text.expose().to_lowercase();
        let heard: Vec<_> =
            heard.split_whitespace().map(|word| word.trim_matches(['.', ',', '?', '!'])).collect();
        assert_eq!(heard.join(" "), words, "{file}");
    }
}

#[test]
fn it_can_be_stopped_from_another_thread() {
    let mut whisper = WhisperTranscriber::open(model(), &Language::default()).expect("loads");
    let canceller = whisper.canceller();
    // Before the work begins.
    whisper.feed(&sound(2)).expect("fed");
    canceller.cancel();
    assert!(matches!(whisper.finish(), Err(voice::Error::Cancelled)));
    // In the middle of it: a whole half minute takes many times longer than the wait.
    whisper.feed(&sound(30)).expect("fed");
    let (begin, begun) = std::sync::mpsc::sync_channel::<()>(0);
    let (_never, silence) = std::sync::mpsc::sync_channel::<()>(0);
    let stopper = std::thread::spawn(move || {
        begun.recv().expect("begins");
        // Only lets time pass; nothing is ever sent.
        let _ = silence.recv_timeout(std::time::Duration::from_millis(300));
        canceller.cancel();
    });
    begin.send(()).expect("begins");
    assert!(matches!(whisper.finish(), Err(voice::Error::Cancelled)));
    stopper.join().expect("joined");
    // And afterwards it works as before.
    whisper.feed(&sound(1)).expect("fed");
    assert!(whisper.finish().is_ok());
}

#[test]
fn broken_files_are_one_line_and_not_the_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = std::fs::read(model()).expect("the model");
    assert!(check_model(model()).is_ok());
    let mut other_magic = good.clone();
    other_magic[0] ^= 1;
    let mut other_shape = good.clone();
    other_shape[20] = 5;
    let mut long = good.clone();
    long.extend_from_slice(b"tail");
    // The blank is the token of byte 32, behind 32 tokens of five bytes each.
    let mut no_blank = good.clone();
    let blank = 48 + 8 + 80 * 201 * 4 + 4 + 32 * 5 + 4;
    assert_eq!(no_blank[blank], b' ');
    no_blank[blank] = b'\t';
    let mut one_tensor_less = good.clone();
    one_tensor_less
        .truncate(good.len() - (12 + 4 + "decoder.blocks.3.cross_attn.out.bias".len() + 384 * 4));
    let cases: [(&str, &[u8], &str); 9] = [
        ("text", b"turn on the kitchen light", "not a ggml file"),
        ("empty", b"", "cut off"),
        ("magic", &other_magic, "not a ggml file"),
        ("shape", &other_shape, "not a whisper model"),
        ("half", &good[..good.len() / 2], "cut off"),
        ("head", &good[..40], "cut off"),
        ("long", &long, "cut off"),
        ("blank", &no_blank, "vocabulary is incomplete"),
        ("tensor", &one_tensor_less, "of 167 tensors"),
    ];
    for (name, bytes, part) in cases {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        let Err(error) = WhisperTranscriber::open(&path, &Language::default()) else {
            panic!("{name} was loaded")
        };
        let line = error.to_string();
        assert!(line.contains(part) && line.lines().count() == 1, "{name}: {line}");
        assert!(!line.contains("kitchen"));
    }
    let missing = WhisperTranscriber::open(&folder.path().join("none"), &Language::default());
    assert!(matches!(missing, Err(Error::Unreadable { .. })));
}
