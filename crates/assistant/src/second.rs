//! The second opinion: what another recogniser makes of the same utterance.

use voice::{BoxFuture, Transcript, TurnId};

/// Asks the recogniser that was not asked.
pub trait SecondOpinion: Send + Sync {
    /// What it makes of the utterance of that turn; `None` if it cannot say, or not in time.
    fn of(&self, turn: TurnId) -> BoxFuture<'_, Option<Transcript>>;
}
