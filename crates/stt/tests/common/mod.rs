//! Recordings, and a small house to speak about.

#![expect(dead_code, reason = "each test file uses a part of it")]

use std::path::PathBuf;

use voice::WordGraph;

/// The folder with the recordings.
pub fn recordings() -> PathBuf {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let data = std::env::var("HARK_TEST_DATA").unwrap_or_else(|_| default.to_owned());
    let audio = PathBuf::from(data).join("audio");
    assert!(audio.exists(), "{} is missing (HARK_TEST_DATA names another place)", audio.display());
    audio
}

/// The folder of the network.
pub fn model() -> PathBuf {
    weights("zipformer-en-3.3M")
}

/// Whisper's smallest model, with its real weights.
pub fn whisper() -> PathBuf {
    weights("whisper/ggml-tiny.en-q5_1.bin")
}

fn weights(name: &str) -> PathBuf {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/models");
    let models = std::env::var("HARK_MODELS").unwrap_or_else(|_| default.to_owned());
    let model = PathBuf::from(models).join(name);
    assert!(model.exists(), "{} is missing (HARK_MODELS names another place)", model.display());
    model
}

/// Adds the sentences of `template`: words in a row, `a|b` for a choice, `_` inside a choice for a
/// space, a leading `?` for what may be left out.
pub fn add(graph: &mut WordGraph, template: &str) {
    let mut here = graph.start();
    for part in template.split(' ') {
        let next = graph.add_node();
        let (part, optional) = match part.strip_prefix('?') {
            Some(part) => (part, true),
            None => (part, false),
        };
        let choices: Vec<&str> = part.split('|').collect();
        let weight = -((choices.len() + usize::from(optional)) as f32).ln();
        for choice in choices {
            graph.add_words(here, next, choice.split('_'), weight);
        }
        if optional {
            graph.add_arc(here, next, None, weight);
        }
        here = next;
    }
    graph.add_arc(here, graph.end(), None, 0.0);
}

/// What the recorded commands are about, and about as much again.
pub fn house() -> WordGraph {
    const LIGHTS: &str = "bed_light|standing_light|kitchen_light|kitchen_lights|living_room_lamp|lamp|ceiling_lights|desk_lamp|hall_light|porch_light";
    const ROOMS: &str = "office|kitchen|living_room|bedroom|hall|garage|garden|bathroom";
    const DOORS: &str = "front_door|garage_door|back_door|window|curtain|blinds";
    const NUMBERS: &str = "one|two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred";
    const COLOURS: &str = "red|green|blue|white|yellow|purple|orange|pink";
    let mut graph = WordGraph::new();
    for template in [
        &format!("?would_you_please|please turn|switch on|off ?the {LIGHTS}"),
        &format!("turn|switch on|off ?all ?of ?the lights in the {ROOMS}"),
        &format!("set ?the {LIGHTS} ?brightness to {NUMBERS} percent"),
        &format!("set ?the {LIGHTS} to {COLOURS}"),
        &format!("open|close|lock|unlock ?the {DOORS}"),
        &format!("is the {DOORS} open|closed|locked"),
        &format!("set a timer for {NUMBERS} seconds|minutes|hours"),
        &format!("set a timer for {NUMBERS} hours and {NUMBERS} minutes"),
        "cancel ?all timer|timers",
        "pause|resume ?the ?timer",
        "timer status",
        "nevermind",
        "never mind",
        "next",
        "stop",
        "skip on tv",
        "what time is it",
        "what's the date ?today",
        "what's the temperature ?of_the_ecobee|in_the_kitchen",
        "what's the weather ?like_in_new_york",
        "what is the outdoor humidity",
        "activate mood_lighting",
        "run party_time",
        "add apples|milk|bread to my shopping_list",
        "volume up|down",
        "delete what i said",
        "delete everything from today",
    ] {
        add(&mut graph, template);
    }
    graph
}
