//! espeak-ng as a program beside ours: linking it would make the whole binary GPL.
//!
//! A process for the next text is started ahead of time and waits for its standard input, so that
//! the first sound comes after 35 to 55 ms. Text goes through that pipe and never through
//! arguments, which every user of the machine could read.

use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::process::{Child, Command, Stdio};

use voice::Synthesizer;

use crate::Config;
use crate::wav::Header;

/// What espeak-ng makes, in samples a second.
const SAMPLE_RATE: u32 = 22_050;
/// Bytes read from it at once: about 46 ms of sound.
const PIECE_BYTES: usize = 2_048;
/// Longest text that is spoken at once, in bytes: half of what a pipe holds.
const MAX_TEXT_BYTES: usize = 32 << 10;
/// How to get it.
const ADVICE: &str =
    "start espeak-ng: install it with `sudo apt install espeak-ng`, or check tts.voice";

/// Speaks with espeak-ng.
pub struct Espeak {
    program: String,
    voice: String,
    rate_wpm: u32,
    waiting: Option<Child>,
}

impl Espeak {
    /// The voice that is configured, or else the `usual` one of the language, with one process waiting.
    ///
    /// # Errors
    /// [`voice::Error::Unavailable`] when espeak-ng is not installed.
    pub fn new(config: &Config, usual: &str) -> voice::Result<Self> {
        Self::with_program("espeak-ng", config, usual)
    }

    /// As [`Espeak::new`] with another program that takes the same arguments.
    ///
    /// # Errors
    /// As [`Espeak::new`].
    pub fn with_program(program: &str, config: &Config, usual: &str) -> voice::Result<Self> {
        let voice = config.voice.clone().unwrap_or_else(|| usual.to_owned());
        let (program, rate_wpm) = (program.to_owned(), config.rate_wpm);
        let mut espeak = Self { program, voice, rate_wpm, waiting: None };
        espeak.waiting = Some(espeak.start()?);
        Ok(espeak)
    }

    fn start(&self) -> voice::Result<Child> {
        Command::new(&self.program)
            .args(["--stdout", "-b", "1", "-v", &self.voice])
            .args(["-s", &self.rate_wpm.to_string()])
            .stdin(Stdio::piped())
            // It plays nothing, yet asks for a sound server when it starts, and waits for ever for one that hangs.
            .env("PULSE_SERVER", "/dev/null")
            .env("PIPEWIRE_REMOTE", "/dev/null")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|source| voice::Error::Unavailable {
                what: ADVICE.to_owned(),
                source: Some(source.into()),
            })
    }

    /// A process that takes text: the one that waits, unless it died meanwhile.
    fn take(&mut self) -> voice::Result<Child> {
        if let Some(mut child) = self.waiting.take() {
            if matches!(child.try_wait(), Ok(None)) {
                return Ok(child);
            }
            end(child);
        }
        self.start()
    }
}

/// Ends a process and waits for it, so that nothing of it stays behind.
fn end(mut child: Child) {
    // Both fail only when it has ended already.
    let _ = child.kill();
    let _ = child.wait();
}

impl Drop for Espeak {
    fn drop(&mut self) {
        if let Some(child) = self.waiting.take() {
            end(child);
        }
    }
}

impl Synthesizer for Espeak {
    fn sample_rate(&self) -> u32 {
        SAMPLE_RATE
    }

    fn speak(
        &mut self,
        text: &str,
        out: &mut dyn FnMut(&[f32]) -> ControlFlow<()>,
    ) -> voice::Result<()> {
        if !text.chars().any(char::is_alphanumeric) {
            return Ok(());
        }
        let mut child = self.take()?;
        let result = speak_through(&mut child, text, out);
        end(child);
        // The next one warms up while this one is heard.
        self.waiting = self.start().ok();
        result
    }
}

fn speak_through(
    child: &mut Child,
    text: &str,
    out: &mut dyn FnMut(&[f32]) -> ControlFlow<()>,
) -> voice::Result<()> {
    let broken = |source: std::io::Error| voice::Error::failed("speak through espeak-ng", source);
    let (Some(mut input), Some(mut output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(broken(std::io::ErrorKind::BrokenPipe.into()));
    };
    // One line, which fits into the pipe, so that writing never waits for reading.
    let mut line = String::with_capacity(text.len() + 1);
    for letter in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        if line.len() >= MAX_TEXT_BYTES {
            break;
        }
        line.push(letter);
    }
    input.write_all(line.as_bytes()).and_then(|()| input.write_all(b"\n")).map_err(broken)?;
    drop(input);

    let mut header = Header::default();
    let mut bytes = vec![0; PIECE_BYTES];
    let mut pcm = Vec::with_capacity(PIECE_BYTES / 2);
    let mut left_over: Option<u8> = None;
    let mut spoke = false;
    loop {
        let count = match output.read(&mut bytes) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(broken(error)),
        };
        let sound = header.skip(&bytes[..count]).map_err(broken)?;
        pcm.clear();
        let mut sound = left_over.take().into_iter().chain(sound.iter().copied());
        while let Some(low) = sound.next() {
            let Some(high) = sound.next() else {
                left_over = Some(low);
                break;
            };
            pcm.push(f32::from(i16::from_le_bytes([low, high])) / 32_768.0);
        }
        if !pcm.is_empty() {
            spoke = true;
            if out(&pcm).is_break() {
                return Ok(());
            }
        }
    }
    if spoke {
        return Ok(());
    }
    // Such as a voice that it does not have: it says so and makes no sound.
    Err(voice::Error::unavailable(ADVICE))
}
