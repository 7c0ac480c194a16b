//! Compares the recogniser with recorded results of hassil, file by file, and prints a table of
//! Markdown: `cargo run --release -p intent --example conformance -- DIR [--show]`. `DIR` has
//! `merged/*.json` and `golden/*.jsonl`. Ends with 1 if any sentence is understood otherwise, which
//! `--show` prints.

#[path = "../tests/golden/mod.rs"]
mod golden;

use std::path::Path;
use std::time::Instant;

use golden::Golden;

fn main() -> anyhow::Result<()> {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let (corpus, show) = match args.as_slice() {
        [corpus] => (corpus, false),
        [corpus, show] if show == "--show" => (corpus, true),
        _ => anyhow::bail!("usage: conformance DIR [--show]"),
    };
    println!("| file | sentences | right | median µs | p99 µs | read in ms |");
    println!("|---|---|---|---|---|---|");
    let mut all_right = true;
    for file in golden::files(Path::new(corpus))? {
        let begun = Instant::now();
        let golden = Golden::read(&file)?;
        let read = begun.elapsed().as_millis();
        let mut wrong = Vec::new();
        let mut took = Vec::with_capacity(golden.rows.len());
        for row in &golden.rows {
            let begun = Instant::now();
            let found = golden.recognise(row);
            took.push(begun.elapsed().as_nanos() as f64 / 1000.0);
            wrong.extend(Golden::difference(row, found));
        }
        took.sort_by(f64::total_cmp);
        let at = |percent: usize| took.get((took.len() * percent).div_ceil(100).max(1) - 1);
        println!(
            "| {} | {} | {} | {:.0} | {:.0} | {read} |",
            golden.name,
            golden.rows.len(),
            golden.rows.len() - wrong.len(),
            at(50).copied().unwrap_or(f64::NAN),
            at(99).copied().unwrap_or(f64::NAN),
        );
        all_right &= wrong.is_empty();
        wrong.iter().filter(|_| show).for_each(|difference| println!("{difference}"));
    }
    anyhow::ensure!(all_right, "some sentences mean something else");
    Ok(())
}
