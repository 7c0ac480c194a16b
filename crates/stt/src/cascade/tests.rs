use std::sync::atomic::{AtomicUsize, Ordering};

use voice::SpokenWord;

use super::*;
use crate::config::GrammarKind;

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
    let mut cascade = Cascade::from_parts(None, Some(Box::new(Knows("heard", 0))));
    for _ in 0..2 {
        assert!(cascade.feed(&[0.0; 320]).is_ok() && cascade.feed(&[0.0; 80]).is_ok());
        let transcript = cascade.finish().unwrap();
        assert_eq!((transcript.text.expose(), transcript.engine), ("heard 400", Engine::Whisper));
    }
    assert!(cascade.feed(&[0.0; 320]).is_ok());
    cascade.reset();
    assert_eq!(cascade.finish().unwrap().text.expose(), "heard 0");
    let mut nothing = Cascade::from_parts(None, None);
    assert!(nothing.feed(&[0.0; 320]).is_ok());
    assert!(nothing.finish().unwrap().text.is_empty());
}

/// A grammar recogniser that accepts nothing but `0`, a text that may be empty and in which `*`
/// stands for any words, with one alternative.
struct Accepts(&'static str);

fn nothing() -> Transcript {
    Transcript::nothing(Engine::Grammar)
}

impl Transcriber for Accepts {
    fn feed(&mut self, _: &[f32]) -> voice::Result<Option<Partial>> {
        Ok(None)
    }

    fn pause(&mut self) -> voice::Result<Option<Partial>> {
        Ok(Some(Partial {
            text: self.0.into(),
            complete: Some(!self.0.is_empty()),
            stood: 0,
            open: self.0.contains('*'),
        }))
    }

    fn finish(&mut self) -> voice::Result<Transcript> {
        let perhaps = Transcript { text: "perhaps".into(), confidence: 0.4, ..nothing() };
        let word =
            |text: &str| SpokenWord { text: text.into(), confidence: 0.9, open: text == "*" };
        let words = self.0.split_whitespace().map(word).collect();
        let alternatives = as_alternative(perhaps).into_iter().collect();
        Ok(Transcript { text: self.0.into(), alternatives, words, ..nothing() })
    }

    fn reset(&mut self) {}
}

impl GrammarEngine for Accepts {
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

fn both(accepted: &'static str) -> (Cascade, Arc<AtomicUsize>) {
    let pauses = Arc::new(AtomicUsize::new(0));
    let open = Box::new(Pauses(Arc::clone(&pauses)));
    (Cascade::from_parts(Some(Box::new(Accepts(accepted))), Some(open)), pauses)
}

#[test]
fn the_open_engine_begins_in_a_pause_only_if_the_grammar_rejects_it() {
    let (mut cascade, pauses) = both("");
    cascade.feed(&[0.1; 320]).unwrap();
    let partial = cascade.pause().unwrap().unwrap();
    assert_eq!((partial.complete, pauses.load(Ordering::Relaxed)), (Some(false), 1));
    let transcript = cascade.finish().unwrap();
    assert_eq!((transcript.engine, transcript.text.expose()), (Engine::Whisper, "anything"));
    assert_eq!(transcript.alternatives[0].text.expose(), "perhaps");

    let (mut cascade, pauses) = both("open the door");
    cascade.feed(&[0.1; 320]).unwrap();
    assert_eq!(cascade.pause().unwrap().unwrap().complete, Some(true));
    assert_eq!(pauses.load(Ordering::Relaxed), 0);
    assert_eq!(cascade.finish().unwrap().engine, Engine::Grammar);
}

#[test]
fn the_open_engine_is_asked_for_free_words() {
    let (mut cascade, pauses) = both("add * to my list");
    cascade.feed(&[0.1; 320]).unwrap();
    assert_eq!(cascade.pause().unwrap().unwrap().complete, Some(true));
    assert_eq!(pauses.load(Ordering::Relaxed), 1, "it begins in the pause");
    let transcript = cascade.finish().unwrap();
    assert_eq!(
        (transcript.engine, transcript.text.expose()),
        (Engine::Grammar, "add * to my list")
    );
    let others: Vec<_> =
        transcript.alternatives.iter().map(|a| (a.engine, a.text.expose())).collect();
    assert_eq!(others, [(Engine::Grammar, "perhaps"), (Engine::Whisper, "anything")]);
    assert!(
        cascade.second().unwrap().is_none(),
        "its transcript is among the alternatives already"
    );
}

#[test]
fn the_open_engine_says_once_what_it_makes_of_a_sentence() {
    let (mut cascade, _) = both("open the door");
    assert!(cascade.has_second() && cascade.second().unwrap().is_none());
    cascade.finish().unwrap();
    assert_eq!(cascade.second().unwrap().unwrap().text.expose(), "anything");
    assert!(cascade.second().unwrap().is_none());
    // Nothing is left of it when something else is said, or it is to be forgotten.
    cascade.finish().unwrap();
    cascade.feed(&[0.1; 320]).unwrap();
    assert!(cascade.second().unwrap().is_none());
    cascade.finish().unwrap();
    cascade.reset();
    assert!(cascade.second().unwrap().is_none());
    // What it has heard already is no second opinion.
    let (mut cascade, _) = both("");
    cascade.finish().unwrap();
    assert!(cascade.second().unwrap().is_none());
}

#[test]
fn sentences_can_be_compiled_elsewhere() {
    let (mut cascade, _) = both("");
    let preparer = cascade.preparer();
    let mut graph = WordGraph::new();
    graph.add_words(graph.start(), graph.end(), ["open"], 0.0);
    let prepared = std::thread::spawn(move || preparer.prepare(&graph)).join().unwrap();
    cascade.adopt(prepared).unwrap();
    assert_eq!(cascade.finish().unwrap().text.expose(), "open");
}

#[test]
fn without_a_model_it_says_how_to_get_one() {
    let folder = tempfile::tempdir().unwrap();
    let models_dir = Some(folder.path().to_owned());
    let config = Config { models_dir: models_dir.clone(), ..Config::default() };
    let cascade = Cascade::new(&config, None).unwrap();
    let notice = cascade.notice().unwrap();
    assert!(
        notice.contains("models/fetch tiny.en-q5_1") && notice.lines().count() == 1,
        "{notice}"
    );

    let config = Config { engine: Engines::Whisper, models_dir, ..Config::default() };
    assert!(matches!(Cascade::new(&config, None), Err(Error::NoModel { .. })));
    // Under the published name there must be the published file.
    std::fs::write(folder.path().join("ggml-tiny.en-q5_1.bin"), "something else").unwrap();
    assert!(matches!(Cascade::new(&config, None), Err(Error::BrokenModel { .. })));

    let folder = tempfile::tempdir().unwrap();
    let models_dir = Some(folder.path().to_owned());
    let nothing = Config { grammar: GrammarKind::Transducer, models_dir, ..Config::default() };
    assert!(matches!(Cascade::new(&nothing, None), Err(Error::NoTransducer { .. })));
}
