//! Renders a proof of deletion, as text or JSON.

use std::fmt::Write as _;

use serde::Serialize;
use store::{Proof, Receipt, Searched};

#[derive(Serialize)]
struct Report<'a> {
    gone: bool,
    /// Whether all of it could be looked through, and nothing speaks against relying on it.
    certain: bool,
    doubts: Vec<String>,
    root: &'static str,
    promise: &'static str,
    places: Vec<Place<'a>>,
    roots: (u32, u32),
    receipts: usize,
    receipts_whole: bool,
}

#[derive(Serialize)]
struct Place<'a> {
    #[serde(rename = "place")]
    name: &'static str,
    bytes: Option<u64>,
    error: Option<&'a str>,
    found: Vec<&'static str>,
}

pub(super) fn report(proof: &Proof, receipts: &[Receipt], json: bool) -> anyhow::Result<String> {
    let whole = store::are_whole(receipts);
    if json {
        let places = proof.places.iter().map(place).collect();
        let report = Report {
            gone: proof.holds(),
            certain: proof.is_certain(),
            doubts: proof.doubts.iter().map(ToString::to_string).collect(),
            root: proof.tier.as_str(),
            promise: proof.tier.promise(),
            places,
            roots: proof.roots,
            receipts: receipts.len(),
            receipts_whole: whole,
        };
        return Ok(serde_json::to_string(&report)? + "\n");
    }
    let mut text = "Something made up was kept, read back and deleted. Then it and its keys were \
                    looked for.\n\n"
        .to_owned();
    for searched in &proof.places {
        let (mark, result) = searched.verdict();
        writeln!(text, "{mark}  {}: {result}", searched.place.as_str())?;
    }
    let (before, after) = proof.roots;
    let mark = if proof.doubts.is_empty() { '✓' } else { '–' };
    let drawn = format!("number {before} is erased, number {after} holds");
    writeln!(text, "{mark}  the root was drawn anew: {drawn}")?;
    let chain = if whole { "each follows from the one before" } else { "the chain is broken" };
    writeln!(text, "{}  {} receipts: {chain}", if whole { "✓" } else { "✗" }, receipts.len())?;
    match store::uncertain(&proof.doubts) {
        Some(uncertain) => writeln!(text, "\n{uncertain}")?,
        None => writeln!(text, "\n{}", proof.tier.promise())?,
    }
    Ok(text)
}

fn place(searched: &Searched) -> Place<'_> {
    let Searched { place, bytes, found, .. } = searched;
    let (bytes, error) = (bytes.as_ref().ok().copied(), bytes.as_ref().err());
    let found = found.iter().map(|trace| trace.as_str()).collect();
    Place { name: place.as_str(), bytes, error: error.map(String::as_str), found }
}
