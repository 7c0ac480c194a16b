//! Deleting from the page.

use askama::Template;
use axum::extract::{Path, Query, RawForm, State};
use axum::response::{Html, Redirect};
use store::Selection;
use voice::Event;

use crate::error::Reason;
use crate::history::{Address, Params, RecordIdParam};
use crate::live::Top;
use crate::texts::Texts;
use crate::{App, Error};

/// Deletes one turn. It needs no confirmation: forgetting must be easy.
pub(crate) async fn one(
    State(app): State<App>,
    Path(id): Path<RecordIdParam>,
) -> Result<Redirect, Error> {
    app.store.delete(&Selection::Ids(vec![id.0]), app.now()).await?;
    changed(&app);
    Ok(Redirect::to("/"))
}

#[derive(Template)]
#[template(path = "delete.html")]
struct Confirm {
    t: Texts,
    top: Top,
    params: Params,
    describe: String,
    query: String,
}

/// Asks before everything that a filter finds goes.
pub(crate) async fn confirm(
    State(app): State<App>,
    Query(address): Query<Address>,
) -> Result<Html<String>, Error> {
    let (params, _) = address.opened(&app)?;
    let total = app.store.count(&params.filter(&app)?, app.now());
    let page = Confirm {
        t: app.t.clone(),
        top: Top::of(&app, "history"),
        describe: if app.store.is_locked() {
            app.t.of("delete.everything")
        } else {
            params.describe(total, &app.t)
        },
        query: params.query(&app.searches, None)?,
        params,
    };
    Ok(Html(page.render()?))
}

/// Deletes the ticked turns (`id` fields) or, with `what=shown`, all that the filter finds.
pub(crate) async fn many(
    State(app): State<App>,
    RawForm(form): RawForm,
) -> Result<Redirect, Error> {
    let mut ids = Vec::new();
    let mut shown = false;
    for (name, value) in form_urlencoded::parse(&form) {
        match name.as_ref() {
            "id" => ids.push(value.parse().map_err(|_| Error::Request(Reason::Turn))?),
            "what" => shown = value == "shown",
            _ => {}
        }
    }
    let selection = if shown {
        let params: Params = Query::try_from_uri(
            &format!("/?{}", String::from_utf8_lossy(&form))
                .parse()
                .map_err(|_| Error::Request(Reason::Filter))?,
        )
        .map_err(|_| Error::Request(Reason::Filter))?
        .0;
        // All of it goes in the way that works even with a card that is broken, or locked.
        if params.is_plain() { Selection::All } else { Selection::Filter(params.filter(&app)?) }
    } else {
        Selection::Ids(ids)
    };
    app.store.delete(&selection, app.now()).await?;
    changed(&app);
    Ok(Redirect::to("/"))
}

fn changed(app: &App) {
    // Nobody may be watching, which is no failure.
    let _ = app.speaker.events.send(Event::HistoryChanged);
}
