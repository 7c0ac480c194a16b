//! Home Assistant's own tests of its answers: for each sentence, what is said.
//!
//! A corpus is a folder with `new_DATE` and `old_DATE` (tests, responses) and `golden` (what hassil
//! understands). The new form has a file for each combination of slots, with its own house. The old
//! one has a file for each intent, and one house in `_fixtures.yaml`; its tests in folders are of the
//! new form, an early one.

mod corpus;
mod house;
mod render;
mod understood;

use std::path::Path;

use anyhow::Result;
use corpus::Form;
use jinja::Environment;
use render::Responses;
use understood::Golden;

pub const LANGUAGES: [&str; 6] = ["de", "en", "es", "fr", "it", "nl"];
pub const SETS: [&str; 2] = ["new", "old"];

/// What came of the tests of a language.
#[derive(Default)]
pub struct Outcome {
    /// Expectations, each with some sentences.
    pub responses: usize,
    pub right_responses: usize,
    pub sentences: usize,
    pub right_sentences: usize,
    /// Sentences that Home Assistant itself expects to be understood as something else.
    pub misunderstood: usize,
    pub wrong: Vec<String>,
}

/// Runs the tests of a language.
///
/// # Errors
/// When its files cannot be read.
pub fn run(corpus: &Path, set: &str, language: &str) -> Result<Outcome> {
    let folder = corpus::set(corpus, set)?;
    let golden = Golden::read(corpus, set, language)?;
    let fixtures = corpus::fixtures(&folder, language)?;
    let misunderstood = corpus::misunderstood(&folder, language)?;
    let responses = Responses::read(&folder, language)?;
    let mut outcome = Outcome::default();
    for file in corpus::files(&folder, language)? {
        let early = set == "old" && file.form == Form::Combination;
        // The tests of combinations ask for names that do not exist to be errors.
        let environment = match file.form {
            Form::Combination => Environment::new().forgiving().strict(),
            Form::Intent => Environment::new().forgiving(),
        };
        for test in file.tests() {
            let Some(expected) = test.expected() else { continue };
            let house = house::of(&file, &test, &fixtures, early)?;
            outcome.responses += 1;
            let (before, wrong_before) = (outcome.sentences, outcome.wrong.len());
            for sentence in test.sentences() {
                if misunderstood.contains(&sentence) {
                    outcome.misunderstood += 1;
                    continue;
                }
                outcome.sentences += 1;
                let found = golden
                    .understand(&file, &test, &sentence, &fixtures)
                    .and_then(|meaning| responses.render(&environment, &house, &meaning));
                match found.map_err(|error| error.to_string()) {
                    Ok(found) if expected.contains(&found) => outcome.right_sentences += 1,
                    other => outcome.wrong.push(format!(
                        "{set} {language} {}: {sentence}\n  expected {expected:?}\n  found    {other:?}",
                        file.name
                    )),
                }
            }
            let compared = outcome.sentences > before;
            let right = compared && outcome.wrong.len() == wrong_before;
            outcome.right_responses += usize::from(right);
        }
    }
    Ok(outcome)
}
