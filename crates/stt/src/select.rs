//! The sentences of the house first, anything else second, on the same audio.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use transducer::Model;
use voice::{Engine, Partial, Transcriber, Transcript, WordGraph};

use crate::ahead::Canceller;
use crate::config::{Config, Engines, GrammarKind, TRANSDUCER};
use crate::error::{Error, Result};
use crate::manifest::{self, Check, Kind, Manifest};
use crate::pocketsphinx::GrammarTranscriber;
use crate::prepare::{Prepared, Preparer};
use crate::prompt::Prompt;
use crate::transducer::TransducerTranscriber;
use crate::whisper::WhisperTranscriber;

/// An engine for the sentences of a house, which can be changed between two utterances.
pub trait GrammarEngine: Transcriber {
    /// What makes sentences ready for this engine, on any thread.
    fn preparer(&self) -> Preparer;

    /// Listens for these sentences from now on, without much work; what was heard is forgotten.
    ///
    /// # Errors
    /// [`Error::Grammar`] when the engine refuses them.
    fn adopt(&mut self, prepared: Prepared) -> Result<()>;

    /// Makes the sentences of `graph` ready here and now, and listens for them.
    ///
    /// # Errors
    /// [`Error::Grammar`] when the engine refuses them.
    fn set_graph(&mut self, graph: &WordGraph) -> Result<()> {
        let prepared = self.preparer().prepare(graph);
        self.adopt(prepared)
    }
}

/// The engine that the configuration asks for, or the best that there is: the network, or else
/// PocketSphinx.
fn grammar_engine(config: &Config, model: Option<&Arc<Model>>) -> Result<Box<dyn GrammarEngine>> {
    Ok(match (config.grammar, model) {
        (GrammarKind::Auto | GrammarKind::Transducer, Some(model)) => {
            Box::new(TransducerTranscriber::new(Arc::clone(model)))
        }
        (GrammarKind::Transducer, None) => {
            return Err(no_network(config));
        }
        (GrammarKind::Auto | GrammarKind::Pocketsphinx, _) => Box::new(GrammarTranscriber::new()?),
    })
}

fn no_network(config: &Config) -> Error {
    Error::NoTransducer { path: config.dir_with(TRANSDUCER) }
}

/// Asks the grammar while the person speaks, and the open engine only when that knows nothing.
pub struct Chain {
    grammar: Option<Box<dyn GrammarEngine>>,
    open: Option<Box<dyn Transcriber>>,
    /// The grammar knew the last utterance; the open engine still has it.
    unheard: bool,
    prompt: Prompt,
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
        let (mut canceller, mut prompt) = (Canceller::default(), Prompt::default());
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
                // Nothing is there at all; of all engines the network helps most.
                Err(_) if grammar.is_none() => return Err(no_network(config)),
                Err(error) => {
                    left_out(error, "only the sentences of the house are understood");
                    None
                }
            },
        };
        if let Some(whisper) = &whisper {
            canceller = whisper.canceller();
            prompt = whisper.prompt();
        }
        let open = whisper.map(|whisper| Box::new(whisper) as Box<dyn Transcriber>);
        Ok(Self { grammar, open, unheard: false, prompt, canceller, notice })
    }

    /// A chain of engines that are there already.
    pub fn from_parts(
        grammar: Option<Box<dyn GrammarEngine>>,
        open: Option<Box<dyn Transcriber>>,
    ) -> Self {
        Self {
            grammar,
            open,
            unheard: false,
            prompt: Prompt::default(),
            canceller: Canceller::default(),
            notice: None,
        }
    }

    /// What makes the sentences of the house ready, on any thread.
    pub fn preparer(&self) -> Preparer {
        self.grammar.as_ref().map(|grammar| grammar.preparer()).unwrap_or_default()
    }

    /// Listens for these sentences from the next utterance on, without much work.
    ///
    /// # Errors
    /// [`Error::Grammar`] when the engine refuses them.
    pub fn adopt(&mut self, prepared: Prepared) -> Result<()> {
        self.prompt.set(prepared.prompt.clone());
        self.grammar.as_mut().map_or(Ok(()), |grammar| grammar.adopt(prepared))
    }

    /// Makes the sentences of the house ready here and now, and listens for them.
    ///
    /// # Errors
    /// [`Error::Grammar`] when the engine refuses them.
    pub fn set_graph(&mut self, graph: &WordGraph) -> Result<()> {
        let prepared = self.preparer().prepare(graph);
        self.adopt(prepared)
    }

    /// Whether there are two engines, so that one can be asked about what the other heard.
    pub fn has_second(&self) -> bool {
        self.grammar.is_some() && self.open.is_some()
    }

    /// What the open engine makes of the utterance that the grammar knew last; `None` if there is
    /// no such engine or utterance. It takes as long as [`Transcriber::finish`] without a grammar.
    ///
    /// # Errors
    /// As [`Transcriber::finish`].
    pub fn second(&mut self) -> voice::Result<Option<Transcript>> {
        match &mut self.open {
            Some(open) if std::mem::take(&mut self.unheard) => open.finish().map(Some),
            _ => Ok(None),
        }
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
            if std::mem::take(&mut self.unheard) {
                open.reset();
            }
            open.feed(pcm)?;
        }
        self.grammar.as_mut().map_or(Ok(None), |grammar| grammar.feed(pcm))
    }

    fn pause(&mut self) -> voice::Result<Option<Partial>> {
        let sentence = self.grammar.as_mut().map_or(Ok(None), |grammar| grammar.pause());
        // A sentence of the house needs no other engine; for anything else that begins now.
        let known = matches!(&sentence, Ok(Some(partial)) if !partial.text.is_empty());
        if let Some(open) = &mut self.open
            && !known
        {
            let heard = open.pause()?;
            return if self.grammar.is_some() { sentence } else { Ok(heard) };
        }
        sentence
    }

    fn finish(&mut self) -> voice::Result<Transcript> {
        let closed = match &mut self.grammar {
            Some(grammar) => grammar.finish(),
            None => Ok(Transcript::nothing(Engine::Grammar)),
        };
        let Some(open) = &mut self.open else { return closed };
        match closed {
            Ok(transcript) if !transcript.text.is_empty() => {
                self.unheard = true;
                Ok(transcript)
            }
            Ok(nothing) => {
                let mut transcript = open.finish()?;
                // What the grammar did not believe is still worth a question.
                transcript.alternatives.extend(nothing.alternatives);
                Ok(transcript)
            }
            // A grammar that broke is no reason to give up while there is another engine.
            Err(_) => open.finish(),
        }
    }

    fn reset(&mut self) {
        self.unheard = false;
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
    use std::sync::atomic::{AtomicUsize, Ordering};

    use voice::Alternative;

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

    /// A grammar that believes in nothing but `0`, a text that may be empty, and says in its
    /// alternatives what else it may have been.
    struct Believes(&'static str);

    impl Transcriber for Believes {
        fn feed(&mut self, _: &[f32]) -> voice::Result<Option<Partial>> {
            Ok(None)
        }

        fn pause(&mut self) -> voice::Result<Option<Partial>> {
            Ok(Some(Partial { text: self.0.into(), complete: Some(!self.0.is_empty()), stood: 0 }))
        }

        fn finish(&mut self) -> voice::Result<Transcript> {
            let alternatives = vec![Alternative { text: "perhaps".into(), confidence: 0.4 }];
            let nothing = Transcript::nothing(Engine::Grammar);
            Ok(Transcript { text: self.0.into(), alternatives, ..nothing })
        }

        fn reset(&mut self) {}
    }

    impl GrammarEngine for Believes {
        fn preparer(&self) -> Preparer {
            Preparer::default()
        }

        fn adopt(&mut self, prepared: Prepared) -> Result<()> {
            let graph = prepared.graph().ok_or(Error::Grammar)?;
            self.0 = if graph.accepts(["open"]) { "open" } else { "" };
            Ok(())
        }
    }

    /// An open engine that counts the pauses in which it was asked.
    struct Pauses(Arc<AtomicUsize>);

    impl Transcriber for Pauses {
        fn feed(&mut self, _: &[f32]) -> voice::Result<Option<Partial>> {
            Ok(None)
        }

        fn pause(&mut self) -> voice::Result<Option<Partial>> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Ok(None)
        }

        fn finish(&mut self) -> voice::Result<Transcript> {
            Ok(Transcript { text: "anything".into(), ..Transcript::nothing(Engine::Whisper) })
        }

        fn reset(&mut self) {}
    }

    fn both(believed: &'static str) -> (Chain, Arc<AtomicUsize>) {
        let pauses = Arc::new(AtomicUsize::new(0));
        let open = Box::new(Pauses(Arc::clone(&pauses)));
        (Chain::from_parts(Some(Box::new(Believes(believed))), Some(open)), pauses)
    }

    #[test]
    fn the_open_engine_begins_in_a_pause_only_if_the_grammar_knows_nothing() {
        let (mut chain, pauses) = both("");
        chain.feed(&[0.1; 320]).unwrap();
        let partial = chain.pause().unwrap().unwrap();
        assert_eq!((partial.complete, pauses.load(Ordering::Relaxed)), (Some(false), 1));
        let transcript = chain.finish().unwrap();
        assert_eq!((transcript.engine, transcript.text.expose()), (Engine::Whisper, "anything"));
        assert_eq!(transcript.alternatives[0].text.expose(), "perhaps");

        let (mut chain, pauses) = both("open the door");
        chain.feed(&[0.1; 320]).unwrap();
        assert_eq!(chain.pause().unwrap().unwrap().complete, Some(true));
        assert_eq!(pauses.load(Ordering::Relaxed), 0);
        assert_eq!(chain.finish().unwrap().engine, Engine::Grammar);
    }

    #[test]
    fn the_open_engine_says_once_what_it_makes_of_a_sentence() {
        let (mut chain, _) = both("open the door");
        assert!(chain.has_second() && chain.second().unwrap().is_none());
        chain.finish().unwrap();
        assert_eq!(chain.second().unwrap().unwrap().text.expose(), "anything");
        assert!(chain.second().unwrap().is_none());
        // Nothing is left of it when something else is said, or it is to be forgotten.
        chain.finish().unwrap();
        chain.feed(&[0.1; 320]).unwrap();
        assert!(chain.second().unwrap().is_none());
        chain.finish().unwrap();
        chain.reset();
        assert!(chain.second().unwrap().is_none());
        // What it has heard already is no second opinion.
        let (mut chain, _) = both("");
        chain.finish().unwrap();
        assert!(chain.second().unwrap().is_none());
    }

    #[test]
    fn sentences_can_be_made_ready_elsewhere() {
        let (mut chain, _) = both("");
        let preparer = chain.preparer();
        let mut graph = WordGraph::new();
        graph.add_words(graph.start(), graph.end(), ["open"], 0.0);
        let prepared = std::thread::spawn(move || preparer.prepare(&graph)).join().unwrap();
        chain.adopt(prepared).unwrap();
        assert_eq!(chain.finish().unwrap().text.expose(), "open");
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

        let folder = tempfile::tempdir().unwrap();
        let models_dir = Some(folder.path().to_owned());
        let nothing = Config { grammar: GrammarKind::Transducer, models_dir, ..Config::default() };
        assert!(matches!(Chain::new(&nothing, None), Err(Error::NoTransducer { .. })));
    }
}
