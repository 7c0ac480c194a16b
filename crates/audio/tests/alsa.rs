//! Microphone and loudspeaker through real ALSA devices that need no sound card.
//!
//! ALSA reads its configuration once a process, so each check runs in a child of its own.

use std::path::Path;
use std::process::Command;

use audio::{MicConfig, Microphone, Speaker, SpeakerConfig};
use voice::AudioSource as _;
use voice::testing::{check_heard, check_sink, check_source};

/// A microphone that plays a raw file and a loudspeaker that writes one, both as fast as asked.
fn alsa_config(folder: &Path) -> String {
    let (input, output) = (folder.join("in.raw"), folder.join("out.raw"));
    let device = |name: &str, files: String, format: &str| {
        format!(
            "pcm.{name} {{ type plug slave.pcm {{ type file slave.pcm {{ type null }} {files} \
             format raw }} slave.format {format} slave.rate 16000 slave.channels 1 \
             hint {{ show on description \"{name} of a test\" }} }}\n"
        )
    };
    device("testmic", format!("file /dev/null infile \"{}\"", input.display()), "S16_LE")
        + &device("testspk", format!("file \"{}\"", output.display()), "S16_LE")
}

fn in_child(test: &str, folder: &Path) {
    let config = folder.join("asound.conf");
    std::fs::write(&config, alsa_config(folder)).expect("write the configuration");
    let output = Command::new(std::env::current_exe().expect("this program has a path"))
        .args(["--exact", test, "--ignored", "--nocapture"])
        .env("ALSA_CONFIG_PATH", &config)
        .output()
        .expect("start the child");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("1 passed"), "{said}");
    let noise = String::from_utf8_lossy(&output.stderr);
    assert!(!noise.contains("ALSA lib"), "alsa-lib wrote to standard error: {noise}");
}

fn samples(amplitude: i16) -> Vec<u8> {
    (0..160_000_i32)
        .flat_map(|n| (if n / 8 % 2 == 0 { amplitude } else { -amplitude }).to_le_bytes())
        .collect()
}

#[test]
fn a_microphone_is_heard() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.raw"), samples(8192)).unwrap();
    in_child("child_hears", folder.path());
}

#[test]
#[ignore = "run by a_microphone_is_heard in a process with its own ALSA configuration"]
fn child_hears() {
    let config = MicConfig { device: "testmic".to_owned(), channel: None };
    let mut microphone = Microphone::open(&config).unwrap();
    let heard = check_source(&mut microphone, &[320, 1, 777], 16_000);
    assert!(heard.len() >= 16_000, "a microphone does not end");
    // A square wave of a quarter of full scale.
    let level = audio::level(&heard[2000..14_000]);
    assert!((level.rms_dbfs + 12.0).abs() < 1.0, "{level:?}");
}

#[test]
fn a_loudspeaker_plays() {
    let folder = tempfile::tempdir().unwrap();
    in_child("child_plays", folder.path());
    let bytes = std::fs::read(folder.path().join("out.raw")).unwrap();
    let samples = bytes.as_chunks::<2>().0.iter().map(|&bytes| i16::from_le_bytes(bytes));
    let heard: Vec<f32> = samples.map(|sample| f32::from(sample) / 32_768.0).collect();
    check_heard(&heard);
}

#[test]
#[ignore = "run by a_loudspeaker_plays in a process with its own ALSA configuration"]
fn child_plays() {
    let config = SpeakerConfig { device: "testspk".to_owned() };
    check_sink(&mut Speaker::open(&config).unwrap());
}

#[test]
fn devices_are_listed_by_name_and_missing_ones_are_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.raw"), samples(100)).unwrap();
    in_child("child_lists", folder.path());
}

#[test]
#[ignore = "run by devices_are_listed_by_name_and_missing_ones_are_named"]
fn child_lists() {
    let devices = audio::list().unwrap();
    let microphone = devices
        .iter()
        .find(|device| device.name == "testmic" && device.direction == audio::Direction::Input);
    let microphone = microphone.unwrap_or_else(|| panic!("{devices:?}"));
    assert_eq!(microphone.description, "testmic of a test");
    assert!(microphone.format.as_deref().is_some_and(|format| format.contains("Hz")));

    let config = MicConfig { device: "plughw:CARD=Gone".to_owned(), channel: None };
    let Err(error) = Microphone::open(&config) else { panic!("a missing microphone opened") };
    let line = voice::Error::from(error).to_string();
    assert!(line.contains("plughw:CARD=Gone") && line.contains("hark audio list"), "{line}");

    // One that is not there yet is tried at every read, and says so each time.
    let mut absent = Microphone::absent(&config);
    for _ in 0..2 {
        let lost = absent.read(&mut [0.0; 320]);
        assert!(matches!(lost, Err(voice::Error::DeviceLost { .. })));
    }
}
