//! Runs Home Assistant's own tests of its answers: `responses DIR`, where `DIR` is a corpus as
//! `tests/upstream` describes it. Prints a line for each language, and what is wrong.

#[path = "../tests/upstream/mod.rs"]
mod upstream;

use std::path::PathBuf;

fn main() -> anyhow::Result<()> {
    let Some(corpus) = std::env::args_os().nth(1).map(PathBuf::from) else {
        anyhow::bail!("failed to find the corpus: name its folder");
    };
    println!("{:4} {:8} {:>15} {:>15}", "set", "language", "responses", "sentences");
    let mut wrong = Vec::new();
    let (mut right, mut all) = (0, 0);
    for set in upstream::SETS {
        for language in upstream::LANGUAGES {
            let outcome = upstream::run(&corpus, set, language)?;
            let responses = format!("{} of {}", outcome.right_responses, outcome.responses);
            let sentences = format!("{} of {}", outcome.right_sentences, outcome.sentences);
            println!("{set:4} {language:8} {responses:>15} {sentences:>15}");
            right += outcome.right_responses;
            all += outcome.responses;
            wrong.extend(outcome.wrong);
        }
    }
    println!("{right} of {all} responses");
    anyhow::ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}
