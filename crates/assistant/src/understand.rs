//! What a text means to a household: a sentence, clauses, or what was nearly one of them.

use intent::{Meaning, Steps};
use voice::{Intent, Risk, Slot, Target, Transcript};

use crate::assistant::in_area;
use crate::clauses::{self, Grammar, Work};
use crate::{Assistant, Dialogue, Routine};

/// What is known while a text may be the answer to a question: only then a bare name means something,
/// because a thing may be called "Stop".
const ASKED: &str = "asked";
/// The intent of what says nothing but a time.
const WHEN: &str = "HarkWhen";

/// Confidence of a negation from which it is asked whether it was one.
const MAY_BE_NEGATED: f32 = 0.2;

impl Assistant {
    /// What a text means word for word, said in the area for which the sentences are prepared.
    pub fn recognise(&self, text: &str) -> Option<Intent> {
        self.recognise_in(self.area.as_deref(), text).filter(is_clear)
    }

    /// What a text means, or what it was most likely meant as if it fits no sentence; nothing if
    /// one would have to ask.
    pub fn likely(&self, text: &str) -> Option<Intent> {
        let context = self.context(self.area.as_deref());
        if let Some(several) = self.clauses(&context, text) {
            return Some(several).filter(is_clear);
        }
        let guess = self.recogniser.understand(&self.tolerance, text, &context);
        guess.filter(|guess| guess.rival.is_none()).map(|guess| guess.intent)
    }

    pub(crate) fn recognise_in(&self, area: Option<&str>, text: &str) -> Option<Intent> {
        let context = self.context(area);
        self.clauses(&context, text).or_else(|| self.sentence(&context, text))
    }

    /// What is known of a sentence that is said in that area.
    pub(crate) fn context(&self, area: Option<&str>) -> intent::Context {
        in_area(area, &self.areas)
    }

    /// What a sentence means word for word. A thing may be called "Stop" or "Lights": a command that is
    /// no other one's name comes first, and so do the lights of this room before those called so in
    /// another one.
    fn sentence(&self, context: &intent::Context, text: &str) -> Option<Intent> {
        let best = self.recogniser.recognise(text, context)?;
        Some(self.rather_unnamed(context, text, &best).unwrap_or(best))
    }

    /// What is rather meant than the thing that is called so.
    pub(crate) fn rather_unnamed(
        &self,
        context: &intent::Context,
        text: &str,
        named: &Intent,
    ) -> Option<Intent> {
        let room = |id: &str| self.targets.get(id).and_then(|target| target.room.as_deref());
        let name = named.text("name").filter(|id| self.targets.contains_key(*id))?;
        let other = self.recogniser.recognise_unnamed(text, context)?;
        let says_a_place = other
            .slots
            .iter()
            .any(|slot| matches!(&*slot.name, "area" | "floor") && !slot.text.is_empty());
        // What starts a routine is fixed, though its words are what stands in the slot.
        let takes_words = other.name != Routine::INTENT && other.slots.iter().any(Slot::is_free);
        if says_a_place || takes_words {
            return None;
        }
        if other.name != named.name {
            let is_command = !Dialogue::INTENTS.contains(&other.name.as_str());
            return is_command.then_some(other);
        }
        let here = context.area.as_deref();
        let is_here = |target: &Target| {
            target.room.as_deref() == here && Some(target.domain.as_str()) == other.text("domain")
        };
        if other.slot("area").is_none() {
            // "All lights" is a switch, perhaps; "the garage door" is the one that is called so.
            let kind = self.targets.get(name).map(|target| target.domain.as_str());
            return (kind != other.text("domain")).then_some(other);
        }
        let elsewhere = here.is_some() && room(name) != here;
        (elsewhere && self.targets.values().any(is_here)).then_some(other)
    }

    /// What a text means that is more or less than one sentence: several clauses, or nothing but a
    /// name, which is the answer to a question.
    fn clauses(&self, context: &intent::Context, text: &str) -> Option<Intent> {
        let nearly = |part: &str, _: &Steps| {
            let guess = self.recogniser.guess(&self.tolerance, part, context);
            let guess = guess.filter(|guess| guess.rival.is_none())?.intent;
            // A question is not asked for later by mistake: "what day is it actually in a week".
            let answers = matches!(self.risk(&guess), Some(Risk::Public | Risk::Private));
            (!answers).then_some(guess)
        };
        let mut asked = context.clone();
        asked.known.push((ASKED.to_owned(), "yes".to_owned()));
        let names = |part: &str, steps: &Steps| {
            self.recogniser.recognise_part_as(Dialogue::ANSWER, part, &asked, steps)
        };
        let name = |text| names(text, &Steps::unlimited());
        let grammar = Grammar {
            words: &self.language.words().clauses,
            understand: &|part, steps| {
                let best = self.recogniser.recognise_part(part, context, steps)?;
                Some(self.rather_unnamed(context, part, &best).unwrap_or(best))
            },
            names: &names,
            // Most words are of no room, which is seen at once.
            rooms: &|part, steps| {
                self.recogniser.mentions("area", part).then(|| names(part, steps)).flatten()
            },
            times: &|part, steps| self.recogniser.recognise_part_as(WHEN, part, context, steps),
            nearly: &nearly,
            owns_time: &|name| self.handles(name).is_some_and(|handles| handles.owns_time),
            work: Work::default(),
        };
        let whole = self.sentence(context, text);
        // The comma of "…, please" joins nothing.
        let text = self.recogniser.without_politeness(text);
        if let Some(whole) = whole {
            return self.swallowed(&whole, text, &grammar);
        }
        let whole = clauses::clauses(text, &grammar).or_else(|| name(text));
        let whole = whole.or_else(|| {
            let mut others = self.recogniser.rewritten(text);
            others.find_map(|other| clauses::clauses(&other, &grammar))
        });
        // "I" and "you" mean nothing in front, but "I don't want you to" does.
        let shorter = self.recogniser.from_first_word(text);
        let is_shorter = shorter.len() < text.len();
        whole.or_else(|| {
            let clauses = || clauses::clauses(shorter, &grammar).or_else(|| name(shorter));
            is_shorter.then(clauses).flatten()
        })
    }

    /// What is rather meant than a sentence of whose free words some may be another command; that it is
    /// unclear where they are and nothing else can be read.
    fn swallowed(&self, whole: &Intent, text: &str, grammar: &Grammar<'_>) -> Option<Intent> {
        let unclear = || Intent::named(Dialogue::UNCLEAR);
        if self.swallows(whole) {
            let of_name = |slot: &Slot| slot.name == "name" && self.holds_command(slot);
            let names_command = || whole.slots.iter().any(of_name);
            let clauses = clauses::independent(text, grammar);
            return clauses.or_else(|| names_command().then(unclear));
        }
        let mut free = whole.slots.iter().filter(|slot| slot.is_free() && self.is_joined(slot));
        let slot = free.next()?;
        let owns_time = self.may_be_two(whole);
        // "Play jazz and turn on the lamp"; but what one is reminded of may be two things.
        if !owns_time
            && self.holds_command(slot)
            && let Some(two) = clauses::independent(text, grammar)
        {
            return Some(two);
        }
        if owns_time && let Some(two) = clauses::again(text, grammar) {
            return Some(two);
        }
        clauses::contains_end(text, slot, grammar).then(|| {
            let two = (!owns_time).then(|| clauses::apart(text, slot, grammar)).flatten();
            two.unwrap_or_else(unclear)
        })
    }

    /// Whether free words have a joint and a word behind it with which sentences begin: "milk and set a".
    fn holds_command(&self, slot: &Slot) -> bool {
        let between = &self.language.words().clauses.between;
        let text = slot.text.expose().to_lowercase();
        let words: Vec<_> = text.split_whitespace().collect();
        let begins = |pair: &[&str]| {
            between.iter().any(|joint| joint == pair[0]) && self.recogniser.begins_sentence(pair[1])
        };
        slot.is_free() && words.windows(2).any(begins)
    }

    /// Whether the free words of what takes a time may hold another time for another thing.
    fn may_be_two(&self, intent: &Intent) -> bool {
        let owns_time = self.handles(&intent.name).is_some_and(|handles| handles.owns_time);
        owns_time && intent.slots.iter().any(|slot| slot.is_free() && self.is_joined(slot))
    }

    /// Whether there is a word in it that joins.
    fn is_joined(&self, slot: &Slot) -> bool {
        let between = &self.language.words().clauses.between;
        let text = slot.text.expose().to_lowercase();
        text.split([' ', ',']).any(|word| between.iter().any(|joint| joint == word))
    }

    /// Whether free words contain what may be another command: those of a name, or all that there is of
    /// a command that takes a time and has none.
    fn swallows(&self, intent: &Intent) -> bool {
        let name = intent.name.as_str();
        let owns_time = self.handles(name).is_some_and(|handles| handles.owns_time);
        let is_all = owns_time && intent.slots.len() == 1;
        let free = |slot: &Slot| slot.is_free() && (slot.name == "name" || is_all);
        intent.slots.iter().any(|slot| free(slot) && self.is_joined(slot))
    }

    /// Whether somebody heard another verb in front of what takes something away or must not happen by
    /// mistake, as surely, and one that is known: an engine that knows nothing but sentences hears "wipe everything"
    /// for "open everything", and whoever said that is not asked whether to delete it. A verb that nobody
    /// knows ("wide") may have been misheard.
    pub(crate) fn says_another_verb(
        &self,
        area: Option<&str>,
        meaning: &Meaning<'_>,
        transcript: &Transcript,
    ) -> bool {
        let name = meaning.intent.name.as_str();
        let takes_away = self.handles(name).is_some_and(|handles| handles.asks_if_guessed);
        if !takes_away && !self.needs_care(&meaning.intent) {
            return false;
        }
        let said = self.recogniser.plain(&meaning.text).to_lowercase();
        let Some((verb, rest)) = said.split_once(' ') else { return false };
        let is_other = |text: &str| {
            let text = self.recogniser.plain(text).to_lowercase();
            text.split_once(' ').is_some_and(|(other, behind)| {
                other != verb && behind == rest && self.tolerance.knows(other)
            }) && self.recognise_in(area, &text).is_none()
        };
        let whole = std::iter::once((transcript.text.expose(), transcript.confidence));
        let others = transcript.alternatives.iter();
        let others = others.map(|other| (other.text.expose(), other.confidence));
        let mut as_sure =
            whole.chain(others).filter(|(_, confidence)| *confidence >= meaning.confidence);
        as_sure.any(|(text, _)| is_other(text))
    }

    pub(crate) fn meanings<'t>(
        &self,
        area: Option<&str>,
        transcript: &'t Transcript,
    ) -> Vec<Meaning<'t>> {
        let context = self.context(area);
        let several = |text: &str| self.clauses(&context, text);
        let mut meanings = self.recogniser.meanings(transcript, &self.tolerance, &context, several);
        for meaning in &mut meanings {
            if let Some(rather) = self.rather_unnamed(&context, &meaning.text, &meaning.intent) {
                // It is no surer than what was found at first.
                let Intent { stage, cost, .. } = meaning.intent;
                meaning.intent = Intent { stage, cost, ..rather };
            }
        }
        meanings
    }
}

/// Whether a command may be one that is not to be done: another hypothesis turns it round.
pub(crate) fn may_be_negated(meanings: &[Meaning<'_>]) -> bool {
    let is_not = |meaning: &Meaning<'_>| meaning.intent.name == Dialogue::NOT;
    let Some((said, others)) = meanings.split_first() else { return false };
    !is_not(said) && others.iter().any(|other| is_not(other) && other.confidence >= MAY_BE_NEGATED)
}

/// Whether it means something by itself.
fn is_clear(intent: &Intent) -> bool {
    intent.name != Dialogue::UNCLEAR
}
