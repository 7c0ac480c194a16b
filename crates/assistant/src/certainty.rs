//! How certain it is that a command was wanted: typed, confirmed, or heard beyond doubt.

use voice::{EngineInfo, Stage, Via};

use crate::act::Act;
use crate::{Certainty, Surety};

/// Confidence, of the whole and of each word, from which one recogniser is enough for what must not
/// happen by mistake.
const CERTAIN: f32 = 0.8;

impl Act<'_> {
    /// How certainly this was wanted. What was judged when it was ordered is certain when it is due.
    pub(crate) async fn surety(&self, confirmed: bool) -> Surety {
        let scheduled = self.request.via == Via::Scheduled;
        let certainty = match () {
            () if scheduled => Certainty::Agreed,
            () if confirmed => Certainty::Doubtful,
            () => self.certainty().await,
        };
        Surety { certainty, confirmed }
    }

    /// Whether it was typed word for word, heard by two recognisers, or heard by the only one without
    /// any hesitation.
    async fn certainty(&self) -> Certainty {
        let Some(meaning) = self.meaning else { return Certainty::Doubtful };
        if meaning.intent.stage == Stage::Tolerant {
            return Certainty::Doubtful;
        }
        let agreed = |is| if is { Certainty::Agreed } else { Certainty::Doubtful };
        let EngineInfo { is_exact, hears_free_words, .. } = self.transcript.engine;
        match self.moment.second {
            _ if is_exact => Certainty::Agreed,
            // It was asked already, for free words; but what the grammar did not believe is no
            // opinion.
            _ if !hears_free_words
                && meaning.engines.iter().any(|engine| engine.is_open_vocabulary()) =>
            {
                Certainty::Agreed
            }
            None if self.transcript.min_word_confidence() >= CERTAIN => Certainty::OneEngine,
            None => Certainty::Doubtful,
            // What only the open-vocabulary recogniser heard is what the other one did not believe.
            Some(_) if hears_free_words => Certainty::Doubtful,
            Some(second) => agreed(match second.of(self.turn).await {
                Some(other) => self
                    .assistant
                    .recognise_in(self.conversation.area(), other.text.expose())
                    .is_some_and(|other| intent::asks_the_same(&other, &meaning.intent)),
                None => false,
            }),
        }
    }
}
