//! The recognition engines that the configuration asks for, and the sentences that are understood.

use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::Context as _;
use assistant::{Assistant, Parts, Routine, Texts};
use home::House;
use skills::{Forget, Household};
use stt::{Cascade, Prepared, Preparer};
use tts::{Cached, Espeak};
use voice::{Skill, Synthesizer, Transcriber, Transcript};
use wake::Listener;

use crate::nearby::{advised, warn_of_passed_over};
use crate::{Config, sentences};

/// The voice of the answers, which keeps the sound of stock replies. Without one, every attempt to speak
/// says what is missing, and the speaker goes on.
pub fn synthesizer(config: &Config) -> Box<dyn Synthesizer> {
    let words = sentences::words(&config.language);
    let espeak = words.map_err(|error| format!("{error:#}")).and_then(|words| {
        Espeak::new(&config.tts, &words.voice).map_err(|error| error.to_string())
    });
    match espeak {
        Ok(espeak) => Box::new(Cached::new(espeak)),
        Err(error) => Box::new(Voiceless(error)),
    }
}

struct Voiceless(String);

impl Synthesizer for Voiceless {
    fn sample_rate(&self) -> u32 {
        voice::SAMPLE_RATE
    }

    fn speak(
        &mut self,
        _: &str,
        _: &mut dyn FnMut(&[f32]) -> ControlFlow<()>,
    ) -> voice::Result<()> {
        Err(voice::Error::unavailable(self.0.clone()))
    }
}

/// Wake word detector and recognisers.
pub struct Engines {
    /// Wake word, voice activity and end of speech.
    pub listener: Listener,
    /// By which another detector is made when other voices are enrolled.
    pub ears: Ears,
    /// Speech to text.
    pub transcriber: Box<dyn Grammar>,
    /// Stops a transcription that nobody waits for any more.
    pub abort: stt::Canceller,
}

/// What a wake word detector is made of, besides the voices.
pub struct Ears {
    config: wake::Config,
    model: Option<Arc<transducer::Model>>,
}

impl Ears {
    /// The detector that hears with the help of these voices.
    ///
    /// # Errors
    /// As [`wake::detector`].
    pub(crate) fn detector(
        &self,
        voices: wake::Voices,
    ) -> Result<Box<dyn voice::WakeDetector>, wake::Error> {
        wake::detector(&wake::Config { voices, ..self.config.clone() }, self.model.as_ref())
    }
}

/// A transcriber whose grammar can be changed between two utterances.
pub trait Grammar: Transcriber {
    /// What makes sentences ready for it, on any thread.
    fn preparer(&self) -> Preparer;

    /// Takes the sentences that may be heard from now on, without much work.
    ///
    /// # Errors
    /// When they cannot be used.
    fn adopt(&mut self, prepared: Prepared) -> voice::Result<()>;

    /// Whether a second engine can say what it makes of an utterance.
    fn has_second(&self) -> bool {
        false
    }

    /// What the second engine makes of the utterance that was transcribed last; `None` if it is the
    /// one that did it, or there is none.
    ///
    /// # Errors
    /// As [`Transcriber::finish`].
    fn second(&mut self) -> voice::Result<Option<Transcript>> {
        Ok(None)
    }
}

/// The network that hears wake words and commands, if its weights are there.
///
/// # Errors
/// When one of its files is missing or damaged; the error names it.
pub fn network(config: &Config) -> anyhow::Result<Option<Arc<transducer::Model>>> {
    let folder = config.stt.dir_with(stt::TRANSDUCER).join(stt::TRANSDUCER);
    if !folder.exists() {
        return Ok(None);
    }
    let doing = format!(
        "failed to load the speech network; `models/fetch {} {}` gets it again",
        stt::TRANSDUCER,
        folder.parent().unwrap_or(&folder).display()
    );
    Ok(Some(transducer::Model::load(&folder).context(doing)?))
}

/// The same for a speaker, which hears with something else where the network is damaged, and says so.
fn network_if_whole(config: &Config) -> Option<Arc<transducer::Model>> {
    network(config).unwrap_or_else(|error| {
        tracing::warn!("{}", crate::one_line(&error));
        None
    })
}

/// The voices that the household enrolled; none while they are locked.
pub async fn voices(store: &store::Store) -> wake::Voices {
    match store.voices().await {
        Ok(voices) => voices.into_iter().collect(),
        Err(store::Error::Locked) => wake::Voices::default(),
        Err(error) => {
            crate::error::warn_of!(
                error,
                "failed to read the enrolled voices; the wake word is heard without them"
            );
            wake::Voices::default()
        }
    }
}

/// Loads the engines. What is missing but can be done without is said once, in one line.
///
/// # Errors
/// When there is no way to hear.
pub fn engines(config: &Config) -> anyhow::Result<Engines> {
    let model = network_if_whole(config);
    let detector = wake::detector(&config.wake, model.as_ref())
        .context("failed to load the wake word")
        .map_err(|error| advised(error, &config.stt))?;
    for advice in wake::advice(&config.wake, model.as_ref()) {
        tracing::warn!("{advice}");
    }
    let listener = Listener::new(detector, &config.wake);
    let cascade = cascade(config, model.as_ref())?;
    warn_of_passed_over(&config.stt);
    let abort = cascade.canceller();
    let ears = Ears { config: config.wake.clone(), model };
    Ok(Engines { listener, ears, transcriber: Box::new(cascade), abort })
}

/// The recognisers of the configuration, for the language that is spoken.
///
/// # Errors
/// When there is none, or no such language.
pub fn cascade(config: &Config, model: Option<&Arc<transducer::Model>>) -> anyhow::Result<Cascade> {
    let words = sentences::words(&config.language)?.recogniser;
    let language = stt::Language {
        code: config.language.clone(),
        hallucinations: words.hallucinations.into_iter().collect(),
        hallucination_parts: words.hallucination_parts,
    };
    Cascade::new(&config.stt, model, &language)
        .context("failed to load speech to text")
        .map_err(|error| advised(error, &config.stt))
}

impl Grammar for Cascade {
    fn preparer(&self) -> Preparer {
        self.preparer()
    }

    fn adopt(&mut self, prepared: Prepared) -> voice::Result<()> {
        Ok(self.adopt(prepared)?)
    }

    fn has_second(&self) -> bool {
        self.has_second()
    }

    fn second(&mut self) -> voice::Result<Option<Transcript>> {
        self.second()
    }
}

fn routine(config: &crate::config::RoutineConfig) -> Routine {
    let crate::config::RoutineConfig { say, commands, reply } = config.clone();
    Routine { say, commands, reply }
}

/// By which clock the household lives: that of the machine.
pub fn home_of(config: &Config) -> skills::Home {
    skills::Home { zone: jiff::tz::TimeZone::system(), place: config.place }
}

/// Sentences with the names of the house, and the skills that answer them.
///
/// # Errors
/// When a sentence cannot be used, or two skills claim the same intent.
pub fn assistant(
    config: &Config,
    texts: Texts,
    house: &Arc<House>,
    household: &Household,
    history: Arc<dyn Forget>,
) -> anyhow::Result<Assistant> {
    let mut skills = skills::all(household, history);
    skills.push(Arc::clone(house) as Arc<dyn Skill>);
    let routines = config.routines.iter().map(routine).collect();
    let (lists, area) = (house.lists(), config.area.clone());
    let assistant = Assistant::new(Parts { texts, lists, skills, routines, area });
    Ok(assistant?)
}
