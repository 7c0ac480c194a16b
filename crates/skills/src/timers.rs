//! Timers: set, changed, asked about, and rung.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use voice::{BoxFuture, Context, Intent, Outcome, Question, Reply, Result, Skill, TimerView};

use crate::duration::{self, spoken};
use crate::{Timer, TimerBook};

/// A timer that nobody stops falls silent after this time.
pub const RING_FOR: Duration = Duration::from_secs(15 * 60);
/// More timers at once are a mistake, of an engine rather than of a person.
const MAX_TIMERS: usize = 50;

/// The timers of the household. They are kept in a [`TimerBook`], so that they outlive the
/// program; what rings is decided from the time that is passed in.
pub struct Timers {
    book: Arc<dyn TimerBook>,
    running: Mutex<Vec<Timer>>,
    /// Timers that were announced since the program started.
    announced: Mutex<HashSet<i64>>,
}

/// Which timer was meant.
enum Found {
    One(Timer),
    /// Nothing of that kind, or several; the reply says so.
    Reply(Reply),
}

impl Timers {
    /// Takes up the timers in the book.
    ///
    /// # Errors
    /// When the book cannot be read.
    pub async fn new(book: Arc<dyn TimerBook>) -> Result<Self> {
        let running = Mutex::new(book.load().await?);
        Ok(Self { book, running, announced: Mutex::default() })
    }

    /// When [`Timers::due`] has something to do next; in the past when it is late already. Ask
    /// again after each command and each stop.
    pub fn next_due(&self) -> Option<SystemTime> {
        let announced = self.announced.lock().unwrap_or_else(PoisonError::into_inner);
        let timers = self.lock();
        let due = timers.iter().filter(|timer| timer.paused_left.is_none()).map(|timer| {
            let silent = timer.ringing && announced.contains(&timer.id);
            if silent { timer.due + RING_FOR } else { timer.due }
        });
        due.min()
    }

    /// Lets the timers ring that are due, and ends the ringing of those that nobody stopped. Each
    /// reply announces one timer, once in the run of the program. A timer that was due long before
    /// the program started is announced and does not ring.
    ///
    /// # Errors
    /// When the book cannot be written; the timers ring all the same.
    pub async fn due(&self, now: SystemTime) -> Result<Vec<Reply>> {
        let mut due: Vec<_> = {
            let timers = self.lock();
            let due = timers.iter().filter(|t| t.paused_left.is_none() && t.due <= now);
            due.cloned().collect()
        };
        due.sort_by_key(|timer| timer.due);
        let mut replies = Vec::new();
        let mut kept = Ok(());
        for mut timer in due {
            let first = self.announce(timer.id);
            let over = now.duration_since(timer.due).is_ok_and(|since| since >= RING_FOR);
            if first && !(over && timer.ringing) {
                let ended = if over { "ended while I was off" } else { "is done" };
                replies.push(Reply::done(format!("Your {} {ended}.", timer.spoken())));
            }
            let written = if over {
                // It goes even if the book fails, or it would be due for ever.
                self.lock().retain(|other| other.id != timer.id);
                self.book.remove(timer.id).await
            } else if timer.ringing {
                Ok(())
            } else {
                timer.ringing = true;
                self.put(timer.clone());
                self.book.save(&timer).await.map(drop)
            };
            kept = kept.and(written);
        }
        // An announcement must be heard even if it could not be written down.
        if replies.is_empty() { kept.map(|()| replies) } else { Ok(replies) }
    }

    /// Whether any timer rings.
    pub fn is_ringing(&self) -> bool {
        self.lock().iter().any(|timer| timer.ringing)
    }

    /// Silences and removes the timers that ring, and returns how many there were.
    ///
    /// # Errors
    /// When the book cannot be written.
    pub async fn stop_ringing(&self) -> Result<usize> {
        let ringing: Vec<_> =
            self.lock().iter().filter(|timer| timer.ringing).map(|timer| timer.id).collect();
        for &id in &ringing {
            self.remove(id).await?;
        }
        Ok(ringing.len())
    }

    /// Lets what rings ring again after that time; `None` if nothing rings.
    pub(crate) async fn snooze(&self, length: Duration, now: SystemTime) -> Result<Option<Reply>> {
        let ringing = self.lock().iter().find(|timer| timer.ringing).cloned();
        let Some(mut timer) = ringing else { return Ok(None) };
        (timer.ringing, timer.due) = (false, now + length);
        let speech = format!("Your {} rings again in {}.", timer.spoken(), spoken(length));
        self.save(timer).await?;
        Ok(Some(Reply::done(speech)))
    }

    /// The clock was set by `seconds` (forward, if more than 0): what is left of the timers stays.
    ///
    /// # Errors
    /// When the book cannot be written.
    pub async fn clock_moved(&self, seconds: i64) -> Result<()> {
        let timers = self.lock().clone();
        for mut timer in timers.into_iter().filter(|timer| timer.paused_left.is_none()) {
            let by = Duration::from_secs(seconds.unsigned_abs());
            let moved =
                if seconds < 0 { timer.due.checked_sub(by) } else { timer.due.checked_add(by) };
            if let Some(due) = moved {
                timer.due = due;
                self.book.save(&timer).await?;
                self.put(timer);
            }
        }
        Ok(())
    }

    /// Removes a timer and says whether there was one with that id.
    ///
    /// # Errors
    /// When the book cannot be written.
    pub async fn cancel(&self, id: i64) -> Result<bool> {
        let known = self.lock().iter().any(|timer| timer.id == id);
        if known {
            self.remove(id).await?;
        }
        Ok(known)
    }

    /// The timers as the page shows them, the next one first. Paused ones count from their pause.
    pub fn views(&self) -> Vec<TimerView> {
        let mut views: Vec<_> = self
            .lock()
            .iter()
            .map(|timer| TimerView {
                id: timer.id,
                name: timer.name.clone(),
                due: timer.due,
                ringing: timer.ringing,
            })
            .collect();
        views.sort_by_key(|view| view.due);
        views
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Timer>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this is the first announcement of that timer.
    fn announce(&self, id: i64) -> bool {
        self.announced.lock().unwrap_or_else(PoisonError::into_inner).insert(id)
    }

    fn put(&self, timer: Timer) {
        let mut timers = self.lock();
        timers.retain(|before| before.id != timer.id);
        timers.push(timer);
    }

    async fn save(&self, mut timer: Timer) -> Result<i64> {
        let id = self.book.save(&timer).await?;
        timer.id = id;
        self.announced.lock().unwrap_or_else(PoisonError::into_inner).remove(&timer.id);
        self.put(timer);
        Ok(id)
    }

    async fn remove(&self, id: i64) -> Result<()> {
        self.book.remove(id).await?;
        self.lock().retain(|timer| timer.id != id);
        Ok(())
    }

    /// The timer with the name or the length that was said, or the only one.
    fn find(&self, intent: &Intent) -> Found {
        let name = intent.text("name").map(str::to_lowercase);
        let length = duration::of_slots(intent, "start_");
        let id = intent.number("id").map(|id| id as i64);
        let timers = self.lock();
        if timers.is_empty() {
            return Found::Reply(none());
        }
        let matches = |timer: &&Timer| {
            name.as_ref().is_none_or(|name| timer.name.as_deref() == Some(name.as_str()))
                && length.is_none_or(|length| timer.total == length)
                && id.is_none_or(|id| timer.id == id)
        };
        let found: Vec<_> = timers.iter().filter(matches).collect();
        // What rings is what people talk about.
        let ringing = found.iter().find(|timer| timer.ringing);
        match (&found[..], ringing) {
            ([one], _) => Found::One((*one).clone()),
            (_, Some(ringing)) => Found::One((*ringing).clone()),
            ([], _) => {
                Found::Reply(Reply::with("There is no such timer.".to_owned(), Outcome::Failed))
            }
            (several, _) => {
                let names: Vec<_> =
                    several.iter().map(|timer| format!("the {}", timer.spoken())).collect();
                let speech = format!("Which one: {}?", names.join(" or "));
                let which = several.iter().map(|timer| {
                    let intent = intent.clone().with_number("id", timer.id as f64);
                    (timer.spoken().into(), intent)
                });
                Found::Reply(Reply::ask(speech, Question::Which(which.collect())))
            }
        }
    }

    async fn answer(&self, intent: &Intent, now: SystemTime) -> Result<Reply> {
        match intent.name.as_str() {
            "HassStartTimer" => return self.start(intent, now).await,
            "HassCancelAllTimers" => return self.cancel_all().await,
            "HassTimerStatus" => return Ok(self.status(intent, now)),
            _ => {}
        }
        let timer = match self.find(intent) {
            Found::One(timer) => timer,
            Found::Reply(reply) => return Ok(reply),
        };
        match intent.name.as_str() {
            "HassCancelTimer" => {
                self.remove(timer.id).await?;
                let done = if timer.ringing { "Stopped" } else { "Cancelled" };
                let mut again = Intent::named("HassStartTimer")
                    .with_number("seconds", timer.left(now).as_secs_f64());
                if let Some(name) = &timer.name {
                    again = again.with_text("name", name.as_str());
                }
                let undo = if timer.ringing { Vec::new() } else { vec![again] };
                Ok(Reply::done(format!("{done} the {}.", timer.spoken())).undone_by(undo))
            }
            "HarkRestartTimer" => {
                let length = timer.total;
                let speech = format!("Restarted the {}.", timer.spoken());
                let due = now + length;
                let timer = Timer { due, paused_left: None, ringing: false, ..timer };
                self.save(timer).await?;
                Ok(Reply::done(speech))
            }
            "HassPauseTimer" => self.pause(timer, now).await,
            "HassUnpauseTimer" => self.resume(timer, now).await,
            name => {
                let Some(length) = duration::of_slots(intent, "") else {
                    return Ok(Reply::ask("How long?", Question::Missing(intent.clone())));
                };
                self.change(timer, length, name == "HassDecreaseTimer", now).await
            }
        }
    }

    async fn start(&self, intent: &Intent, now: SystemTime) -> Result<Reply> {
        let Some(length) = duration::of_slots(intent, "") else {
            return Ok(Reply::ask("For how long?", Question::Missing(intent.clone())));
        };
        if self.lock().len() >= MAX_TIMERS {
            return Ok(Reply::with("There are too many timers already.", Outcome::Refused));
        }
        let name = intent.text("name").map(|name| name.trim().to_lowercase());
        let name = name.filter(|name| !name.is_empty());
        let which = match &name {
            Some(name) => format!("Timer for {name}"),
            None => "Timer".to_owned(),
        };
        let timer = Timer {
            id: 0,
            name,
            due: now + length,
            total: length,
            paused_left: None,
            ringing: false,
        };
        let id = self.save(timer).await?;
        let undo = vec![Intent::named("HassCancelTimer").with_number("id", id as f64)];
        Ok(Reply::done(format!("{which} set for {}.", spoken(length))).undone_by(undo))
    }

    async fn cancel_all(&self) -> Result<Reply> {
        let ids: Vec<_> = self.lock().iter().map(|timer| timer.id).collect();
        for &id in &ids {
            self.remove(id).await?;
        }
        Ok(match ids.len() {
            0 => none(),
            1 => Reply::done("Cancelled 1 timer."),
            many => Reply::done(format!("Cancelled {many} timers.")),
        })
    }

    async fn pause(&self, mut timer: Timer, now: SystemTime) -> Result<Reply> {
        if timer.ringing {
            return Ok(Reply::with("That timer is done already.", Outcome::Failed));
        }
        let left = timer.left(now);
        let speech = format!("Paused the {} with {} left.", timer.spoken(), spoken(left));
        timer.paused_left = Some(left);
        self.save(timer).await?;
        Ok(Reply::done(speech))
    }

    async fn resume(&self, mut timer: Timer, now: SystemTime) -> Result<Reply> {
        let Some(left) = timer.paused_left.take() else {
            return Ok(Reply::with("That timer is not paused.", Outcome::Failed));
        };
        timer.due = now + left;
        let speech = format!("Resumed the {} with {} left.", timer.spoken(), spoken(left));
        self.save(timer).await?;
        Ok(Reply::done(speech))
    }

    async fn change(
        &self,
        mut timer: Timer,
        length: Duration,
        shorter: bool,
        now: SystemTime,
    ) -> Result<Reply> {
        let left = timer.left(now);
        if shorter && left <= length {
            let speech = format!("There are only {} left.", spoken(left));
            return Ok(Reply::with(speech, Outcome::Failed));
        }
        let left = if shorter { left.saturating_sub(length) } else { left + length };
        timer.total =
            if shorter { timer.total.saturating_sub(length) } else { timer.total + length };
        timer.due = now + left;
        timer.ringing = false;
        timer.paused_left = timer.paused_left.map(|_| left);
        self.save(timer).await?;
        let done = if shorter { "Took off" } else { "Added" };
        Ok(Reply::done(format!("{done} {}. Now {} left.", spoken(length), spoken(left))))
    }

    fn status(&self, intent: &Intent, now: SystemTime) -> Reply {
        let named = intent.slot("name").is_some() || duration::of_slots(intent, "start_").is_some();
        let mut timers = self.lock().clone();
        if named || timers.len() == 1 {
            match self.find(intent) {
                Found::One(timer) => timers = vec![timer],
                Found::Reply(reply) => return reply,
            }
        }
        timers.sort_by_key(|timer| timer.left(now));
        let parts: Vec<_> = timers
            .iter()
            .map(|timer| {
                let left = spoken(timer.left(now));
                if timer.ringing {
                    format!("Your {} is done.", timer.spoken())
                } else if timer.paused_left.is_some() {
                    format!("Your {} is paused with {left} left.", timer.spoken())
                } else {
                    format!("{left} left on your {}.", timer.spoken())
                }
            })
            .collect();
        if parts.is_empty() { none() } else { Reply::done(parts.join(" ")) }
    }
}

fn none() -> Reply {
    Reply::with("There are no timers.", Outcome::Done)
}

impl Skill for Timers {
    fn name(&self) -> &'static str {
        "timers"
    }

    fn intents(&self) -> &'static [&'static str] {
        &[
            "HassStartTimer",
            "HassCancelTimer",
            "HassCancelAllTimers",
            "HassIncreaseTimer",
            "HassDecreaseTimer",
            "HassPauseTimer",
            "HassUnpauseTimer",
            "HassTimerStatus",
            "HarkRestartTimer",
        ]
    }

    fn handle<'a>(
        &'a self,
        intent: &'a Intent,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Reply>> {
        Box::pin(self.answer(intent, context.now))
    }
}
