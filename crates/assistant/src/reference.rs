//! Reference: what "it", "them", "the other one" and "the others" are.

use std::collections::HashMap;
use std::time::SystemTime;

use voice::{Intent, Question, Reply, Slot, Speech, Target, Value};

use crate::dialogue::{TARGET, all_targets, domain, refuse};
use crate::{Dialogue, Next};

impl Dialogue {
    /// The command for what "it", "them" or "the other one" is, if that is of a kind that the command
    /// is for.
    pub(crate) fn for_targets(
        &self,
        intent: &Intent,
        targets: &HashMap<String, Target>,
        now: SystemTime,
    ) -> Next {
        let word = intent.text("target").unwrap_or_default();
        if matches!(word, "others" | "all_others") {
            return self.others(intent, targets, now);
        }
        let (mut meant, one) = (self.meant(word, now), word != "them");
        if one && !self.breath.is_empty() {
            // "It" is what was named last.
            meant.drain(..meant.len().saturating_sub(1));
        }
        let only = intent.text("only").map(str::to_owned);
        let fits = |slots: &Vec<Slot>| {
            let of = Intent { slots: slots.clone(), ..Intent::named("") };
            let domain = domain(&of, targets);
            domain.is_some_and(|domain| {
                only.as_deref().is_none_or(|only| only.split(',').any(|one| one == domain))
            })
        };
        meant.retain(fits);
        let with = |slots: Vec<Slot>| {
            let mut intent = intent.clone();
            intent.slots.retain(|slot| !matches!(&*slot.name, "target" | "only"));
            intent.slots.extend(slots);
            intent
        };
        let mut commands: Vec<_> = meant.into_iter().map(with).collect();
        match commands.len() {
            0 => refuse("hark.what_do_you_mean"),
            1 => Next::Do { intent: commands.remove(0), confirmed: false },
            _ if one => {
                let options = commands.into_iter().map(|command| (label(&command), command));
                let options: Vec<_> = options.collect();
                let names = options.iter().map(|(name, _)| Value::from(name.clone())).collect();
                let speech = Speech::of("hark.which_of").with("names", Value::List(names));
                Next::Say(Reply::ask(speech, Question::Which(options)))
            }
            _ => Next::Each(commands),
        }
    }

    /// The command for all others in the same room, or in the house, that are of the same kind as what was
    /// named.
    fn others(&self, intent: &Intent, targets: &HashMap<String, Target>, now: SystemTime) -> Next {
        let named = self.meant("them", now);
        let id = |slots: &Vec<Slot>| {
            let of = Intent { slots: slots.clone(), ..Intent::named("") };
            of.text("name").map(str::to_owned)
        };
        let ids: Vec<String> = named.iter().filter_map(id).collect();
        let Some(one) = ids.first().and_then(|id| targets.get(id)) else {
            return refuse("hark.what_do_you_mean");
        };
        // "All the others" are those of the house.
        let room = one.room.as_deref().filter(|_| intent.text("target") == Some("others"));
        let is_there = |other: &Target| room.is_none_or(|room| other.room.as_deref() == Some(room));
        let like = |(id, other): (&String, &Target)| {
            other.domain == one.domain && is_there(other) && !ids.contains(id)
        };
        let only = intent.text("only").is_none_or(|only| only.split(',').any(|o| o == one.domain));
        if !only || !targets.iter().any(like) {
            return refuse("hark.what_do_you_mean");
        }
        let mut command = intent.clone();
        command.slots.retain(|slot| !matches!(&*slot.name, "target" | "only"));
        let command = command.with_text("domain", one.domain.as_str());
        let command = match room {
            Some(room) => command.with_text("area", room),
            None => command,
        };
        Next::Do { intent: command.with_text("except_name", ids.join(",")), confirmed: false }
    }

    /// What a word for things that were talked about stands for.
    fn meant(&self, word: &str, now: SystemTime) -> Vec<Vec<Slot>> {
        if !self.breath.is_empty() {
            return self.breath.clone();
        }
        match (word, self.last(now)) {
            ("other", Some(_)) => self.before.clone(),
            (_, Some(last)) => all_targets(&last.intent),
            (_, None) => Vec::new(),
        }
    }
}

/// How one of several commands is offered: by the name of what it is for.
fn label(command: &Intent) -> Speech {
    let name = command.slots.iter().find(|slot| TARGET.contains(&&*slot.name));
    Speech::verbatim(name.map(|slot| slot.text.clone()).unwrap_or_default())
}
