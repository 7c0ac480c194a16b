//! The history by voice: what was recorded, its retention policy, and deletion.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jiff::tz::TimeZone;
use voice::{
    Answering, BoxFuture, Context, Effect, Error, Handles, Intent, Outcome, Question, Reply,
    Result, Risk, SatelliteId, Skill, Speech,
};

use crate::time::{duration, local};

/// Which part of the history to forget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// The latest turn of a satellite.
    Last(SatelliteId),
    /// Every turn since then.
    Since(SystemTime),
    /// Every turn.
    All,
}

/// What is kept of turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retention {
    /// Nothing at all.
    Nothing,
    /// Nothing new at the moment.
    NothingNew,
    /// For so long; `None` not at all.
    For {
        /// What was said.
        text: Option<Duration>,
        /// The sound of it.
        audio: Option<Duration>,
    },
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

    /// What is kept, and for how long.
    fn retention(&self) -> Retention;

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

    fn retention(&self) -> Retention {
        Retention::Nothing
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
                Ok(Reply::with(Speech::of("hark.history.locked"), Outcome::Refused))
            }
            "HarkDeleteLast" => {
                let gone = self.history.forget(Span::Last(context.satellite.clone())).await?;
                Ok(deleted(gone, Speech::of("HarkDeleteLast.done")))
            }
            "HarkDeleteToday" => {
                let gone = self.history.forget(Span::Since(self.midnight(context)?)).await?;
                Ok(deleted(gone, Speech::of("HarkDeleteToday.done")))
            }
            "HarkDeleteRecent" => {
                let Some(length) = duration::of_slots(intent, "") else {
                    let speech = Speech::of("HarkDeleteRecent.how_far");
                    return Ok(Reply::ask(speech, Question::Missing(intent.clone())));
                };
                let since = context.now.checked_sub(length).unwrap_or(SystemTime::UNIX_EPOCH);
                let gone = self.history.forget(Span::Since(since)).await?;
                let speech = Speech::of("HarkDeleteRecent.done");
                Ok(deleted(gone, speech.with("length", duration::spoken(length))))
            }
            "HarkDeleteAll" if !context.confirmed => {
                let speech = Speech::of("HarkDeleteAll.sure");
                Ok(Reply::ask(speech, Question::Confirm(intent.clone())))
            }
            "HarkDeleteAll" => {
                let gone = self.history.forget(Span::All).await?;
                // How much was locked nobody knows.
                if is_locked {
                    return Ok(Reply::done(Speech::of("HarkDeleteAll.locked")));
                }
                Ok(deleted(gone, Speech::of("HarkDeleteAll.done")))
            }
            "HarkStored" => {
                let (turns, clips) = self.history.kept(self.midnight(context)?).await?;
                let speech = Speech::of("HarkStored.today");
                Ok(Reply::done(speech.with("turns", turns).with("clips", clips)))
            }
            "HarkStopStoring" => {
                self.history.stop().await?;
                let speech = Speech::of("HarkStopStoring.done");
                Ok(Reply::done(speech).and(Effect::ForgetTurn))
            }
            "HarkStartStoring" => Ok(Reply::done(Speech::of("HarkStartStoring.on_page"))),
            _ => Ok(Reply::done(kept(self.history.retention()))),
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

/// What is kept, and for how long.
fn kept(retention: Retention) -> Speech {
    match retention {
        Retention::Nothing => Speech::of("HarkRetention.nothing"),
        Retention::NothingNew => Speech::of("HarkRetention.nothing_new"),
        Retention::For { text, audio } => Speech::of("HarkRetention.kept")
            .with("text", lasting(text))
            .with("audio", lasting(audio)),
    }
}

/// `for 1 day`, `not at all`.
fn lasting(length: Option<Duration>) -> Speech {
    const DAY: u64 = 24 * 60 * 60;
    let Some(length) = length else { return Speech::of("hark.lasting.not_at_all") };
    match length.as_secs() {
        seconds if seconds % DAY == 0 => {
            Speech::of("hark.lasting.days").with("days", seconds / DAY)
        }
        seconds if seconds % 3600 == 0 => {
            Speech::of("hark.lasting.hours").with("hours", seconds / 3600)
        }
        seconds => Speech::of("hark.lasting.minutes").with("minutes", seconds / 60),
    }
}

/// Says how many entries went; the turn that asked for it goes too.
fn deleted(gone: u64, speech: Speech) -> Reply {
    Reply::done(speech.with("count", gone)).and(Effect::ForgetTurn)
}

impl Skill for Privacy {
    fn name(&self) -> &'static str {
        "privacy"
    }

    fn intents(&self) -> &'static [Handles] {
        const {
            &[
                Handles::new("HarkDeleteLast", Risk::Comfort).asked_if_guessed(),
                Handles::new("HarkDeleteToday", Risk::Costly),
                Handles::new("HarkDeleteRecent", Risk::Costly),
                Handles::new("HarkDeleteAll", Risk::Costly),
                Handles::new("HarkRetention", Risk::Public),
                Handles::new("HarkStored", Risk::Public),
                Handles::new("HarkStopStoring", Risk::Comfort).asked_if_guessed(),
                Handles::new("HarkStartStoring", Risk::Never),
            ]
        }
    }

    fn handle<'a>(&'a self, intent: &'a Intent, context: &'a Context) -> Answering<'a> {
        Box::pin(self.answer(intent, context))
    }
}
