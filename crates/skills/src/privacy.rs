//! What was recorded, how long it is kept, and forgetting it.

use std::sync::Arc;
use std::time::SystemTime;

use jiff::tz::TimeZone;
use voice::{
    BoxFuture, Context, Effect, Error, Handles, Intent, Outcome, Question, Reply, Result, Risk,
    Skill,
};

use crate::clock::local;
use crate::duration;

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

    /// Whether it is locked, so that only all of it can be deleted.
    fn is_locked(&self) -> bool {
        false
    }

    /// Says in a sentence or two what is kept and for how long.
    ///
    /// # Errors
    /// When the settings cannot be read.
    fn retention(&self) -> BoxFuture<'_, Result<String>>;

    /// How many turns since then are kept, and of how many of them the sound.
    ///
    /// # Errors
    /// When they cannot be counted.
    fn kept(&self, since: SystemTime) -> BoxFuture<'_, Result<(u64, u64)>>;

    /// Keeps nothing from now on.
    ///
    /// # Errors
    /// When that could not be written down: then things are kept as before.
    fn stop(&self) -> BoxFuture<'_, Result<()>>;
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

    fn kept(&self, _: SystemTime) -> BoxFuture<'_, Result<(u64, u64)>> {
        Box::pin(std::future::ready(Ok((0, 0))))
    }

    fn stop(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Deletes what was said, and says how long things are kept.
pub struct Privacy {
    history: Arc<dyn Forget>,
    zone: TimeZone,
}

impl Privacy {
    /// `zone` says when today began.
    pub fn new(history: Arc<dyn Forget>, zone: TimeZone) -> Self {
        Self { history, zone }
    }

    async fn answer(&self, intent: &Intent, context: &Context) -> Result<Reply> {
        let is_locked = self.history.is_locked();
        match intent.name.as_str() {
            "HarkDeleteLast" | "HarkDeleteToday" | "HarkDeleteRecent" | "HarkStored"
                if is_locked =>
            {
                let speech = "The history is locked, and nothing new is kept. \
                              Give its passphrase on the page first.";
                Ok(Reply::with(speech, Outcome::Refused))
            }
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
                let gone = self.history.forget(Span::Since(self.midnight(context)?)).await?;
                Ok(deleted(gone, "from today"))
            }
            "HarkDeleteRecent" => {
                let Some(length) = duration::of_slots(intent, "") else {
                    return Ok(Reply::ask("How far back?", Question::Missing(intent.clone())));
                };
                let since = context.now.checked_sub(length).unwrap_or(SystemTime::UNIX_EPOCH);
                let gone = self.history.forget(Span::Since(since)).await?;
                let speech = format!("from the last {}", duration::spoken(length));
                // People say "the last hour", not "the last 1 hour".
                Ok(deleted(gone, &speech.replacen("last 1 ", "last ", 1)))
            }
            "HarkDeleteAll" if !context.confirmed => {
                let speech = "This deletes everything I have recorded. Are you sure?";
                Ok(Reply::ask(speech, Question::Confirm(intent.clone())))
            }
            "HarkDeleteAll" => {
                let gone = self.history.forget(Span::All).await?;
                // How much was locked nobody knows.
                if is_locked {
                    return Ok(Reply::done("Deleted everything."));
                }
                Ok(deleted(gone, "in all"))
            }
            "HarkStored" => {
                let speech = match self.history.kept(self.midnight(context)?).await? {
                    (0, _) => "I have stored nothing today.".to_owned(),
                    (turns, 0) => format!("Today I stored {}, without sound.", things(turns)),
                    (turns, clips) if turns == clips => {
                        format!("Today I stored {}, with the sound.", things(turns))
                    }
                    (turns, clips) => {
                        format!("Today I stored {}, {clips} of them with the sound.", things(turns))
                    }
                };
                Ok(Reply::done(speech))
            }
            "HarkStopStoring" => {
                self.history.stop().await?;
                let speech = "From now on I store nothing. What I have goes when it is due. \
                              You can change that on my page.";
                Ok(Reply::done(speech).and(Effect::ForgetTurn))
            }
            "HarkStartStoring" => Ok(Reply::done("You can turn that on on my page.")),
            _ => Ok(Reply::done(self.history.retention().await?)),
        }
    }

    /// When today began.
    fn midnight(&self, context: &Context) -> Result<SystemTime> {
        let midnight = local(context, &self.zone)?
            .start_of_day()
            .map_err(|error| Error::failed("find the start of the day", error))?;
        Ok(midnight.timestamp().into())
    }
}

fn things(count: u64) -> String {
    if count == 1 { "1 command".to_owned() } else { format!("{count} commands") }
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

    fn intents(&self) -> &'static [Handles] {
        const {
            &[
                Handles::new("HarkDeleteLast", Risk::Comfort),
                Handles::new("HarkDeleteToday", Risk::Costly),
                Handles::new("HarkDeleteRecent", Risk::Costly),
                Handles::new("HarkDeleteAll", Risk::Costly),
                Handles::new("HarkRetention", Risk::Public),
                Handles::new("HarkStored", Risk::Public),
                Handles::new("HarkStopStoring", Risk::Comfort),
                Handles::new("HarkStartStoring", Risk::Never),
            ]
        }
    }

    fn handle<'a>(
        &'a self,
        intent: &'a Intent,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Reply>> {
        Box::pin(self.answer(intent, context))
    }
}
