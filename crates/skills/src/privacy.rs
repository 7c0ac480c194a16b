//! What was recorded, how long it is kept, and forgetting it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use jiff::tz::TimeZone;
use voice::{BoxFuture, Context, Effect, Error, Intent, Outcome, Reply, Result, Skill};

use crate::clock::local;
use crate::duration;

/// A "yes" later than this after the question is no answer to it.
const CONFIRM_WITHIN: Duration = Duration::from_secs(60);

/// Which part of the history to forget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// The latest turn.
    Last,
    /// Every turn since then.
    Since(SystemTime),
    /// Every turn.
    All,
}

/// A history that can forget.
pub trait Forget: Send + Sync {
    /// Deletes these turns and returns how many there were.
    ///
    /// # Errors
    /// When they could not be deleted, or not all of them.
    fn forget(&self, what: Span) -> BoxFuture<'_, Result<u64>>;

    /// Says in a sentence or two what is kept and for how long.
    ///
    /// # Errors
    /// When the settings cannot be read.
    fn retention(&self) -> BoxFuture<'_, Result<String>>;
}

/// No history at all.
pub struct NoHistory;

impl Forget for NoHistory {
    fn forget(&self, _: Span) -> BoxFuture<'_, Result<u64>> {
        Box::pin(std::future::ready(Ok(0)))
    }

    fn retention(&self) -> BoxFuture<'_, Result<String>> {
        Box::pin(std::future::ready(Ok("I keep nothing.".to_owned())))
    }
}

/// Deletes what was said, and says how long things are kept.
pub struct Privacy {
    history: Arc<dyn Forget>,
    zone: TimeZone,
    /// When it was asked whether really everything should go.
    asked: Mutex<Option<SystemTime>>,
}

impl Privacy {
    /// `zone` says when today began.
    pub fn new(history: Arc<dyn Forget>, zone: TimeZone) -> Self {
        Self { history, zone, asked: Mutex::default() }
    }

    async fn answer(&self, intent: &Intent, context: &Context) -> Result<Reply> {
        // Any other command on this subject is no answer to the question.
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner).take();
        let waiting = asked
            .and_then(|asked| context.now.duration_since(asked).ok())
            .is_some_and(|since| since <= CONFIRM_WITHIN);
        match intent.name.as_str() {
            "HarkDeleteLast" => {
                let gone = self.history.forget(Span::Last).await?;
                let speech = match gone {
                    0 => "There was nothing to delete.".to_owned(),
                    1 => "Deleted what you said last.".to_owned(),
                    many => format!("Deleted {many} entries."),
                };
                Ok(Reply::done(speech).and(Effect::ForgetTurn))
            }
            "HarkDeleteToday" => {
                let midnight = local(context, &self.zone)?
                    .start_of_day()
                    .map_err(|error| Error::failed("find the start of the day", error))?;
                let gone = self.history.forget(Span::Since(midnight.timestamp().into())).await?;
                Ok(deleted(gone, "from today"))
            }
            "HarkDeleteRecent" => {
                let Some(length) = duration::of_slots(intent, "") else {
                    return Ok(Reply::with("How far back?", Outcome::Asked));
                };
                let since = context.now.checked_sub(length).unwrap_or(SystemTime::UNIX_EPOCH);
                let gone = self.history.forget(Span::Since(since)).await?;
                let speech = format!("from the last {}", duration::spoken(length));
                // People say "the last hour", not "the last 1 hour".
                Ok(deleted(gone, &speech.replacen("last 1 ", "last ", 1)))
            }
            "HarkDeleteAll" => {
                let now = Some(context.now);
                *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = now;
                Ok(Reply::ask("This deletes everything I have recorded. Are you sure?"))
            }
            "HarkYes" if waiting => {
                let gone = self.history.forget(Span::All).await?;
                Ok(deleted(gone, "in all"))
            }
            "HarkNo" if waiting => Ok(Reply::done("All right, I keep it.")),
            "HarkYes" | "HarkNo" => Ok(Reply::with("I didn't ask anything.", Outcome::Refused)),
            _ => Ok(Reply::done(self.history.retention().await?)),
        }
    }
}

/// Says how many entries went; the turn that asked for it goes too.
fn deleted(gone: u64, which: &str) -> Reply {
    let speech = match gone {
        0 => format!("There was nothing to delete {which}."),
        1 => format!("Deleted 1 entry {which}."),
        many => format!("Deleted {many} entries {which}."),
    };
    Reply::done(speech).and(Effect::ForgetTurn)
}

impl Skill for Privacy {
    fn name(&self) -> &'static str {
        "privacy"
    }

    fn intents(&self) -> &'static [&'static str] {
        &[
            "HarkDeleteLast",
            "HarkDeleteToday",
            "HarkDeleteRecent",
            "HarkDeleteAll",
            "HarkYes",
            "HarkNo",
            "HarkRetention",
        ]
    }

    fn handle<'a>(
        &'a self,
        intent: &'a Intent,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Reply>> {
        Box::pin(self.answer(intent, context))
    }
}
