use proptest::prelude::*;

use super::*;

/// A sound that Python makes to the last bit too: it is a quotient of whole numbers.
fn sound() -> Vec<f32> {
    let sample = |n: i64| ((n * 7919 % 4001 - 2000) * (n / 160 % 50)) as f64 / 400_000.0;
    (0..16_000).map(|n| sample(n) as f32).collect()
}

fn scores(pcm: &[f32], pieces: usize) -> Vec<f32> {
    let mut cnn = StreamingCnn::new().expect("built in");
    let mut scores = Vec::new();
    pcm.chunks(pieces).for_each(|piece| cnn.feed(piece, |_, score| scores.push(score)));
    scores
}

/// What `models/train` computed, written by hand: a list of numbers behind a name.
fn expected(name: &str) -> Vec<f32> {
    let text = include_str!("../../../../models/train/vector.json");
    let from = text.find(&format!("\"{name}\": [")).expect("the name") + name.len() + 5;
    let list = text[from..].split(']').next().expect("a list");
    list.split(',').map(|number| number.trim().parse().expect("a number")).collect()
}

#[test]
fn it_sees_and_says_what_it_did_in_training() {
    let expected_frame = expected("frame_10");
    let mut frame = [0.0; INPUTS];
    let mut fbank = Fbank::new();
    let mut row = 0;
    fbank.feed(&sound(), |values| {
        // Frame 10 has the rows 20 and 21.
        if row == 20 || row == 21 {
            fill(&mut frame.as_chunks_mut().0[row - 20], values);
        }
        row += 1;
    });
    for (a, b) in frame.iter().zip(&expected_frame) {
        assert!((a - b).abs() < 2e-3, "{a} is not {b}");
    }
    let (scores, expected) = (scores(&sound(), 320), expected("scores"));
    assert_eq!(scores.len(), expected.len());
    for (a, b) in scores.iter().zip(&expected) {
        assert!((a - b).abs() < 2e-2, "{a} is not {b}");
    }
}

#[test]
fn a_reset_forgets_everything() {
    let mut cnn = StreamingCnn::new().expect("built in");
    let mut run = || {
        let mut scores = Vec::new();
        cnn.feed(&sound()[..5_000], |at, score| scores.push((at, score)));
        cnn.reset();
        scores
    };
    assert_eq!(run(), run());
}

#[test]
fn foreign_and_damaged_files_are_refused() {
    let refused = |bytes: &[u8]| {
        let error = SmallDetector::from_bytes(bytes, None).err().expect("refused");
        assert_eq!(error.to_string().lines().count(), 1, "{error}");
    };
    for length in [0, 7, 8, 12, 20, 60, COMPUTER.len() / 2, COMPUTER.len() - 1] {
        refused(&COMPUTER[..length]);
    }
    refused(&[COMPUTER, &[0]].concat());
    refused(include_bytes!("../../../../models/wake/computer.rpw"));
    for (at, bytes) in [
        (8, 81_u32.to_le_bytes()),
        (16, u32::MAX.to_le_bytes()),
        (20, 0_u32.to_le_bytes()),
        (20, u32::MAX.to_le_bytes()),
        (200, f32::NAN.to_le_bytes()),
    ] {
        let mut damaged = COMPUTER.to_vec();
        damaged[at..at + 4].copy_from_slice(&bytes);
        refused(&damaged);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn pieces_do_not_matter(pieces in 1_usize..5_000) {
        prop_assert_eq!(scores(&sound(), pieces), scores(&sound(), 320));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut file = COMPUTER[..COMPUTER.len().min(52)].to_vec();
        file.extend(&bytes);
        prop_assert!(SmallDetector::from_bytes(&file, None).is_err());
        prop_assert!(SmallDetector::from_bytes(&bytes, None).is_err());
    }
}
