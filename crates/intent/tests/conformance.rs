//! Every test sentence of Home Assistant in six languages means what hassil makes of it, and every
//! number is said as CLDR says it.

mod golden;

use std::collections::BTreeMap;
use std::path::PathBuf;

use intent::number_words;

fn corpus() -> PathBuf {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let data = std::env::var("HARK_TEST_DATA").unwrap_or_else(|_| default.to_owned());
    PathBuf::from(data).join("ha_intents")
}

#[needs::test(sentences)]
fn every_sentence_means_the_same() {
    let mut wrong = Vec::new();
    let mut all = 0;
    for file in golden::files(&corpus()).expect("a corpus") {
        let golden = golden::Golden::read(&file).expect("a golden file");
        all += golden.rows.len();
        let differences = golden
            .rows
            .iter()
            .filter_map(|row| golden::Golden::difference(row, golden.recognise(row)));
        wrong.extend(differences.map(|difference| format!("{}: {difference}", golden.name)));
    }
    assert!(wrong.is_empty(), "{} of {all} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[derive(serde::Deserialize)]
struct Numbers {
    lang: String,
    numbers: BTreeMap<String, Vec<String>>,
}

#[needs::test(sentences)]
fn every_number_is_said_in_every_way() {
    let mut wrong = Vec::new();
    for language in ["de", "en", "es", "fr", "it", "nl"] {
        let file = corpus().join(format!("number_words/{language}.json"));
        let text = std::fs::read_to_string(&file).expect("a file of numbers");
        let Numbers { lang, numbers } = serde_json::from_str(&text).expect("numbers");
        for (number, expected) in numbers {
            let value: f64 = number.parse().expect("a number");
            let mut expected: Vec<String> =
                expected.iter().map(|words| words.to_lowercase()).collect();
            expected.sort();
            let found = number_words(&lang, (value * 10.0).round() as i64);
            if found != expected {
                wrong.push(format!("{lang} {number}: expected {expected:?}, found {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
