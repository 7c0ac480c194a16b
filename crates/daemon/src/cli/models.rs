//! `hark models`: what models are there, and how to get the others. Fetching is `models/fetch`:
//! this program opens no connection.

use anyhow::Context as _;
use clap::Subcommand;
use serde::Serialize;
use stt::{Check, Manifest, Model};

use super::{Common, json, line};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// The models that can be used, and which are there
    List,
    /// Compare those that are there with their hashes
    Check,
}

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    kind: &'a str,
    licence: &'a str,
    about: &'a str,
    /// `present`, `missing`, `incomplete`; after a check `right`, `wrong`.
    state: &'static str,
    path: String,
}

pub(super) fn run(command: &Command, common: &Common) -> anyhow::Result<()> {
    let config = common.config()?.stt;
    let manifest = Manifest::built_in().context("failed to read the list of models")?;
    let check = matches!(command, Command::Check);
    let (mut wrong, mut incomplete) = (Vec::new(), Vec::new());
    for model in &manifest.model {
        let folder = config.dir_with(&model.file);
        let path = model.path(&folder);
        let state = if !path.exists() {
            "missing"
        } else if model.lacking(&folder).is_some() {
            incomplete.push(model.name.as_str());
            "incomplete"
        } else if check && hashed(model, &folder)? != Check::Right {
            wrong.push(model.name.as_str());
            "wrong"
        } else if check {
            "right"
        } else {
            "present"
        };
        let Model { name, kind, licence, about, .. } = model;
        if common.json {
            json(&Line { name, kind, licence, about, state, path: path.display().to_string() })?;
        } else {
            line(&format!("{state:10} {name:17} {kind:10} {licence:10} {about}"))?;
        }
    }
    if !common.json {
        let folders = config.models_dirs();
        let folders: Vec<_> = folders.iter().map(|folder| folder.display().to_string()).collect();
        let first = folders.first().map_or("", String::as_str);
        line(&format!("in {}; `models/fetch NAME {first}` gets one", folders.join(", ")))?;
        if let Some(advice) = daemon::passed_over(&config) {
            line(&advice)?;
        }
    }
    anyhow::ensure!(
        wrong.is_empty(),
        "{} is not what was published: delete it and fetch it again",
        wrong.join(", ")
    );
    anyhow::ensure!(
        !check || incomplete.is_empty(),
        "{} is incomplete: fetch it again",
        incomplete.join(", ")
    );
    Ok(())
}

/// Hashes a model, with a bar, since a gigabyte takes a while.
fn hashed(model: &Model, folder: &std::path::Path) -> anyhow::Result<Check> {
    let bar = indicatif::ProgressBar::new_spinner();
    bar.set_message(model.name.clone());
    let found = model.check(folder, &mut |bytes| bar.set_position(bytes));
    bar.finish_and_clear();
    found.map_err(super::failed)
}
