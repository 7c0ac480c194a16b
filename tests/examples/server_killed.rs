//! How a speaker lives with a sound server that ends again and again: every minute it is killed, stopped or halted for
//! 15 s, comes back, and a command is spoken. Prints a table:
//! `cargo run --release -p e2e --example server_killed -- MINUTES`.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use e2e::binary::Running;
use e2e::page::Page;
use e2e::pulse::{Pulse, Sink};
use e2e::{recordings, rig};

/// Time from one end of the server to the next.
const ROUND: Duration = Duration::from_secs(60);
/// How long a halted server stands still.
const HALTED: Duration = Duration::from_secs(15);
/// A speaker that is not told of, or deaf, for longer has failed.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often the page is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// Lines of the speaker that are shown behind a command that was lost.
const LINES: usize = 12;
/// What ends the server, in turns.
const SIGNALS: [&str; 3] = ["KILL", "TERM", "STOP"];

#[derive(Default)]
struct Table {
    ends: u32,
    never_told: u32,
    longest_told: Duration,
    never_back: u32,
    longest_deaf: Duration,
    spoken: u32,
    answered: u32,
    restarts: u32,
}

struct House {
    folder: PathBuf,
    config: daemon::Config,
    pulse: Pulse,
    speaker: Running,
    page: Page,
}

fn main() -> Result<()> {
    ensure!(recordings::are_there(), "the recordings are missing: set HARK_TEST_DATA");
    let minutes: u32 = std::env::args().nth(1).context("say how many minutes")?.parse()?;
    let folder = tempfile::tempdir()?;
    let (speech, mut config) = rig::command("rhasspy_turn_on_living_room_lamp", "");
    let command = folder.path().join("said.wav");
    audio::write_file(&command, speech.samples())?;
    "testmic".clone_into(&mut config.audio.microphone.device);
    "testspk".clone_into(&mut config.audio.speaker.device);
    let pulse = Pulse::start(
        folder.path(),
        &[Sink::alone("mic"), Sink::alone("spk")],
        &[("testmic", "mic.monitor"), ("testspk", "spk")],
    );
    let (speaker, page) = pulse.speaker(folder.path(), &config);
    let folder = folder.path().to_owned();
    let mut house = House { folder, config, pulse, speaker, page };
    let mut table = Table::default();
    for round in 0..minutes {
        let due = Instant::now() + ROUND;
        let signal = SIGNALS[round as usize % SIGNALS.len()];
        house.round(signal, &command, &mut table)?;
        println!(
            "{round} {signal}: told within {:.1?}, deaf for {:.1?}, {} of {} answered, {} restarts, {} kB, {} threads",
            table.longest_told,
            table.longest_deaf,
            table.answered,
            table.spoken,
            table.restarts,
            house.status("VmRSS:"),
            house.status("Threads:"),
        );
        wait_until(due);
    }
    let begun = Instant::now();
    let (status, _) = house.speaker.stop();
    println!("ends of the server           {}", table.ends);
    println!("never told on the page       {}", table.never_told);
    println!("longest until it was told    {:.1?}", table.longest_told);
    println!("never heard again            {}", table.never_back);
    println!("longest deaf after return    {:.1?}", table.longest_deaf);
    println!("commands spoken              {}", table.spoken);
    println!("commands answered            {}", table.answered);
    println!("commands lost                {}", table.spoken - table.answered);
    println!("restarts of the speaker      {}", table.restarts);
    println!("ended by TERM in             {:.1?}, {status}", begun.elapsed());
    Ok(())
}

impl House {
    fn round(&mut self, signal: &str, command: &Path, table: &mut Table) -> Result<()> {
        table.ends += 1;
        let begun = Instant::now();
        if signal == "STOP" {
            self.pulse.signal(signal);
        } else {
            self.pulse.end(signal);
        }
        match self.waits_for(true, table) {
            Some(told) => table.longest_told = table.longest_told.max(told),
            None => table.never_told += 1,
        }
        if signal == "STOP" {
            wait_until(begun + HALTED);
            self.pulse.signal("CONT");
        } else {
            self.pulse.serve();
        }
        match self.waits_for(false, table) {
            Some(deaf) => table.longest_deaf = table.longest_deaf.max(deaf),
            None => table.never_back += 1,
        }
        self.speaker.catch_up();
        let before = self.last_done();
        table.spoken += 1;
        let said = self.pulse.client("paplay").arg("--device=mic").arg(command).status()?;
        ensure!(said.success(), "the command is not played: {said}");
        let limit = Instant::now() + PATIENCE;
        while self.last_done() == before && Instant::now() < limit {
            std::thread::park_timeout(LOOK);
        }
        if self.last_done() == before {
            println!("lost; the last turn is \"{}\"", self.last_outcome().unwrap_or_default());
            for line in self.speaker.last_said(LINES) {
                println!("  {line}");
            }
        } else {
            table.answered += 1;
        }
        Ok(())
    }

    /// How long it takes until the page says that the speaker is deaf, or until it hears again.
    fn waits_for(&mut self, deaf: bool, table: &mut Table) -> Option<Duration> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            // Whoever supervises it starts it again.
            if !self.speaker.runs() {
                table.restarts += 1;
                (self.speaker, self.page) = self.pulse.speaker(&self.folder, &self.config);
            }
            let page = self.page.try_text("/home");
            let says_so = page.is_some_and(|page| page.contains("id=\"deaf\"") == deaf);
            if says_so && (deaf || self.listens()) {
                return Some(begun.elapsed());
            }
            std::thread::park_timeout(LOOK);
        }
        None
    }

    /// Whether the microphone is open: one that has just been started is not deaf yet, and hears nothing.
    fn listens(&self) -> bool {
        let mut list = self.pulse.client("pactl");
        let listed = list.args(["list", "short", "source-outputs"]).output();
        listed.is_ok_and(|listed| !listed.stdout.is_empty())
    }

    /// Which command was done last.
    fn last_done(&self) -> Option<String> {
        let page = self.page.try_text("/")?;
        let (before, _) = page.split_once("\" data-outcome=\"done\"")?;
        Some(before.rsplit('"').next()?.to_owned())
    }

    /// How the last turn ended.
    fn last_outcome(&self) -> Option<String> {
        let page = self.page.try_text("/")?;
        let (_, behind) = page.split_once("\" data-outcome=\"")?;
        Some(behind.split('"').next()?.to_owned())
    }

    fn status(&self, name: &str) -> String {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.speaker.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.trim().trim_end_matches(" kB").to_owned()
    }
}

fn wait_until(due: Instant) {
    while let Some(left) = due.checked_duration_since(Instant::now()) {
        std::thread::park_timeout(left);
    }
}
