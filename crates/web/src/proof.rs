//! The proof that deletion works here, for whoever has no terminal.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use store::{Place, Searched, Trace};

use crate::live::Top;
use crate::texts::{Texts, speech};
use crate::{App, Error, view};

#[derive(Template)]
#[template(path = "proof.html")]
struct Page {
    t: Texts,
    top: Top,
    /// What came of all of it, as a key.
    verdict: &'static str,
    lines: Vec<Line>,
    promise: String,
}

/// What was looked at, and a sign for what came of it.
struct Line {
    mark: char,
    text: String,
}

pub(crate) async fn prove(State(app): State<App>) -> Result<Html<String>, Error> {
    let proof = app.store.prove(None, app.now()).await?;
    let receipts = app.store.receipts().await?;
    let mut lines: Vec<_> = proof.places.iter().map(|searched| line(searched, &app.t)).collect();
    let (before, after) = proof.roots;
    let root = speech("proof.root").with("before", before).with("after", after);
    let mark = if proof.doubts.is_empty() { '✓' } else { '–' };
    lines.push(Line { mark, text: app.t.say(root) });
    let (mark, key) = if store::are_whole(&receipts) {
        ('✓', "proof.receipts")
    } else {
        ('✗', "proof.receipts_broken")
    };
    lines.push(Line { mark, text: app.t.say(speech(key).with("count", receipts.len())) });
    let page = Page {
        t: app.t.clone(),
        top: Top::of(&app, "settings"),
        verdict: match (proof.holds(), proof.is_certain()) {
            (false, _) => "proof.fails",
            (true, false) => "proof.uncertain",
            (true, true) => "proof.holds",
        },
        lines,
        promise: view::promise(proof.tier, &proof.doubts, &app.t),
    };
    Ok(Html(page.render()?))
}

fn line(searched: &Searched, t: &Texts) -> Line {
    let place = speech(match searched.place {
        Place::Files => "proof.place.files",
        Place::Memory => "proof.place.memory",
        Place::Card => "proof.place.card",
    });
    let (mark, result) = match (&searched.bytes, &searched.found[..]) {
        (Err(why), _) => ('–', speech("proof.not_looked_in").with("why", why)),
        (Ok(bytes), []) => {
            let mark = if searched.in_doubt { '–' } else { '✓' };
            (mark, speech("proof.nothing_in").with("megabytes", bytes.div_ceil(1_000_000)))
        }
        (Ok(_), found) => {
            let found: Vec<_> = found.iter().map(|trace| speech(name(*trace))).collect();
            ('✗', speech("proof.found_in").with("found", found))
        }
    };
    Line { mark, text: t.say(result.with("place", place)) }
}

fn name(trace: Trace) -> &'static str {
    match trace {
        Trace::Words => "proof.found.words",
        Trace::Root => "proof.found.root",
        Trace::Bucket => "proof.found.bucket",
        Trace::Part => "proof.found.part",
        Trace::Slot => "proof.found.slot",
        Trace::Clip => "proof.found.clip",
        Trace::HouseholdSlot => "proof.found.household_slot",
        Trace::HouseholdKey => "proof.found.household_key",
    }
}
