use super::*;
use transducer::{Part, Sentence, Word};

/// Milliseconds in samples.
fn ms(millis: u64) -> u64 {
    millis * 16
}

/// The levels when somebody speaks with these amplitudes between these times, in milliseconds.
fn levels(spoken: &[(u64, u64, f32)]) -> Levels {
    let mut pcm = vec![0.0; ms(3_000) as usize];
    for &(from, to, amplitude) in spoken {
        for (n, sample) in pcm[ms(from) as usize..ms(to) as usize].iter_mut().enumerate() {
            *sample = amplitude * (n as f32 * 0.3).sin();
        }
    }
    let mut levels = Levels::default();
    levels.feed(&pcm);
    levels
}

/// A sentence of two words from 1,000 to 1,600 ms.
fn sentence() -> Sentence {
    let word = |from, to| Word {
        text: "word".to_owned(),
        part: Part::Sentence,
        phrase: None,
        pieces: 1,
        start: ms(from),
        end: ms(to),
        log_ratio: 0.0,
        acoustic_ratio: 0.0,
        per_piece: 0.0,
    };
    Sentence {
        words: vec![word(1_000, 1_040), word(1_560, 1_600)],
        pieces: 2,
        free_pieces: 2,
        posterior: 1.0,
        per_token: 0.0,
        plain_per_token: 0.0,
        worst_pair: 0.0,
    }
}

/// What it passes over when the free text has pieces at these times.
fn passed_over(spoken: &[(u64, u64, f32)], pieces: &[u64]) -> u64 {
    let at: Vec<_> = pieces.iter().map(|at| ms(*at)).collect();
    levels(spoken).passed_over(&sentence(), &at) / 16
}

#[test]
fn sound_directly_before_and_behind_counts_whatever_the_network_made_of_it() {
    let speech = (760, 1_600, 0.2);
    let around = |other, pieces: &[u64]| {
        let pieces: Vec<_> = pieces.iter().map(|at| ms(*at)).collect();
        let around = levels(&[speech, other]).around(&sentence(), &pieces);
        around.map(|around| (around.samples / 16, around.has_words))
    };
    let nothing = (0, false);
    assert_eq!(around((400, 640, 0.2), &[1_000]), [(240, false), nothing]);
    assert_eq!(around((400, 640, 0.2), &[600, 720]), [(240, true), nothing]);
    assert_eq!(around((1_720, 2_000, 0.2), &[1_800, 1_920]), [nothing, (280, true)]);
    assert_eq!(around((400, 640, 0.1), &[1_000]), [nothing; 2], "somebody else");
    assert_eq!(around((240, 480, 0.2), &[400]), [nothing; 2], "a click");
    assert_eq!(around((320, 560, 0.2), &[200, 280]), [(240, false), nothing], "not its words");
    assert_eq!(around((240, 480, 0.2), &[400, 520]), [(240, true), nothing], "words");
}

#[test]
fn what_is_said_of_each_word_is_as_loud_as_the_others() {
    let said = levels(&[(760, 1_200, 0.2), (1_320, 1_600, 0.05)]).said(&sentence());
    assert_eq!(said.into_iter().map(|said| said / 16).collect::<Vec<_>>(), [440, 0]);
}

#[test]
fn what_is_as_loud_as_the_sentence_is_not_passed_over_in_silence() {
    let sentence = (800, 1_600, 0.2);
    assert_eq!(passed_over(&[sentence], &[1_000, 1_560]), 0);
    let early = |pieces: &[u64]| passed_over(&[(400, 700, 0.2), sentence], pieces);
    let before = early(&[600, 720, 1_000, 1_560]);
    assert!((160..=340).contains(&before), "{before} ms before it");
    assert_eq!(early(&[600, 1_000, 1_560]), 0, "a click");
    assert_eq!(early(&[240, 360, 1_000, 1_560]), 0, "a click, and somebody far away before it");
    let behind = passed_over(&[sentence, (1_700, 2_300, 0.2)], &[1_000, 1_560, 1_900, 2_300]);
    assert!((400..=640).contains(&behind), "{behind} ms behind it");
    let between = passed_over(&[sentence], &[1_000, 1_280, 1_560]);
    assert!(between >= 200, "{between} ms between its words");
    // Somebody else, far away; and a knock of which the network writes nothing.
    assert_eq!(passed_over(&[sentence, (1_700, 2_300, 0.05)], &[1_000, 1_560, 2_000]), 0);
    assert_eq!(passed_over(&[sentence, (1_900, 2_300, 0.4)], &[1_000, 1_560]), 0);
}
