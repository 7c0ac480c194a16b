//! Doing what was understood. This is the only way to a skill, and the gate stands in it.

use std::sync::PoisonError;
use std::time::{Duration, SystemTime};

use voice::{
    Context, Engine, Intent, Outcome, PrivateText, Question, Reply, Stage, Transcript, TurnId,
};

use crate::assistant::{Said, Understanding};
use crate::{Gate, Next, Surety, gate};

/// How long a skill may take.
const SKILL_TIMEOUT: Duration = Duration::from_secs(2);

impl Understanding {
    /// Does what was said, step by step, and returns what was done in the end and the answer.
    pub(crate) async fn perform(
        &self,
        mut intent: Intent,
        said: &Said<'_>,
    ) -> (Option<Intent>, Reply) {
        if intent.name == "HarkRoutine" {
            return self.routine(intent, said).await;
        }
        let later = intent.name == "HarkSchedule";
        let steps = if later { Vec::new() } else { std::mem::take(&mut intent.then) };
        let (mut done, mut reply) = self.step(intent, said).await;
        for step in steps {
            // What the person did not get to hear about does not happen.
            if reply.outcome == Outcome::Asked {
                break;
            }
            let (also, next) = self.step(step, said).await;
            reply = joined(reply, next);
            if let (Some(done), Some(also)) = (&mut done, also) {
                done.then.push(also);
            }
        }
        if let Some(done) = &done {
            self.dialogue().answered(done, &reply, said.now);
        }
        (done, reply)
    }

    /// A named sequence of commands. What one of them asks is asked for the whole.
    async fn routine(&self, intent: Intent, said: &Said<'_>) -> (Option<Intent>, Reply) {
        let name = intent.text("routine").unwrap_or_default();
        let mut routines = self.rest.routines.iter();
        let routine = routines.find(|routine| routine.say.first().is_some_and(|say| say == name));
        let Some(routine) = routine else {
            let reply = Reply::with("I don't know that routine any more.", Outcome::Failed);
            return (Some(intent), reply);
        };
        let mut reply = Reply::done("");
        for command in &routine.commands {
            let next = match self.recognise(command) {
                // One that starts another would perhaps never end.
                Some(step) if step.name != "HarkRoutine" => {
                    let steps = std::iter::once(Intent { then: Vec::new(), ..step.clone() });
                    let mut all = Reply::done("");
                    if step.name == "HarkSchedule" {
                        all = self.later(step, said, false).await.1;
                    } else {
                        for step in steps.chain(step.then) {
                            all = joined(all, self.execute(&step, said, false).await);
                        }
                    }
                    all
                }
                _ => {
                    let speech = format!("I don't understand this part of it: {command}.");
                    Reply::with(speech, Outcome::Failed)
                }
            };
            reply = joined(reply, next);
            if reply.outcome == Outcome::Asked {
                break;
            }
        }
        if reply.outcome == Outcome::Done && !routine.reply.is_empty() {
            reply.speech = routine.reply.as_str().into();
        }
        self.dialogue().answered(&intent, &reply, said.now);
        (Some(intent), reply)
    }

    /// One command, as it is meant in the course of the conversation.
    async fn step(&self, intent: Intent, said: &Said<'_>) -> (Option<Intent>, Reply) {
        let exact = intent.stage == Stage::Exact;
        let open = self.dialogue().question(said.now).cloned();
        // What was only nearly a yes opens no door.
        if let Some(Question::Confirm(asked)) = &open
            && intent.name == "HarkYes"
            && !exact
            && self.needs_care(asked)
        {
            let reply = Reply::with("Sorry, I didn't catch that.", Outcome::NotUnderstood);
            return (Some(intent), reply);
        }
        let next = self.dialogue().next(intent.clone(), &self.targets, said.now);
        match next {
            Next::Say(reply) => (Some(intent), reply),
            Next::Do { intent, confirmed } if intent.name == "HarkSchedule" => {
                self.later(intent, said, confirmed).await
            }
            Next::Do { intent, confirmed } => {
                let reply = self.execute(&intent, said, confirmed).await;
                (Some(intent), reply)
            }
            Next::Undo { undo, instead } => {
                let mut reply =
                    Reply::done(if undo.is_empty() { "" } else { "All right, undone." });
                for step in &undo {
                    let back = self.execute(step, said, false).await;
                    if back.outcome != Outcome::Done {
                        reply = back;
                    }
                }
                match instead {
                    Some(instead) => {
                        reply = self.execute(&instead, said, false).await;
                        (Some(instead), reply)
                    }
                    None => (Some(intent), reply),
                }
            }
        }
    }

    /// A command that is to happen later, or for a while.
    async fn later(
        &self,
        mut intent: Intent,
        said: &Said<'_>,
        confirmed: bool,
    ) -> (Option<Intent>, Reply) {
        let mut steps = Vec::new();
        for step in std::mem::take(&mut intent.then) {
            // "It" is what it is now.
            match self.dialogue().next(step.clone(), &self.targets, said.now) {
                Next::Do { intent, .. } => steps.push(intent),
                Next::Undo { .. } => steps.push(step),
                Next::Say(reply) => return (Some(step), reply),
            }
        }
        intent.then = steps;
        if intent.text("when") != Some("for") {
            let reply = self.execute(&intent, said, confirmed).await;
            return (Some(intent), reply);
        }
        let mut now = Reply::done("");
        for step in &intent.then {
            now = joined(now, self.execute(step, said, confirmed).await);
        }
        if now.outcome != Outcome::Done || now.undo.is_empty() {
            return (Some(intent), now);
        }
        intent.then = std::mem::take(&mut now.undo);
        let then = self.execute(&intent, said, true).await;
        (Some(intent), joined(now, then))
    }

    /// Carries out what was to happen now, such as turning a light off that was to burn for ten
    /// minutes. It was asked about when it was ordered.
    pub async fn carry_out(&self, steps: &[Intent], now: SystemTime) -> Reply {
        let transcript = Transcript::nothing(Engine::Typed);
        let turn = TurnId::default();
        let said = Said { turn, transcript: &transcript, meaning: None, second: None, now };
        let mut reply = Reply::done("");
        for step in steps {
            reply = joined(reply, self.execute(step, &said, true).await);
        }
        reply
    }

    /// Carries out one command if its risk allows it. Nothing else calls a skill.
    async fn execute(&self, intent: &Intent, said: &Said<'_>, confirmed: bool) -> Reply {
        let own = self.recogniser.sentences().response(intent);
        let Some(skill) = self.rest.skills.get(intent.name.as_str()) else {
            // A sentence of the household's own that is only answered.
            return own.map_or_else(
                || Reply::with("Sorry, I can't do that yet.", Outcome::Refused),
                Reply::done,
            );
        };
        let risk = self.risk(intent);
        let rules = *self.rest.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let careful = risk.is_none_or(skills::Risk::needs_care);
        let surety = if careful {
            self.surety(said, confirmed).await
        } else {
            let typed = said.transcript.engine == Engine::Typed;
            Surety { certain: false, confirmed, typed }
        };
        match gate(risk, surety, rules) {
            Gate::Do => {}
            Gate::Refuse(speech) => return Reply::with(speech, Outcome::Refused),
            Gate::Ask => {
                tracing::info!(intent = intent.name, "asking back before something risky");
                let text = said.meaning.map_or(PrivateText::default(), |meaning| {
                    self.recogniser.plain(&meaning.text).into()
                });
                let speech = format!("Did you want to {}?", text.expose());
                return Reply::ask(speech, Question::Confirm(intent.clone()));
            }
        }
        let area = self.area.as_ref().map(|area| area.out.clone());
        let heard = self.rest.heard.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let context = Context { turn: said.turn, now: said.now, area, confirmed, heard };
        let work = skill.handle(intent, &context);
        match tokio::time::timeout(SKILL_TIMEOUT, work).await {
            Ok(Ok(reply)) => match own {
                Some(speech) if reply.outcome == Outcome::Done => {
                    Reply { speech: speech.into(), ..reply }
                }
                _ => reply,
            },
            Ok(Err(error)) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(skill = skill.name(), intent = intent.name, error, "a skill failed");
                Reply::with("Sorry, that did not work.", Outcome::Failed)
            }
            Err(_) => {
                tracing::warn!(skill = skill.name(), intent = intent.name, "a skill took too long");
                Reply::with("Sorry, that took too long.", Outcome::Failed)
            }
        }
    }
}

/// Two answers as one. What went wrong decides how the turn ended.
fn joined(mut first: Reply, mut second: Reply) -> Reply {
    let both = [first.speech.expose(), second.speech.expose()];
    let speech = both.into_iter().filter(|speech| !speech.is_empty()).collect::<Vec<_>>().join(" ");
    let outcome = if second.outcome == Outcome::Done { first.outcome } else { second.outcome };
    first.effects.append(&mut second.effects);
    // What was done last is taken back first.
    second.undo.append(&mut first.undo);
    Reply {
        speech: speech.into(),
        outcome,
        effects: first.effects,
        undo: second.undo,
        question: second.question.or(first.question),
    }
}
