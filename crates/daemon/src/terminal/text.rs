//! Renders turns for a terminal.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use store::Entry;

use super::Style;

#[derive(Serialize)]
struct Line<'a> {
    id: String,
    at: String,
    speaker: &'a str,
    text: &'a str,
    intent: Option<&'a str>,
    reply: &'a str,
    audio: bool,
    outcome: &'static str,
    expires: String,
}

/// A turn as a line.
pub(super) fn written(entry: &Entry, style: Style) -> anyhow::Result<String> {
    let at = Timestamp::try_from(entry.at)?;
    if style == Style::Json {
        let line = Line {
            id: entry.id.to_string(),
            at: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            speaker: &entry.speaker,
            text: entry.text.expose(),
            intent: entry.intent.as_ref().map(|intent| intent.name.as_str()),
            reply: entry.reply.expose(),
            audio: entry.clip.is_some(),
            outcome: entry.outcome.as_str(),
            expires: Timestamp::try_from(entry.expires)?.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        };
        return Ok(serde_json::to_string(&line)? + "\n");
    }
    let local = at.to_zoned(TimeZone::system());
    let (dim, plain) = if style == Style::Dimmed { ("\x1b[2m", "\x1b[0m") } else { ("", "") };
    let reply = entry.reply.expose();
    let reply = if reply.is_empty() { String::new() } else { format!("  → {reply}") };
    Ok(format!(
        "{dim}{} {}{plain}  {}  {dim}{}{plain}{reply}\n",
        entry.id,
        local.strftime("%Y-%m-%d %H:%M"),
        if entry.text.is_empty() { "–" } else { entry.text.expose() },
        entry.outcome.as_str(),
    ))
}
