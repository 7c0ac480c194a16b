//! The grammar recogniser by PocketSphinx: the sentences of a house, spoken by people.

mod common;

use std::collections::HashMap;

use stt::GrammarEngine as _;
use stt::PocketSphinxTranscriber;
use voice::{FRAME_SAMPLES, Pcm, Transcriber, WordGraph};

fn transcriber(graph: &WordGraph) -> PocketSphinxTranscriber {
    let mut transcriber = PocketSphinxTranscriber::new().expect("libpocketsphinx3 is installed");
    transcriber.set_graph(graph).expect("the grammar is built");
    transcriber
}

/// The transcript of a recording in the words of the grammar.
fn spoken(text: &str) -> String {
    let numbers: HashMap<&str, &str> =
        [("50", "fifty"), ("3", "three"), ("10", "ten"), ("30", "thirty"), ("5", "five")].into();
    let words = text.split_whitespace().map(str::to_lowercase);
    words
        .map(|word| numbers.get(&*word).map_or(word.clone(), |n| (*n).to_owned()))
        .collect::<Vec<_>>()
        .join(" ")
}

fn hear(transcriber: &mut PocketSphinxTranscriber, pcm: &Pcm) -> (String, f32) {
    for piece in pcm.samples().chunks(FRAME_SAMPLES) {
        transcriber.feed(piece).expect("fed");
    }
    let transcript = transcriber.finish().expect("finished");
    (transcript.text.into_exposed(), transcript.confidence)
}

#[needs::test(recordings)]
fn commands_are_heard_and_other_speech_is_not() {
    let audio = common::recordings();
    let graph = common::house();
    let mut transcriber = transcriber(&graph);
    let list = std::fs::read_to_string(audio.join("commands/transcripts.tsv")).expect("a list");
    let (mut right, mut wrong, mut nothing, mut outside, mut kept_out) = (0, 0, 0, 0, 0);
    for line in list.lines().skip(1) {
        let mut columns = line.split('\t');
        let (Some(file), Some(text)) = (columns.next(), columns.next()) else { continue };
        let pcm = audio::read_file(audio.join("commands").join(file)).expect("a recording");
        let expected = spoken(text);
        let inside = !text.is_empty() && graph.accepts(expected.split(' '));
        let (heard, confidence) = hear(&mut transcriber, &pcm);
        assert!((0.0..=1.0).contains(&confidence));
        assert!(heard.is_empty() || graph.accepts(heard.split(' ')));
        match (inside, heard.is_empty()) {
            (true, true) => nothing += 1,
            (true, false) if heard == expected => right += 1,
            (true, false) => wrong += 1,
            (false, true) => kept_out += 1,
            (false, false) => outside += 1,
        }
    }
    println!(
        "{right} right, {wrong} wrong, {nothing} not heard; of others {kept_out} kept out, {outside} taken for a command"
    );
    assert!(right >= 24 && wrong <= 8, "{right} right, {wrong} wrong, {nothing} not heard");
    assert!(kept_out >= outside, "{kept_out} kept out, {outside} taken for a command");
}

#[needs::test(recordings)]
fn read_sentences_are_no_commands() {
    let audio = common::recordings();
    let mut transcriber = transcriber(&common::house());
    let mut files: Vec<_> = std::fs::read_dir(audio.join("speech/common_voice/data"))
        .expect("the folder")
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    files.sort();
    let (mut taken, mut all) = (0, 0);
    for file in files.iter().take(40) {
        let pcm = audio::read_file(file).expect("a recording");
        all += 1;
        taken += usize::from(!hear(&mut transcriber, &pcm).0.is_empty());
    }
    println!("{taken} of {all} read sentences taken for a command");
    assert!(taken * 10 <= all, "{taken} of {all} read sentences taken for a command");
}

#[needs::test(recordings)]
fn any_pieces_give_the_same_words_and_reset_forgets() {
    let audio = common::recordings();
    let mut transcriber = transcriber(&common::house());
    let pcm = audio::read_file(audio.join("commands/what_time_is_it.flac")).expect("a recording");
    for size in [320, 777, 100_000] {
        let mut partial = false;
        for piece in pcm.samples().chunks(size) {
            partial |= transcriber.feed(piece).expect("fed").is_some();
        }
        let heard = transcriber.finish().expect("finished").text.into_exposed();
        assert_eq!(heard, "what time is it", "in pieces of {size}");
        assert!(partial || size > 10_000, "no partial text in pieces of {size}");
    }
    for piece in pcm.samples().chunks(320) {
        transcriber.feed(piece).expect("fed");
    }
    transcriber.reset();
    assert!(transcriber.finish().expect("finished").text.is_empty());
    // Silence and no sound at all are no sentence.
    assert!(hear(&mut transcriber, &Pcm::new(vec![0.0; 32_000])).0.is_empty());
    assert!(hear(&mut transcriber, &Pcm::default()).0.is_empty());
}

#[needs::test(recordings)]
fn the_grammar_can_be_changed_and_may_be_odd() {
    let audio = common::recordings();
    let pcm = audio::read_file(audio.join("commands/what_s_the_temperature_of_the_ecobee.flac"));
    let pcm = pcm.expect("a recording");
    let mut transcriber = transcriber(&WordGraph::new());
    assert!(hear(&mut transcriber, &pcm).0.is_empty());
    let mut graph = WordGraph::new();
    common::add(&mut graph, "what's the temperature of the ecobee|xqzbflurb|日本");
    transcriber.set_graph(&graph).expect("built");
    assert_eq!(hear(&mut transcriber, &pcm).0, "what's the temperature of the ecobee");
    transcriber.set_graph(&common::house()).expect("built");
    assert_eq!(hear(&mut transcriber, &pcm).0, "what's the temperature of the ecobee");
}

#[test]
fn a_missing_model_says_what_to_install() {
    let error = PocketSphinxTranscriber::with_model(std::path::Path::new("/nowhere"));
    let line = voice::Error::from(error.err().expect("no model there")).to_string();
    assert!(line.contains("sudo apt install") && line.lines().count() == 1, "{line}");
}
