//! Music players and televisions.

use voice::{Context, Intent, Question, Reply, Speech};

use crate::device::{Device, Kind};
use crate::house::House;
use crate::refusal::{Refusal, failed, refused};
use crate::undo;
use crate::words::rounded;

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
        if device.state != "playing" {
            return Err(nothing_playing(device, intent));
        }
        let speech = on("HarkMediaPlaying.now", device);
        Ok(Reply::done(speech.with("what", &device.player.playing)))
    }

    /// The player that is meant: the named one, else the one that is playing, else the one in the
    /// room of the speaker, else the only one. If several are left it asks which.
    fn player(
        &self,
        devices: &[Device],
        intent: &Intent,
        context: &Context,
    ) -> Result<usize, Refusal> {
        if let Some(index) = self.named(devices, intent, context)? {
            let device = &devices[index];
            if device.kind == Kind::Media {
                return Ok(index);
            }
            return Err(refused(on("hark.player.none", device)));
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
                let place = self.place(intent).unwrap_or(Speech::of("hark.place.here"));
                Err(failed(Speech::of("hark.player.none_there").with("place", place)))
            }
            [only] => Ok(only),
            _ => Err(which(devices, &left, intent)),
        }
    }
}

/// Asks which of several players is meant.
fn which(devices: &[Device], left: &[usize], intent: &Intent) -> Refusal {
    let config = |index: &usize| &devices[*index].config;
    let names: Vec<_> = left.iter().map(|index| config(index).name.as_str()).collect();
    let choices = left.iter().map(|index| {
        let chosen = intent.clone().with_text("name", config(index).id.as_str());
        (Speech::verbatim(config(index).name.as_str()), chosen)
    });
    let speech = Speech::of("hark.player.which").with("names", names);
    Box::new(Reply::ask(speech, Question::Which(choices.collect())))
}

/// `Nothing is playing.`, or where, if that was asked about.
fn nothing_playing(device: &Device, intent: &Intent) -> Refusal {
    failed(match intent.slot("name") {
        Some(_) => on("HarkMediaPlaying.nothing_there", device),
        None => Speech::of("HarkMediaPlaying.nothing"),
    })
}

/// Something about a player.
fn on(key: &'static str, device: &Device) -> Speech {
    Speech::of(key).with("name", device.config.name.as_str())
}

/// Changes one player and says what was done.
fn change(device: &mut Device, intent: &Intent) -> Result<Speech, Refusal> {
    let count = intent.number("count").unwrap_or(1.0) as u32;
    let wants_on = intent.text("state") != Some("off");
    let needs_title = matches!(
        intent.name.as_str(),
        "HassMediaPause" | "HassMediaNext" | "HassMediaPrevious" | "HarkMediaSeek"
    );
    if needs_title && !matches!(device.state.as_str(), "on" | "playing" | "paused") {
        return Err(nothing_playing(device, intent));
    }
    let player = &mut device.player;
    let key = match intent.name.as_str() {
        "HassMediaSearchAndPlay" => {
            let Some(wanted) = intent.text("search_query") else {
                return Err(failed(Speech::of("HassMediaSearchAndPlay.what")));
            };
            player.load(wanted.into());
            "playing".clone_into(&mut device.state);
            return Ok(on("HassMediaSearchAndPlay.playing", device).with("what", wanted));
        }
        "HassMediaPause" => {
            "paused".clone_into(&mut device.state);
            "HassMediaPause.paused"
        }
        "HassMediaUnpause" if device.state == "off" => {
            return Err(failed(on("HassMediaUnpause.nothing", device)));
        }
        "HassMediaUnpause" => {
            "playing".clone_into(&mut device.state);
            "HassMediaUnpause.resumed"
        }
        "HassMediaNext" => {
            player.track = player.track.saturating_add(count);
            player.seconds = 0.0;
            "HassMediaNext.skipped"
        }
        "HassMediaPrevious" => {
            player.track = player.track.saturating_sub(count);
            player.seconds = 0.0;
            "HassMediaPrevious.went_back"
        }
        "HarkMediaSeek" => {
            let seconds = intent.number("seconds").unwrap_or_default();
            player.seconds = (player.seconds + seconds).max(0.0);
            let key = if seconds < 0.0 { "HarkMediaSeek.back" } else { "HarkMediaSeek.forward" };
            return Ok(on(key, device).with("seconds", rounded(seconds.abs())));
        }
        "HarkMediaShuffle" => {
            player.shuffle = wants_on;
            if wants_on { "HarkMediaShuffle.on" } else { "HarkMediaShuffle.off" }
        }
        "HarkMediaRepeat" => {
            player.repeat = wants_on;
            if wants_on { "HarkMediaRepeat.on" } else { "HarkMediaRepeat.off" }
        }
        "HassMediaPlayerMute" => {
            player.muted = true;
            "HassMediaPlayerMute.muted"
        }
        "HassMediaPlayerUnmute" => {
            player.muted = false;
            "HassMediaPlayerUnmute.unmuted"
        }
        "HarkMediaVolume" => return set_volume(device, intent),
        "HarkMediaVolumeRelative" => {
            let step = intent.number("volume_step").unwrap_or_default();
            player.volume = (player.volume + step).clamp(0.0, 100.0);
            if step < 0.0 { "HarkMediaVolumeRelative.down" } else { "HarkMediaVolumeRelative.up" }
        }
        _ => return Err(refused(on("hark.player.cannot", device))),
    };
    Ok(on(key, device))
}

fn set_volume(device: &mut Device, intent: &Intent) -> Result<Speech, Refusal> {
    let Some(level) = intent.number("volume_level") else {
        return Err(failed(on("HarkMediaVolume.how_loud", device)));
    };
    device.player.volume = level.clamp(0.0, 100.0);
    Ok(on("HarkMediaVolume.set", device).with("percent", rounded(device.player.volume)))
}
