//! Fake engines, and the contract that these and the real ones keep.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use voice::testing::{FakeTranscriber, GRAMMAR, WHISPER, check_transcriber};
use voice::{Alternative, EngineInfo, Partial, SpokenWord, Transcriber, Transcript, WordGraph};

use crate::engine::{GrammarEngine, OpenEngine};
use crate::error::{Error, Result};
use crate::prepare::{Prepared, Preparer};
use crate::speculative::Canceller;

/// A grammar recogniser to which any sound is one sentence, in which `*` stands for free words. It
/// accepts that if it is one of its sentences, and always has something else that it may have been.
pub(crate) struct FakeGrammar {
    hears: &'static str,
    accepts: bool,
    fed: bool,
}

impl FakeGrammar {
    /// Knows no sentence.
    pub(crate) fn new(hears: &'static str) -> Self {
        Self { hears, accepts: false, fed: false }
    }

    /// Knows the sentence that it hears.
    pub(crate) fn accepting(hears: &'static str) -> Self {
        Self { accepts: true, ..Self::new(hears) }
    }

    fn text(&self) -> &'static str {
        if self.accepts && self.fed { self.hears } else { "" }
    }
}

impl Transcriber for FakeGrammar {
    fn feed(&mut self, _: &[f32]) -> voice::Result<Option<Partial>> {
        self.fed = true;
        Ok(None)
    }

    fn pause(&mut self) -> voice::Result<Option<Partial>> {
        let text = self.text();
        Ok(Some(Partial {
            text: text.into(),
            complete: Some(!text.is_empty()),
            stable_for_samples: 0,
            open: text.contains('*'),
        }))
    }

    fn finish(&mut self) -> voice::Result<Transcript> {
        let word =
            |text: &str| SpokenWord { text: text.into(), confidence: 0.9, open: text == "*" };
        let text = self.text();
        let perhaps = Alternative {
            text: "perhaps".into(),
            engine: GRAMMAR,
            confidence: 0.4,
            words: Vec::new(),
        };
        self.reset();
        Ok(Transcript {
            text: text.into(),
            alternatives: vec![perhaps],
            words: text.split_whitespace().map(word).collect(),
            clarity: 0.6,
            ..Transcript::nothing(GRAMMAR)
        })
    }

    fn reset(&mut self) {
        self.fed = false;
    }
}

impl GrammarEngine for FakeGrammar {
    fn info(&self) -> EngineInfo {
        GRAMMAR
    }

    /// As a sentence that says so.
    fn is_worth_second(&self) -> bool {
        self.hears.ends_with("in noise")
    }

    fn preparer(&self) -> Preparer {
        Preparer::default()
    }

    fn adopt(&mut self, prepared: Prepared) -> Result<()> {
        let graph: WordGraph = prepared.compiled()?;
        self.accepts = graph.accepts(self.hears.split(' '));
        self.reset();
        Ok(())
    }
}

/// An open-vocabulary recogniser that hears how many samples it was fed, and counts the pauses in
/// which it was asked.
#[derive(Default)]
pub(crate) struct FakeOpen {
    transcriber: FakeTranscriber,
    canceller: Canceller,
    pub(crate) pauses: Arc<AtomicUsize>,
}

impl Transcriber for FakeOpen {
    fn feed(&mut self, pcm: &[f32]) -> voice::Result<Option<Partial>> {
        self.transcriber.feed(pcm)
    }

    fn pause(&mut self) -> voice::Result<Option<Partial>> {
        self.pauses.fetch_add(1, Ordering::Relaxed);
        Ok(None)
    }

    fn finish(&mut self) -> voice::Result<Transcript> {
        let cancelled = self.canceller.is_cancelled();
        let transcript = self.transcriber.finish()?;
        self.reset();
        if cancelled {
            return Err(voice::Error::Cancelled);
        }
        Ok(Transcript { engine: WHISPER, ..transcript })
    }

    fn reset(&mut self) {
        self.transcriber.reset();
        self.canceller.clear();
    }
}

impl OpenEngine for FakeOpen {
    fn info(&self) -> EngineInfo {
        WHISPER
    }

    fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }
}

/// A graph of sentences.
pub(crate) fn graph(sentences: &[&str]) -> WordGraph {
    let mut graph = WordGraph::new();
    for sentence in sentences {
        graph.add_words(graph.start(), graph.end(), sentence.split(' '), 0.0);
    }
    graph
}

fn hear(engine: &mut dyn GrammarEngine, pcm: &[f32]) -> String {
    for piece in pcm.chunks(voice::FRAME_SAMPLES) {
        assert!(engine.feed(piece).is_ok(), "feeding failed");
    }
    engine.finish().expect("finishing failed").text.into_exposed()
}

/// `sentence` is said in `pcm`.
///
/// A grammar recogniser says what it is. It hears nothing but its sentences, and none before it has some; these can be
/// compiled on any thread, and those of another engine are refused without harm; new ones take effect
/// at once, and what was heard before is forgotten.
pub(crate) fn check_grammar_engine(engine: &mut dyn GrammarEngine, sentence: &str, pcm: &[f32]) {
    let info = engine.info();
    assert!(!info.hears_free_words && info.is_independent && !info.is_exact);
    assert_eq!(info.id, GRAMMAR.id, "all grammar recognisers have one name");
    assert_eq!(hear(engine, pcm), "", "it has no sentences");
    let ours = graph(&[sentence, "never mind"]);
    engine.set_graph(&ours).expect("the sentences");
    check_transcriber(engine, pcm);
    assert_eq!(hear(engine, pcm), sentence);
    engine.feed(pcm).expect("fed");
    let transcript = engine.finish().expect("finished");
    assert_eq!(transcript.engine, info, "its transcripts say whose they are");
    assert_eq!(transcript.words.is_empty(), !info.gives_word_confidence);
    let (preparer, others) = (engine.preparer(), graph(&["never mind"]));
    let elsewhere = std::thread::spawn(move || preparer.prepare(&others)).join().expect("compiled");
    assert!(engine.feed(pcm).is_ok(), "feeding failed");
    engine.adopt(elsewhere).expect("the other sentences");
    let nothing = engine.finish().expect("finishing failed");
    assert!(nothing.text.is_empty(), "what was heard before is forgotten");
    assert_ne!(hear(engine, pcm), sentence, "it is no sentence any more");
    engine.set_graph(&ours).expect("the sentences again");
    let foreign = Preparer::new(|_| ()).prepare(&ours);
    assert!(matches!(engine.adopt(foreign), Err(Error::Grammar)), "it was compiled for another");
    assert_eq!(hear(engine, pcm), sentence, "nothing has changed");
    engine.set_graph(&WordGraph::new()).expect("no sentence at all");
    assert_eq!(hear(engine, pcm), "");
}

/// Something is said in `pcm`.
///
/// An open-vocabulary recogniser is a transcriber; it can be stopped before and during its work, and
/// works again afterwards.
pub(crate) fn check_open_engine(engine: &mut dyn OpenEngine, pcm: &[f32]) {
    let info = engine.info();
    assert!(info.is_open_vocabulary() && !info.id.as_str().is_empty());
    engine.feed(pcm).expect("fed");
    assert_eq!(
        engine.finish().expect("finished").engine,
        info,
        "its transcripts say whose they are"
    );
    check_transcriber(engine, pcm);
    let canceller = engine.canceller();
    engine.feed(pcm).expect("fed");
    canceller.cancel();
    assert!(matches!(engine.finish(), Err(voice::Error::Cancelled)), "it was stopped");
    engine.feed(pcm).expect("fed");
    assert!(engine.finish().is_ok(), "it works again");
    canceller.cancel();
    engine.reset();
    engine.feed(pcm).expect("fed");
    assert!(engine.finish().is_ok(), "a stop does not outlive a reset");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cascade;

    #[test]
    fn the_fakes_keep_the_contracts() {
        let sound = vec![0.1; 16_000];
        check_grammar_engine(&mut FakeGrammar::new("turn on the lamp"), "turn on the lamp", &sound);
        check_open_engine(&mut FakeOpen::default(), &sound);
    }

    #[test]
    fn a_cascade_is_a_transcriber() {
        let sound = vec![0.1; 16_000];
        for hears in ["stop", "add * to my list", ""] {
            let grammar = Box::new(FakeGrammar::accepting(hears));
            let open = Box::new(FakeOpen::default());
            check_transcriber(&mut Cascade::from_parts(Some(grammar), Some(open)), &sound);
        }
        check_transcriber(&mut Cascade::from_parts(None, None), &sound);
    }
}
