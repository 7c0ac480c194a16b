//! The list of turns.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{Html, Redirect};
use jiff::civil::Date;
use serde::Deserialize;
use store::{Entry, Filter};
use voice::{Outcome, RecordId, Speech};

use crate::error::Reason;
use crate::live::Top;
use crate::search::{NAME, Searches};
use crate::texts::{Texts, speech};
use crate::{App, Error, view};

/// Turns on one page.
const PAGE: u32 = 50;

/// The address of the page is its state. It stays in the browser, so that it has no words.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Address {
    search: String,
    from: String,
    to: String,
    outcome: String,
    after: Option<String>,
}

impl Address {
    /// What it filters by, and behind which turn it begins.
    pub(crate) fn opened(self, app: &App) -> Result<(Params, Option<String>), Error> {
        let Self { search, from, to, outcome, after } = self;
        let q = match &*search {
            "" => String::new(),
            sealed => app.searches.open(sealed).ok_or(Error::Request(Reason::Search))?,
        };
        Ok((Params { q, from, to, outcome }, after))
    }
}

/// What turns are filtered by: the fields of a form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    q: String,
    from: String,
    to: String,
    outcome: String,
}

impl Params {
    pub(crate) fn filter(&self, app: &App) -> Result<Filter, Error> {
        let start_of = |date: Date| {
            date.to_zoned(app.zone.clone())
                .map(std::time::SystemTime::from)
                .map_err(|_| Error::Request(Reason::Day))
        };
        let parsed = |text: &str| match text {
            "" => Ok(None),
            text => text.parse::<Date>().map(Some).map_err(|_| Error::Request(Reason::Date)),
        };
        let (from, to) = (parsed(&self.from)?, parsed(&self.to)?);
        let after_to = to.map(|date| date.saturating_add(jiff::Span::new().days(1)));
        let outcome = match self.outcome.as_str() {
            "" => None,
            word => {
                let outcome = Outcome::parse(word);
                Some(outcome.ok_or(Error::Request(Reason::Outcome))?)
            }
        };
        Ok(Filter {
            text: Some(self.q.trim().to_owned()).filter(|q| !q.is_empty()),
            since: from.map(start_of).transpose()?,
            until: after_to.map(start_of).transpose()?,
            outcome,
        })
    }

    /// What the filter means, for the name of the button that deletes it:
    /// `all 12 turns`, `3 turns with “light” from 2026-11-20`.
    pub(crate) fn describe(&self, total: u64, t: &Texts) -> String {
        let outcome = Outcome::parse(&self.outcome).map(|outcome| outcome_label(outcome, t));
        let turns = speech("history.turns")
            .with("total", total)
            .with("everything", self.is_plain())
            .with("outcome", outcome.unwrap_or_default())
            .with("words", self.q.trim())
            .with("from", &self.from)
            .with("to", &self.to);
        t.say(turns)
    }

    /// Whether it finds everything.
    pub(crate) fn is_plain(&self) -> bool {
        self.q.trim().is_empty()
            && self.from.is_empty()
            && self.to.is_empty()
            && self.outcome.is_empty()
    }

    /// The same filter as the part of an address after `?`.
    ///
    /// # Errors
    /// When the words in it cannot be sealed.
    pub(crate) fn query(&self, searches: &Searches, after: Option<&str>) -> Result<String, Error> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let words = self.q.trim();
        if !words.is_empty() {
            query.append_pair(NAME, &searches.seal(words)?);
        }
        for (name, value) in [("from", &self.from), ("to", &self.to), ("outcome", &self.outcome)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        if let Some(after) = after {
            query.append_pair("after", after);
        }
        Ok(query.finish())
    }

    pub(crate) fn fields(&self) -> [(&'static str, &str); 4] {
        [("q", &self.q), ("from", &self.from), ("to", &self.to), ("outcome", &self.outcome)]
    }
}

fn outcome_label(outcome: Outcome, t: &Texts) -> String {
    t.of(&format!("outcome.{}", outcome.as_str()))
}

pub(crate) struct Row {
    id: RecordId,
    clock: String,
    day: String,
    day_starts: bool,
    speaker: String,
    outcome: &'static str,
    outcome_label: String,
    text: String,
    reply: String,
    intent: Option<String>,
    details: String,
    clip: Option<Clip>,
    gone: String,
}

struct Clip {
    seconds: String,
    wave: String,
    wave_box: String,
}

fn row_of(entry: &Entry, app: &App) -> Row {
    let (now, t) = (app.now(), &app.t);
    let intent = entry.intent.as_ref().map(|intent| {
        let slots: Vec<_> = intent
            .slots
            .iter()
            .map(|(name, value)| format!("{name} = {}", value.expose()))
            .collect();
        if slots.is_empty() {
            intent.name.clone()
        } else {
            format!("{} ({})", intent.name, slots.join(", "))
        }
    });
    let mut details = Vec::new();
    if let Some(engine) = &entry.engine {
        let percent = entry.confidence.unwrap_or_default() * 100.0;
        let heard = speech("turn.heard_by").with("engine", engine);
        details.push(t.say(heard.with("percent", format!("{percent:.0}"))));
    }
    if let Some((score, threshold)) = entry.wake {
        let woke = speech("turn.wake_word").with("score", format!("{score:.2}"));
        details.push(t.say(woke.with("threshold", format!("{threshold:.2}"))));
    }
    if let Some(latency) = entry.latency_ms {
        let latency = format!("{latency:.0}");
        details.push(t.with("turn.answered_after", "milliseconds", &latency));
    }
    Row {
        id: entry.id,
        clock: view::clock(entry.at, &app.zone),
        day: t.say(view::day(entry.at, now, &app.zone)),
        day_starts: false,
        speaker: entry.speaker.clone(),
        outcome: entry.outcome.as_str(),
        outcome_label: outcome_label(entry.outcome, t),
        text: entry.text.expose().to_owned(),
        reply: entry.reply.expose().to_owned(),
        intent,
        details: details.join(" · "),
        clip: entry.clip.as_ref().map(|clip| Clip {
            seconds: t.with("turn.seconds", "seconds", &format!("{:.1}", clip.seconds)),
            wave: view::wave(&clip.peaks),
            wave_box: view::wave_box(&clip.peaks),
        }),
        gone: t.say(view::gone_in(entry.expires, now)),
    }
}

#[derive(Template)]
#[template(path = "history.html")]
struct Page {
    t: Texts,
    top: Top,
    params: Params,
    outcomes: Vec<(&'static str, String, bool)>,
    rows: Vec<Row>,
    describe: String,
    query: String,
    next: Option<String>,
    kept: String,
}

/// Shows what a form finds.
pub(crate) async fn search(
    State(app): State<App>,
    Form(params): Form<Params>,
) -> Result<Redirect, Error> {
    Ok(Redirect::to(&format!("/?{}", params.query(&app.searches, None)?)))
}

pub(crate) async fn list(
    State(app): State<App>,
    Query(address): Query<Address>,
) -> Result<Html<String>, Error> {
    let (params, after) = address.opened(&app)?;
    let filter = params.filter(&app)?;
    if app.store.is_locked() {
        return crate::lock::ask(&app, false);
    }
    let page = app.store.list(&filter, after.as_deref(), PAGE, app.now());
    let page = page.map_err(|error| match error {
        store::Error::Invalid(_) => Error::Request(Reason::Page),
        error => error.into(),
    })?;
    let mut rows: Vec<Row> = page.entries.iter().map(|entry| row_of(entry, &app)).collect();
    let mut before = String::new();
    for row in &mut rows {
        row.day_starts = row.day != before;
        before.clone_from(&row.day);
    }
    let chosen = params.outcome.clone();
    let outcomes = Outcome::ALL
        .map(|outcome| {
            let word = outcome.as_str();
            (word, outcome_label(outcome, &app.t), word == chosen)
        })
        .to_vec();
    let retention = app.store.settings().borrow().retention;
    let kept = speech("history.kept")
        .with("words", kept(retention.text))
        .with("sound", kept(retention.audio));
    let next = page.next.as_deref().map(|after| params.query(&app.searches, Some(after)));
    let page = Page {
        t: app.t.clone(),
        top: Top::of(&app, "history"),
        outcomes,
        rows,
        describe: params.describe(page.total, &app.t),
        query: params.query(&app.searches, None)?,
        next: next.transpose()?,
        kept: app.t.say(kept),
        params,
    };
    Ok(Html(page.render()?))
}

fn kept(keep: store::Keep) -> Speech {
    match keep {
        store::Keep::None => speech("history.kept_not_at_all"),
        store::Keep::For(span) => speech("history.kept_for").with("span", view::span(span)),
    }
}

/// A record id in an address.
pub(crate) struct RecordIdParam(pub(crate) RecordId);

impl<'de> Deserialize<'de> for RecordIdParam {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}
