//! Wake words that people spoke.

mod common;

use transducer::{Detection, Keyword, Quality, Spotter, SpotterConfig, Stream};

/// The best detection in a sound.
fn spot(spotter: &mut Spotter, stream: &mut Stream, sound: &[f32]) -> Option<Detection> {
    spotter.reset();
    stream.reset();
    let mut best: Option<Detection> = None;
    let mut take = |frame: &[f32; transducer::WIDTH]| {
        let found = spotter.accept_frame(frame);
        if found.is_some_and(|found| best.is_none_or(|best| found.score > best.score)) {
            best = found;
        }
    };
    stream.feed(sound, &mut take);
    stream.finish(&mut take);
    best
}

/// Some recordings of a wake word.
fn clips(word: &str, count: usize) -> Vec<std::path::PathBuf> {
    let folder = common::data().join("wake").join(word);
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("there").filter_map(|e| Some(e.ok()?.path())).collect();
    files.sort();
    files.truncate(count);
    files
}

#[needs::test(recordings, network)]
fn several_words_are_told_apart() {
    let model = common::model();
    let words = ["computer", "snowboy", "view glass"];
    let keywords: Vec<Keyword> = words.iter().map(|&word| Keyword::new(word)).collect();
    let mut spotter = Spotter::new(model.clone(), &keywords, SpotterConfig::default()).unwrap();
    let mut stream = Stream::new(&model);
    for (number, word) in words.iter().enumerate() {
        let (mut right, mut wrong) = (0, 0);
        let files = clips(&word.replace(' ', "_"), 30);
        for file in &files {
            let sound = audio::read_file(file).unwrap();
            match spot(&mut spotter, &mut stream, sound.samples()) {
                Some(found) if found.keyword == number => {
                    right += 1;
                    let length = sound.samples().len() as u64;
                    assert!(found.start < found.end && found.end <= length + 16_000);
                }
                Some(_) => wrong += 1,
                None => {}
            }
        }
        assert!(right * 10 >= files.len() * 9, "{word}: {right} of {}", files.len());
        assert_eq!(wrong, 0, "{word} is taken for another");
    }
    // Other words and commands wake nothing.
    let others = clips("alexa", 20).into_iter().chain(clips("smart_mirror", 20));
    for file in others {
        let sound = audio::read_file(&file).unwrap();
        let found = spot(&mut spotter, &mut stream, sound.samples());
        assert!(found.is_none(), "{}: {found:?}", file.display());
    }
}

#[needs::test(recordings, network)]
fn a_lower_threshold_hears_more() {
    let model = common::model();
    let mut stream = Stream::new(&model);
    let sound = audio::read_file(&clips("computer", 1)[0]).unwrap();
    for (threshold, is_heard) in [(2.0, false), (Keyword::THRESHOLD, true)] {
        let keyword = Keyword { phrase: "computer".to_owned(), threshold };
        let spotter = Spotter::new(model.clone(), &[keyword], SpotterConfig::default());
        let found = spot(&mut spotter.unwrap(), &mut stream, sound.samples());
        assert_eq!(found.is_some(), is_heard, "at {threshold}");
    }
}

#[needs::test(network)]
fn a_typed_word_is_judged() {
    let model = common::model();
    for (phrase, quality) in [
        ("computer", Quality::Fine),
        ("View Glass", Quality::Fine),
        ("snowboy", Quality::Fine),
        ("hey", Quality::TooShort),
        ("mike", Quality::TooShort),
        ("people", Quality::TooCommon),
    ] {
        assert_eq!(Quality::of(&model, phrase).unwrap(), quality, "{phrase}");
    }
    for foreign in ["", "  ", "küche", "r2d2"] {
        assert!(Quality::of(&model, foreign).is_err(), "{foreign}");
        let keyword = Keyword::new(foreign);
        assert!(Spotter::new(model.clone(), &[keyword], SpotterConfig::default()).is_err());
    }
}

#[needs::test(network)]
fn a_rare_phrase_is_heard_more_easily() {
    let model = common::model();
    let threshold = |phrase| Keyword::suited(&model, phrase).expect("letters").threshold;
    assert!(threshold("view glass") < threshold("computer") - 1.0);
    assert!(threshold("people") <= Keyword::THRESHOLD);
    assert!(Keyword::suited(&model, "küche").is_err());
}
