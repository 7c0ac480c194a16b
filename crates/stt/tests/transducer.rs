//! The grammar recogniser by the network: recordings of people, with the sentences of a house.

mod common;

use stt::{GrammarEngine as _, TransducerTranscriber};
use transducer::Model;
use voice::testing::FREE;
use voice::{FRAME_SAMPLES, Partial, Transcriber, Transcript, WordGraph};

/// Hears a command with these sentences, in which `*` stands for any words; and what it would be in
/// the pause behind it.
fn hear(sentences: &[&str], file: &str) -> (Partial, Transcript) {
    let mut graph = WordGraph::new();
    for sentence in sentences {
        let mut here = graph.start();
        for word in sentence.split(' ') {
            let next = graph.add_node();
            match word {
                "*" => graph.add_open(here, next),
                word => graph.add_arc(here, next, Some(word), 0.0),
            }
            here = next;
        }
        graph.add_arc(here, graph.end(), None, 0.0);
    }
    let model = Model::load(common::model()).expect("the network");
    let mut transcriber = TransducerTranscriber::new(model);
    transcriber.set_graph(&graph).expect("a grammar");
    let pcm = audio::read_file(common::recordings().join(file)).expect("a recording");
    for piece in pcm.samples().chunks(FRAME_SAMPLES) {
        transcriber.feed(piece).expect("fed");
    }
    let partial = transcriber.pause().expect("paused").expect("it can tell");
    (partial, transcriber.finish().expect("finished"))
}

#[needs::test(recordings, network)]
fn free_words_of_a_sentence_are_marked() {
    let file = "commands/rhasspy_play_the_beatles.flac";
    let (partial, transcript) = hear(&["play *", "stop"], file);
    assert!(partial.open && partial.complete == Some(true));
    assert_eq!((transcript.text.expose(), transcript.is_open()), ("play the beetles", true));
    let words: Vec<_> =
        transcript.words.iter().map(|word| (word.text.expose(), word.open)).collect();
    assert_eq!(words, [("play", false), ("the", true), ("beetles", true)]);
    assert!(transcript.words.iter().all(|word| (0.3..=1.0).contains(&word.confidence)));

    let (partial, transcript) = hear(&["play the beetles", "stop"], file);
    assert!(!partial.open && !transcript.is_open());
    assert_eq!(transcript.text.expose(), "play the beetles");
}

#[needs::test(recordings, network)]
fn what_is_no_sentence_of_the_house_is_snapped_to_its_words() {
    let file = "commands/rhasspy_turn_on_living_room_lamp.flac";
    let others = ["stop", "is the living room warm", "where does the lamp stand"];
    let (partial, transcript) = hear(&others, file);
    assert!(partial.text.is_empty() && transcript.text.is_empty());
    let free = transcript.alternatives.iter().find(|other| other.engine == FREE);
    let free = free.expect("its own words");
    assert!(free.text.expose().ends_with("living room lamp"), "{}", free.text.expose());
    assert!(free.confidence > 0.5 && free.words.iter().all(|word| word.confidence <= 1.0));
}
