//! The sentences of the house first, anything else second, on the same audio.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use transducer::Model;
use voice::{Engine, Partial, Transcriber, Transcript, WordGraph};

use crate::config::{Config, Engines, GrammarKind, TRANSDUCER};
use crate::error::{Error, Result};
use crate::manifest::{self, Check, Kind, Manifest};
use crate::pocketsphinx::GrammarTranscriber;
use crate::transducer::TransducerTranscriber;
use crate::whisper::{Canceller, WhisperTranscriber};

/// An engine for the sentences of a house, which can be changed between two utterances.
pub trait GrammarEngine: Transcriber {
    /// Listens for the sentences of `graph` from the next utterance on.
    ///
    /// # Errors
    /// [`Error::Grammar`] when the engine refuses them.
    fn set_graph(&mut self, graph: &WordGraph) -> Result<()>;
}

/// The engine that the configuration asks for, or the best that there is: the network, or else
/// PocketSphinx.
fn grammar_engine(config: &Config, model: Option<&Arc<Model>>) -> Result<Box<dyn GrammarEngine>> {
    Ok(match (config.grammar, model) {
        (GrammarKind::Auto | GrammarKind::Transducer, Some(model)) => {
            Box::new(TransducerTranscriber::new(Arc::clone(model)))
        }
        (GrammarKind::Transducer, None) => {
            return Err(Error::NoTransducer { path: config.dir_with(TRANSDUCER) });
        }
        (GrammarKind::Auto | GrammarKind::Pocketsphinx, _) => Box::new(GrammarTranscriber::new()?),
    })
}

/// Asks the grammar while the person speaks, and the open engine only when that knows nothing.
pub struct Chain {
    grammar: Option<Box<dyn GrammarEngine>>,
    open: Option<Box<dyn Transcriber>>,
    canceller: Canceller,
    notice: Option<String>,
}

impl Chain {
    /// The engines of the configuration, with the network if it is there. One that is missing is left out, which
    /// [`Chain::notice`] says, unless it is the only one.
    ///
    /// # Errors
    /// When the engine that was asked for cannot be had, or none can.
    pub fn new(config: &Config, model: Option<&Arc<Model>>) -> Result<Self> {
        let mut notice = None;
        let mut canceller = Canceller::default();
        let mut left_out = |error: Error, instead: &str| {
            let line = format!("failed to {error}; {instead}");
            tracing::info!("{line}");
            notice = Some(line);
        };
        let grammar = match config.engine {
            Engines::Whisper => None,
            Engines::Grammar => Some(grammar_engine(config, model)?),
            Engines::Auto => match grammar_engine(config, model) {
                Ok(grammar) => Some(grammar),
                Err(error) => {
                    left_out(error, "commands are heard by whisper alone");
                    None
                }
            },
        };
        let whisper = match config.engine {
            Engines::Grammar => None,
            Engines::Whisper => Some(open_whisper(config)?),
            Engines::Auto => match open_whisper(config) {
                Ok(whisper) => Some(whisper),
                Err(error) if grammar.is_none() => return Err(error),
                Err(error) => {
                    left_out(error, "only the sentences of the house are understood");
                    None
                }
            },
        };
        if let Some(whisper) = &whisper {
            canceller = whisper.canceller();
        }
        let open = whisper.map(|whisper| Box::new(whisper) as Box<dyn Transcriber>);
        Ok(Self { grammar, open, canceller, notice })
    }

    /// A chain of engines that are there already.
    pub fn from_parts(
        grammar: Option<Box<dyn GrammarEngine>>,
        open: Option<Box<dyn Transcriber>>,
    ) -> Self {
        Self { grammar, open, canceller: Canceller::default(), notice: None }
    }

    /// The sentences of the house, from the next utterance on.
    ///
    /// # Errors
    /// [`Error::Grammar`] when the engine refuses them.
    pub fn set_graph(&mut self, graph: &WordGraph) -> Result<()> {
        self.grammar.as_mut().map_or(Ok(()), |grammar| grammar.set_graph(graph))
    }

    /// What is missing and how to get it, in one line, to be told once.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// A handle that stops the open engine from any thread.
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }
}

impl Transcriber for Chain {
    fn feed(&mut self, pcm: &[f32]) -> voice::Result<Option<Partial>> {
        if let Some(open) = &mut self.open {
            open.feed(pcm)?;
        }
        self.grammar.as_mut().map_or(Ok(None), |grammar| grammar.feed(pcm))
    }

    fn pause(&mut self) -> voice::Result<Option<Partial>> {
        self.grammar.as_mut().map_or(Ok(None), |grammar| grammar.pause())
    }

    fn finish(&mut self) -> voice::Result<Transcript> {
        let closed = match &mut self.grammar {
            Some(grammar) => grammar.finish(),
            None => Ok(Transcript::nothing(Engine::Grammar)),
        };
        let Some(open) = &mut self.open else { return closed };
        match closed {
            Ok(transcript) if !transcript.text.is_empty() => {
                open.reset();
                Ok(transcript)
            }
            // A grammar that broke is no reason to give up while there is another engine.
            _ => open.finish(),
        }
    }

    fn reset(&mut self) {
        if let Some(grammar) = &mut self.grammar {
            grammar.reset();
        }
        if let Some(open) = &mut self.open {
            open.reset();
        }
    }
}

fn open_whisper(config: &Config) -> Result<WhisperTranscriber> {
    let path = whisper_path(config)?;
    let manifest = Manifest::built_in()?;
    // A file under a known name must be that file; any other is only checked for its form.
    let dir = path.parent().unwrap_or(Path::new(""));
    if let Some(model) = manifest.model.iter().find(|model| model.path(dir) == path)
        && model.check(dir, &mut |_| {})? == Check::Wrong
    {
        let reason = "it is not the file that was published under this name".to_owned();
        return Err(Error::BrokenModel { path, reason });
    }
    WhisperTranscriber::open(&path)
}

/// The file of the configured model, or of the first that is there.
fn whisper_path(config: &Config) -> Result<PathBuf> {
    let manifest = Manifest::built_in()?;
    let path_of = |model: &manifest::Model| model.path(&config.dir_with(&model.file));
    let models = || manifest.model.iter().filter(|model| model.kind == Kind::Whisper);
    let (path, name) = match &config.whisper_model {
        Some(wanted) => match models().find(|model| model.name == *wanted) {
            Some(model) => (path_of(model), model.name.clone()),
            None => (PathBuf::from(wanted), "tiny.en-q5_1".to_owned()),
        },
        None => match models().find(|model| path_of(model).exists()).or(models().next()) {
            Some(model) => (path_of(model), model.name.clone()),
            None => (PathBuf::new(), String::new()),
        },
    };
    if path.exists() { Ok(path) } else { Err(Error::NoModel { path, name }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Knows one answer and counts what it was asked.
    struct Knows(&'static str, usize);

    impl Transcriber for Knows {
        fn feed(&mut self, pcm: &[f32]) -> voice::Result<Option<Partial>> {
            self.1 += pcm.len();
            Ok(None)
        }

        fn finish(&mut self) -> voice::Result<Transcript> {
            let samples = std::mem::take(&mut self.1);
            Ok(Transcript {
                text: format!("{} {samples}", self.0).into(),
                confidence: 0.5,
                ..Transcript::nothing(Engine::Whisper)
            })
        }

        fn reset(&mut self) {
            self.1 = 0;
        }
    }

    #[test]
    fn the_open_engine_gets_the_same_audio() {
        let mut chain = Chain::from_parts(None, Some(Box::new(Knows("heard", 0))));
        for _ in 0..2 {
            assert!(chain.feed(&[0.0; 320]).is_ok() && chain.feed(&[0.0; 80]).is_ok());
            let transcript = chain.finish().unwrap();
            assert_eq!(
                (transcript.text.expose(), transcript.engine),
                ("heard 400", Engine::Whisper)
            );
        }
        assert!(chain.feed(&[0.0; 320]).is_ok());
        chain.reset();
        assert_eq!(chain.finish().unwrap().text.expose(), "heard 0");
        let mut nothing = Chain::from_parts(None, None);
        assert!(nothing.feed(&[0.0; 320]).is_ok());
        assert!(nothing.finish().unwrap().text.is_empty());
    }

    #[test]
    fn without_a_model_it_says_how_to_get_one() {
        let folder = tempfile::tempdir().unwrap();
        let models_dir = Some(folder.path().to_owned());
        let config = Config { models_dir: models_dir.clone(), ..Config::default() };
        let chain = Chain::new(&config, None).unwrap();
        let notice = chain.notice().unwrap();
        assert!(
            notice.contains("models/fetch tiny.en-q5_1") && notice.lines().count() == 1,
            "{notice}"
        );

        let config = Config { engine: Engines::Whisper, models_dir, ..Config::default() };
        assert!(matches!(Chain::new(&config, None), Err(Error::NoModel { .. })));
        // Under the published name there must be the published file.
        std::fs::write(folder.path().join("ggml-tiny.en-q5_1.bin"), "something else").unwrap();
        assert!(matches!(Chain::new(&config, None), Err(Error::BrokenModel { .. })));
    }
}
