//! Sound cards without hardware: a `PulseAudio` of one's own behind ALSA's pulse plugin.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::binary::{self, Running, Stream};
use crate::page::Page;

/// Samples a second of most sound cards.
pub const USUAL_RATE: u32 = 48_000;

/// A sound server that nobody else uses.
pub struct Pulse {
    home: PathBuf,
    modules: Vec<String>,
    server: Option<Running>,
}

/// Where sound can be played.
pub struct Sink(String);

impl Sink {
    /// One channel that leads nowhere; its `.monitor` hears it.
    pub fn alone(name: &str) -> Self {
        Self::null(name, 1, 16_000)
    }

    /// The same at the rate that most sound cards have.
    pub fn usual(name: &str) -> Self {
        Self::null(name, 1, USUAL_RATE)
    }

    /// Two channels that lead nowhere, with one clock.
    pub fn pair(name: &str) -> Self {
        Self::null(name, 2, 16_000)
    }

    /// One channel (`left`, `right`) of a pair.
    pub fn side(name: &str, pair: &str, side: &str) -> Self {
        Self(format!(
            "module-remap-sink sink_name={name} master={pair} channels=1 remix=no \
             channel_map=front-{side} master_channel_map=front-{side}"
        ))
    }

    fn null(name: &str, channels: u8, rate: u32) -> Self {
        Self(format!(
            "module-null-sink sink_name={name} format=s16le rate={rate} channels={channels}"
        ))
    }
}

impl Pulse {
    /// Starts a server that keeps its files in `folder`; `devices` are names for ALSA and what they
    /// stand for.
    pub fn start(folder: &Path, sinks: &[Sink], devices: &[(&str, &str)]) -> Self {
        let home = folder.join("pulse");
        std::fs::create_dir(&home).expect("a folder for the server");
        std::fs::set_permissions(&home, std::fs::Permissions::from_mode(0o700))
            .expect("the folder is private");
        let socket = home.join("socket");
        let protocol =
            format!("module-native-protocol-unix auth-anonymous=1 socket={}", socket.display());
        let modules =
            std::iter::once(protocol).chain(sinks.iter().map(|Sink(module)| module.clone()));
        let mut names = String::new();
        for (name, device) in devices {
            let _ = writeln!(
                names,
                "pcm.{name} {{ type pulse device \"{device}\" \
                 hint {{ show on description \"{name} of a test\" }} }}"
            );
        }
        std::fs::write(home.join("asound.conf"), names).expect("the devices have names");
        let mut pulse = Self { home, modules: modules.collect(), server: None };
        pulse.serve();
        pulse
    }

    /// Starts the server, after it was ended.
    pub fn serve(&mut self) {
        let mut server = Command::new("pulseaudio");
        server
            .env("HOME", &self.home)
            .env("XDG_RUNTIME_DIR", &self.home)
            .args(["-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1"])
            .args(["--log-target=stderr", "--log-level=info"]);
        for module in &self.modules {
            server.arg("-L").arg(module);
        }
        let mut server = Running::start(&mut server, Stream::Stderr);
        server.wait_for("Daemon startup complete");
        self.server = Some(server);
    }

    /// Sends the server a signal.
    pub fn signal(&self, name: &str) {
        self.server.as_ref().expect("it runs").signal(name);
    }

    /// Ends the server by a signal.
    pub fn end(&mut self, signal: &str) {
        if let Some(server) = self.server.take() {
            server.signal(signal);
            server.end();
        }
    }

    /// A program that talks to the server.
    pub fn client(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        self.sound(&mut command);
        command
    }

    /// Makes a program see the devices of this server and no others.
    pub fn sound(&self, command: &mut Command) {
        command
            .env("PULSE_SERVER", format!("unix:{}", self.home.join("socket").display()))
            .env("XDG_RUNTIME_DIR", &self.home)
            .env("ALSA_CONFIG_PATH", self.home.join("asound.conf"))
            .env("LC_ALL", "C");
    }

    /// Starts the speaker in `folder` on devices of this server, and waits until its page is there.
    pub fn speaker(&self, folder: &Path, config: &daemon::Config) -> (Running, Page) {
        let mut hark = binary::command(folder);
        self.sound(&mut hark);
        hark.arg("run").arg("--config").arg(binary::configure(folder, config));
        hark.arg("--data").arg(folder.join("data"));
        let mut speaker = Running::start(&mut hark, Stream::Stderr);
        let page = speaker.page();
        (speaker, page)
    }

    /// What the server tells about who listens to it, and to whom it plays.
    pub fn news(&self) -> Running {
        Running::start(self.client("pactl").arg("subscribe"), Stream::Stdout)
    }
}
