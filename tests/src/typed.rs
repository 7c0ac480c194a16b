//! A speaker that nobody hears and that hears nobody: it is asked on its page.

use std::path::Path;
use std::process::Command;

use daemon::Config;

use crate::binary::{self, Running, Stream};
use crate::page::{Events, Page};
use crate::rig;

/// A speaker whose sound card is gone.
pub fn config() -> Config {
    without_sound(rig::config())
}

/// The same configuration without a sound card.
pub fn without_sound(mut config: Config) -> Config {
    "plughw:CARD=Gone".clone_into(&mut config.audio.microphone.device);
    "plughw:CARD=Gone".clone_into(&mut config.audio.speaker.device);
    config.web.listen.set_port(0);
    config
}

/// The command line of such a speaker that runs in `folder` and keeps its data in `data`.
pub fn command(folder: &Path, data: &Path) -> Command {
    let mut hark = binary::command(folder);
    hark.arg("run").arg("--config").arg(binary::configure(folder, &config()));
    hark.arg("--data").arg(data);
    hark
}

/// Starts one.
pub fn start(folder: &Path, data: &Path) -> (Running, Page) {
    let mut speaker = Running::start(&mut command(folder, data), Stream::Stderr);
    let page = speaker.page();
    (speaker, page)
}

/// Types a command, and waits until it was carried out.
pub fn ask(page: &Page, command: &str) -> Events {
    let mut events = page.events();
    say(page, command);
    events.wait_for("ended");
    events
}

/// Types a command, and waits until it stands in the history.
pub fn ask_and_keep(page: &Page, command: &str) {
    let mut events = ask(page, command);
    let row = format!("class=\"said\">{command}<");
    events.wait_until(|| page.text("/").contains(&row));
}

/// Types a command and waits for its answer only.
pub fn say(page: &Page, command: &str) {
    page.type_command(command);
}
