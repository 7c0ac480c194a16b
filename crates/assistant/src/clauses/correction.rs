//! Corrections within a breath: "set an alarm for 7, no, 8 am", "turn on the lamp, never mind".

use voice::Intent;

use super::MOST;
use super::reader::{Reader, is_change, places};
use crate::Dialogue;

impl Reader<'_> {
    /// A command that is taken back before the breath ends. Nothing is done.
    pub(super) fn taken_back(&self, words: &[&str]) -> Option<Vec<Intent>> {
        let backs = &self.grammar.words.never_mind;
        let ends = |words: &[&str], back: &str| {
            let back: Vec<_> = back.split(' ').collect();
            (words.len() > back.len() && words.ends_with(&back)).then(|| words.len() - back.len())
        };
        let until = backs.iter().filter_map(|back| ends(words, back)).min()?;
        let before = without_joint(&words[..until], &self.grammar.words.between);
        let before = self.breath(before).or_else(|| self.plain(before).map(|one| vec![one]));
        before.map(|_| vec![Intent::named(Dialogue::NOT)])
    }

    /// A command, a word that corrects, and what takes the place of its end.
    pub(super) fn corrected(&self, words: &[&str]) -> Option<Vec<Intent>> {
        places(words, &self.grammar.words.corrections).find_map(|(at, length)| {
            let joints = &self.grammar.words.between;
            let before = without_joint(&words[..at], joints);
            let mut right = &words[at + length..];
            // "No, the other one": the comma stands for a joint.
            if let Some(rest) =
                joints.iter().find_map(|joint| right.strip_prefix(&[joint.as_str()]))
            {
                right = rest;
            }
            let first = self.plain(before)?;
            let replaced = (1..before.len()).rev().find_map(|until| {
                let whole = [&before[..until], right].concat();
                let steps = self.chain(&whole, MOST)?;
                (steps.first()?.name == first.name).then_some(steps)
            });
            // "No, make it 8" changes what was only just set.
            let change = || self.sentence(right).filter(is_change);
            let changed = || Some(vec![first.clone(), change()?]);
            replaced.or_else(changed).or_else(|| self.chain(right, MOST))
        })
    }
}

/// The words without a joint at their end: a comma stands in front of "no".
fn without_joint<'s, 'w>(words: &'s [&'w str], joints: &[String]) -> &'s [&'w str] {
    match words {
        [rest @ .., last] if joints.iter().any(|joint| joint == last) => rest,
        _ => words,
    }
}
