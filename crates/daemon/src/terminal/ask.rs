//! Typed commands: passed on to the hub, and answered with what the speaker says.

use anyhow::Context as _;
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};
use voice::{Answer, Outcome, Request};

use crate::queues::ToHub;

/// What `hark ask --json` prints.
#[derive(Serialize)]
struct Line<'a> {
    speech: &'a str,
    outcome: &'static str,
    intent: Option<&'a str>,
}

/// Types a command and sends its answer.
///
/// # Errors
/// One line for the person who asked, where it was not done.
pub(super) async fn ask(
    text: &str,
    json: bool,
    hub: &mpsc::Sender<ToHub>,
    pieces: &mpsc::Sender<Vec<u8>>,
) -> anyhow::Result<()> {
    let gone = "failed to ask: the speaker is stopping";
    let (answer, answered) = oneshot::channel();
    let request = Box::new(Request::typed(text));
    hub.send(ToHub::Request(request, Some(answer))).await.ok().context(gone)?;
    let Answer::Given { speech, outcome, intent } = answered.await.context(gone)? else {
        anyhow::bail!("failed to ask: another command is being answered; try again in a moment");
    };
    let line = if json {
        let (speech, intent) = (speech.expose(), intent.as_deref());
        serde_json::to_string(&Line { speech, outcome: outcome.as_str(), intent })? + "\n"
    } else if speech.is_empty() {
        String::new()
    } else {
        format!("{}\n", speech.expose())
    };
    pieces.send(line.into_bytes()).await.context("nobody listens any more")?;
    match outcome {
        Outcome::Done => Ok(()),
        Outcome::Asked => anyhow::bail!("not done: it asks back; answer with another `hark ask`"),
        Outcome::NotUnderstood => anyhow::bail!("not done: it was not understood"),
        Outcome::Refused => anyhow::bail!("not done: it was refused"),
        Outcome::Failed | Outcome::FalseWake => anyhow::bail!("not done: it did not work"),
    }
}
