//! Second opinion: what the second recogniser makes of an utterance that the first one accepted.

use std::sync::mpsc::SyncSender;
use std::time::Duration;

use tokio::sync::oneshot;
use voice::{BoxFuture, Transcript, TurnId};

use crate::queues::TranscribeCommand;

/// How long somebody waits for it at a closed door.
const TIMEOUT: Duration = Duration::from_secs(6);

/// Asks the transcribe thread, where there are two engines.
#[derive(Clone)]
pub(crate) struct SecondOpinion(pub(crate) SyncSender<TranscribeCommand>);

impl assistant::SecondOpinion for SecondOpinion {
    fn of(&self, turn: TurnId) -> BoxFuture<'_, Option<Transcript>> {
        Box::pin(async move {
            let (answer, answered) = oneshot::channel();
            self.0.try_send(TranscribeCommand::Second(turn, answer)).ok()?;
            tokio::time::timeout(TIMEOUT, answered).await.ok()?.ok()?
        })
    }
}

impl SecondOpinion {
    /// The turn is over: nothing of its sound need be kept for this.
    pub(crate) fn forget(&self, turn: TurnId) {
        // A queue that is full belongs to another turn, which makes it forget anyway.
        let _ = self.0.try_send(TranscribeCommand::Forget(turn));
    }
}
