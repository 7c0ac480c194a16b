//! Scheduled actions: what happens later, until then, or once it is dark.

use voice::{Intent, Outcome, Question, Reply, Speech};

use crate::act::Act;
use crate::clauses::{self, SCHEDULE};
use crate::perform::joined;
use crate::{Next, Routine};

/// Domains of what is on or off and nothing else.
const SWITCHED: [&str; 5] = ["light", "switch", "fan", "input_boolean", "media_player"];

impl Act<'_> {
    /// What speaks against a scheduled action already now. Whoever is asked which of several things was
    /// meant is asked for the action as a whole.
    fn objection(&self, scheduled: &Intent) -> Option<Reply> {
        let context = self.context(false);
        let mut steps = scheduled.then.iter().enumerate();
        steps.find_map(|(at, step)| {
            let mut reply = self.assistant.skill(step)?.objection(step, &context)?;
            let whole = |step: Intent| {
                let mut whole = scheduled.clone();
                whole.then[at] = step;
                whole
            };
            reply.question = reply.question.map(|question| match question {
                Question::Confirm(step) => Question::Confirm(whole(step)),
                Question::Missing(step) => Question::Missing(step),
                Question::Words(step, slot) => Question::Words(step, slot),
                Question::Which(options) => {
                    let options = options.into_iter().map(|(said, step)| (said, whole(step)));
                    Question::Which(options.collect())
                }
            });
            Some(reply)
        })
    }

    /// The commands of a routine that is to happen later, as they are meant now: so they are judged when
    /// they are ordered. What has a time of its own, or is understood by nobody, cannot be put off.
    fn steps_of(&self, routine: &Intent) -> Result<Vec<Intent>, Box<Reply>> {
        let name = routine.text("routine").unwrap_or_default();
        let routine = self.assistant.routine(name).ok_or_else(|| {
            Box::new(Reply::with(Speech::of("HarkRoutine.unknown"), Outcome::Failed))
        })?;
        let mut all = Vec::new();
        for command in &routine.commands {
            let steps = self.assistant.recognise_in(self.conversation.area(), command);
            let steps = steps.filter(|steps| steps.name != Routine::INTENT).ok_or_else(|| {
                let speech =
                    Speech::of("HarkRoutine.not_understood").with("command", command.as_str());
                Box::new(Reply::with(speech, Outcome::Failed))
            })?;
            all.extend(clauses::unchained(steps));
        }
        if all.iter().any(|step| step.name == SCHEDULE) {
            return Err(Box::new(Reply::with(Speech::of("hark.cannot_yet"), Outcome::Refused)));
        }
        Ok(all)
    }

    /// A scheduled action: commands that are to happen later, or now and for a while.
    pub(crate) async fn later(
        &self,
        mut intent: Intent,
        confirmed: bool,
    ) -> (Option<Intent>, Reply) {
        let mut steps = Vec::new();
        for step in std::mem::take(&mut intent.then) {
            if step.name == Routine::INTENT {
                match self.steps_of(&step) {
                    Ok(of_routine) => steps.extend(of_routine),
                    Err(reply) => return (Some(step), *reply),
                }
                continue;
            }
            // "It" is what it is now.
            match self.meant(step.clone()) {
                Next::Do { intent, .. } => steps.push(intent),
                Next::Each(intents) => steps.extend(intents),
                Next::Undo { .. } => steps.push(step),
                Next::Say(reply) => return (Some(step), reply),
            }
        }
        intent.then = steps;
        if let Some(reply) = self.objection(&intent) {
            return (Some(intent), reply);
        }
        if let Some(holds) = intent.text("holds").map(str::to_owned) {
            let sun = intent.text("sun").unwrap_or_default();
            let reply =
                self.execute(&Intent::named("HarkIsDark").with_text("sun", sun), false).await;
            if reply.outcome == Outcome::Done {
                return self.each(intent.then).await;
            }
            if holds == "only" {
                return (Some(intent), reply);
            }
        }
        let when = intent.text("when").unwrap_or_default().to_owned();
        if !["for", "until"].contains(&when.as_str()) {
            let reply = self.execute(&intent, confirmed).await;
            return (Some(intent), reply);
        }
        let mut now = Reply::silent();
        for step in &intent.then {
            now = joined(now, self.execute(step, confirmed).await);
        }
        let back = std::mem::take(&mut now.undo);
        // What was so already is ended all the same: it was wanted until then.
        let opposites = || intent.then.iter().filter_map(|step| self.opposite(step)).collect();
        let back = if back.is_empty() { opposites() } else { back };
        if now.outcome != Outcome::Done || back.is_empty() {
            return (Some(intent), now);
        }
        intent.then = back;
        let then = self.execute(&intent, true).await;
        (Some(intent), joined(now, then))
    }

    /// What ends it, where nothing has to be known of before. Nothing is unlocked or opened because it
    /// was locked or closed already, and a scene has no end.
    fn opposite(&self, intent: &Intent) -> Option<Intent> {
        let name = match intent.name.as_str() {
            "HassTurnOn" => "HassTurnOff",
            "HassTurnOff" => "HassTurnOn",
            _ => return None,
        };
        let domain = crate::dialogue::domain(intent, &self.assistant.targets)?;
        let opposite = Intent { name: name.to_owned(), ..intent.clone() };
        (SWITCHED.contains(&domain.as_str()) && !self.assistant.needs_care(&opposite))
            .then_some(opposite)
    }
}
