//! The network gives what its reference implementation gives.

mod common;

use transducer::{BINS, Fbank, Greedy, Predictor, Stream, WIDTH};

/// Largest difference to features and predictions.
const NEAR: f32 = 1e-3;
/// Largest difference to frames of the encoder, whose values spread by 0.44: the published ones were
/// computed in 8 bits, which changes them by up to 0.09 from one processor to the next.
const NEAR_8_BIT: f32 = 0.06;
/// What that may change in the score of a clip.
const NEAR_SCORE: f32 = 0.9;
/// Clips whose text may hang on it.
const BORDERLINE: usize = 2;

fn close(found: &[f32], expected: &serde_json::Value, near: f32, what: &str) {
    let expected: Vec<f32> = serde_json::from_value(expected.clone()).expect("numbers");
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found - expected).abs() < near, "{what}: {found} instead of {expected}");
    }
}

#[needs::test(recordings, network, vectors)]
fn features_and_encoder_have_the_published_values() {
    let (model, golden) = (common::model(), common::golden());
    let clip = golden["clips"]
        .as_array()
        .unwrap()
        .iter()
        .find(|clip| clip["fbank_shape"].is_array())
        .expect("one clip has values");
    let sound = common::sound(&format!("commands/{}", clip["file"].as_str().unwrap()));

    let mut rows: Vec<[f32; BINS]> = Vec::new();
    let mut fbank = Fbank::new();
    let tail = vec![0.0; 8_200];
    for piece in [sound.samples(), &tail] {
        fbank.feed(piece, |row| rows.push(*row));
    }
    assert_eq!(rows.len() as u64, clip["fbank_shape"][0].as_u64().unwrap());
    close(&rows[0], &clip["fbank_0_first8"], NEAR, "row 0");
    close(&rows[100], &clip["fbank_100_first8"], NEAR, "row 100");

    let mut frames: Vec<[f32; WIDTH]> = Vec::new();
    let mut stream = Stream::new(&model);
    stream.feed(sound.samples(), |frame| frames.push(*frame));
    stream.finish(|frame| frames.push(*frame));
    close(&frames[0], &clip["encoder_0_first8"], NEAR_8_BIT, "frame 0");
    close(&frames[20], &clip["encoder_20_first8"], NEAR_8_BIT, "frame 20");

    let mut prediction = [0.0; WIDTH];
    let predictor: &Predictor = model.predictor();
    predictor.predict(transducer::Context::START, &mut prediction);
    close(&prediction, &clip["predictor_start_first8"], NEAR, "prediction");
}

#[needs::test(recordings, network, vectors)]
fn every_clip_gives_the_published_text() {
    let (model, golden) = (common::model(), common::golden());
    let mut stream = Stream::new(&model);
    let mut greedy = Greedy::new(model.clone());
    let mut wrong = Vec::new();
    for clip in golden["clips"].as_array().unwrap() {
        let file = clip["file"].as_str().unwrap();
        stream.reset();
        greedy.reset();
        stream
            .feed(common::sound(&format!("commands/{file}")).samples(), |f| greedy.accept_frame(f));
        stream.finish(|frame| greedy.accept_frame(frame));
        let free = greedy.free();
        let tokens: Vec<u16> = free.tokens.iter().map(|piece| piece.token).collect();
        let expected: Vec<u16> = serde_json::from_value(clip["tokens"].clone()).unwrap();
        let text = model.tokens().text(tokens.iter().copied());
        let score = clip["log_prob"].as_f64().unwrap() as f32;
        assert_eq!(u64::from(free.frames), clip["frames"].as_u64().unwrap(), "{file}");
        assert!((free.score - score).abs() < NEAR_SCORE, "{file}: {} for {score}", free.score);
        let same = tokens == expected && text == clip["greedy"].as_str().unwrap().to_lowercase();
        if !same {
            wrong.push(format!("{file}: {text:?} {} instead of {score}", free.score));
        }
    }
    assert!(wrong.len() <= BORDERLINE, "{} of 42:\n{}", wrong.len(), wrong.join("\n"));
}

#[needs::test(recordings, network)]
fn pieces_give_what_the_whole_sound_gives() {
    let model = common::model();
    let sound = common::sound("commands/rhasspy_set_timer.flac");
    let frames = |stream: &mut Stream, lengths: &[usize]| {
        let mut frames: Vec<[f32; WIDTH]> = Vec::new();
        let mut rest = sound.samples();
        let mut lengths = lengths.iter().cycle();
        while !rest.is_empty() {
            let (piece, later) = rest.split_at(rest.len().min(*lengths.next().unwrap()));
            stream.feed(piece, |frame| frames.push(*frame));
            rest = later;
        }
        stream.finish(|frame| frames.push(*frame));
        frames
    };
    let mut stream = Stream::new(&model);
    let whole = frames(&mut stream, &[usize::MAX]);
    assert!(whole.len() >= 40);
    // The same stream again: a reset leaves nothing behind.
    for lengths in [&[320][..], &[1, 0, 7, 4_999, 160, 16_000], &[399]] {
        stream.reset();
        assert_eq!(frames(&mut stream, lengths), whole, "{lengths:?}");
    }
}

#[needs::test(network, vectors)]
fn words_are_spelled_as_the_network_writes_them() {
    let (model, golden) = (common::model(), common::golden());
    let tokens = model.tokens();
    let (mut same, mut all) = (0, 0);
    for clip in golden["clips"].as_array().unwrap() {
        let written: Vec<u16> = serde_json::from_value(clip["tokens"].clone()).unwrap();
        let mut words: Vec<Vec<u16>> = Vec::new();
        for token in written {
            if tokens.begins_word(token) {
                words.push(Vec::new());
            }
            words.last_mut().expect("a text begins with a word").push(token);
        }
        for word in words {
            let text = tokens.text(word.iter().copied());
            all += 1;
            same += usize::from(tokens.spell(&text).unwrap() == word);
        }
    }
    // The network is free to write otherwise and now and then does.
    assert!(same * 100 >= all * 90, "{same} of {all}");
    println!("{same} of {all} words are spelled as written");
}
