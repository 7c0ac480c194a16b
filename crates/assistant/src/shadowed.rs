//! Names that are also words of a command: whoever says them means the command.

use voice::{Lists, Shadowed};

use crate::{Assistant, Dialogue};

/// Where the name stands in a probe.
const NAME: &str = "{name}";

impl Assistant {
    /// The names of things with which the command is meant and not the thing: a switch called "Alarm", a
    /// scene called "Stop". Whoever set up the house is warned, and may call them something else.
    pub fn shadowed(&self, lists: &Lists) -> Vec<Shadowed> {
        let context = self.context(self.area.as_deref());
        let names = lists.get("name").iter();
        let of_routines = self.routines().iter().flat_map(|routine| &routine.say);
        let of_routines: Vec<_> = of_routines.map(|say| say.to_lowercase()).collect();
        let names = names.filter(|name| {
            // Any other name has a word that no command has.
            let lower = name.spoken.to_lowercase();
            of_routines.contains(&lower)
                || lower.split_whitespace().all(|word| self.tolerance.is_of_sentences(word))
        });
        let shadowed = names.filter_map(|name| {
            let said = name.spoken.to_lowercase();
            let mut probes = self.language.words().probes.iter();
            let command = probes.find_map(|probe| {
                let text = probe.replace(NAME, &said);
                let found = self.recogniser.recognise(&text, &context)?;
                let shadowed = match found.text("name") {
                    Some(id) => {
                        id == name.out && self.rather_unnamed(&context, &text, &found).is_some()
                    }
                    // Said alone it is a command, and none for the thing.
                    None => probe == NAME && !Dialogue::INTENTS.contains(&found.name.as_str()),
                };
                shadowed.then_some(text)
            });
            let (id, name) = (name.out.clone(), name.spoken.clone());
            command.map(|command| Shadowed { id, name, command })
        });
        shadowed.collect()
    }
}
