//! On a small computer memory is asked for once. After a warm-up neither sound nor a new beginning
//! allocates.

mod common;

use transducer::{Config, Keyword, Search, Spotter, SpotterConfig, Stream};

#[needs::test(recordings, network)]
fn hearing_does_not_allocate() {
    let model = common::model();
    let sound = common::sound("commands/set_a_timer_for_3_hours_and_10_minutes.flac");
    let texts = ["set a timer for three hours and ten minutes", "turn on the lamp", "stop"];
    let mut search = Search::new(model.clone(), common::grammar(&model, texts), Config::default());
    let words = ["computer", "alexa"]
        .map(|phrase| Keyword { phrase: phrase.to_owned(), threshold: Keyword::THRESHOLD });
    let mut spotter = Spotter::new(model.clone(), &words, SpotterConfig::default())
        .unwrap_or_else(|error| panic!("{error}"));
    let mut stream = Stream::new(&model);
    let mut hear = || {
        stream.reset();
        search.reset();
        spotter.reset();
        let mut frames = 0;
        // As a microphone gives it, 20 ms at a time.
        for piece in sound.samples().chunks(320) {
            stream.feed(piece, |frame| {
                search.accept_frame(frame);
                spotter.accept_frame(frame);
                frames += 1;
            });
        }
        frames
    };
    let frames = hear();
    assert!(frames > 50, "{frames} frames");
    let again = allocation_counter::measure(|| assert_eq!(hear(), frames));
    assert_eq!(again.count_total, 0, "{} bytes in {frames} frames", again.bytes_total);
}
