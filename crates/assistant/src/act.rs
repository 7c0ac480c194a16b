//! One request on its way from words to a reply.

use std::time::{Instant, SystemTime};

use intent::{Meaning, Verdict};
use voice::session::Acted;
use voice::{
    Intent, Outcome, PrivateText, Question, Reply, Request, Speech, Transcript, TurnId, What,
};

use crate::understand::may_be_negated;
use crate::{Assistant, Conversation, Dialogue, Moment};

/// What is being acted upon, for whoever has to know who said it, where, and how certainly.
#[derive(Clone, Copy)]
pub(crate) struct Act<'a> {
    pub(crate) conversation: &'a Conversation,
    pub(crate) assistant: &'a Assistant,
    pub(crate) turn: TurnId,
    pub(crate) request: &'a Request,
    pub(crate) transcript: &'a Transcript,
    /// Which reading of the transcript it is; nothing for an answer to a question.
    pub(crate) meaning: Option<&'a Meaning<'a>>,
    /// Whether there are other commands in the same breath.
    pub(crate) of_several: bool,
    pub(crate) moment: Moment<'a>,
}

impl<'a> Act<'a> {
    pub(crate) fn new(
        conversation: &'a Conversation,
        assistant: &'a Assistant,
        turn: TurnId,
        request: &'a Request,
        transcript: &'a Transcript,
        moment: Moment<'a>,
    ) -> Self {
        Self {
            conversation,
            assistant,
            turn,
            request,
            transcript,
            meaning: None,
            of_several: false,
            moment,
        }
    }

    /// The same, of which this reading counts.
    pub(crate) fn meaning(self, meaning: &'a Meaning<'a>) -> Self {
        Self { meaning: Some(meaning), ..self }
    }
}

impl Conversation {
    /// Understands a request and does what it asks, or asks back.
    pub async fn act(
        &self,
        assistant: &Assistant,
        turn: TurnId,
        request: &Request,
        moment: Moment<'_>,
    ) -> Acted {
        let transcript = match &request.what {
            What::Heard(transcript) => Transcript::clone(transcript),
            What::Text(text) => Transcript::typed(text.clone()),
            What::Steps(_, steps) => {
                let transcript = Transcript::typed(PrivateText::default());
                let act = Act::new(self, assistant, turn, request, &transcript, moment);
                return act.scheduled(steps).await;
            }
            _ => {
                return Acted { intent: None, reply: Reply::silent(), intent_ms: 0.0, act_ms: 0.0 };
            }
        };
        let begun = Instant::now();
        let act = Act::new(self, assistant, turn, request, &transcript, moment);
        let chosen = self.chosen(assistant, &transcript, moment.now);
        let chosen = chosen.or_else(|| self.worded(assistant, &transcript, moment.now));
        let meanings = match chosen {
            Some(_) => Vec::new(),
            None => assistant.meanings(self.area(), &transcript),
        };
        let verdict = Verdict::of(&meanings, |intent| !assistant.needs_care(intent));
        let negated = may_be_negated(&meanings);
        let intent_ms = begun.elapsed().as_secs_f32() * 1000.0;
        let begun = Instant::now();
        let (intent, reply) = match (chosen, verdict) {
            (Some(intent), _) => act.perform(intent).await,
            (
                None,
                Verdict::Said(meaning) | Verdict::Instead(meaning) | Verdict::Perhaps(meaning),
            ) if assistant.says_another_verb(self.area(), meaning, &transcript) => {
                self.nothing(assistant, &transcript, moment.now)
            }
            (None, Verdict::Said(meaning) | Verdict::Instead(meaning))
                if negated
                    || meaning.has_unknown_words
                    || assistant.asks_if_guessed(&meaning.intent, meaning) =>
            {
                self.doubt(assistant, &Doubtful::of(meaning), moment.now)
            }
            (None, Verdict::Said(meaning) | Verdict::Instead(meaning)) => {
                act.meaning(meaning).perform(meaning.intent.clone()).await
            }
            (None, Verdict::Perhaps(meaning)) => {
                self.doubt(assistant, &Doubtful::of(meaning), moment.now)
            }
            (None, Verdict::Nothing) => self.nothing(assistant, &transcript, moment.now),
        };
        if !transcript.text.is_empty() {
            // "Delete what I said" is not to be said again either.
            let forget = reply.effects.contains(&voice::Effect::ForgetTurn);
            self.memory().heard = if forget { PrivateText::default() } else { transcript.text };
        }
        let act_ms = begun.elapsed().as_secs_f32() * 1000.0;
        Acted { intent, reply, intent_ms, act_ms }
    }

    /// What is said to what is no command, and no answer to a question either.
    fn nothing(
        &self,
        assistant: &Assistant,
        transcript: &Transcript,
        now: SystemTime,
    ) -> (Option<Intent>, Reply) {
        self.dialogue(Dialogue::drop_question);
        let text = transcript.text.expose();
        let free = transcript.engine.hears_free_words;
        if let Some((intent, text)) = free.then(|| assistant.perhaps(self.area(), text)).flatten() {
            return self.doubt(assistant, &Doubtful { intent, text: &text, rival: None }, now);
        }
        let missing = free.then(|| assistant.missing(self.area(), text)).flatten();
        let speech = match missing {
            Some(thing) => Speech::of("hark.no_such_thing").with("thing", thing.join(" ")),
            None if text.is_empty() => Speech::of("hark.not_caught"),
            None => Speech::of("hark.cannot_help"),
        };
        (None, Reply::with(speech, Outcome::NotUnderstood))
    }

    /// Which of the things that were offered was chosen.
    fn chosen(
        &self,
        assistant: &Assistant,
        transcript: &Transcript,
        now: SystemTime,
    ) -> Option<Intent> {
        let others = transcript.alternatives.iter().map(|other| &other.text);
        let texts = std::iter::once(&transcript.text).chain(others);
        let (texts, language) = (texts.map(PrivateText::expose), assistant.language());
        self.dialogue(|dialogue| dialogue.choose(texts, language, now))
    }

    /// The command that asked for words, with these, unless they are a command of their own.
    fn worded(
        &self,
        assistant: &Assistant,
        transcript: &Transcript,
        now: SystemTime,
    ) -> Option<Intent> {
        let text = transcript.text.expose();
        let fits = assistant.recognise_in(self.area(), text);
        let is_command = fits.is_some_and(|intent| intent.name != Dialogue::ANSWER);
        if is_command { None } else { self.dialogue(|dialogue| dialogue.worded(text, now)) }
    }

    /// Asks whether this was meant, or which of two.
    fn doubt(
        &self,
        assistant: &Assistant,
        doubtful: &Doubtful<'_>,
        now: SystemTime,
    ) -> (Option<Intent>, Reply) {
        let intent = doubtful.intent.clone();
        let text = assistant.recogniser.plain(doubtful.text);
        let rival = doubtful.rival.and_then(|rival| {
            let text = assistant.recogniser.plain(rival);
            Some((text.clone(), assistant.recognise_in(self.area(), &text)?))
        });
        let reply = if let Some((other, instead)) = rival {
            let speech = Speech::of("hark.did_you_mean_which")
                .with("command", text.as_str())
                .with("other", other.as_str());
            let [text, other] = [text, other].map(Speech::verbatim);
            let options = vec![(text, intent.clone()), (other, instead)];
            Reply::ask(speech, Question::Which(options))
        } else {
            let speech = Speech::of("hark.did_you_mean").with("command", text);
            Reply::ask(speech, Question::Confirm(intent.clone()))
        };
        self.dialogue(|dialogue| dialogue.answered(&intent, &reply, now));
        (Some(intent), reply)
    }
}

/// What was meant, perhaps.
struct Doubtful<'m> {
    intent: Intent,
    text: &'m str,
    /// What may have been meant as well.
    rival: Option<&'m str>,
}

impl<'m> Doubtful<'m> {
    fn of(meaning: &'m Meaning<'_>) -> Self {
        let Meaning { intent, text, rival, .. } = meaning;
        Self { intent: intent.clone(), text, rival: rival.as_deref() }
    }
}
