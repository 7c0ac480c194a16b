//! `hark page`: a link to the page, for whoever runs the speaker.

use std::env;
use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;
use daemon::terminal::{self, Request};
use serde::Serialize;

use super::{Common, json, line, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only print the link
    #[arg(long)]
    print: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Line<'a> {
    link: &'a str,
}

/// The file that leads a browser to the link.
const FILE: &str = "hark-page.html";

pub(super) fn run(args: &Args, common: &Common) -> anyhow::Result<()> {
    let data = common.data()?;
    let mut answer = Vec::new();
    let asked = terminal::ask_speaker(&data, &Request::Page, &mut answer)?;
    asked.then_some(()).with_context(|| {
        format!(
            "failed to open the page: no speaker answers on {}; start it with `hark run`, or look into its log",
            data.display()
        )
    })?;
    let link = String::from_utf8(answer).context("failed to read the answer of the speaker")?;
    let link = link.trim_end();
    if common.json {
        json(&Line { link })?;
    } else {
        line(link)?;
    }
    if args.print || !has_screen() {
        return Ok(());
    }
    if std::io::stdout().is_terminal() {
        // Nowhere is left to report that the terminal is gone.
        let _ = writeln!(
            std::io::stderr(),
            "It is good once, within a minute, and opens in your browser now."
        );
    }
    open(link, &data)
}

fn has_screen() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| env::var_os(name).is_some_and(|at| !at.is_empty()))
}

/// Opens the link in a browser. Everybody on the machine can read the arguments of a program and would be faster than
/// the browser, so that it gets a file which leads there, and which only its owner can read.
fn open(link: &str, data: &Path) -> anyhow::Result<()> {
    let own = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|folder| folder.is_dir());
    let file = own.unwrap_or_else(|| data.to_owned()).join(FILE);
    match std::fs::remove_file(&file) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("failed to remove {}", file.display()));
        }
        _ => {}
    }
    let html = format!(
        "<!doctype html><meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\">\
         <meta http-equiv=\"refresh\" content=\"0; url={link}\"><a href=\"{link}\">{link}</a>\n"
    );
    output::privately(&file, |file, _| Ok(file.write_all(html.as_bytes())?))?;
    let mut browser = Command::new("xdg-open");
    browser.arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Where no browser can be started, the link was printed. It is not waited for: some stay with the browser.
    let _ = browser.spawn();
    Ok(())
}
