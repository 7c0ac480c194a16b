//! `hark` on recordings, as somebody types it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A command line of `hark` in `folder` that names no models.
fn hark(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hark"));
    command.current_dir(folder).env("HOME", folder);
    for variable in
        ["HARK_MODELS", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "STATE_DIRECTORY", "RUST_LOG"]
    {
        command.env_remove(variable);
    }
    command.args(["--config", "config.toml"]);
    command
}

/// What it wrote: to stdout, and to stderr.
fn written(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

fn folder(config: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("config.toml"), config).expect("a configuration");
    folder
}

fn speech(folder: &Path, file: &str, words: &str) -> PathBuf {
    let path = folder.join(file);
    let mut espeak = Command::new("espeak-ng");
    let said = espeak.args(["-v", "en-us+f5", "-s", "140", "-w"]).arg(&path).arg(words).status();
    assert!(said.is_ok_and(|status| status.success()), "espeak-ng speaks");
    path
}

#[test]
fn models_that_nobody_named_are_not_used() {
    let folder = folder("[stt]\nengine = \"whisper\"\nwhisper_model = \"tiny.en-q5_1\"\n");
    let strangers = folder.path().join("models");
    std::fs::create_dir(&strangers).expect("a folder");
    std::fs::write(strangers.join("ggml-tiny.en-q5_1.bin"), "a stranger's").expect("a file");

    let output = hark(folder.path()).args(["models", "list", "--json"]).output();
    let (listed, _) = written(&output.expect("hark runs"));
    assert!(listed.contains("tiny.en-q5_1") && !listed.contains("\"models/"), "{listed}");

    speech(folder.path(), "speech.wav", "turn on the light");
    let hear = || {
        let mut hark = hark(folder.path());
        hark.args(["hear", "--no-wake", "speech.wav"]);
        hark
    };
    let (_, said) = written(&hear().output().expect("hark runs"));
    let [line] = said.lines().collect::<Vec<_>>()[..] else { panic!("{said}") };
    assert!(line.starts_with("hark: failed to load speech to text: "), "{line}");
    assert!(line.contains("HARK_MODELS=models"), "it says what to do: {line}");

    // Named, it is looked at, and found to be no model.
    let named = hear().env("HARK_MODELS", "models").output();
    let (_, said) = written(&named.expect("hark runs"));
    assert!(said.contains("models/ggml-tiny.en-q5_1.bin as a whisper model"), "{said}");
}

#[needs::test(network)]
fn a_recording_hears_nothing_of_the_timers_of_another() {
    let shared = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/models");
    let models = std::env::var_os("HARK_MODELS").unwrap_or_else(|| shared.into());
    let models = std::path::absolute(models).expect("the folder of the network");
    let folder = folder("[stt]\nengine = \"grammar\"\n");
    let hear = |words: &str| {
        let file = speech(folder.path(), "speech.wav", words);
        let mut hark = hark(folder.path());
        hark.args(["hear", "--no-wake", "--data", "data"]).arg(file).env("HARK_MODELS", &models);
        let (heard, said) = written(&hark.output().expect("hark runs"));
        assert!(said.is_empty(), "{said}");
        heard
    };
    let set = hear("set a timer for five minutes");
    assert!(set.contains("HassStartTimer, done"), "{set}");
    let left = hear("how much time is left on my timer");
    assert!(left.contains("\"You have no timers set.\""), "{left}");
    let history = hark(folder.path()).args(["history", "list", "--data", "data"]).output();
    let (kept, _) = written(&history.expect("hark runs"));
    assert_eq!(kept.lines().count(), 2, "the history is kept: {kept}");
}

#[test]
fn a_turn_that_asks_to_be_forgotten_was_heard_all_the_same() {
    let folder = folder("[stt]\nengine = \"grammar\"\ngrammar = \"pocketsphinx\"\n");
    let hear = |words: &str| {
        let file = speech(folder.path(), "speech.wav", words);
        let mut hark = hark(folder.path());
        hark.args(["hear", "--no-wake"]).arg(file);
        written(&hark.output().expect("hark runs")).0
    };
    let heard = hear("delete what i just said");
    assert!(heard.ends_with("speech.wav: nothing that may be told\n"), "{heard}");
    let heard = hear("what day is it");
    assert!(heard.contains("\"what day is it\""), "{heard}");
}
