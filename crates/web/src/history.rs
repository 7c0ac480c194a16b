//! The list of turns.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Html;
use jiff::civil::Date;
use serde::Deserialize;
use store::{Entry, Filter};
use voice::{Outcome, RecordId};

use crate::live::Top;
use crate::{App, Error, view};

/// Turns on one page.
const PAGE: u32 = 50;

/// The address of the page is its state.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    q: String,
    from: String,
    to: String,
    outcome: String,
    after: Option<String>,
}

impl Params {
    pub(crate) fn filter(&self, app: &App) -> Result<Filter, Error> {
        let start_of = |date: Date| {
            date.to_zoned(app.zone.clone()).map(std::time::SystemTime::from).map_err(|_| {
                Error::Request("that day does not exist here; choose another".to_owned())
            })
        };
        let parsed = |text: &str| match text {
            "" => Ok(None),
            text => text
                .parse::<Date>()
                .map(Some)
                .map_err(|_| Error::Request("write a date as 2026-11-22".to_owned())),
        };
        let (from, to) = (parsed(&self.from)?, parsed(&self.to)?);
        let after_to = to.map(|date| date.saturating_add(jiff::Span::new().days(1)));
        let outcome = match self.outcome.as_str() {
            "" => None,
            word => Some(Outcome::parse(word).ok_or_else(|| {
                Error::Request("choose one of the outcomes in the list".to_owned())
            })?),
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
    pub(crate) fn describe(&self, total: u64) -> String {
        let plain = self.is_plain();
        let plural = if total == 1 { "" } else { "s" };
        let mut text = if plain {
            format!("all {total} turn{plural}")
        } else {
            format!("{total} turn{plural}")
        };
        if !self.outcome.is_empty() {
            text = format!("{text} {}", outcome_label(&self.outcome));
        }
        if !self.q.trim().is_empty() {
            text = format!("{text} with “{}”", self.q.trim());
        }
        match (self.from.as_str(), self.to.as_str()) {
            ("", "") => {}
            (from, "") => text = format!("{text} since {from}"),
            ("", to) => text = format!("{text} up to {to}"),
            (from, to) if from == to => text = format!("{text} of {from}"),
            (from, to) => text = format!("{text} from {from} to {to}"),
        }
        text
    }

    /// Whether it finds everything.
    pub(crate) fn is_plain(&self) -> bool {
        self.q.trim().is_empty()
            && self.from.is_empty()
            && self.to.is_empty()
            && self.outcome.is_empty()
    }

    /// The same filter as the part of an address after `?`.
    pub(crate) fn query(&self, after: Option<&str>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in
            [("q", &self.q), ("from", &self.from), ("to", &self.to), ("outcome", &self.outcome)]
        {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        if let Some(after) = after {
            query.append_pair("after", after);
        }
        query.finish()
    }

    pub(crate) fn fields(&self) -> [(&'static str, &str); 4] {
        [("q", &self.q), ("from", &self.from), ("to", &self.to), ("outcome", &self.outcome)]
    }
}

pub(crate) fn outcome_label(word: &str) -> &'static str {
    match Outcome::parse(word) {
        Some(Outcome::Done) => "done",
        Some(Outcome::Asked) => "asked back",
        Some(Outcome::NotUnderstood) => "not understood",
        Some(Outcome::Refused) => "refused",
        Some(Outcome::Failed) => "failed",
        Some(Outcome::FalseWake) => "false wake",
        None => "",
    }
}

pub(crate) struct Row {
    id: RecordId,
    clock: String,
    day: String,
    day_starts: bool,
    speaker: String,
    outcome: &'static str,
    outcome_label: &'static str,
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
    let now = app.now();
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
        details.push(format!("heard by {engine}, {percent:.0} % sure"));
    }
    if let Some((score, threshold)) = entry.wake {
        details.push(format!("wake word {score:.2}, needed {threshold:.2}"));
    }
    if let Some(latency) = entry.latency_ms {
        details.push(format!("answered after {latency:.0} ms"));
    }
    Row {
        id: entry.id,
        clock: view::clock(entry.at, &app.zone),
        day: view::day(entry.at, now, &app.zone),
        day_starts: false,
        speaker: entry.speaker.clone(),
        outcome: entry.outcome.as_str(),
        outcome_label: outcome_label(entry.outcome.as_str()),
        text: entry.text.expose().to_owned(),
        reply: entry.reply.expose().to_owned(),
        intent,
        details: details.join(" · "),
        clip: entry.clip.as_ref().map(|clip| Clip {
            seconds: format!("{:.1} s", clip.seconds),
            wave: view::wave(&clip.peaks),
            wave_box: view::wave_box(&clip.peaks),
        }),
        gone: view::gone_in(entry.expires, now),
    }
}

#[derive(Template)]
#[template(path = "history.html")]
struct Page {
    top: Top,
    params: Params,
    outcomes: Vec<(&'static str, &'static str, bool)>,
    rows: Vec<Row>,
    describe: String,
    query: String,
    next: Option<String>,
    kept: String,
}

pub(crate) async fn list(
    State(app): State<App>,
    Query(params): Query<Params>,
) -> Result<Html<String>, Error> {
    let filter = params.filter(&app)?;
    if app.store.is_locked() {
        return crate::lock::ask(&app, false);
    }
    let page = app.store.list(&filter, params.after.as_deref(), PAGE, app.now())?;
    let mut rows: Vec<Row> = page.entries.iter().map(|entry| row_of(entry, &app)).collect();
    let mut before = String::new();
    for row in &mut rows {
        row.day_starts = row.day != before;
        before.clone_from(&row.day);
    }
    let chosen = params.outcome.clone();
    let outcomes = Outcome::ALL
        .map(Outcome::as_str)
        .map(|word| (word, outcome_label(word), word == chosen))
        .to_vec();
    let retention = app.store.settings().borrow().retention;
    let kept = format!(
        "Words are kept {}, sound is kept {}.",
        kept(retention.text),
        kept(retention.audio)
    );
    let next = page.next.as_deref().map(|after| params.query(Some(after)));
    let page = Page {
        top: Top::of(&app, "history"),
        outcomes,
        rows,
        describe: params.describe(page.total),
        query: params.query(None),
        next,
        kept,
        params,
    };
    Ok(Html(page.render()?))
}

fn kept(keep: store::Keep) -> String {
    match keep {
        store::Keep::None => "not at all".to_owned(),
        store::Keep::For(_) => format!("for {}", keep.spoken()),
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
