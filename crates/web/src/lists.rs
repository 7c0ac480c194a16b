//! The lists of the household. Things are named by their words, which is what a person pressed on: a
//! list holds nothing twice.

use askama::Template;
use axum::Form;
use axum::extract::{Query, RawForm, State};
use axum::response::{Html, Redirect};
use serde::Deserialize;
use voice::{ListView, PrivateText, Status, What};

use crate::error::Reason;
use crate::live::Top;
use crate::texts::{Texts, speech};
use crate::{App, Error};

struct List {
    /// Its place on the page.
    number: usize,
    name: String,
    items: Vec<String>,
    /// The part of an address after `?`.
    query: String,
}

#[derive(Template)]
#[template(path = "lists.html")]
struct Page {
    t: Texts,
    top: Top,
    lists: Vec<List>,
    /// Whether they wait for their passphrase.
    is_locked: bool,
}

pub(crate) async fn show(State(app): State<App>) -> Result<Html<String>, Error> {
    let views = app.speaker.status.borrow().lists.clone();
    let page = Page {
        t: app.t.clone(),
        top: Top::of(&app, "lists"),
        is_locked: app.store.is_locked(),
        lists: views.into_iter().enumerate().map(list).collect(),
    };
    Ok(Html(page.render()?))
}

fn list((number, view): (usize, ListView)) -> List {
    let name = view.name.into_exposed();
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("list", &name).finish();
    List {
        number,
        items: view.items.into_iter().map(PrivateText::into_exposed).collect(),
        name,
        query,
    }
}

/// Takes things off a list: the fields `item` of the form.
pub(crate) async fn take_off(
    State(app): State<App>,
    RawForm(form): RawForm,
) -> Result<Redirect, Error> {
    let mut list = None;
    let mut items = Vec::new();
    for (name, value) in form_urlencoded::parse(&form) {
        let value = PrivateText::from(value.into_owned());
        match name.as_ref() {
            "list" => list = Some(value),
            "item" => items.push(value),
            _ => {}
        }
    }
    let list = list.ok_or_else(|| Error::Request(Reason::List))?;
    if !items.is_empty() {
        let order = What::TakeOff { list: list.clone(), items: items.clone() };
        let is_gone = |status: &Status| {
            find(status, &list).is_none_or(|view| !view.items.iter().any(|it| items.contains(it)))
        };
        app.order_and_wait(order, is_gone).await?;
    }
    Ok(Redirect::to("/lists"))
}

#[derive(Deserialize)]
pub(crate) struct Which {
    list: String,
}

#[derive(Template)]
#[template(path = "empty.html")]
struct Confirm {
    t: Texts,
    top: Top,
    name: String,
    question: String,
}

/// Asks before everything on a list goes.
pub(crate) async fn confirm(
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Result<Html<String>, Error> {
    let name = which.list;
    let count = {
        let status = app.speaker.status.borrow();
        let view = find(&status, &name.as_str().into()).ok_or(Error::NotFound)?;
        view.items.len()
    };
    let question = speech("lists.take_all").with("count", count).with("list", &name);
    let (t, question) = (app.t.clone(), app.t.say(question));
    Ok(Html(Confirm { t, top: Top::of(&app, "lists"), name, question }.render()?))
}

/// Takes everything off a list.
pub(crate) async fn empty(
    State(app): State<App>,
    Form(which): Form<Which>,
) -> Result<Redirect, Error> {
    let list = PrivateText::from(which.list);
    let is_empty = |status: &Status| find(status, &list).is_none_or(|view| view.items.is_empty());
    app.order_and_wait(What::EmptyList(list.clone()), is_empty).await?;
    Ok(Redirect::to("/lists"))
}

fn find<'s>(status: &'s Status, name: &PrivateText) -> Option<&'s ListView> {
    status.lists.iter().find(|view| view.name == *name)
}
