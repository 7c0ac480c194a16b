//! Doing what was understood. This is the only way to a skill, and the risk gate stands in it.

use std::time::Duration;

use voice::session::Acted;
use voice::{Context, Intent, Outcome, PrivateText, Question, Reply, Request, Speech, Stage, Via};

use crate::act::Act;
use crate::clauses::{self, SCHEDULE};
use crate::{Certainty, Dialogue, Gate, Next, Refusal, Routine, Surety, gate};

/// How long a skill may take.
const SKILL_TIMEOUT: Duration = Duration::from_secs(2);

impl Act<'_> {
    /// Does what was said, step by step, and returns what was done in the end and the answer.
    pub(crate) async fn perform(&self, intent: Intent) -> (Option<Intent>, Reply) {
        if intent.name == Routine::INTENT {
            return self.routine(intent).await;
        }
        let mut steps = clauses::unchained(intent);
        let act = Act { of_several: steps.len() > 1, ..*self };
        let (first, mut reply) = act.step(steps.remove(0)).await;
        let mut done: Vec<_> = first.into_iter().collect();
        let mut newest = done.first().cloned();
        for step in steps {
            // What the person did not get to hear about does not happen.
            if reply.outcome == Outcome::Asked {
                break;
            }
            if let Some(newest) = newest.take() {
                self.conversation.dialogue(|dialogue| dialogue.done(&newest));
            }
            let (also, next) = act.step(step).await;
            newest.clone_from(&also);
            reply = joined(reply, next);
            // What was meant at first says what the turn was about.
            if !done.is_empty() {
                done.extend(also);
            }
        }
        let done = (!done.is_empty()).then(|| clauses::chained(done));
        if let Some(done) = &done {
            self.remember(done, &reply);
        }
        (done, reply)
    }

    /// Carries out what was scheduled for now, such as turning a light off that was to burn for ten
    /// minutes. The rules of now hold for it.
    pub(crate) async fn scheduled(&self, steps: &[Intent]) -> Acted {
        let mut reply = Reply::silent();
        for step in steps {
            reply = joined(reply, self.execute(step, false).await);
        }
        Acted { intent: steps.first().cloned(), reply, intent_ms: 0.0, act_ms: 0.0 }
    }

    fn remember(&self, done: &Intent, reply: &Reply) {
        self.conversation.dialogue(|dialogue| dialogue.answered(done, reply, self.moment.now));
    }

    /// A named sequence of commands. What one of them asks is asked for the whole.
    async fn routine(&self, intent: Intent) -> (Option<Intent>, Reply) {
        let name = intent.text("routine").unwrap_or_default();
        let Some(routine) = self.assistant.routine(name) else {
            let reply = Reply::with(Speech::of("HarkRoutine.unknown"), Outcome::Failed);
            return (Some(intent), reply);
        };
        let request = Request { via: Via::Routine, ..self.request.clone() };
        let act = Act { request: &request, ..*self };
        let mut reply = Reply::silent();
        for command in &routine.commands {
            reply = joined(reply, act.command_of_routine(command).await);
            if reply.outcome == Outcome::Asked {
                break;
            }
        }
        if reply.outcome == Outcome::Done && !routine.reply.is_empty() {
            reply.speech = vec![Speech::verbatim(routine.reply.as_str())];
        }
        self.remember(&intent, &reply);
        (Some(intent), reply)
    }

    async fn command_of_routine(&self, command: &str) -> Reply {
        match self.assistant.recognise_in(self.conversation.area(), command) {
            // One that starts another would perhaps never end.
            Some(steps) if steps.name != Routine::INTENT => {
                let mut all = Reply::silent();
                for step in clauses::unchained(steps) {
                    let next = if step.name == SCHEDULE {
                        self.later(step, false).await.1
                    } else {
                        self.execute(&step, false).await
                    };
                    all = joined(all, next);
                }
                all
            }
            _ => {
                let speech = Speech::of("HarkRoutine.not_understood").with("command", command);
                Reply::with(speech, Outcome::Failed)
            }
        }
    }

    /// One command, as it is meant in the course of the conversation.
    async fn step(&self, intent: Intent) -> (Option<Intent>, Reply) {
        let now = self.moment.now;
        let open = self.conversation.dialogue(|dialogue| dialogue.question(now).cloned());
        // What was only nearly a yes opens no door.
        if let Some(Question::Confirm(asked)) = &open
            && intent.name == Dialogue::YES
            && intent.stage != Stage::Exact
            && self.assistant.needs_care(asked)
        {
            let reply = Reply::with(Speech::of("hark.not_caught"), Outcome::NotUnderstood);
            return (Some(intent), reply);
        }
        match self.meant(intent.clone()) {
            Next::Say(reply) => (Some(intent), reply),
            Next::Do { intent, confirmed } if intent.name == SCHEDULE => {
                self.later(intent, confirmed).await
            }
            Next::Do { intent, confirmed } => {
                let reply = self.execute(&intent, confirmed).await;
                (Some(intent), reply)
            }
            Next::Each(intents) => self.each(intents).await,
            Next::Undo { undo, instead } => self.undo(intent, &undo, instead).await,
        }
    }

    /// Does the same to several things.
    pub(crate) async fn each(&self, intents: Vec<Intent>) -> (Option<Intent>, Reply) {
        let mut reply = Reply::silent();
        let mut done: Option<Intent> = None;
        for intent in intents {
            reply = joined(reply, self.execute(&intent, false).await);
            match &mut done {
                Some(first) => first.then.push(intent),
                None => done = Some(intent),
            }
        }
        (done, reply)
    }

    /// What a command means in the course of the conversation.
    pub(crate) fn meant(&self, intent: Intent) -> Next {
        let (targets, now) = (&self.assistant.targets, self.moment.now);
        self.conversation.dialogue(|dialogue| dialogue.next(intent, targets, now))
    }

    /// Takes back what was done, and perhaps does another thing in its place.
    async fn undo(
        &self,
        intent: Intent,
        undo: &[Intent],
        instead: Option<Intent>,
    ) -> (Option<Intent>, Reply) {
        let mut reply = Reply::silent();
        if !undo.is_empty() {
            reply.speech.push(Speech::of("HarkUndo.done"));
        }
        for step in undo {
            let back = self.execute(step, false).await;
            if back.outcome != Outcome::Done {
                reply = back;
            }
        }
        match instead {
            Some(instead) => {
                reply = self.execute(&instead, false).await;
                (Some(instead), reply)
            }
            None => (Some(intent), reply),
        }
    }

    /// Carries out one command if its risk allows it. Nothing else calls a skill.
    pub(crate) async fn execute(&self, intent: &Intent, confirmed: bool) -> Reply {
        let own = self.assistant.language().own_response(intent);
        let Some(skill) = self.assistant.skill(intent) else {
            // A sentence of the household's own that is only answered.
            return own.map_or_else(
                || Reply::with(Speech::of("hark.cannot_yet"), Outcome::Refused),
                Reply::done,
            );
        };
        match self.judge(intent, confirmed).await {
            Gate::Do => {}
            Gate::Refuse(refusal) => return self.refused(refusal, intent),
            Gate::Ask => {
                tracing::debug!(intent = intent.name, "asking back before something risky");
                return self.ask_back(intent);
            }
        }
        let context = self.context(confirmed);
        let work = skill.handle(intent, &context);
        let reply = match tokio::time::timeout(SKILL_TIMEOUT, work).await {
            Ok(Ok(reply)) => match own {
                Some(speech) if reply.outcome == Outcome::Done => {
                    Reply { speech: vec![speech], ..reply }
                }
                _ => reply,
            },
            Ok(Err(error)) => {
                let error = &error as &dyn std::error::Error;
                // The usual log does not tell what was asked, and journals tell when.
                tracing::debug!(intent = intent.name, "failed");
                tracing::warn!(skill = skill.name(), error, "a skill failed");
                return Reply::with(Speech::of("hark.failed"), Outcome::Failed);
            }
            Err(_) => {
                tracing::debug!(intent = intent.name, "took too long");
                tracing::warn!(skill = skill.name(), "a skill took too long");
                return Reply::with(Speech::of("hark.too_long"), Outcome::Failed);
            }
        };
        self.conversation.said(&reply.speech);
        reply
    }

    /// What is answered where the gate refuses: of several commands it is said which one it was.
    fn refused(&self, refusal: Refusal, intent: &Intent) -> Reply {
        let mut reply = Reply::with(Speech::of(refusal.key()), Outcome::Refused);
        let named = intent.slots.iter().find(|slot| slot.name == "name");
        if let Some(named) = named.filter(|slot| self.of_several && !slot.text.is_empty()) {
            let thing = Speech::of("hark.refused.thing").with("thing", named.text.clone());
            reply.speech.insert(0, thing);
        }
        reply
    }

    /// What the risk gate says to a command.
    async fn judge(&self, intent: &Intent, confirmed: bool) -> Gate {
        let risk = self.assistant.risk(intent);
        let surety = if risk.is_none_or(voice::Risk::needs_care) {
            self.surety(confirmed).await
        } else {
            Surety { certainty: Certainty::Doubtful, confirmed }
        };
        gate(risk, surety, self.request, self.moment.rules)
    }

    /// Asks whether this was wanted, in the words in which it was said.
    fn ask_back(&self, intent: &Intent) -> Reply {
        let text = self.meaning.map_or(PrivateText::default(), |meaning| {
            self.assistant.recogniser.plain(&meaning.text).into()
        });
        let speech = Speech::of("hark.did_you_want").with("command", text);
        Reply::ask(speech, Question::Confirm(intent.clone()))
    }

    pub(crate) fn context(&self, confirmed: bool) -> Context {
        let (heard, last) = self.conversation.before();
        Context {
            turn: self.turn,
            principal: self.request.principal,
            satellite: self.conversation.satellite().clone(),
            area: self.conversation.area().map(str::to_owned),
            volume: self.moment.volume,
            confirmed,
            heard,
            last,
            ..Context::at(self.moment.now)
        }
    }
}

/// Two answers as one. What went wrong decides how the turn ended.
pub(crate) fn joined(mut first: Reply, mut second: Reply) -> Reply {
    first.speech.append(&mut second.speech);
    let outcome = if second.outcome == Outcome::Done { first.outcome } else { second.outcome };
    first.effects.append(&mut second.effects);
    // What was done last is taken back first.
    second.undo.append(&mut first.undo);
    Reply {
        speech: first.speech,
        outcome,
        effects: first.effects,
        undo: second.undo,
        question: second.question.or(first.question),
    }
}
