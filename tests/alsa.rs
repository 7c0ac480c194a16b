//! One command through real ALSA devices in real time.
//!
//! There is no sound card: a `PulseAudio` of the test's own has two sinks that lead nowhere, and
//! ALSA's pulse plugin makes devices of them. What is played into the one is the microphone.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::path::Path;

use e2e::binary::{Running, Stream};
use e2e::pulse::{Pulse, Sink};
use e2e::rig::{self, seconds_of_sound};
use e2e::typed;
use voice::{Pcm, SAMPLE_RATE};

/// Sound that a reply has at least, with the chimes before it, in seconds.
const LEAST_REPLY_S: f64 = 0.8;

#[test]
fn a_command_passes_through_real_devices() {
    let folder = tempfile::tempdir().unwrap();
    let pulse = Pulse::start(
        folder.path(),
        &[Sink::alone("mic"), Sink::alone("spk")],
        &[("testmic", "mic.monitor"), ("testspk", "spk")],
    );
    let mut events = pulse.news();
    let said = folder.path().join("said.wav");
    let (speech, mut config) = rig::command("rhasspy_turn_on_living_room_lamp", "turn on the lamp");
    audio::write_file(&said, speech.samples()).unwrap();
    config.audio.microphone.device = "testmic".to_owned();
    config.audio.speaker.device = "testspk".to_owned();

    let (speaker, page) = pulse.speaker(folder.path(), &config);
    let mut news = page.events();
    // Whoever hears the microphone is a "source output" of the server.
    events.wait_for("'new' on source-output");

    let heard = folder.path().join("heard.raw");
    let mut recorder = pulse.client("parec");
    recorder.args(["--device=spk.monitor", "--format=s16le", "--rate=16000", "--channels=1"]);
    recorder.arg("--latency-msec=50").stdout(std::fs::File::create(&heard).unwrap());
    let recorder = Running::start(&mut recorder, Stream::Stderr);
    events.wait_for("'new' on source-output");
    let played = pulse.client("paplay").arg("--device=mic").arg(&said).status();
    assert!(played.unwrap().success());

    let id = rig::stored(&mut news);
    let history = page.text("/");
    assert!(history.contains(&format!("data-id=\"{id}\" data-outcome=\"done\"")), "{history}");
    assert_eq!(page.state("light.living_room"), "on");
    let (_, complaints) = recorder.stop();
    let reply = raw(&heard);
    let sound = seconds_of_sound(&reply);
    assert!(sound > LEAST_REPLY_S, "{sound} s of sound in {} s; {complaints:?}", reply.seconds());

    // G4: muting gives the device back, a restart does not take it, and opening takes it again.
    events.wait_for("'remove' on source-output");
    page.post("/mute", "muted=true");
    events.wait_for("'remove' on source-output");
    let (status, said) = speaker.stop();
    assert!(status.success(), "{status}: {said:?}");
    assert!(!said.iter().any(|line| line.contains("ALSA lib")), "{said:?}");
    let (speaker, page) = pulse.speaker(folder.path(), &config);
    typed::ask(&page, "what day is it");
    events.wait_for("'new' on sink-input");
    let heard_by = pulse.client("pactl").args(["list", "short", "source-outputs"]).output();
    let heard_by = String::from_utf8(heard_by.unwrap().stdout).unwrap();
    assert_eq!(heard_by, "", "somebody hears the microphone");
    page.post("/mute", "muted=false");
    events.wait_for("'new' on source-output");
    let (status, said) = speaker.stop();
    assert!(status.success(), "{status}: {said:?}");
}

fn raw(path: &Path) -> Pcm {
    let bytes = std::fs::read(path).unwrap();
    assert!(bytes.len() > SAMPLE_RATE as usize, "something was recorded");
    let samples = bytes.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]]));
    Pcm::new(samples.map(|sample| f32::from(sample) / 32768.0).collect::<Vec<_>>())
}
