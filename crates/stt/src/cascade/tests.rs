use std::sync::atomic::{AtomicUsize, Ordering};

use voice::testing::{GRAMMAR, WHISPER};

use super::*;
use crate::config::{Engines, GrammarKind};
use crate::error::Error;
use crate::testing::{FakeGrammar, FakeOpen, graph};

const SOUND: [f32; 320] = [0.1; 320];
/// What [`FakeOpen`] makes of it.
const OPEN: &str = "320 samples";

/// A cascade whose grammar recogniser hears and accepts a sentence, or rejects everything; and how
/// often the open engine was asked in a pause.
fn both(accepted: &'static str) -> (Cascade, Arc<AtomicUsize>) {
    let open = FakeOpen::default();
    let pauses = Arc::clone(&open.pauses);
    let grammar: Box<dyn GrammarEngine> = Box::new(FakeGrammar::accepting(accepted));
    (Cascade::from_parts(Some(grammar), Some(Box::new(open))), pauses)
}

/// Feeds the sound, and finishes.
fn hear(cascade: &mut Cascade) -> Transcript {
    cascade.feed(&SOUND).unwrap();
    cascade.finish().unwrap()
}

#[test]
fn the_open_engine_gets_the_same_audio() {
    let mut cascade = Cascade::from_parts(None, Some(Box::new(FakeOpen::default())));
    for _ in 0..2 {
        assert!(cascade.feed(&[0.0; 320]).is_ok() && cascade.feed(&[0.0; 80]).is_ok());
        let transcript = cascade.finish().unwrap();
        let (text, engine) = (transcript.text.expose(), transcript.engine);
        assert_eq!((text, engine), ("400 samples", WHISPER));
    }
    assert!(cascade.feed(&SOUND).is_ok());
    cascade.reset();
    assert_eq!(cascade.finish().unwrap().text.expose(), "");
    let mut nothing = Cascade::from_parts(None, None);
    assert!(hear(&mut nothing).text.is_empty());
}

#[test]
fn in_noise_the_open_engine_is_asked_about_a_sentence_too() {
    let (mut cascade, _) = both("turn it on in noise");
    let transcript = hear(&mut cascade);
    assert_eq!((transcript.engine, transcript.text.expose()), (GRAMMAR, "turn it on in noise"));
    let others: Vec<_> = transcript.alternatives.iter().map(|other| other.engine).collect();
    assert!(others.contains(&WHISPER));
    assert!(cascade.second().unwrap().is_none(), "it was asked already");
    let (mut quiet, _) = both("turn it on");
    assert!(hear(&mut quiet).alternatives.iter().all(|other| other.engine != WHISPER));
    assert_eq!(quiet.second().unwrap().unwrap().engine, WHISPER);
}

#[test]
fn the_open_engine_begins_in_a_pause_only_if_the_grammar_rejects_it() {
    let (mut cascade, pauses) = both("");
    cascade.feed(&SOUND).unwrap();
    let partial = cascade.pause().unwrap().unwrap();
    assert_eq!((partial.complete, pauses.load(Ordering::Relaxed)), (Some(false), 1));
    let transcript = cascade.finish().unwrap();
    assert_eq!((transcript.engine, transcript.text.expose()), (WHISPER, OPEN));
    assert_eq!(transcript.alternatives[0].text.expose(), "perhaps");
    assert!(transcript.clarity < 1.0, "more was said than what the grammar knows");

    let (mut cascade, pauses) = both("open the door");
    cascade.feed(&SOUND).unwrap();
    assert_eq!(cascade.pause().unwrap().unwrap().complete, Some(true));
    assert_eq!(pauses.load(Ordering::Relaxed), 0);
    assert_eq!(cascade.finish().unwrap().engine, GRAMMAR);
}

#[test]
fn the_open_engine_is_asked_for_free_words() {
    let (mut cascade, pauses) = both("add * to my list");
    cascade.feed(&SOUND).unwrap();
    assert_eq!(cascade.pause().unwrap().unwrap().complete, Some(true));
    assert_eq!(pauses.load(Ordering::Relaxed), 1, "it begins in the pause");
    let transcript = cascade.finish().unwrap();
    let (text, engine) = (transcript.text.expose(), transcript.engine);
    assert_eq!((text, engine), ("add * to my list", GRAMMAR));
    let others: Vec<_> =
        transcript.alternatives.iter().map(|a| (a.engine, a.text.expose())).collect();
    assert_eq!(others, [(GRAMMAR, "perhaps"), (WHISPER, OPEN)]);
    assert!(
        cascade.second().unwrap().is_none(),
        "its transcript is among the alternatives already"
    );
}

#[test]
fn the_open_engine_says_once_what_it_makes_of_a_sentence() {
    let (mut cascade, _) = both("open the door");
    assert!(cascade.has_second() && cascade.second().unwrap().is_none());
    hear(&mut cascade);
    assert_eq!(cascade.second().unwrap().unwrap().text.expose(), OPEN);
    assert!(cascade.second().unwrap().is_none());
    // Nothing is left of it when something else is said, or it is to be forgotten.
    hear(&mut cascade);
    cascade.feed(&SOUND).unwrap();
    assert!(cascade.second().unwrap().is_none());
    cascade.finish().unwrap();
    cascade.reset();
    assert!(cascade.second().unwrap().is_none());
    // What it has heard already is no second opinion.
    let (mut cascade, _) = both("");
    hear(&mut cascade);
    assert!(cascade.second().unwrap().is_none());
}

#[test]
fn sentences_can_be_compiled_elsewhere() {
    let mut cascade = Cascade::from_parts(Some(Box::new(FakeGrammar::new("open"))), None);
    assert!(hear(&mut cascade).text.is_empty());
    let preparer = cascade.preparer();
    let graph = graph(&["open"]);
    let prepared = std::thread::spawn(move || preparer.prepare(&graph)).join().unwrap();
    cascade.adopt(prepared).unwrap();
    assert_eq!(hear(&mut cascade).text.expose(), "open");
}

#[test]
fn without_a_model_it_says_how_to_get_one() {
    let folder = tempfile::tempdir().unwrap();
    let models_dir = Some(folder.path().to_owned());
    let config = Config { models_dir: models_dir.clone(), ..Config::default() };
    let cascade = Cascade::new(&config, None, &Language::default()).unwrap();
    let notice = cascade.notice().unwrap();
    assert!(
        notice.contains("models/fetch tiny.en-q5_1") && notice.lines().count() == 1,
        "{notice}"
    );

    let config = Config { engine: Engines::Whisper, models_dir, ..Config::default() };
    assert!(matches!(
        Cascade::new(&config, None, &Language::default()),
        Err(Error::NoModel { .. })
    ));
    // Under the published name there must be the published file.
    std::fs::write(folder.path().join("ggml-tiny.en-q5_1.bin"), "something else").unwrap();
    assert!(matches!(
        Cascade::new(&config, None, &Language::default()),
        Err(Error::BrokenModel { .. })
    ));

    let folder = tempfile::tempdir().unwrap();
    let models_dir = Some(folder.path().to_owned());
    let nothing = Config { grammar: GrammarKind::Transducer, models_dir, ..Config::default() };
    assert!(matches!(
        Cascade::new(&nothing, None, &Language::default()),
        Err(Error::NoTransducer { .. })
    ));
}
