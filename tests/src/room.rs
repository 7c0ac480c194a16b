//! Somebody says something in a room: sound, what the recogniser makes of it, and what the household does.
//!
//! Without threads, wake word and clock, so that many sentences are heard in a minute.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use assistant::{Assistant, Conversation, Moment, Parts, Rules, Texts};
use home::House;
use skills::{Books, Household, NoHistory};
use stt::Cascade;
use voice::{
    FRAME_SAMPLES, Intent, Outcome, Request, SatelliteId, Skill, Transcriber as _, Transcript,
    TurnId, Wording as _,
};

use crate::recordings;

/// Voices of espeak-ng that differ most.
pub const VOICES: [&str; 5] = ["en-us", "en-gb", "en-gb-scotland", "en-us+f3", "en-029"];
/// Silence behind a command, in milliseconds: as long as the endpoint takes.
const TAIL_MS: u32 = 1_200;
/// Silence before it.
const LEAD_MS: u32 = 300;

/// A room with a recogniser in it.
pub struct Room {
    assistant: Assistant,
    cascade: Cascade,
    runtime: tokio::runtime::Runtime,
    area: String,
    language: Arc<language::Language>,
}

/// What came of a sentence.
#[derive(Clone)]
pub struct Came {
    /// What was understood.
    pub text: String,
    /// What it was taken for.
    pub intent: Option<Intent>,
    /// What came of it.
    pub outcome: Outcome,
    /// What was answered.
    pub answer: String,
}

impl Came {
    /// Whether something was done that a household would notice, and no question answered or refused.
    pub fn is_act(&self) -> bool {
        let harmless = ["HarkNot", "HarkNo", "HarkYes"];
        self.outcome == Outcome::Done
            && self.intent.as_ref().is_some_and(|intent| !harmless.contains(&&*intent.name))
    }

    /// Whether the same was done as in the other case.
    pub fn is_same(&self, other: &Self) -> bool {
        let same = |a: &Intent, b: &Intent| intent::asks_the_same(a, b);
        match (&self.intent, &other.intent) {
            (Some(a), Some(b)) => self.outcome == other.outcome && same(a, b),
            (None, None) => self.outcome == other.outcome,
            _ => false,
        }
    }
}

impl Room {
    /// The room of that id in a house, given as YAML.
    pub fn new(house: &str, area: &str, config: &stt::Config) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.expect("a runtime");
        let zone = jiff::tz::TimeZone::get("Europe/Berlin").expect("a zone");
        let place = Some(skills::Place { latitude: 52.52, longitude: 13.405 });
        let household = Household::open(Books::in_memory(), skills::Home { zone, place });
        let household = runtime.block_on(household).expect("memory can be read");
        let house = home::Config::from_yaml(house).and_then(|config| House::new(&config));
        let house = Arc::new(house.expect("a house"));
        let mut skills = skills::all(&household, Arc::new(NoHistory));
        skills.push(Arc::clone(&house) as Arc<dyn Skill>);
        let texts: Texts = daemon::texts("en").expect("the built-in sentences");
        let language = Arc::clone(&texts.language);
        let (lists, routines) = (house.lists(), Vec::new());
        let parts = Parts { texts, lists, skills, routines, area: Some(area.to_owned()) };
        let assistant = Assistant::new(parts).expect("an assistant");
        let network = recordings::model().map(transducer::Model::load).transpose();
        let network = network.expect("a whole network");
        let cascade = Cascade::new(config, network.as_ref(), &stt::Language::default());
        let mut cascade = cascade.expect("a recogniser");
        cascade.set_graph(assistant.graph()).expect("a grammar");
        Self { assistant, cascade, runtime, area: area.to_owned(), language }
    }

    /// What comes of a sound, 16 kHz mono, of which all is the command.
    pub fn hear(&mut self, pcm: &[f32]) -> Came {
        self.cascade.reset();
        for piece in pcm.chunks(FRAME_SAMPLES) {
            self.cascade.feed(piece).expect("it takes sound");
        }
        let transcript = self.cascade.finish().expect("it hears");
        self.act(&Request::spoken(SatelliteId::local(), transcript.clone()), &transcript)
    }

    /// What comes of a text.
    pub fn read(&mut self, text: &str) -> Came {
        self.act(&Request::typed(text), &Transcript::typed(text.into()))
    }

    fn act(&self, request: &Request, transcript: &Transcript) -> Came {
        // Nobody has said anything before.
        let conversation = Conversation::new(SatelliteId::local(), Some(self.area.clone()));
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(3_600 * 500_000);
        let moment = Moment { now, rules: Rules::default(), volume: 100, second: None };
        let acting = conversation.act(&self.assistant, TurnId(1), request, moment);
        let acted = self.runtime.block_on(acting);
        Came {
            text: transcript.text.expose().to_owned(),
            intent: acted.intent,
            outcome: acted.reply.outcome,
            answer: self.language.text(&acted.reply.speech).into_exposed(),
        }
    }
}

/// A voice of espeak-ng says a text in a quiet room: 16 kHz mono.
pub fn say(voice: &str, text: &str) -> Vec<f32> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("speech.wav");
    let said = Command::new("espeak-ng").args(["-v", voice, "-w"]).arg(&file).arg(text).status();
    assert!(said.is_ok_and(|status| status.success()), "espeak-ng says `{text}`");
    in_a_room(&file)
}

/// A recording, as it is heard in a quiet room.
pub fn in_a_room(file: &Path) -> Vec<f32> {
    let sound = audio::read_file(file).expect("a recording");
    let mut pcm: Vec<f32> = recordings::quiet(LEAD_MS).collect();
    pcm.extend_from_slice(sound.samples());
    pcm.extend(recordings::quiet(TAIL_MS));
    pcm
}
