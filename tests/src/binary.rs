//! The program itself, as it is installed.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};

use crate::page::Page;
use crate::{DEADLINE, recordings};

/// Builds `hark` into the folder that this test runs from, and says where it is. It takes no time
/// where it is built already. `HARK_BIN` names a ready one.
pub fn hark() -> PathBuf {
    if let Some(ready) = std::env::var_os("HARK_BIN") {
        return ready.into();
    }
    let test = std::env::current_exe().expect("this program has a path");
    // target/debug/deps/test-0123 stands beside target/debug/hark.
    let profile = test.ancestors().nth(2).expect("the test stands in a target folder");
    let target = profile.parent().expect("the profile has a folder");
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build
        .current_dir(recordings::root())
        // With this package beside it, dependencies have the features that they have here.
        .args(["build", "--quiet", "--locked", "-p", "daemon", "-p", "e2e", "--bin", "hark"])
        .arg("--target-dir")
        .arg(target);
    if profile.ends_with("release") {
        build.arg("--release");
    }
    let built = build.status().expect("cargo runs");
    assert!(built.success(), "hark builds");
    profile.join("hark")
}

/// A command line of `hark` that sees no configuration and no data but its own in `folder`.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(hark());
    command
        .current_dir(folder)
        .env("HOME", folder)
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("XDG_DATA_HOME")
        .env_remove("STATE_DIRECTORY")
        .env_remove("RUST_LOG")
        .stdin(Stdio::null());
    command
}

/// Writes a configuration file.
pub fn configure(folder: &Path, config: &daemon::Config) -> PathBuf {
    let file = folder.join("config.toml");
    std::fs::write(&file, toml::to_string(config).expect("it can be written as TOML"))
        .expect("the configuration is written");
    file
}

/// A program that runs beside the test and ends with it.
pub struct Running {
    child: Child,
    lines: Receiver<String>,
    said: Vec<String>,
}

/// What a program says its news on.
#[derive(Clone, Copy, PartialEq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Lines that nobody has read yet.
const LINES: usize = 1024;

impl Running {
    /// Starts a program whose lines on `stream` are read.
    pub fn start(command: &mut Command, stream: Stream) -> Self {
        match stream {
            Stream::Stdout => command.stdout(Stdio::piped()),
            Stream::Stderr => command.stderr(Stdio::piped()),
        };
        let mut child = command.spawn().unwrap_or_else(|error| {
            panic!("failed to start {}: {error}", command.get_program().display())
        });
        let (sender, lines) = sync_channel(LINES);
        let pipe: Box<dyn std::io::Read + Send> = match stream {
            Stream::Stdout => Box::new(child.stdout.take().expect("it is piped")),
            Stream::Stderr => Box::new(child.stderr.take().expect("it is piped")),
        };
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                // A program may say more than anyone reads.
                let _ = sender.send(line);
            }
        });
        Self { child, lines, said: Vec::new() }
    }

    /// Its number, for whoever looks at it from outside.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a line with `text` in it.
    pub fn wait_for(&mut self, text: &str) -> String {
        loop {
            let Ok(line) = self.lines.recv_timeout(DEADLINE) else {
                panic!("it did not say \"{text}\", but: {}", self.said.join("\n"));
            };
            self.said.push(line.clone());
            if line.contains(text) {
                return line;
            }
        }
    }

    /// The pages of a speaker that has just been started.
    pub fn page(&mut self) -> Page {
        let line = self.wait_for("the page is at ");
        let port = line.rsplit(':').next().and_then(|port| port.trim().parse().ok());
        let port: u16 = port.unwrap_or_else(|| panic!("no port in {line}"));
        Page(([127, 0, 0, 1], port).into())
    }

    /// Ends it as a service is ended: how it ended, and everything that it said.
    pub fn stop(mut self) -> (ExitStatus, Vec<String>) {
        let process = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &process]).status();
        assert!(told.is_ok_and(|status| status.success()), "it runs until it is ended");
        // The end of its lines is the end of the program.
        while let Ok(line) = self.lines.recv_timeout(DEADLINE) {
            self.said.push(line);
        }
        let status = self.child.wait().expect("it has ended");
        (status, std::mem::take(&mut self.said))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
