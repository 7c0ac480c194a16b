//! Inputs and commands of a session.

use std::sync::Arc;
use std::time::Duration;

use crate::{
    AudioFault, Effect, EndReason, Event, Intent, Pcm, PrivateText, Reply, Request, SatelliteId,
    SpeechSpan, Transcript, Turn, TurnId, TurnIds, Wake, Wording,
};

/// What a session is made of.
pub struct Setup {
    /// How long it waits for its workers.
    pub config: Config,
    /// Whose session it is.
    pub satellite: SatelliteId,
    /// Whether the microphone is closed at first.
    pub muted: bool,
    /// Where the ids of its turns come from.
    pub turns: TurnIds,
    /// The language in which it answers.
    pub wording: Arc<dyn Wording>,
}

/// Who waits for the answer to a typed command; drawn by whoever passes it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket(pub u64);

/// How long the session waits for its workers. These are guards against a wedged worker; the
/// length of an utterance is decided by the listener, in samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// From the wake word to the end of listening.
    pub listen_timeout: Duration,
    /// For the transcript, and again for the reply.
    pub think_timeout: Duration,
    /// For an answer to be spoken.
    pub speak_timeout: Duration,
}

/// Short sounds that tell what the speaker is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Chime {
    /// Now listening.
    Wake,
    /// The end of the command was noticed.
    Heard,
    /// Nothing was said; back to rest.
    End,
    /// Something broke.
    Error,
    /// A timer rings.
    Alarm,
}

/// A part of the speaker that works for the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worker {
    /// Microphone, wake word, endpoint.
    Listen,
    /// Speech to text.
    Transcribe,
    /// Skills.
    Act,
    /// Synthesis and loudspeaker.
    Speak,
}

/// What the transcriber made of an utterance.
pub struct Heard {
    /// The words.
    pub transcript: Transcript,
    /// The utterance itself, if the settings allow keeping it.
    pub clip: Option<Pcm>,
    /// End of speech to transcript.
    pub stt_ms: f32,
}

/// What came of the words.
pub struct Acted {
    /// What they meant, if anything.
    pub intent: Option<Intent>,
    /// What to answer.
    pub reply: Reply,
    /// Time to understand.
    pub intent_ms: f32,
    /// Time to act.
    pub act_ms: f32,
}

/// Something that happened.
pub enum Input {
    /// The wake word was heard; the listener waits for [`Command::Listen`] or [`Command::Rest`].
    Wake(Wake),
    /// Listening is over; a transcript follows unless nobody spoke.
    Ended {
        /// The turn of [`Command::Listen`].
        turn: TurnId,
        /// Why.
        reason: EndReason,
        /// Where the speech was.
        speech: Option<SpeechSpan>,
    },
    /// The words are there.
    Transcribed {
        /// The turn of [`Command::Listen`].
        turn: TurnId,
        /// The words.
        heard: Box<Heard>,
    },
    /// A command came as text. One waits for the turn under way; a further one is answered with
    /// [`Command::Busy`].
    Typed {
        /// Who waits for the answer.
        ticket: Ticket,
        /// The command.
        request: Box<Request>,
    },
    /// It was acted upon.
    Acted {
        /// The turn of [`Command::Act`].
        turn: TurnId,
        /// What came of it.
        acted: Box<Acted>,
    },
    /// The answer was heard to its end, or there was none.
    Spoken {
        /// The turn of [`Command::Speak`].
        turn: TurnId,
        /// Command to first sound; `None` if there was no sound.
        first_audio_ms: Option<f32>,
    },
    /// Something wants to be said without having been asked, such as a timer.
    Announce(Reply),
    /// Close (`true`) or open the microphone.
    Mute(bool),
    /// Be quiet, by button.
    Hush,
    /// A worker broke.
    WorkerFailed {
        /// The turn it worked for; `None` is the current one.
        turn: Option<TurnId>,
        /// Which.
        worker: Worker,
    },
    /// The microphone went or came.
    Microphone(AudioFault),
}

/// Something to do.
pub enum Command {
    /// Listener: hand the coming speech to the transcriber.
    Listen {
        /// The turn to name in every answer.
        turn: TurnId,
        /// Nobody said the wake word; a question was asked.
        follow_up: bool,
    },
    /// Listener: wait for the wake word.
    Rest,
    /// Listener and transcriber: this turn is off.
    Cancel {
        /// Which.
        turn: TurnId,
    },
    /// Understand the words and do what they ask.
    Act {
        /// The turn to name in the answer.
        turn: TurnId,
        /// What was said or typed.
        request: Box<Request>,
        /// Who waits for the answer besides the session.
        ticket: Option<Ticket>,
    },
    /// Another typed command waits already: whoever typed this one has to try again.
    Busy(Ticket),
    /// Play a short sound.
    Chime(Chime),
    /// Say this; empty is answered with [`Input::Spoken`] at once.
    Speak {
        /// The turn to name in the answer.
        turn: TurnId,
        /// The words.
        speech: PrivateText,
    },
    /// Silence, now.
    Hush,
    /// Close the microphone device.
    CloseMicrophone,
    /// Open it again.
    OpenMicrophone,
    /// The speaker's own settings.
    Apply(Effect),
    /// Write the turn into the history.
    Record(Box<Turn>),
    /// Tell whoever watches.
    Report(Event),
}
