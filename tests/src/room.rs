//! Somebody says something in a room: sound, what the recogniser makes of it, and what the household does.
//!
//! Without threads, wake word and clock, so that many sentences are heard in a minute.

use std::process::Command;

use stt::Cascade;
use voice::{FRAME_SAMPLES, Transcriber as _};

use crate::fresh_house::{Came, FreshHouse};
use crate::recordings;

/// Voices of espeak-ng that differ most.
pub const VOICES: [&str; 5] = ["en-us", "en-gb", "en-gb-scotland", "en-us+f3", "en-029"];
/// Silence behind a command, in milliseconds: as long as the endpoint takes.
const TAIL_MS: u32 = 1_200;
/// Silence before it.
const LEAD_MS: u32 = 300;

/// A room with a recogniser in it.
pub struct Room {
    house: FreshHouse,
    cascade: Cascade,
}

impl Room {
    /// The room of that id in a house, given as YAML.
    pub fn new(house: &str, area: &str, config: &stt::Config) -> Self {
        let house = FreshHouse::new(house, area);
        let network = recordings::model().map(transducer::Model::load).transpose();
        let network = network.expect("a whole network");
        let cascade = Cascade::new(config, network.as_ref(), &stt::Language::default());
        let mut cascade = cascade.expect("a recogniser");
        cascade.set_graph(house.graph()).expect("a grammar");
        Self { house, cascade }
    }

    /// What comes of a sound, 16 kHz mono, of which all is the command.
    pub fn hear(&mut self, pcm: &[f32]) -> Came {
        self.cascade.reset();
        for piece in pcm.chunks(FRAME_SAMPLES) {
            self.cascade.feed(piece).expect("it takes sound");
        }
        self.house.hear(&self.cascade.finish().expect("it hears"))
    }

    /// What comes of a text.
    pub fn read(&self, text: &str) -> Came {
        self.house.read(text)
    }
}

/// A voice of espeak-ng says a text in a quiet room: 16 kHz mono.
pub fn say(voice: &str, text: &str) -> Vec<f32> {
    in_a_room(&said_by(voice, text))
}

/// The voice alone.
pub fn said_by(voice: &str, text: &str) -> Vec<f32> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("speech.wav");
    let said = Command::new("espeak-ng").args(["-v", voice, "-w"]).arg(&file).arg(text).status();
    assert!(said.is_ok_and(|status| status.success()), "espeak-ng says `{text}`");
    audio::read_file(&file).expect("a recording").samples().to_vec()
}

/// Speech, as it is heard in a quiet room.
pub fn in_a_room(speech: &[f32]) -> Vec<f32> {
    let mut pcm: Vec<f32> = recordings::quiet(LEAD_MS).collect();
    pcm.extend_from_slice(speech);
    pcm.extend(recordings::quiet(TAIL_MS));
    pcm
}
