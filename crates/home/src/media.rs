//! Music players and televisions.

use voice::{Context, Intent, Question, Reply};

use crate::act::{Refusal, failed, refused};
use crate::device::{Device, Kind};
use crate::house::House;
use crate::targets::named;
use crate::{undo, words};

impl House {
    /// Does with a player what the intent asks; which one is found by [`House::player`].
    pub(crate) fn play(&self, intent: &Intent, context: &Context) -> Result<Reply, Refusal> {
        let reply = {
            let mut devices = self.lock();
            let index = self.player(&devices, intent, context)?;
            let mut device = devices[index].clone();
            let said = change(&mut device, intent)?;
            let undo = undo::restore(&devices[index], &device);
            devices[index] = device;
            Reply::done(said).undone_by(undo)
        };
        self.notify();
        Ok(reply)
    }

    /// Answers what is playing.
    pub(crate) fn get_playing(&self, intent: &Intent, context: &Context) -> Result<Reply, Refusal> {
        let devices = self.lock();
        let device = &devices[self.player(&devices, intent, context)?];
        let name = words::the(&device.config.name);
        let player = &device.player;
        if device.state != "playing" {
            return Err(nothing_playing(device, intent));
        }
        Ok(Reply::done(match player.playing.expose() {
            "" => format!("{} is playing, but I don't know what.", words::capital(&name)),
            what => format!("{} is playing {what}.", words::capital(&name)),
        }))
    }

    /// The player that is meant: the named one, else the one that is playing, else the one in the
    /// room of the speaker, else the only one. If several are left it asks which.
    fn player(
        &self,
        devices: &[Device],
        intent: &Intent,
        context: &Context,
    ) -> Result<usize, Refusal> {
        if let Some(index) = named(devices, intent, context)? {
            let device = &devices[index];
            if device.kind == Kind::Media {
                return Ok(index);
            }
            let name = words::the(&device.config.name);
            return Err(refused(format!("{} can't play anything.", words::capital(&name))));
        }
        let mut left: Vec<usize> = (0..devices.len())
            .filter(|&i| devices[i].kind == Kind::Media && self.is_there(&devices[i], intent))
            .collect();
        let is_in = |index: usize, state: &str| devices[index].state == state;
        let is_here =
            |index: usize| context.area.is_some() && devices[index].config.area == context.area;
        // What is paused is what goes on.
        let (first, second) = match intent.name.as_str() {
            "HassMediaUnpause" => ("paused", "playing"),
            _ => ("playing", "paused"),
        };
        let narrower: [&dyn Fn(usize) -> bool; 3] =
            [&|index| is_in(index, first), &|index| is_in(index, second), &is_here];
        for fits in narrower {
            if left.iter().any(|&index| fits(index)) {
                left.retain(|&index| fits(index));
            }
        }
        match left[..] {
            [] => {
                let place = self.place(intent);
                let place = if place.is_empty() { " here" } else { &place };
                Err(failed(format!("There is no music player{place}.")))
            }
            [only] => Ok(only),
            _ => Err(which(devices, &left, intent)),
        }
    }
}

/// Asks which of several players is meant.
fn which(devices: &[Device], left: &[usize], intent: &Intent) -> Refusal {
    let config = |index: &usize| &devices[*index].config;
    let names: Vec<_> = left.iter().map(|index| words::the(&config(index).name)).collect();
    let choices = left.iter().map(|index| {
        let chosen = intent.clone().with_text("name", config(index).id.as_str());
        (voice::Speech::verbatim(config(index).name.as_str()), chosen)
    });
    let speech = format!("On which one: {}?", words::listed(&names, "or"));
    Box::new(Reply::ask(speech, Question::Which(choices.collect())))
}

/// `Nothing is playing.`, or where, if that was asked about.
fn nothing_playing(device: &Device, intent: &Intent) -> Refusal {
    let place = match intent.slot("name") {
        Some(_) => format!(" on {}", words::the(&device.config.name)),
        None => String::new(),
    };
    failed(format!("Nothing is playing{place}."))
}

/// Changes one player and says what was done.
fn change(device: &mut Device, intent: &Intent) -> Result<String, Refusal> {
    let name = words::the(&device.config.name);
    let count = intent.number("count").unwrap_or(1.0) as u32;
    let on = intent.text("state") != Some("off");
    let off = device.state == "off";
    let needs_title = matches!(
        intent.name.as_str(),
        "HassMediaPause" | "HassMediaNext" | "HassMediaPrevious" | "HarkMediaSeek"
    );
    if needs_title && !matches!(device.state.as_str(), "on" | "playing" | "paused") {
        return Err(nothing_playing(device, intent));
    }
    let player = &mut device.player;
    Ok(match intent.name.as_str() {
        "HassMediaSearchAndPlay" => {
            let Some(wanted) = intent.text("search_query") else {
                return Err(failed("I don't know what to play.".to_owned()));
            };
            player.load(wanted.into());
            "playing".clone_into(&mut device.state);
            format!("Playing {wanted} on {name}.")
        }
        "HassMediaPause" => {
            "paused".clone_into(&mut device.state);
            format!("Paused {name}.")
        }
        "HassMediaUnpause" if off => {
            return Err(failed(format!("There is nothing to resume on {name}.")));
        }
        "HassMediaUnpause" => {
            "playing".clone_into(&mut device.state);
            format!("Resumed {name}.")
        }
        "HassMediaNext" => {
            player.track = player.track.saturating_add(count);
            player.seconds = 0.0;
            format!("Skipped ahead on {name}.")
        }
        "HassMediaPrevious" => {
            player.track = player.track.saturating_sub(count);
            player.seconds = 0.0;
            format!("Went back on {name}.")
        }
        "HarkMediaSeek" => {
            let seconds = intent.number("seconds").unwrap_or_default();
            player.seconds = (player.seconds + seconds).max(0.0);
            let way = if seconds < 0.0 { "back" } else { "forward" };
            let seconds = words::number(seconds.abs());
            format!("Skipped {way} {seconds} seconds on {name}.")
        }
        "HarkMediaShuffle" => {
            player.shuffle = on;
            if on {
                format!("Shuffling on {name}.")
            } else {
                format!("Stopped shuffling on {name}.")
            }
        }
        "HarkMediaRepeat" => {
            player.repeat = on;
            if on {
                format!("Repeating on {name}.")
            } else {
                format!("Stopped repeating on {name}.")
            }
        }
        "HassMediaPlayerMute" => {
            player.muted = true;
            format!("Muted {name}.")
        }
        "HassMediaPlayerUnmute" => {
            player.muted = false;
            format!("Unmuted {name}.")
        }
        "HarkMediaVolume" => {
            let Some(level) = intent.number("volume_level") else {
                return Err(failed(format!("I don't know how loud to make {name}.")));
            };
            player.volume = level.clamp(0.0, 100.0);
            format!("Set the volume of {name} to {} percent.", words::number(player.volume))
        }
        "HarkMediaVolumeRelative" => {
            let step = intent.number("volume_step").unwrap_or_default();
            player.volume = (player.volume + step).clamp(0.0, 100.0);
            let way = if step < 0.0 { "down" } else { "up" };
            format!("Turned {way} {name}.")
        }
        _ => return Err(refused(format!("I can't do that with {name}."))),
    })
}
