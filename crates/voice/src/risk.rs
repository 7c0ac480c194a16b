//! Risk: how much harm a misheard command does, and what is known of the device that it is about.

use crate::Intent;

/// What a misheard command would do to the household: the classes R0 to R5 in this order. From
/// [`Risk::Costly`] on a command must be certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// Tells what everybody may know.
    Public,
    /// Changes what can be changed back with a word.
    Comfort,
    /// Concerns what was said before; asks back itself where something would be lost.
    Private,
    /// Costs something, or is hard to undo.
    Costly,
    /// Lets somebody in.
    Security,
    /// Never done by voice.
    Never,
}

impl Risk {
    /// Whether it is done only when it was certainly said.
    pub fn needs_care(self) -> bool {
        self >= Self::Costly
    }
}

/// What a device protects, whatever it is called and whichever protocol it speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// People walk or drive through it.
    Entrance,
    /// It keeps watch: an alarm system, a siren.
    Guard,
}

impl Role {
    /// Classes of covers that people walk or drive through, as Home Assistant names them.
    const ENTRANCES: [&str; 4] = ["door", "garage", "garage_door", "gate"];

    /// The role of a device of that domain and class, or of several classes with commas between.
    pub fn of(domain: &str, class: Option<&str>) -> Option<Self> {
        let is_entrance = || {
            class
                .is_some_and(|class| class.split(',').any(|class| Self::ENTRANCES.contains(&class)))
        };
        match domain {
            "lock" => Some(Self::Entrance),
            "cover" if is_entrance() => Some(Self::Entrance),
            "alarm_control_panel" | "siren" => Some(Self::Guard),
            _ => None,
        }
    }

    /// The word for it in the context of a name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Entrance => "entrance",
            Self::Guard => "guard",
        }
    }

    /// The role with that word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Entrance, Self::Guard].into_iter().find(|role| role.as_str() == word)
    }
}

/// What is known of the device that an intent is about.
#[derive(Clone, Default, PartialEq)]
pub struct Target {
    /// For example `cover`.
    pub domain: String,
    /// What it protects.
    pub role: Option<Role>,
    /// Id of the room in which it stands.
    pub room: Option<String>,
}

/// An intent that a skill answers, and the risk of a misheard one.
#[derive(Clone, Copy)]
pub struct Handles {
    /// The intent.
    pub name: &'static str,
    /// Whether a time and an "every …" beside it are its own: "set an alarm every day at 7" is an
    /// alarm, and no command "set an alarm" that is carried out every day at 7.
    pub owns_time: bool,
    /// Whether it takes away what was wanted, or changes everything at once: it is asked about where it
    /// was only nearly said.
    pub asks_if_guessed: bool,
    rating: Rating,
}

#[derive(Clone, Copy)]
enum Rating {
    Always(Risk),
    /// It depends on what is asked for, and on the device that is named.
    Of(fn(&Intent, Option<&Target>) -> Risk),
}

impl Handles {
    /// An intent whose risk is always the same.
    pub const fn new(name: &'static str, risk: Risk) -> Self {
        Self { name, owns_time: false, asks_if_guessed: false, rating: Rating::Always(risk) }
    }

    /// An intent whose risk depends on what is asked for and on the device that is named, if one is.
    pub const fn rated(name: &'static str, risk: fn(&Intent, Option<&Target>) -> Risk) -> Self {
        Self { name, owns_time: false, asks_if_guessed: false, rating: Rating::Of(risk) }
    }

    /// The same intent, with a time of its own.
    #[must_use]
    pub const fn owning_time(self) -> Self {
        Self { owns_time: true, ..self }
    }

    /// The same intent, which is asked about where it was only nearly said.
    #[must_use]
    pub const fn asked_if_guessed(self) -> Self {
        Self { asks_if_guessed: true, ..self }
    }

    /// The risk of doing what such an intent asks to what it is about.
    pub fn risk(&self, intent: &Intent, target: Option<&Target>) -> Risk {
        match self.rating {
            Rating::Always(risk) => risk,
            Rating::Of(risk) => risk(intent, target),
        }
    }
}
