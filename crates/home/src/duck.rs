//! Players make room for what must be heard.

use crate::device::Kind;
use crate::house::House;

/// Percent to which a player is turned down: music goes on, and a ring is heard over it. All players
/// of the house have a volume, so that none needs to be paused for this.
const DUCKED: f64 = 15.0;

/// A player that was turned down.
pub struct Ducked {
    id: String,
    /// Percent at which it played.
    before: f64,
}

impl House {
    /// Turns down the players that are playing in a room, and returns which these are. What is
    /// soft or muted already stays as it is.
    pub fn duck(&self, area: &str) -> Vec<Ducked> {
        let mut ducked = Vec::new();
        {
            let mut devices = self.lock();
            let playing = devices.iter_mut().filter(|device| {
                device.kind == Kind::Media
                    && device.state == "playing"
                    && device.config.area.as_deref() == Some(area)
            });
            for device in playing {
                let player = &mut device.player;
                if !player.muted && player.volume > DUCKED {
                    ducked.push(Ducked { id: device.config.id.clone(), before: player.volume });
                    player.volume = DUCKED;
                }
            }
        }
        self.notify();
        ducked
    }

    /// Makes players as loud again as they were before [`House::duck`]. One whose volume somebody
    /// has changed meanwhile keeps the new one.
    pub fn unduck(&self, ducked: Vec<Ducked>) {
        {
            let mut devices = self.lock();
            for Ducked { id, before } in ducked {
                let device = devices.iter_mut().find(|device| device.config.id == id);
                if let Some(device) = device
                    && (device.player.volume - DUCKED).abs() < f64::EPSILON
                {
                    device.player.volume = before;
                }
            }
        }
        self.notify();
    }
}

#[cfg(test)]
mod tests {
    use language::testing::english;
    use std::collections::BTreeMap;
    use std::time::SystemTime;

    use voice::{Context, Intent, Skill as _};

    use crate::{Config, House};

    const HOUSE: &str = "
entities:
  media_player.radio: {name: Radio, area: kitchen, state: playing}
  media_player.tv: {name: TV, area: kitchen, state: paused}
  media_player.soft: {name: Soft One, area: kitchen, state: playing}
  media_player.muted: {name: Muted One, area: kitchen, state: playing}
  media_player.den: {name: Den, area: den, state: playing}
  media_player.nowhere: {name: Nowhere, state: playing}
";

    async fn house() -> House {
        let house = House::new(&Config::from_yaml(HOUSE).unwrap()).unwrap();
        volume(&house, "soft", 10.0).await;
        let mute = Intent::named("HassMediaPlayerMute").with_text("name", "media_player.muted");
        ask(&house, &mute).await;
        house
    }

    async fn ask(house: &House, intent: &Intent) {
        let context = Context::at(SystemTime::UNIX_EPOCH);
        let reply = house.handle(intent, &context).await.unwrap();
        assert_eq!(reply.outcome, voice::Outcome::Done, "{}", english(&reply.speech));
    }

    async fn volume(house: &House, player: &str, percent: f64) {
        let intent = Intent::named("HarkMediaVolume").with_number("volume_level", percent);
        ask(house, &intent.with_text("name", format!("media_player.{player}"))).await;
    }

    /// How loud each player is.
    fn volumes(house: &House) -> BTreeMap<String, String> {
        let devices = house.lock();
        let volume = |device: &crate::device::Device| {
            let name = device.config.id.trim_start_matches("media_player.").to_owned();
            (name, device.player.volume.to_string())
        };
        devices.iter().map(volume).collect()
    }

    #[tokio::test]
    async fn what_plays_in_the_room_is_turned_down_and_put_back() {
        let house = house().await;
        let before = volumes(&house);
        let ducked = house.duck("kitchen");
        let mut softer = before.clone();
        softer.insert("radio".to_owned(), "15".to_owned());
        assert_eq!(volumes(&house), softer);
        house.unduck(ducked);
        assert_eq!(volumes(&house), before);
        house.unduck(house.duck("bathroom"));
        assert_eq!(volumes(&house), before);
    }

    #[tokio::test]
    async fn what_a_person_set_meanwhile_stays() {
        let house = house().await;
        let ducked = house.duck("kitchen");
        volume(&house, "radio", 70.0).await;
        house.unduck(ducked);
        assert_eq!(volumes(&house)["radio"], "70");
        // Who pauses it does not want it soft when it goes on.
        let ducked = house.duck("kitchen");
        ask(&house, &Intent::named("HassMediaPause").with_text("name", "media_player.radio")).await;
        house.unduck(ducked);
        assert_eq!(volumes(&house)["radio"], "70");
    }
}
