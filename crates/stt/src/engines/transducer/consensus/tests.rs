use super::*;

/// A word in brackets stands where any may be said.
fn hypothesis(text: &str, posterior: f32, acoustic_score: f32) -> Hypothesis {
    let word = |text: &str| Word {
        text: text.trim_matches(['[', ']']).to_owned(),
        confidence: posterior,
        open: text.starts_with('['),
        number: text == "four" || text == "nine",
        phrase: None,
        said: 0,
    };
    let words = text.split(' ').map(word).collect();
    Hypothesis { words, posterior, acoustic_score, clarity: 1.0 }
}

fn first(passes: Vec<Vec<Hypothesis>>) -> (String, f32, f32) {
    let count = passes.len();
    let best = combine(passes.into_iter(), count).remove(0);
    (texts(&best.words).collect::<Vec<_>>().join(" "), best.confidence, best.posterior)
}

#[test]
fn what_two_passes_agree_on_beats_what_one_is_confident_of() {
    let (text, confidence, posterior) = first(vec![
        vec![hypothesis("lights on", 1.0, 0.8)],
        vec![hypothesis("lights off", 0.7, 0.8), hypothesis("lights on", 0.3, 0.8)],
        vec![hypothesis("lights off", 0.9, 0.6)],
    ]);
    assert_eq!(text, "lights off");
    // Half of its best score, and half of the mean over all passes: 0, 0.8 and 0.6.
    assert!((confidence - (0.4 + 0.7 / 3.0)).abs() < 1e-6, "{confidence}");
    assert!((posterior - 1.1 / 2.14).abs() < 1e-6, "{posterior}");
}

#[test]
fn one_pass_alone_counts_half() {
    let alone = vec![vec![hypothesis("stop", 1.0, 0.9)], vec![], vec![]];
    assert!(first(alone).1 < Transcript::BELIEVED + 0.1);
    let weak = vec![vec![hypothesis("stop", 1.0, 0.8)], vec![], vec![]];
    assert!(first(weak).1 < Transcript::BELIEVED, "that is worth a question at most");
}

#[test]
fn more_passes_do_not_raise_the_confidence_by_chance() {
    let three = vec![vec![hypothesis("stop", 1.0, 0.9)], vec![], vec![]];
    let mut six = three.clone();
    six.extend([vec![], vec![], vec![]]);
    assert!(first(six.clone()).1 < first(three.clone()).1);
    six[5] = vec![hypothesis("stop", 1.0, 0.9)];
    assert!((first(six).1 - first(three).1).abs() < 1e-6, "a third of the passes again");
}

#[test]
fn passes_that_hear_other_free_words_agree_on_the_sentence() {
    let (text, confidence, posterior) = first(vec![
        vec![hypothesis("add [oak] [milk]", 0.6, 0.8)],
        vec![hypothesis("add [oat] [milk]", 0.9, 0.8)],
        vec![hypothesis("add [oatmilk]", 0.7, 0.8)],
    ]);
    assert_eq!(text, "add oat milk", "the words of the one with the most weight");
    assert!((confidence - 0.8).abs() < 1e-6 && (posterior - 1.0).abs() < 1e-6);
    // Not on a sentence without them, or with other words around.
    let others =
        vec![vec![hypothesis("add [milk]", 1.0, 0.8)], vec![hypothesis("drop [milk]", 0.9, 0.8)]];
    assert!(first(others).1 < 0.61);
}

#[test]
fn a_known_name_is_not_open_although_any_may_be_said() {
    let passes =
        || vec![vec![hypothesis("add [milk]", 0.6, 0.8), hypothesis("add milk", 0.4, 0.8)], vec![]];
    let best = combine(passes().into_iter(), 2).remove(0);
    assert!(!best.words[1].open && (best.posterior - 1.0).abs() < 1e-6);
}

#[test]
fn what_is_not_accepted_is_an_alternative() {
    let heard = |confidence| {
        let words = hypothesis("lights 's [on]", 0.7, 1.0).words;
        let consensus =
            Consensus { words, confidence, posterior: 0.9, agreed: 0.9, clarity: 1.0, more: 0.0 };
        transcript(&[consensus], &Spelling::default())
    };
    let sure = heard(Transcript::BELIEVED);
    assert_eq!((sure.text.expose(), sure.alternatives.len()), ("lights's on", 0));
    let words: Vec<_> =
        sure.words.iter().map(|w| (w.text.expose(), w.confidence, w.open)).collect();
    assert_eq!(words, [("lights's", 0.7, false), ("on", 0.7, true)]);
    let unsure = heard(Transcript::BELIEVED - 0.01);
    assert!(unsure.text.is_empty() && unsure.words.is_empty());
    assert_eq!(unsure.alternatives[0].text.expose(), "lights's on");
    assert!((unsure.alternatives[0].confidence - 0.9 * unsure.confidence).abs() < 1e-6);
}

#[test]
fn where_something_else_was_said_it_is_asked_about() {
    let heard = |clarities: [f32; 3]| {
        let pass =
            |clarity| vec![Hypothesis { clarity, ..hypothesis("turn on the lamp", 1.0, 0.9) }];
        transcript(&combine(clarities.into_iter().map(pass), 3), &Spelling::default())
    };
    assert_eq!(heard([0.9, 0.9, 0.1]).text.expose(), "turn on the lamp", "one pass may err");
    let unclear = heard([0.3, 0.9, 0.1]);
    assert!(unclear.text.is_empty() && unclear.confidence < Transcript::BELIEVED);
    assert_eq!(unclear.alternatives[0].text.expose(), "turn on the lamp");
    assert!(unclear.alternatives[0].confidence < Transcript::BELIEVED);
}

/// The words of a sentence; a carrier phrase begins at that one, each with so much sound, in milliseconds.
fn phrase(text: &str, posterior: f32, at: usize, kind: Phrase, said: u64) -> Hypothesis {
    let mut hypothesis = hypothesis(text, posterior, 0.9);
    hypothesis.words[at].phrase = Some(kind);
    hypothesis.words.iter_mut().for_each(|word| word.said = said * 16);
    hypothesis
}

#[test]
fn what_any_pass_hears_around_a_sentence_is_asked_about() {
    let heard = |more: Hypothesis| {
        let short = || hypothesis("lock the door", 0.8, 0.9);
        let passes = vec![vec![short()], vec![short(), more], vec![short()]];
        let n_best = combine(passes.into_iter(), 3);
        let heard = transcript(&n_best, &Spelling::default());
        assert_eq!(n_best[0].is_unclear(), heard.text.is_empty());
        heard
    };
    let is_done = |more| !heard(more).text.is_empty();
    assert!(!is_done(phrase("never lock the door", 0.2, 0, Phrase::Negation, 200)));
    assert!(!is_done(phrase("at sunset lock the door", 0.2, 0, Phrase::Before, 100)));
    assert!(!is_done(phrase("lock the door at ten", 0.2, 3, Phrase::Behind, 100)));
    assert!(is_done(phrase("lock the door at ten", 0.1, 3, Phrase::Behind, 100)), "unlikely");
    assert!(is_done(phrase("lock the door at ten", 0.2, 3, Phrase::Behind, 20)), "much softer");
    assert!(is_done(hypothesis("lock the door please", 0.2, 0.9)), "no phrase");
    assert!(is_done(phrase("never say that", 0.2, 0, Phrase::Negation, 200)), "another one");
    let asked = heard(phrase("never lock the door", 0.2, 0, Phrase::Negation, 200));
    assert!(asked.alternatives.iter().any(|it| it.text.expose() == "never lock the door"));
}

#[test]
fn a_number_that_most_sentences_do_not_have_is_asked_about() {
    let heard = |others: [&str; 2]| {
        let mut all = vec![hypothesis("timer for a minute", 0.38, 0.8)];
        all.extend(others.map(|other| hypothesis(other, 0.31, 0.8)));
        transcript(&combine(vec![all].into_iter(), 1), &Spelling::default()).text
    };
    let four = heard(["timer for four minutes", "set timer for four minutes"]);
    assert!(four.is_empty(), "two wordings with the same number");
    let none = heard(["timer for four minutes", "timer for the minute"]);
    assert_eq!(none.expose(), "timer for a minute");
    let never = |text, posterior| phrase(text, posterior, 0, Phrase::Negation, 200);
    let turned = vec![never("never for four hours", 0.35), never("never for nine hours", 0.3)];
    let turned = [turned, vec![never("never for hours", 0.3)]].concat();
    let turned = transcript(&combine(vec![turned].into_iter(), 1), &Spelling::default());
    assert!(!turned.text.is_empty(), "nothing is done anyway");
}

#[test]
fn a_word_that_turns_a_sentence_round_is_heard_within_it() {
    let heard = |first: &str| {
        let turned = phrase("i don't want you to lock the door", 0.2, 0, Phrase::Negation, 0);
        let passes = vec![vec![hypothesis(first, 0.8, 0.9), turned]];
        transcript(&combine(passes.into_iter(), 1), &Spelling::default()).text.into_exposed()
    };
    assert_eq!(heard("i want you to lock the door"), "");
    assert_eq!(heard("what time is it"), "what time is it");
}

#[test]
fn what_is_not_to_be_done_needs_no_more_doubt() {
    let never = || phrase("never lock the door", 0.6, 0, Phrase::Negation, 200);
    let later = phrase("never lock the door at ten", 0.4, 4, Phrase::Behind, 200);
    let n_best = combine(vec![vec![never(), later]].into_iter(), 1);
    let heard = transcript(&n_best, &Spelling::default());
    assert_eq!(heard.text.expose(), "never lock the door");
}

#[test]
fn the_same_words_for_two_names_count_once() {
    let twice =
        vec![vec![hypothesis("living room on", 0.5, 0.8), hypothesis("living room on", 0.5, 0.8)]];
    let (_, confidence, posterior) = first(twice);
    assert!((confidence - 0.8).abs() < 1e-6 && (posterior - 1.0).abs() < 1e-6);
}
