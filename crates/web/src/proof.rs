//! The proof that deletion works here, for whoever has no terminal.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use crate::live::Top;
use crate::{App, Error};

#[derive(Template)]
#[template(path = "proof.html")]
struct Page {
    top: Top,
    holds: bool,
    places: Vec<Place>,
    roots: (u32, u32),
    receipts: usize,
    whole: bool,
    promise: &'static str,
}

/// Where it was looked.
struct Place {
    mark: char,
    name: &'static str,
    result: String,
}

pub(crate) async fn prove(State(app): State<App>) -> Result<Html<String>, Error> {
    let proof = app.store.prove(None, app.now()).await?;
    let receipts = app.store.receipts().await?;
    let places = proof.places.iter().map(|looked| {
        let (mark, result) = looked.told();
        Place { mark, name: looked.place, result }
    });
    let page = Page {
        top: Top::of(&app, "settings"),
        holds: proof.holds(),
        places: places.collect(),
        roots: proof.roots,
        receipts: receipts.len(),
        whole: store::are_whole(&receipts),
        promise: proof.tier.promise(),
    };
    Ok(Html(page.render()?))
}
