//! A sound server that is killed, stopped or hangs while the speaker runs, and comes back: that the speaker hears
//! nothing is told, it hears again without a restart, and it ends in time whatever the server does.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use e2e::binary::{Running, Stream};
use e2e::page::{Events, Page};
use e2e::pulse::{Pulse, Sink};
use e2e::{rig, typed};

/// How soon somebody must be told that nothing is heard.
const TOLD_WITHIN: Duration = Duration::from_secs(10);
/// How soon the program must end; systemd kills it after 90 s, and until then it holds the data folder.
const ENDS_WITHIN: Duration = Duration::from_secs(5);
/// Where the page says it.
const FAULT: &str = "id=\"deaf\"";

struct Household {
    pulse: Pulse,
    speaker: Running,
    page: Page,
    events: Events,
    command: PathBuf,
}

impl Household {
    fn new(folder: &Path) -> Self {
        let pulse = Pulse::start(
            folder,
            &[Sink::alone("mic"), Sink::alone("spk")],
            &[("testmic", "mic.monitor"), ("testspk", "spk")],
        );
        let mut clients = pulse.news();
        let (speech, mut config) =
            rig::command("rhasspy_turn_on_living_room_lamp", "turn on the lamp");
        let command = folder.join("said.wav");
        audio::write_file(&command, speech.samples()).expect("sound is written");
        "testmic".clone_into(&mut config.audio.microphone.device);
        "testspk".clone_into(&mut config.audio.speaker.device);
        let (speaker, page) = pulse.speaker(folder, &config);
        clients.wait_for("'new' on source-output");
        let events = page.events();
        let mut household = Self { pulse, speaker, page, events, command };
        household.is_served();
        household
    }

    /// Somebody gives a command, and hears the answer.
    fn is_served(&mut self) {
        let mut answers = self.pulse.client("parec");
        answers.args(["--device=spk.monitor", "--format=s16le", "--rate=16000", "--channels=1"]);
        let heard = self.command.with_file_name("heard.raw");
        answers.stdout(std::fs::File::create(&heard).expect("a file"));
        let answers = Running::start(&mut answers, Stream::Stderr);
        let mut say = self.pulse.client("paplay");
        assert!(
            say.arg("--device=mic").arg(&self.command).status().is_ok_and(|said| said.success())
        );
        rig::stored(&mut self.events);
        self.events.wait_until(|| self.page.state("light.living_room") == "on");
        self.is_idle();
        answers.stop();
        let heard = std::fs::read(heard).expect("it was recorded");
        assert!(heard.iter().any(|&byte| byte != 0), "the answer is heard");
        typed::say(&self.page, "turn off the living room lamp");
        self.events.wait_until(|| self.page.state("light.living_room") == "off");
        self.is_idle();
    }

    fn is_idle(&mut self) {
        self.events.wait_until(|| self.page.text("/home").contains("data-phase=\"idle\""));
    }

    fn becomes_deaf(&mut self, from: Instant) {
        while self.events.wait_for("audio") != "lost" {}
        assert!(from.elapsed() < TOLD_WITHIN, "told after {:?}", from.elapsed());
        let page = self.page.text("/home");
        assert!(page.contains(FAULT), "{page}");
        self.speaker.wait_for("sound server");
    }

    fn hears_again(&mut self) {
        while self.events.wait_for("audio") != "back" {}
        let page = self.page.text("/home");
        assert!(!page.contains(FAULT), "{page}");
    }

    fn ends(self) {
        let begun = Instant::now();
        let (status, said) = self.speaker.stop();
        assert!(begun.elapsed() < ENDS_WITHIN, "after {:?}: {said:?}", begun.elapsed());
        assert!(status.success(), "{status}: {said:?}");
    }
}

fn server_ends(signal: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut household = Household::new(folder.path());
    for _ in 0..2 {
        let begun = Instant::now();
        household.pulse.end(signal);
        household.becomes_deaf(begun);
        household.pulse.serve();
        household.hears_again();
        household.is_served();
    }
    household.ends();
}

#[test]
fn a_server_that_is_killed() {
    server_ends("KILL");
}

#[test]
fn a_server_that_is_stopped() {
    server_ends("TERM");
}

/// Nothing that waits for it holds anything else up.
#[test]
fn a_server_that_hangs() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut household = Household::new(folder.path());
    let begun = Instant::now();
    household.pulse.signal("STOP");
    household.becomes_deaf(begun);
    for _ in 0..4 {
        typed::ask(&household.page, "what day is it");
    }
    household.pulse.signal("CONT");
    household.hears_again();
    household.is_served();
    household.ends();
}

#[test]
fn the_speaker_ends_while_its_server_is_gone_or_hangs() {
    for (signal, is_noticed) in [("KILL", false), ("KILL", true), ("STOP", false), ("STOP", true)] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut household = Household::new(folder.path());
        let begun = Instant::now();
        household.pulse.signal(signal);
        if is_noticed {
            household.becomes_deaf(begun);
        }
        household.ends();
    }
}
