//! `hark understand`: text lines to intents.

use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use daemon::Assistant;
use serde::{Deserialize, Serialize};
use skills::{Books, Household, NoHistory};
use voice::{Intent, SlotValue};

use super::{Common, json, line, runtime};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Texts; without any, lines are read from stdin
    #[arg(value_name = "TEXT")]
    texts: Vec<String>,
    /// A house in place of the configured one (YAML)
    #[arg(long, value_name = "FILE")]
    home: Option<PathBuf>,
    /// Id of the room the speaker stands in
    #[arg(long, value_name = "NAME")]
    area: Option<String>,
    /// Sentences in place of the built-in ones (YAML file or folder)
    #[arg(long, value_name = "FILE|DIR")]
    sentences: Option<PathBuf>,
}

/// Builds what understands texts, with a house and nothing that is kept.
pub(super) fn assistant(
    config: &daemon::Config,
    texts: daemon::Texts,
) -> anyhow::Result<Assistant> {
    let house = Arc::new(home::House::new(&config.home).context("failed to read the house")?);
    let household = Household::open(Books::in_memory(), daemon::home_of(config));
    let household = runtime()?.block_on(household)?;
    daemon::assistant(config, texts, &house, &household, Arc::new(NoHistory))
}

/// A line of input may be an object.
#[derive(Deserialize)]
struct Asked {
    text: String,
    area: Option<String>,
}

pub(super) fn run(args: Args, common: &Common) -> anyhow::Result<()> {
    let mut config = common.config()?;
    super::with_home(&mut config, args.home.as_deref(), args.area)?;
    let texts = match &args.sentences {
        Some(path) => super::texts(&config.language, Some(path))?,
        None => daemon::with_folder(&config.language, config.sentences.as_deref())?.0,
    };
    let assistant = assistant(&config, texts)?;
    if !args.texts.is_empty() {
        return one(&assistant, &args.texts.join(" "), common.json);
    }
    for text in std::io::stdin().lock().lines() {
        let text = text.context("failed to read stdin")?;
        if text.starts_with('{') {
            let asked: Asked = serde_json::from_str(&text)
                .context("failed to read a line: it is neither text nor {\"text\":…,\"area\":…}")?;
            anyhow::ensure!(
                asked.area.is_none(),
                "failed to change the room within a run: use --area"
            );
            one(&assistant, &asked.text, common.json)?;
        } else if !text.trim().is_empty() {
            one(&assistant, &text, common.json)?;
        }
    }
    Ok(())
}

/// An intent as it is printed.
#[derive(Serialize)]
pub(super) struct IntentLine {
    name: String,
    slots: BTreeMap<String, SlotLine>,
    stage: &'static str,
    cost: f32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    then: Vec<Self>,
}

#[derive(Serialize)]
struct SlotLine {
    value: serde_json::Value,
    text: String,
}

impl IntentLine {
    pub(super) fn of(intent: &Intent) -> Self {
        let slots = intent.slots.iter().map(|slot| {
            let value = match &slot.value {
                SlotValue::Text(text) => text.expose().into(),
                SlotValue::Number(number) => (*number).into(),
            };
            (slot.name.clone(), SlotLine { value, text: slot.text.expose().to_owned() })
        });
        Self {
            name: intent.name.clone(),
            slots: slots.collect(),
            stage: intent.stage.as_str(),
            cost: intent.cost,
            then: intent.then.iter().map(Self::of).collect(),
        }
    }

    /// The intent and its slots in one line, and what comes then.
    fn plain(&self) -> String {
        let slots = self.slots.iter().map(|(name, slot)| format!(" {name}={}", slot.value));
        let then = self.then.iter().map(|then| format!(" then {}", then.plain()));
        std::iter::once(self.name.clone()).chain(slots).chain(then).collect()
    }
}

#[derive(Serialize)]
struct Line<'a> {
    text: &'a str,
    intent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slots: Option<BTreeMap<String, SlotLine>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    then: Option<Vec<IntentLine>>,
    us: u128,
}

fn one(assistant: &Assistant, text: &str, as_json: bool) -> anyhow::Result<()> {
    let begun = Instant::now();
    let intent = assistant.likely(text);
    let us = begun.elapsed().as_micros();
    let intent = intent.as_ref().map(IntentLine::of);
    if as_json {
        let line = match intent {
            Some(IntentLine { name, slots, stage, cost, then }) => Line {
                text,
                intent: Some(name),
                slots: Some(slots),
                stage: Some(stage),
                cost: Some(cost),
                then: Some(then).filter(|then| !then.is_empty()),
                us,
            },
            None => {
                Line { text, intent: None, slots: None, stage: None, cost: None, then: None, us }
            }
        };
        return json(&line);
    }
    match intent {
        Some(intent) => line(&intent.plain()),
        None => line("not understood"),
    }
}
