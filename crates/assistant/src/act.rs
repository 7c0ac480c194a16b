//! One request on its way from words to a reply.

use intent::Meaning;
use voice::{Request, Transcript, TurnId};

use crate::{Assistant, Conversation, Moment};

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
        Self { conversation, assistant, turn, request, transcript, meaning: None, moment }
    }

    /// The same, of which this reading counts.
    pub(crate) fn meaning(self, meaning: &'a Meaning<'a>) -> Self {
        Self { meaning: Some(meaning), ..self }
    }
}
