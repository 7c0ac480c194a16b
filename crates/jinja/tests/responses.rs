//! Home Assistant's answers in six languages are what its own tests expect.

mod upstream;

use std::path::PathBuf;

fn corpus() -> PathBuf {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let data = std::env::var("HARK_TEST_DATA").unwrap_or_else(|_| default.to_owned());
    PathBuf::from(data).join("ha_intents")
}

#[needs::test(sentences)]
fn every_answer_is_the_expected_one() {
    let mut wrong = Vec::new();
    let (mut right, mut all) = (0, 0);
    for set in upstream::SETS {
        for language in upstream::LANGUAGES {
            let outcome = upstream::run(&corpus(), set, language).expect("tests of the language");
            println!(
                "{set} {language}: {} of {} responses, {} of {} sentences, {} misunderstood",
                outcome.right_responses,
                outcome.responses,
                outcome.right_sentences,
                outcome.sentences,
                outcome.misunderstood
            );
            right += outcome.right_responses;
            all += outcome.responses;
            wrong.extend(outcome.wrong);
        }
    }
    println!("{right} of {all}");
    assert!(wrong.is_empty(), "{} answers are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
