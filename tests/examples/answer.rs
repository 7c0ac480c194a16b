//! How long a person waits for the answer: real ALSA devices in real time, one recording of the
//! room with the person on its left channel and the speaker on its right. Prints a table:
//! `cargo run --release -p e2e --example answer`.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use e2e::binary::{Running, Stream};
use e2e::pulse::{Pulse, Sink};
use e2e::{recordings, rig};
use voice::SAMPLE_RATE;

/// Whose wake word, and which command.
const SAID: [(&str, &str); 8] = [
    ("5bc12799-1268-4881-870c-fccf6e6bcc74", "rhasspy_turn_on_living_room_lamp"),
    ("6d8844ac-72eb-4746-8808-0dced094f8cd", "lock_the_front_door"),
    ("c0c359fd-980c-4848-8aad-159bda429e7a", "is_the_garage_door_open"),
    ("1e434905-31c5-41c5-bfca-e1c8f607027b", "rhasspy_set_timer"),
    ("5bc12799-1268-4881-870c-fccf6e6bcc74", "what_time_is_it"),
    ("6d8844ac-72eb-4746-8808-0dced094f8cd", "what_s_the_date"),
    ("c0c359fd-980c-4848-8aad-159bda429e7a", "is_the_front_door_locked"),
    ("1e434905-31c5-41c5-bfca-e1c8f607027b", "rhasspy_turn_on_the_lamp"),
];
/// How often all of it is said.
const ROUNDS: usize = 2;
/// A block of sound, in samples: 10 ms.
const BLOCK: usize = 160;
/// Speech ends with the last block this close to its loudest one, as amplitude: −26 dB.
const SPEECH: f32 = 0.05;
/// The speaker is heard from this amplitude on.
const SOUND: f32 = 0.003;

fn main() -> Result<()> {
    ensure!(recordings::are_there(), "the recordings are missing: set HARK_TEST_DATA");
    let folder = tempfile::tempdir()?;
    let pulse = Pulse::start(
        folder.path(),
        &[
            Sink::pair("room"),
            Sink::side("person", "room", "left"),
            Sink::side("speaker", "room", "right"),
        ],
        &[("testmic", "room.monitor"), ("testspk", "speaker")],
    );
    let mut events = pulse.news();
    let mut config = rig::config();
    "testmic".clone_into(&mut config.audio.microphone.device);
    config.audio.microphone.channel = Some(0);
    "testspk".clone_into(&mut config.audio.speaker.device);
    let (speaker, page) = pulse.speaker(folder.path(), &config);
    events.wait_for("'new' on source-output");

    let (mut chimes, mut words, mut unheard) = (Vec::new(), Vec::new(), 0);
    for (wake, command) in SAID.iter().cycle().take(SAID.len() * ROUNDS) {
        let said = folder.path().join("said.wav");
        let wake = format!("wake/computer/{wake}.flac");
        let speech = recordings::joined(&wake, &format!("commands/{command}.flac"));
        audio::write_file(&said, speech.samples())?;
        let heard = folder.path().join("heard.raw");
        let mut recorder = pulse.client("parec");
        recorder.args(["--device=room.monitor", "--format=s16le", "--rate=16000", "--channels=2"]);
        recorder.arg("--latency-msec=20").stdout(std::fs::File::create(&heard)?);
        let recorder = Running::start(&mut recorder, Stream::Stderr);
        events.wait_for("'new' on source-output");
        let mut news = page.events();
        let played = pulse.client("paplay").arg("--device=person").arg(&said).status()?;
        ensure!(played.success(), "the recording is played");
        // It is stored when the speaker has nothing left to say.
        rig::stored(&mut news);
        recorder.stop();
        if let Some((chime, word)) = waited(&heard)? {
            eprintln!("{command}: {chime} and {word} ms");
            chimes.push(chime);
            words.push(word);
        } else {
            eprintln!("{command}: no answer");
            unheard += 1;
        }
    }
    let (status, said) = speaker.stop();
    ensure!(status.success(), "{status}: {said:?}");
    println!("| end of speech → | p50 ms | p95 ms | of {} |", SAID.len() * ROUNDS);
    println!("|---|---|---|---|");
    for (name, waits) in [("first sound (chime)", &mut chimes), ("first word", &mut words)] {
        waits.sort_unstable();
        let at = |percent: usize| waits.get((waits.len() * percent / 100).min(waits.len() - 1));
        let (p50, p95) = (at(50).context("nothing was answered")?, at(95).context("nothing")?);
        println!("| {name} | {p50} | {p95} | {} |", waits.len());
    }
    println!("\nwithout an answer: {unheard}");
    Ok(())
}

/// From the end of speech to the chime and to the first word behind it, in milliseconds.
fn waited(recording: &Path) -> Result<Option<(usize, usize)>> {
    let bytes = std::fs::read(recording)?;
    let side = |offset: usize| -> Vec<f32> {
        let samples = bytes.chunks_exact(4).map(|frame| {
            f32::from(i16::from_le_bytes([frame[offset], frame[offset + 1]])) / 32768.0
        });
        let samples: Vec<f32> = samples.collect();
        let peak = |block: &[f32]| block.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
        samples.chunks(BLOCK).map(peak).collect()
    };
    let (person, speaker) = (side(0), side(2));
    let loudest = person.iter().copied().fold(0.0, f32::max);
    let Some(end) = person.iter().rposition(|&block| block > loudest * SPEECH) else {
        return Ok(None);
    };
    let sound_from = |from: usize| {
        speaker.iter().skip(from).position(|&block| block > SOUND).map(|at| from + at)
    };
    let chime_blocks = tts::Chime::End.pcm().samples().len() / BLOCK;
    let Some(chime) = sound_from(end + 1) else { return Ok(None) };
    let Some(word) = sound_from(chime + chime_blocks) else { return Ok(None) };
    let millis = |block: usize| (block - end) * BLOCK * 1000 / SAMPLE_RATE as usize;
    Ok(Some((millis(chime), millis(word))))
}
