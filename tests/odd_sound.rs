//! Sound as no person makes it and formats as few devices give them: the truth comes out, and no
//! command that nobody gave.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::path::Path;

use e2e::{binary, recordings, rig};
use hound::{SampleFormat, WavSpec, WavWriter};
use serde_json::Value;
use voice::SAMPLE_RATE;

const SAMPLES: usize = 5 * SAMPLE_RATE as usize;

/// What `hark hear` says of a file: its turns.
fn hear(folder: &Path, samples: &[f32], rate: u32, channels: u16) -> Vec<Value> {
    let file = folder.join("sound.wav");
    let spec = WavSpec {
        channels,
        sample_rate: rate,
        bits_per_sample: 32,
        sample_format: SampleFormat::Float,
    };
    let mut wav = WavWriter::create(&file, spec).unwrap();
    for &sample in samples {
        for _ in 0..channels {
            wav.write_sample(sample).unwrap();
        }
    }
    wav.finalize().unwrap();
    let config = binary::configure(folder, &rig::config());
    let mut hark = binary::command(folder);
    let output = hark.args(["hear", "--json", "--config"]).arg(config).arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let turns = output.stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    turns.map(|line| serde_json::from_slice(line).unwrap()).collect()
}

fn command() -> Vec<f32> {
    let wake = "wake/computer/5bc12799-1268-4881-870c-fccf6e6bcc74.flac";
    let command = "commands/rhasspy_turn_on_living_room_lamp.flac";
    recordings::joined(wake, command).samples().to_vec()
}

#[needs::test(network)]
fn what_is_no_speech_is_no_turn() {
    let folder = tempfile::tempdir().unwrap();
    let hum = |n: usize| (n as f32 * 50.0 * std::f32::consts::TAU / SAMPLE_RATE as f32).sin();
    let cases: [(&str, Vec<f32>); 6] = [
        ("zeros", vec![0.0; SAMPLES]),
        ("a constant", vec![0.7; SAMPLES]),
        ("no numbers", vec![f32::NAN; SAMPLES]),
        ("too much", vec![f32::MAX; SAMPLES]),
        (
            "hum of the mains, clipped",
            (0..SAMPLES).map(|n| (hum(n) * 9.0).clamp(-1.0, 1.0)).collect(),
        ),
        ("clicks", (0..SAMPLES).map(|n| if n % 4_000 == 0 { 1.0 } else { 0.0 }).collect()),
    ];
    for (name, samples) in cases {
        let turns = hear(folder.path(), &samples, SAMPLE_RATE, 1);
        assert!(turns.is_empty(), "{name}: {turns:?}");
    }
}

/// What the speaker says and plays itself. None of it is the wake word.
const REPLIES: [&str; 12] = [
    "Sorry, I didn't catch that.",
    "Sorry, I can't help with that.",
    "Turned on the kitchen light.",
    "Turned off the lights in the office.",
    "No, the garage door is closed.",
    "It is half past six.",
    "It is Sunday, the 22nd of November.",
    "Timer set for 3 hours and 10 minutes.",
    "Your timer is done.",
    "The volume is 40 percent.",
    "Deleted what you said in the last hour.",
    "Locked the front door.",
];

#[needs::test(network)]
fn its_own_voice_and_chimes_do_not_wake_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut voice = daemon::synthesizer(&rig::config());
    let rate = voice.sample_rate();
    let mut said: Vec<f32> = recordings::quiet(1_000).collect();
    for reply in REPLIES {
        let mut spoken = Vec::new();
        voice
            .speak(reply, &mut |pcm| {
                spoken.extend_from_slice(pcm);
                std::ops::ControlFlow::Continue(())
            })
            .unwrap();
        assert!(spoken.len() > rate as usize / 2, "{reply} is heard");
        said.extend(audio::resample(&spoken, rate, SAMPLE_RATE));
        said.extend(recordings::quiet(400));
    }
    for chime in [tts::Chime::Wake, tts::Chime::End, tts::Chime::Error, tts::Chime::Ring] {
        for _ in 0..3 {
            said.extend_from_slice(chime.pcm().samples());
        }
        said.extend(recordings::quiet(400));
    }
    let turns = hear(folder.path(), &said, SAMPLE_RATE, 1);
    assert!(turns.is_empty(), "{turns:?}");
}

#[needs::test(recordings, network)]
fn a_command_is_heard_in_any_format() {
    let folder = tempfile::tempdir().unwrap();
    let said = command();
    for (rate, channels) in [(44_100, 2), (48_000, 1), (22_050, 1)] {
        let samples = audio::resample(&said, SAMPLE_RATE, rate);
        let turns = hear(folder.path(), &samples, rate, channels);
        let texts: Vec<_> = turns.iter().map(|turn| &turn["transcript"]["text"]).collect();
        assert_eq!(texts, ["turn on the living room lamp"], "{rate} Hz, {channels} channels");
    }
}

#[needs::test(recordings, network)]
fn a_command_is_heard_on_a_constant_and_between_holes() {
    let folder = tempfile::tempdir().unwrap();
    let said = command();
    let shifted: Vec<f32> = said.iter().map(|sample| sample * 0.5 + 0.3).collect();
    let holes = said.iter().enumerate();
    let holes: Vec<f32> =
        holes.map(|(n, &sample)| if n % 16_000 == 0 { f32::NAN } else { sample }).collect();
    for (name, samples) in [("shifted", shifted), ("holes", holes)] {
        let turns = hear(folder.path(), &samples, SAMPLE_RATE, 1);
        let [turn] = &turns[..] else { panic!("{name}: {turns:?}") };
        assert_eq!(turn["intent"]["slots"]["name"]["value"], "light.living_room", "{name}: {turn}");
    }
    let clipped: Vec<f32> = said.iter().map(|sample| (sample * 60.0).clamp(-1.0, 1.0)).collect();
    for turn in hear(folder.path(), &clipped, SAMPLE_RATE, 1) {
        let understood = turn["outcome"] == "done";
        assert!(!understood || turn["intent"]["name"] == "HassTurnOn", "{turn}");
    }
}

#[needs::test(recordings, network)]
fn a_question_that_nobody_can_answer_any_more_ends_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let wake = "wake/computer/efd60b00-e585-4aaa-8910-13450f26d062.flac";
    let said = recordings::joined(wake, "commands/rhasspy_play_the_beatles.flac");
    let turns = hear(folder.path(), said.samples(), SAMPLE_RATE, 1);
    let outcomes: Vec<_> = turns.iter().map(|turn| &turn["outcome"]).collect();
    assert_eq!(outcomes, ["asked"]);
}
