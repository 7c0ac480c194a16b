//! Recordings and weights, which lie next to the repository.

#![expect(dead_code, reason = "each test file uses a part of it")]

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use transducer::{Grammar, Model};
use voice::{Pcm, WordGraph};

/// What lies in a folder of the data.
fn in_folder(variable: &str, default: &str, what: &str) -> PathBuf {
    let folder = std::env::var(variable).unwrap_or_else(|_| default.to_owned());
    let path = PathBuf::from(folder).join(what);
    assert!(path.exists(), "{} is missing ({variable} names another place)", path.display());
    path
}

/// The recordings.
pub fn data() -> PathBuf {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    in_folder("HARK_TEST_DATA", default, "audio")
}

/// The folder of the network.
pub fn weights() -> PathBuf {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/models");
    in_folder("HARK_MODELS", default, "zipformer-en-3.3M")
}

/// Test vectors of the network.
pub fn golden() -> serde_json::Value {
    let specs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/specs");
    let file = in_folder("HARK_SPECS", specs, "hearing_golden.json");
    let text = std::fs::read_to_string(file).expect("the test vectors are there");
    serde_json::from_str(&text).expect("the test vectors are JSON")
}

/// The network, read once.
pub fn model() -> Arc<Model> {
    static MODEL: OnceLock<Arc<Model>> = OnceLock::new();
    MODEL.get_or_init(|| Model::load(weights()).expect("the weights are whole")).clone()
}

/// A recording below the folder of recordings.
pub fn sound(path: &str) -> Pcm {
    let file = data().join(path);
    audio::read_file(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// File and words of each command; no words when it is none.
pub fn commands() -> Vec<(String, String)> {
    let file = data().join("commands/transcripts.tsv");
    let table = std::fs::read_to_string(file).expect("the transcripts are there");
    table
        .lines()
        .skip(1)
        .map(|line| {
            let mut columns = line.split('\t');
            let file = columns.next().unwrap_or_default().to_owned();
            (file, spoken(columns.next().unwrap_or_default()))
        })
        .collect()
}

/// Words as they are said: lower case, numbers in words.
pub fn spoken(text: &str) -> String {
    let word = |word: &str| match word {
        "3" => "three".to_owned(),
        "5" => "five".to_owned(),
        "10" => "ten".to_owned(),
        "30" => "thirty".to_owned(),
        "50" => "fifty".to_owned(),
        word => word.to_lowercase(),
    };
    text.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

/// A graph of these sentences.
pub fn sentences<'a>(texts: impl IntoIterator<Item = &'a str>) -> WordGraph {
    let mut graph = WordGraph::new();
    for text in texts {
        graph.add_words(graph.start(), graph.end(), text.split(' '), 0.0);
    }
    graph
}

/// A grammar of these sentences.
pub fn grammar<'a>(model: &Model, texts: impl IntoIterator<Item = &'a str>) -> Grammar {
    let grammar = Grammar::compile(&sentences(texts), model.tokens());
    assert!(grammar.unspelled().is_empty(), "{:?}", grammar.unspelled());
    grammar
}
