//! What hearing costs: share of real time on one core, part by part.
//!
//! `cargo run --release -p transducer --example speed`; recordings and weights are found as in
//! the tests.

#[path = "../tests/common/mod.rs"]
mod common;

use std::time::{Duration, Instant};

use transducer::{
    Config, Fbank, Grammar, Greedy, Keyword, Search, Spotter, SpotterConfig, Stream, WIDTH,
};

/// How often everything is heard.
const ROUNDS: usize = 3;

fn main() {
    let model = common::model();
    let all = common::commands();
    let sounds: Vec<_> =
        all.iter().map(|(file, _)| common::sound(&format!("commands/{file}"))).collect();
    let seconds: f64 = sounds.iter().map(voice::Pcm::seconds).sum::<f64>() * ROUNDS as f64;
    let say = |what: &str, time: Duration| {
        println!("{what:<40} {:6.3} % of real time", time.as_secs_f64() * 100.0 / seconds);
    };

    let mut fbank = Fbank::new();
    let mut sum = 0.0;
    let features = timed(|| {
        for sound in &sounds {
            fbank.reset();
            fbank.feed(sound.samples(), |row| sum += row[0]);
        }
    });
    say("features", features);

    let mut stream = Stream::new(&model);
    let mut clips: Vec<Vec<[f32; WIDTH]>> = Vec::new();
    let encoder = timed(|| {
        clips.clear();
        for sound in &sounds {
            let mut frames = Vec::new();
            stream.reset();
            stream.feed(sound.samples(), |frame| frames.push(*frame));
            clips.push(frames);
        }
    });
    say("encoder", encoder.saturating_sub(features));

    let mut greedy = Greedy::new(model.clone());
    say("free text", hear(&clips, &mut greedy, Greedy::reset, Greedy::accept_frame));

    let texts = all.iter().map(|(_, text)| text.as_str()).filter(|text| !text.is_empty());
    let small = common::grammar(&model, texts);
    let start = Instant::now();
    let (large, names) = home(&model);
    println!("{} names compiled in {:.0?}", names, start.elapsed());
    for (name, grammar) in [("small grammar", small), ("home with 2,000 names", large)] {
        let what = format!("search, {name}, {} states", grammar.states());
        let mut search = Search::new(model.clone(), grammar, Config::default());
        say(&what, hear(&clips, &mut search, Search::reset, Search::accept_frame));
        let start = Instant::now();
        let heard = search.result();
        println!("  result in {:.2?}, {} sentences", start.elapsed(), heard.sentences.len());
    }

    for words in [&["computer"][..], &["computer", "jarvis", "view glass"]] {
        let keywords: Vec<Keyword> = words.iter().map(|&word| Keyword::new(word)).collect();
        let mut spotter =
            Spotter::new(model.clone(), &keywords, SpotterConfig::default()).expect("letters only");
        let what = format!("wake words, {}", words.len());
        say(
            &what,
            hear(&clips, &mut spotter, Spotter::reset, |spotter, frame| {
                spotter.accept_frame(frame);
            }),
        );
    }
    assert!(sum.is_finite());
}

/// A home with 2,000 names of two words.
fn home(model: &transducer::Model) -> (Grammar, usize) {
    // Words that no dictionary has, so that little of them is alike.
    let syllables = ["ka", "lo", "mi", "ne", "pu", "ra", "so", "ti", "va", "wen", "dor", "bil"];
    let mut seed = 1_u32;
    let mut word = |length: usize| -> String {
        let mut next = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            syllables[(seed >> 16) as usize % syllables.len()]
        };
        (0..length).map(|_| next()).collect()
    };
    let names: Vec<String> = (0..2_000).map(|_| format!("{} {}", word(3), word(2))).collect();
    let list = common::sentences(names.iter().map(String::as_str));
    let mut graph = voice::WordGraph::new();
    let number = graph.add_list(std::sync::Arc::new(list));
    let verb = graph.add_node();
    graph.add_arc(graph.start(), verb, Some("turn"), 0.0);
    for way in ["on", "off", "up", "down"] {
        let (said, article) = (graph.add_node(), graph.add_node());
        graph.add_arc(verb, said, Some(way), 0.0);
        graph.add_arc(said, article, Some("the"), 0.0);
        graph.add_arc(said, article, None, 0.0);
        graph.add_call(article, graph.end(), number);
    }
    (Grammar::compile(&graph, model.tokens()), names.len())
}

fn hear<T>(
    clips: &[Vec<[f32; WIDTH]>],
    ears: &mut T,
    reset: impl Fn(&mut T),
    frame: impl Fn(&mut T, &[f32; WIDTH]),
) -> Duration {
    timed(|| {
        for clip in clips {
            reset(ears);
            for values in clip {
                frame(ears, values);
            }
        }
    })
}

fn timed(mut work: impl FnMut()) -> Duration {
    // Once for the caches.
    work();
    let start = Instant::now();
    for _ in 0..ROUNDS {
        work();
    }
    start.elapsed()
}
