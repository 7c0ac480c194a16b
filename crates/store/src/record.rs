//! A turn as it is stored and as it is read back.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use voice::{Outcome, PrivateText, RecordId, SatelliteId, SlotValue, Turn};

/// A turn of the history.
#[derive(Clone)]
pub struct Entry {
    /// Its random id.
    pub id: RecordId,
    /// When it began.
    pub at: SystemTime,
    /// Which speaker heard it.
    pub speaker: String,
    /// On which of its satellites it was.
    pub satellite: SatelliteId,
    /// How it ended.
    pub outcome: Outcome,
    /// What was said; empty if nothing was, or once the text has expired.
    pub text: PrivateText,
    /// What was answered.
    pub reply: PrivateText,
    /// What it was understood as.
    pub intent: Option<StoredIntent>,
    /// Which engine made the text: `grammar`, `whisper`, `typed`.
    pub engine: Option<String>,
    /// How sure that engine was, 0…1.
    pub confidence: Option<f32>,
    /// How sure the wake word detector was, 0…1, and the threshold it had to reach.
    pub wake: Option<(f32, f32)>,
    /// Last speech sample to first sound of the reply.
    pub latency_ms: Option<f32>,
    /// The sound, if it is kept.
    pub clip: Option<ClipInfo>,
    /// When the last of it is gone.
    pub expires: SystemTime,
}

/// What is known about a kept sound without opening it.
#[derive(Clone, PartialEq)]
pub struct ClipInfo {
    /// Length.
    pub seconds: f64,
    /// Peaks from 0 to 255, for drawing.
    pub peaks: Vec<u8>,
    /// When it is gone.
    pub expires: SystemTime,
}

/// An intent as it is stored.
#[derive(Clone)]
pub struct StoredIntent {
    /// For example `HassTurnOn`.
    pub name: String,
    /// `exact` or `tolerant`.
    pub stage: String,
    /// Slots by name, values as text.
    pub slots: Vec<(String, PrivateText)>,
}

/// The words of a turn as they are sealed.
#[derive(Serialize, Deserialize)]
pub(crate) struct Record {
    text: String,
    reply: String,
    intent: Option<IntentRecord>,
    engine: Option<String>,
    confidence: Option<f32>,
    wake: Option<(f32, f32)>,
    latency_ms: Option<f32>,
}

#[derive(Serialize, Deserialize)]
struct IntentRecord {
    name: String,
    stage: String,
    slots: Vec<(String, String)>,
}

impl Record {
    pub(crate) fn of(turn: &Turn) -> Self {
        let transcript = turn.transcript.as_ref();
        let timings = &turn.timings;
        let latency = timings.endpoint_ms
            + timings.stt_ms
            + timings.intent_ms
            + timings.act_ms
            + timings.first_audio_ms;
        Self {
            text: transcript.map(|t| t.text.expose().to_owned()).unwrap_or_default(),
            reply: turn.reply.expose().to_owned(),
            intent: turn.intent.as_ref().map(|intent| IntentRecord {
                name: intent.name.clone(),
                stage: intent.stage.as_str().to_owned(),
                slots: intent
                    .slots
                    .iter()
                    .map(|slot| (slot.name.clone(), slot_text(&slot.value)))
                    .collect(),
            }),
            engine: transcript.map(|t| t.engine.id.as_str().to_owned()),
            confidence: transcript.map(|t| t.confidence),
            wake: turn.wake.as_ref().map(|wake| (wake.score, wake.threshold)),
            latency_ms: (timings.first_audio_ms > 0.0).then_some(latency),
        }
    }

    /// What is searched.
    pub(crate) fn haystack(&self) -> String {
        format!("{}\n{}", self.text, self.reply).to_lowercase()
    }

    pub(crate) fn fill(&self, entry: &mut Entry) {
        entry.text = self.text.as_str().into();
        entry.reply = self.reply.as_str().into();
        entry.intent = self.intent.as_ref().map(|intent| StoredIntent {
            name: intent.name.clone(),
            stage: intent.stage.clone(),
            slots: intent
                .slots
                .iter()
                .map(|(name, value)| (name.clone(), value.as_str().into()))
                .collect(),
        });
        entry.engine.clone_from(&self.engine);
        entry.confidence = self.confidence;
        entry.wake = self.wake;
        entry.latency_ms = self.latency_ms;
    }
}

fn slot_text(value: &SlotValue) -> String {
    match value {
        SlotValue::Text(text) => text.expose().to_owned(),
        SlotValue::Number(number) => number.to_string(),
    }
}
