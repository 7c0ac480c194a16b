//! Named sequences of commands: "good night".

/// A sequence of commands with the words that start it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routine {
    /// What people say.
    pub say: Vec<String>,
    /// The commands, as people would say them.
    pub commands: Vec<String>,
    /// What is answered when all of it was done; the answers of the commands if it is empty.
    pub reply: String,
}

impl Routine {
    /// The intent that starts one.
    pub const INTENT: &str = "HarkRoutine";

    /// Those of a household that has not thought of its own.
    pub fn usual() -> Vec<Self> {
        let routine = |say: &str, commands: &[&str], reply: &str| Self {
            say: vec![say.to_owned()],
            commands: commands.iter().map(|command| (*command).to_owned()).collect(),
            reply: reply.to_owned(),
        };
        vec![
            routine(
                "good night",
                &["turn off all the lights"],
                "Good night. All the lights are off.",
            ),
            routine("good morning", &["what time is it", "what day is it"], ""),
            routine(
                "i'm leaving",
                &["turn off all the lights"],
                "Goodbye. All the lights are off.",
            ),
            routine("i'm home", &["turn on the lights"], "Welcome home."),
        ]
    }
}
