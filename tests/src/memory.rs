//! What stands in the memory of a running program: words, and sound.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::os::unix::fs::FileExt as _;

/// Looks at the memory of its own that a process may write to, piece by piece; `look` is told what it is
/// called.
fn look_at(process: u32, mut look: impl FnMut(&str, &[u8])) {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).expect("where memory is");
    let memory = File::open(format!("/proc/{process}/mem")).expect("memory may be read");
    for line in maps.lines().filter(|line| line.contains(" rw-p ") && !line.contains("[v")) {
        let range = line.split(' ').next().and_then(|range| range.split_once('-'));
        let (from, to) = range.expect("a line begins with a range");
        let [from, to] = [from, to].map(|text| u64::from_str_radix(text, 16).expect("an address"));
        let mut bytes = vec![0; (to - from) as usize];
        // What was mapped a moment ago may be gone.
        if memory.read_exact_at(&mut bytes, from).is_ok() {
            look(line.split_whitespace().nth(5).unwrap_or("without a name"), &bytes);
        }
    }
}

/// How often a word stands in the memory of a process.
pub fn times_of_word(process: u32, needle: &str) -> usize {
    let mut times = 0;
    look_at(process, |_, bytes| {
        let is_there = |part: &&[u8]| part.eq_ignore_ascii_case(needle.as_bytes());
        times += bytes.windows(needle.len()).filter(is_there).count();
    });
    times
}

/// Samples that have to agree: at 16 kHz a millisecond.
const WINDOW: usize = 16;
/// Samples that a place is found by.
const GRAM: usize = 4;
/// How much a sample may differ, in steps of 16 bits: rates are converted in pieces that begin elsewhere.
const NEAR: i32 = 4;
/// Amplitude from which a sample is loud, in steps of 16 bits. In silence everything agrees.
const LOUD: i32 = 655;
/// Loud samples of a window, at least.
const LOUD_SAMPLES: usize = 12;

/// Sound that is looked for, at all the rates at which it passes through a program.
#[derive(Default)]
pub struct Sought {
    ways: Vec<Way>,
    /// Windows by how they begin: the way, and the place in it.
    begins: HashMap<[i16; GRAM], Vec<(usize, usize)>>,
    /// A first look at that, because most of memory is something else.
    may_begin: Vec<bool>,
}

struct Way {
    name: String,
    rate: u32,
    samples: Vec<i32>,
}

/// Where the sound was found.
#[derive(Debug, Default)]
pub struct Found {
    /// Which hundredths of a second of it.
    hundredths: BTreeSet<usize>,
    /// How many of them by where they stand, and as what.
    places: BTreeMap<String, BTreeSet<usize>>,
}

impl Found {
    /// Hundredths of a second.
    pub fn hundredths(&self) -> usize {
        self.hundredths.len()
    }

    /// Hundredths of a second from the first to the last of them.
    pub fn span(&self) -> usize {
        let ends = self.hundredths.first().zip(self.hundredths.last());
        ends.map_or(0, |(first, last)| last - first + 1)
    }
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} hundredths of a second", self.hundredths.len())?;
        for (place, hundredths) in &self.places {
            let (first, last) = (hundredths.first().unwrap_or(&0), hundredths.last().unwrap_or(&0));
            write!(f, "\n  {} ({first} to {last}) {place}", hundredths.len())?;
        }
        Ok(())
    }
}

impl Sought {
    /// Also looks for the sound as it is at this rate.
    #[must_use]
    pub fn at(mut self, name: &str, rate: u32, samples: &[f32]) -> Self {
        let samples: Vec<i32> = samples.iter().map(|&sample| steps(sample)).collect();
        self.may_begin.resize(1 << 20, false);
        for (place, window) in samples.windows(WINDOW).enumerate() {
            let is_loud = |sample: &i32| sample.abs() > LOUD;
            if window[..GRAM].iter().all(is_loud)
                && window.iter().filter(|sample| is_loud(sample)).count() >= LOUD_SAMPLES
            {
                let gram = gram(window);
                self.may_begin[short(gram)] = true;
                self.begins.entry(gram).or_default().push((self.ways.len(), place));
            }
        }
        self.ways.push(Way { name: name.to_owned(), rate, samples });
        self
    }

    /// Does not look for what also is in another sound.
    #[must_use]
    pub fn except(mut self, samples: &[f32]) -> Self {
        let samples: Vec<i32> = samples.iter().map(|&sample| steps(sample)).collect();
        let Self { ways, begins, may_begin } = &mut self;
        for other in samples.windows(WINDOW) {
            let gram = gram(other);
            if may_begin[short(gram)]
                && let Some(places) = begins.get_mut(&gram)
            {
                places.retain(|&(way, from)| !are_near(other, &ways[way].samples[from..]));
            }
        }
        self
    }

    /// Looks for it in the memory of a process, as `f32` and as 16 bits.
    pub fn look(&self, process: u32) -> Found {
        let mut found = Found::default();
        look_at(process, |place, bytes| {
            let words = bytes.as_chunks::<4>().0;
            let floats: Vec<i32> =
                words.iter().map(|word| steps(f32::from_le_bytes(*word))).collect();
            self.look_in(&floats, &format!("f32 in {place}"), &mut found);
            let halves = bytes.as_chunks::<2>().0;
            let shorts: Vec<i32> =
                halves.iter().map(|half| i16::from_le_bytes(*half).into()).collect();
            self.look_in(&shorts, &format!("i16 in {place}"), &mut found);
        });
        found
    }

    fn look_in(&self, memory: &[i32], place: &str, found: &mut Found) {
        for at in 0..memory.len().saturating_sub(WINDOW - 1) {
            let window = &memory[at..at + WINDOW];
            if window[..GRAM].iter().any(|sample| sample.abs() <= LOUD) {
                continue;
            }
            let gram = gram(window);
            if !self.may_begin[short(gram)] {
                continue;
            }
            for &(way, from) in self.begins.get(&gram).into_iter().flatten() {
                let way = &self.ways[way];
                if are_near(window, &way.samples[from..]) {
                    let hundredth = from * 100 / way.rate as usize;
                    found.hundredths.insert(hundredth);
                    let place = format!("{} as {place}", way.name);
                    found.places.entry(place).or_default().insert(hundredth);
                }
            }
        }
    }
}

/// A sample in steps of 16 bits; 0 for what is none.
fn steps(sample: f32) -> i32 {
    if sample.abs() <= 1.0 { (sample * 32_768.0).round() as i32 } else { 0 }
}

/// Whether a window is the same as the beginning of other sound.
fn are_near(window: &[i32], other: &[i32]) -> bool {
    window.iter().zip(other).all(|(a, b)| (a - b).abs() <= NEAR)
}

/// How a window begins, roughly.
fn gram(window: &[i32]) -> [i16; GRAM] {
    std::array::from_fn(|at| (window[at] >> 6) as i16)
}

fn short(gram: [i16; GRAM]) -> usize {
    let all = gram.iter().fold(0_u64, |all, &part| all << 16 | u64::from(part as u16));
    (all.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 44) as usize
}
