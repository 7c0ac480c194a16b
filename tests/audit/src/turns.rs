//! Turns that can be told from everything else, wherever a piece of them stands.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fastrand::Rng;
use voice::{Intent, Pcm, Slot, SlotValue, Stage, Turn, testing};

/// Letters of a token.
const LETTERS: usize = 18;

/// Of a token, what an index that shares the beginnings of words would still hold.
const TAIL: usize = 12;

/// Samples between two markers in a clip; coprime to all block sizes.
const MARKER_EVERY: usize = 1777;

/// Samples of a marker.
const MARKER: usize = 12;

/// Samples of the shortest clip.
const CLIP: usize = 6000;

/// When the first turn begins.
pub fn noon() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_000_000)
}

/// When a turn begins: one a minute.
pub fn at(turn: u32) -> SystemTime {
    noon() + Duration::from_secs(60) * turn
}

/// Which turn began then.
pub fn number(at: SystemTime) -> Option<u32> {
    let since = at.duration_since(noon()).ok()?;
    u32::try_from(since.as_secs() / 60).ok()
}

/// What only this turn has in its words, its reply and its slot.
pub fn tokens(seed: u64, turn: u32) -> [String; 3] {
    let mut rng = Rng::with_seed(seed << 32 | u64::from(turn));
    std::array::from_fn(|_| (0..LETTERS).map(|_| rng.lowercase()).collect())
}

/// What only the clip of this turn has, as PCM.
pub fn marker(seed: u64, turn: u32) -> Vec<u8> {
    samples(seed, turn).iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

fn samples(seed: u64, turn: u32) -> [i16; MARKER] {
    let mut rng = Rng::with_seed(!(seed << 32 | u64::from(turn)));
    std::array::from_fn(|_| rng.i16(..))
}

/// What the turn says, answers, and was understood as.
pub fn words(seed: u64, turn: u32) -> [String; 3] {
    let [text, reply, slot] = tokens(seed, turn);
    [format!("please remember {text}"), format!("I noted {reply}."), format!("the {slot}")]
}

/// How long its clip is; no two of the first thousand are equally long.
pub fn clip_samples(turn: u32) -> usize {
    CLIP + 16 * (turn % 1000) as usize
}

/// The turn with that number.
pub fn turn(seed: u64, turn: u32) -> Turn {
    let [text, reply, slot] = words(seed, turn);
    let marker = samples(seed, turn);
    let clip: Vec<f32> = (0..clip_samples(turn))
        .map(|place| marker.get(place % MARKER_EVERY).map_or(0.0, |&s| f32::from(s) / 32767.0))
        .collect();
    Turn {
        intent: Some(Intent {
            slots: vec![Slot {
                name: "name".to_owned(),
                value: SlotValue::Text(slot.into()),
                text: "".into(),
            }],
            stage: Stage::Exact,
            ..Intent::named("HassListAddItem")
        }),
        reply: reply.into(),
        ..testing::turn(&text, Pcm::new(clip))
    }
}

/// Everything by which something of a turn could be recognised, and what to call it.
pub fn traces(seed: u64, turn: u32) -> Vec<(&'static str, Vec<u8>)> {
    let mut traces = vec![("marker", marker(seed, turn))];
    for token in tokens(seed, turn) {
        traces.extend(forms(&token));
    }
    traces
}

/// The ways in which a token may be written. What is found by its tail is found whole, too.
fn forms(token: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = token.as_bytes();
    let wide = |bytes: &[u8]| bytes.iter().flat_map(|&byte| [byte, 0]).collect::<Vec<_>>();
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    let hex: String = bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
    let mut forms = vec![
        ("tail", bytes[LETTERS - TAIL..].to_vec()),
        ("upper case", token.to_uppercase().into_bytes()),
        ("UTF-16", wide(bytes)),
        ("UTF-16 upper case", wide(token.to_uppercase().as_bytes())),
        ("upper case hex", hex.to_uppercase().into_bytes()),
        ("hex", hex.into_bytes()),
        ("reversed", bytes.iter().rev().copied().collect()),
    ];
    // Which letters it becomes depends on how many bytes stand before it.
    forms.extend((0..3).map(|skipped| ("base64", base64(&bytes[skipped..]))));
    forms
}

/// Only whole groups of three, so that it does not depend on what follows.
fn base64(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |group: &[u8]| {
        let bits = group.iter().fold(0, |bits, &byte| bits << 8 | usize::from(byte));
        [18, 12, 6, 0].map(|shift| DIGITS[bits >> shift & 63])
    };
    bytes.chunks_exact(3).flat_map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_turns_are_alike() {
        assert_eq!(base64(b"any carnal pleas"), b"YW55IGNhcm5hbCBwbGVh");
        assert_eq!(number(at(17)), Some(17));
        let all: Vec<_> = (0..100).flat_map(|turn| tokens(1, turn)).collect();
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!((all.len(), distinct.len()), (300, 300));
        let pcm = turn(1, 5).clip.expect("a clip");
        let bytes: Vec<u8> = (pcm.samples().iter())
            .flat_map(|sample| ((sample * 32767.0).round() as i16).to_le_bytes())
            .collect();
        assert_eq!(memchr::memmem::find_iter(&bytes, &marker(1, 5)).count(), 4);
    }
}
