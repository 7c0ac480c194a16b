//! How long sound stays in the memory of the program: what the microphone heard, and what was
//! answered. Devices are real ones that lead nowhere, as in `alsa`, at the rate of most sound cards.

use std::path::{Path, PathBuf};
use std::process::Command;

use e2e::binary::{Running, Stream};
use e2e::memory::{Found, Sought};
use e2e::page::{Events, Page};
use e2e::pulse::{Pulse, Sink, USUAL_RATE};
use e2e::{recordings, rig, typed};
use voice::SAMPLE_RATE;

/// A sound as a sound card gives it, and how it is found in memory.
struct Said {
    file: PathBuf,
    sought: Sought,
}

impl Said {
    fn new(folder: &Path, name: &str, samples: &[f32]) -> Self {
        let whole = |sample: f32| (sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16;
        let card: Vec<i16> =
            audio::resample(samples, SAMPLE_RATE, USUAL_RATE).into_iter().map(whole).collect();
        let file = folder.join(name);
        let bytes: Vec<u8> = card.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        std::fs::write(&file, bytes).expect("sound is written");
        let card: Vec<f32> = card.iter().map(|&sample| f32::from(sample) / 32_768.0).collect();
        let mut sought = Sought::default().at("at 48 kHz", USUAL_RATE, &card);
        // The program may begin to listen at any of the three samples that become one.
        for begin in 0..3 {
            let heard = audio::resample(&card[begin..], USUAL_RATE, SAMPLE_RATE);
            sought = sought.at("at 16 kHz", SAMPLE_RATE, &heard);
        }
        Self { file, sought }
    }

    /// Someone says it.
    fn playing(&self, pulse: &Pulse) -> Command {
        let mut play = pulse.client("paplay");
        play.args(["--raw", "--format=s16le", "--channels=1", "--device=mic"]);
        play.arg("--latency-msec=50").arg(format!("--rate={USUAL_RATE}")).arg(&self.file);
        play
    }

    fn say(&self, pulse: &Pulse) {
        assert!(self.playing(pulse).status().expect("it plays").success());
    }

    fn begin(&self, pulse: &Pulse) -> Running {
        Running::start(&mut self.playing(pulse), Stream::Stderr)
    }
}

/// What is found of a sound in a speaker, which stands still meanwhile.
fn look(speaker: &Running, sought: &Sought) -> Found {
    speaker.signal("STOP");
    let found = sought.look(speaker.id());
    speaker.signal("CONT");
    found
}

/// What the speaker says, at the rates at which that passes through it.
fn spoken(config: &daemon::Config, text: &str) -> Sought {
    let mut voice = daemon::synthesizer(config);
    let (rate, mut said) = (voice.sample_rate(), Vec::new());
    let spoken = voice.speak(text, &mut |piece| {
        said.extend_from_slice(piece);
        std::ops::ControlFlow::Continue(())
    });
    assert!(spoken.is_ok() && !said.is_empty(), "it has a voice");
    let usual = audio::resample(&said, rate, SAMPLE_RATE);
    let card = audio::resample(&usual, SAMPLE_RATE, USUAL_RATE);
    // Replies that are always the same are kept as sound, and parts of them sound alike.
    let mut stock = Vec::new();
    for text in language::Language::built_in("en").expect("a language").stock() {
        let made = voice.speak(&text, &mut |piece| {
            stock.extend_from_slice(piece);
            std::ops::ControlFlow::Continue(())
        });
        assert!(made.is_ok(), "it has a voice");
    }
    let made = Sought::default().at("as it was made", rate, &said).except(&stock);
    made.at("at 16 kHz", SAMPLE_RATE, &usual).at("at 48 kHz", USUAL_RATE, &card)
}

/// People talk without a pause, and wake nobody.
fn talk() -> Vec<f32> {
    let commands = [
        "add_apples_to_my_shopping_list",
        "is_the_garage_door_open",
        "rhasspy_play_the_beatles",
        "set_a_timer_for_3_hours_and_10_minutes",
        "set_bed_light_brightness_to_50_percent",
        "turn_off_all_of_the_lights_in_the_office",
        "what_s_the_temperature_of_the_ecobee",
    ];
    let pieces = commands.map(|name| {
        let file = recordings::place().join(format!("commands/{name}.flac"));
        audio::read_file(file).expect("a recording").samples().to_vec()
    });
    let pieces = pieces.concat();
    let is_loud = |piece: &&[f32]| piece.iter().any(|sample| sample.abs() > 0.02);
    pieces.chunks(160).filter(is_loud).collect::<Vec<_>>().concat()
}

/// A speaker that hears and is heard in a room without echo.
struct Room {
    pulse: Pulse,
    speaker: Running,
    page: Page,
    clients: Running,
    /// Two and a half seconds in which nobody speaks.
    quiet: Said,
    /// The same, which changes no other sound.
    silence: Said,
}

impl Room {
    fn new(folder: &Path, mut config: daemon::Config) -> Self {
        let pulse = Pulse::start(
            folder,
            &[Sink::usual("mic"), Sink::usual("spk")],
            &[("testmic", "mic.monitor"), ("testspk", "spk")],
        );
        "testmic".clone_into(&mut config.audio.microphone.device);
        "testspk".clone_into(&mut config.audio.speaker.device);
        let mut clients = pulse.news();
        let (speaker, page) = pulse.speaker(folder, &config);
        clients.wait_for("'new' on source-output");
        page.post("/settings/volume", "volume=100");
        let quiet: Vec<f32> = recordings::quiet(2_500).collect();
        let (quiet, silence) = (quiet.as_slice(), vec![0.0; quiet.len()]);
        let quiet = Said::new(folder, "quiet.raw", quiet);
        let silence = Said::new(folder, "silence.raw", &silence);
        Self { pulse, speaker, page, clients, quiet, silence }
    }

    /// Someone says the wake word and a command, which is found in memory meanwhile.
    fn wakes(&self, command: &Said) -> (Events, Running) {
        let mut events = self.page.events();
        let saying = command.begin(&self.pulse);
        events.wait_for("woke");
        let during = command.sought.look(self.speaker.id());
        assert!(during.hundredths() > 50, "it can be found while it is spoken: {during}");
        (events, saying)
    }
}

/// A4: neither the command nor its answer is left in memory, with the microphone open.
#[needs::test(memory, recordings, network)]
fn what_was_said_and_answered_is_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let (speech, mut config) = rig::command("rhasspy_turn_on_living_room_lamp", "");
    config.store.retention.audio = "none".parse().expect("not at all");
    let command = Said::new(folder.path(), "command.raw", speech.samples());
    let answer = spoken(&config, "Turned on the living room lamp.");
    let room = Room::new(folder.path(), config);
    let (mut events, saying) = room.wakes(&command);
    while events.wait_for("phase") != "speaking" {}
    let during = answer.look(room.speaker.id());
    assert!(during.hundredths() > 20, "it can be found while it is heard: {during}");
    events.wait_for("turn");
    let left = look(&room.speaker, &command.sought);
    assert_eq!(left.hundredths(), 0, "of the command: {left}");
    saying.end();
    room.quiet.say(&room.pulse);
    let left = look(&room.speaker, &answer);
    assert_eq!(left.hundredths(), 0, "of the answer: {left}");
}

/// Whisper is a library in another language that frees its buffers as they are.
#[needs::test(memory, recordings, network, whisper)]
fn what_whisper_heard_is_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let (speech, mut config) = rig::command("rhasspy_turn_on_living_room_lamp", "");
    config.store.retention.audio = "none".parse().expect("not at all");
    config.stt.engine = stt::Engines::Whisper;
    config.stt.whisper_model = recordings::whisper().map(|file| file.display().to_string());
    let command = Said::new(folder.path(), "command.raw", speech.samples());
    let room = Room::new(folder.path(), config);
    // Memory that is used again may be as it was left, so it is said more than once.
    for round in 0..3 {
        let (mut events, saying) = room.wakes(&command);
        events.wait_for("turn");
        let left = look(&room.speaker, &command.sought);
        assert_eq!(left.hundredths(), 0, "of the command, round {round}: {left}");
        saying.end();
        room.quiet.say(&room.pulse);
    }
}

/// Hundredths of a second that an open microphone may hold: its pre-roll, and what is on its way there.
const HELD: usize = wake::PREROLL_MS as usize / 10 + 15;
/// How often it is tried to look before sound has gone by itself.
const TRIES: usize = 5;

/// An open microphone holds its pre-roll and nothing older, and not even that when something is deleted.
#[needs::test(memory, recordings, network)]
fn an_open_microphone_holds_its_preroll() {
    let folder = tempfile::tempdir().expect("a folder");
    let talk = Said::new(folder.path(), "talk.raw", &talk());
    let mut room = Room::new(folder.path(), rig::config());
    let talking = talk.begin(&room.pulse);
    room.clients.wait_for("'new' on sink-input");
    // As long as this takes, they talk.
    room.silence.say(&room.pulse);
    let held = look(&room.speaker, &talk.sought);
    let span = held.span();
    assert!(span > 100, "it can be found: {held}");
    assert!(span <= HELD, "{span} hundredths of a second: {held}");
    talking.end();
    room.quiet.say(&room.pulse);
    let left = look(&room.speaker, &talk.sought);
    assert_eq!(left.hundredths(), 0, "of what is long over: {left}");

    let mut after_talk = |deleted: bool| {
        typed::ask_and_keep(&room.page, "what day is it");
        let talking = talk.begin(&room.pulse);
        room.clients.wait_for("'new' on sink-input");
        room.silence.say(&room.pulse);
        drop(talking);
        // It answers what was typed after it has done what was pressed before.
        typed::say(&room.page, "what time is it");
        if deleted {
            room.page.post("/history/delete", "what=shown&q=&from=&to=&outcome=");
            typed::say(&room.page, "what time is it");
        }
        look(&room.speaker, &talk.sought)
    };
    let held = after_talk(false);
    assert!(held.hundredths() > 20, "it can be found when they have just spoken: {held}");
    let left = (0..TRIES).map(|_| after_talk(true)).find(|left| left.hundredths() == 0);
    assert!(left.is_some(), "it is forgotten when the history is deleted");
}

/// Muted in the middle of a command or while people talk, the speaker holds nothing of the room.
#[needs::test(memory, recordings, network)]
fn a_muted_speaker_holds_nothing_of_the_room() {
    let folder = tempfile::tempdir().expect("a folder");
    let (speech, config) = rig::command("rhasspy_turn_on_living_room_lamp", "");
    let command = Said::new(folder.path(), "command.raw", speech.samples());
    let talk = Said::new(folder.path(), "talk.raw", &talk());
    let mut room = Room::new(folder.path(), config);
    for (said, wakes) in [(&command, true), (&talk, false)] {
        let mut events = room.page.events();
        let saying = said.begin(&room.pulse);
        if wakes {
            events.wait_for("woke");
        }
        let mut during = said.sought.look(room.speaker.id());
        while during.hundredths() < 50 {
            during = said.sought.look(room.speaker.id());
        }
        room.page.post("/mute", "muted=true");
        room.clients.wait_for("'remove' on source-output");
        // What the threads were about to do may take a moment; what stays then stays for ever.
        let left = (0..TRIES).map(|_| said.sought.look(room.speaker.id()));
        let left = left.min_by_key(Found::hundredths).expect("it was tried");
        assert_eq!(left.hundredths(), 0, "muted: {left}");
        drop(saying);
        room.page.post("/mute", "muted=false");
        room.clients.wait_for("'new' on source-output");
    }
}
