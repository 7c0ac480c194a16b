//! How long a house with many names takes to be taken up while the speaker runs.
//!
//! `HARK_MODELS=<folder> cargo run --release -p daemon --example names -- 2000`

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use daemon::Config;
use skills::{Books, Household, NoHistory};

/// How often everything is done.
const ROUNDS: usize = 7;
const PLACES: [&str; 20] = [
    "kitchen",
    "bedroom",
    "hall",
    "garage",
    "garden",
    "office",
    "cellar",
    "attic",
    "bathroom",
    "nursery",
    "pantry",
    "porch",
    "terrace",
    "balcony",
    "library",
    "studio",
    "workshop",
    "laundry",
    "guest room",
    "dining room",
];
const SIDES: [&str; 10] =
    ["left", "right", "upper", "lower", "big", "small", "old", "new", "front", "back"];
const THINGS: [&str; 10] = [
    "light",
    "lamp",
    "spot",
    "lantern",
    "bulb",
    "candle",
    "strip",
    "chandelier",
    "sconce",
    "beacon",
];
/// Without any of these there are 2,000 names, with all of them 10,000.
const MATERIALS: [&str; 5] = ["", "oak ", "brass ", "glass ", "paper "];

fn main() -> anyhow::Result<()> {
    let count = std::env::args().nth(1).map_or(Ok(2_000), |count| count.parse())?;
    let mut config = Config::default();
    config.stt.engine = stt::Engines::Grammar;
    let model = daemon::network(&config)?;
    let mut cascade = daemon::cascade(&config, model.as_ref())?;
    let preparer = cascade.preparer();

    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let household = Household::open(Books::in_memory(), daemon::home_of(&config));
    let household = runtime.block_on(household)?;
    let house = house(count)?;
    let assistant = daemon::assistant(
        &config,
        daemon::texts(&config.language)?,
        &house,
        &household,
        Arc::new(NoHistory),
    )?;

    let (mut understood, mut prepared, mut adopted) = (vec![], vec![], vec![]);
    for place in PLACES.iter().take(ROUNDS) {
        // One name more than before, another each time: names that stay cost nothing.
        let mut lists = house.lists();
        let context = vec![("domain".to_owned(), "light".to_owned())];
        let (spoken, out) = (format!("spare {place} lamp"), format!("light.spare_{place}"));
        lists.push("name", voice::ListValue { spoken, out, context });
        let (new, took) = timed(|| assistant.with_lists(lists, None));
        understood.push(took);
        let new = new?;
        let (ready, took) = timed(|| preparer.prepare(new.graph()));
        prepared.push(took);
        let (result, took) = timed(|| cascade.adopt(ready));
        adopted.push(took);
        result.context("failed to take the sentences")?;
    }
    println!("{count} devices, medians of {ROUNDS}");
    println!(
        "the first time: names and word graph {:.3?}, for the engine {:.3?}",
        understood[0], prepared[0]
    );
    println!(
        "beside the speaker: names and word graph {}, for the engine {}",
        median(understood),
        median(prepared)
    );
    let most = adopted.iter().max().copied().unwrap_or_default();
    println!("between two utterances: {}, {:.3?} at most", median(adopted), most);
    Ok(())
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let result = work();
    (result, begun.elapsed())
}

fn median(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    format!("{:.3?}", times[times.len() / 2])
}

/// A house with so many devices, no two of the same name.
fn house(count: usize) -> anyhow::Result<Arc<home::House>> {
    let mut text = String::new();
    let places = MATERIALS.iter().flat_map(|of| PLACES.iter().map(move |place| (of, place)));
    let things = places.flat_map(|(of, place)| {
        let sides = SIDES.iter().map(move |side| format!("{place} {side} {of}"));
        sides.flat_map(|side| THINGS.iter().map(move |thing| format!("{side}{thing}")))
    });
    let names: Vec<_> = things.take(count).collect();
    anyhow::ensure!(names.len() == count, "there are {} names only", names.len());
    for (number, name) in names.iter().enumerate() {
        write!(text, "[[device]]\nid = \"light.n{number}\"\nname = \"{name}\"\n")?;
    }
    let config: home::Config = toml::from_str(&text)?;
    Ok(Arc::new(home::House::new(&config)?))
}
