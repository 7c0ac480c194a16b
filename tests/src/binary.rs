//! The program itself, as it is installed.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
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

/// The same command line, run by another program that takes it behind its own arguments.
pub fn under(mut other: Command, command: &Command) -> Command {
    other.arg(command.get_program());
    with_program(other, command)
}

/// The same command line with another program in the place of its own.
pub fn with_program(mut other: Command, command: &Command) -> Command {
    other.args(command.get_args()).stdin(Stdio::null());
    if let Some(folder) = command.get_current_dir() {
        other.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => other.env(name, value),
            None => other.env_remove(name),
        };
    }
    other
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
    data: PathBuf,
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

/// Lines that nobody has read yet; a program that says more waits until somebody does.
const LINES: usize = 16 * 1024;

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
        Self { child, data: data_of(command), lines, said: Vec::new() }
    }

    /// Its number, for whoever looks at it from outside.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Reads what it has said by now, so that it can go on talking.
    pub fn catch_up(&mut self) {
        self.said.extend(self.lines.try_iter());
    }

    /// The last lines that it has said by now, so many at most.
    pub fn last_said(&mut self, count: usize) -> &[String] {
        self.catch_up();
        &self.said[self.said.len().saturating_sub(count)..]
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
        let (_, address) = line.split_once("http://").unwrap_or_default();
        let address = address.split(' ').next().and_then(|address| address.parse().ok());
        let address: SocketAddr = address.unwrap_or_else(|| panic!("no address in {line}"));
        Page::entered(address, &self.data)
    }

    /// Ends it as a service is ended: how it ended, and everything that it said.
    pub fn stop(self) -> (ExitStatus, Vec<String>) {
        self.signal("TERM");
        self.end()
    }

    /// Whether it has not ended yet.
    pub fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        let process = self.child.id().to_string();
        let told = Command::new("kill").args(["-s", name, &process]).status();
        assert!(told.is_ok_and(|status| status.success()), "it runs until it is ended");
    }

    /// Waits for its end: how it ended, and everything that it said.
    pub fn end(mut self) -> (ExitStatus, Vec<String>) {
        // The end of its lines is the end of the program.
        while let Ok(line) = self.lines.recv_timeout(DEADLINE) {
            self.said.push(line);
        }
        let status = self.child.wait().expect("it has ended");
        (status, std::mem::take(&mut self.said))
    }
}

/// The data folder that a command line of `hark` names.
fn data_of(command: &Command) -> PathBuf {
    let mut arguments = command.get_args().skip_while(|argument| *argument != "--data").skip(1);
    let folder = command.get_current_dir().unwrap_or(Path::new("."));
    folder.join(arguments.next().unwrap_or_default())
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
