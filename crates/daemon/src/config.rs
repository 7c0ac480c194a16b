//! The configuration file: found, read, checked, and shown with the source of every value.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use skills::Place;

/// Everything that can be configured. Each part stands next to the code that it configures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What this speaker is called in the history.
    pub name: String,
    /// The language that is spoken: a code such as `en`.
    pub language: String,
    /// Id of the room it stands in, one of `[[home.area]]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// Where the household lives, for sunrise and sunset. It never leaves this machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Whether a voice may open what lets somebody in, such as a garage, if two engines heard it or
    /// the person said yes to a question.
    pub doors_by_voice: bool,
    /// A folder of sentences and answers of the household's own, in the form of Home Assistant's
    /// custom sentences. A file that changes is read again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentences: Option<PathBuf>,
    /// Named sequences of commands; those that everybody has where there is none.
    #[serde(rename = "routine", skip_serializing_if = "Vec::is_empty")]
    pub routines: Vec<RoutineConfig>,
    /// Microphone and loudspeaker.
    pub audio: audio::Config,
    /// Wake word and listening.
    pub wake: wake::Config,
    /// Speech to text.
    pub stt: stt::Config,
    /// The voice of the answers.
    pub tts: tts::Config,
    /// How long things are kept until the household says otherwise.
    pub store: store::Config,
    /// The pages.
    pub web: web::Config,
    /// The house. Without one it is the demo house.
    pub home: home::Config,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            name: "kitchen".to_owned(),
            language: "en".to_owned(),
            area: Some("kitchen".to_owned()),
            place: None,
            doors_by_voice: false,
            sentences: None,
            routines: Vec::new(),
            audio: audio::Config::default(),
            wake: wake::Config::default(),
            stt: stt::Config::default(),
            tts: tts::Config::default(),
            store: store::Config::default(),
            web: web::Config::default(),
            home: home::Config::default(),
        }
    }
}

/// A named sequence of commands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RoutineConfig {
    /// What people say.
    pub say: Vec<String>,
    /// The commands, as people would say them.
    pub commands: Vec<String>,
    /// What is answered in place of the commands' own answers.
    pub reply: String,
}

/// The configuration and where it came from.
pub struct Loaded {
    /// What holds.
    pub config: Config,
    /// The file, if there is one.
    pub path: Option<PathBuf>,
    /// The file as written, to tell its values from defaults.
    written: toml::Table,
}

/// The places that are searched, in this order, when no file is named.
pub fn places() -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let user = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| home.map(|home| home.join(".config")));
    let system = PathBuf::from("/etc/hark/config.toml");
    [Some(system), user.map(|user| user.join("hark/config.toml"))].into_iter().flatten().collect()
}

/// Reads the named file, or the first one that there is, or takes the defaults.
///
/// # Errors
/// When a file cannot be read or does not hold what it should; one line that says what and where.
pub fn load(named: Option<&Path>) -> anyhow::Result<Loaded> {
    let path = match named {
        Some(path) => Some(path.to_owned()),
        None => places().into_iter().find(|path| path.exists()),
    };
    let Some(path) = path else {
        return Ok(Loaded {
            config: Config::default(),
            path: None,
            written: toml::Table::default(),
        });
    };
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("failed to read {}", path.display()))?;
    let (config, written) =
        parse(&text).map_err(|why| anyhow::anyhow!("{}:{why}", path.display()))?;
    Ok(Loaded { config, path: Some(path), written })
}

/// Reads the text of a configuration file.
///
/// # Errors
/// `LINE: what is wrong`, with the nearest known key for an unknown one.
pub fn parse(text: &str) -> Result<(Config, toml::Table), String> {
    let config: Config = toml::from_str(text).map_err(|error| explain(text, &error))?;
    let written: toml::Table = toml::from_str(text).map_err(|error| explain(text, &error))?;
    config.check()?;
    if written.contains_key("area") {
        config.check_area()?;
    }
    Ok((config, written))
}

impl Config {
    fn check(&self) -> Result<(), String> {
        if let Some(threshold) = self.wake.threshold
            && !(0.0..=1.0).contains(&threshold)
        {
            return Err(format!(" wake.threshold is {threshold}; it must lie between 0 and 1"));
        }
        if let Some(Place { latitude, longitude }) = self.place
            && !((-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude))
        {
            return Err(format!(
                " place is {latitude}, {longitude}; latitude lies between -90 and 90, longitude \
                 between -180 and 180"
            ));
        }
        Ok(())
    }
}

impl Config {
    /// The room of the speaker must be one of the house: in another one, "the lights" would be all that
    /// there are.
    fn check_area(&self) -> Result<(), String> {
        let Some(area) = &self.area else { return Ok(()) };
        let of_devices = self.home.device.iter().filter_map(|device| device.area.as_ref());
        let mut rooms: Vec<_> = self.home.area.iter().map(|area| &area.id).collect();
        rooms.extend(of_devices);
        if rooms.contains(&area) {
            return Ok(());
        }
        rooms.sort();
        rooms.dedup();
        let rooms = rooms.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        Err(format!(" area is '{area}', and the house has no such room; it has {rooms}"))
    }
}

fn explain(text: &str, error: &toml::de::Error) -> String {
    let line = error.span().map_or(1, |span| {
        text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1)
    });
    let message = error.message().trim();
    let mut names = message.split('`').skip(1).step_by(2);
    if message.starts_with("unknown field")
        && let Some(unknown) = names.next()
    {
        let nearest = names
            .map(|known| (strsim::damerau_levenshtein(unknown, known), known))
            .min()
            .filter(|(distance, known)| *distance <= known.len().div_ceil(2).max(2));
        return match nearest {
            Some((_, known)) => format!("{line}: unknown key '{unknown}'; did you mean '{known}'?"),
            None => format!(
                "{line}: unknown key '{unknown}'; `hark config show` lists all that there are"
            ),
        };
    }
    format!("{line}: {}", message.replace('\n', "; "))
}

impl Loaded {
    /// Every value with its source, one a line.
    ///
    /// # Errors
    /// When a value cannot be written as TOML.
    pub fn show(&self) -> anyhow::Result<String> {
        let all = toml::Table::try_from(&self.config)?;
        let mut lines = String::new();
        show_table("", &all, Some(&self.written), &mut lines);
        Ok(lines)
    }
}

fn show_table(
    prefix: &str,
    table: &toml::Table,
    written: Option<&toml::Table>,
    lines: &mut String,
) {
    use std::fmt::Write as _;
    for (key, value) in table {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        let own = written.and_then(|written| written.get(key));
        if let toml::Value::Table(inner) = value {
            show_table(&path, inner, own.and_then(toml::Value::as_table), lines);
        } else {
            let source = if own.is_some() { "file" } else { "default" };
            // Writing to a string cannot fail.
            let _ = writeln!(lines, "{path} = {value}  # {source}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example file says what the defaults are, and holds no key that there is not.
    #[test]
    fn the_example_is_the_default() {
        let text = include_str!("../../../deploy/config.example.toml");
        let (config, written) = parse(text).unwrap();
        let default = Config::default();
        assert_eq!(toml::to_string(&config).unwrap(), toml::to_string(&default).unwrap());
        let expected = toml::Table::try_from(&default).unwrap();
        assert_eq!(keys("", &written), keys("", &expected));
    }

    #[test]
    fn the_speaker_stands_in_a_room_of_the_house() {
        assert!(parse("area = \"kitchen\"").is_ok());
        let Err(why) = parse("area = \"basement\"") else { panic!("there is no basement") };
        assert!(why.contains("'basement'") && why.contains("kitchen"), "{why}");
        let house =
            "area = \"attic\"\n[[home.device]]\nid = \"light.a\"\nname = \"A\"\narea = \"attic\"";
        assert!(parse(house).is_ok());
    }

    fn keys(prefix: &str, table: &toml::Table) -> std::collections::BTreeSet<String> {
        let mut all = std::collections::BTreeSet::new();
        for (key, value) in table {
            let path = format!("{prefix}.{key}");
            match value {
                toml::Value::Table(inner) => all.extend(keys(&path, inner)),
                _ => drop(all.insert(path)),
            }
        }
        all
    }

    #[test]
    fn a_wrong_key_is_named_with_the_nearest() {
        for (text, expected) in [
            ("nme = 'hall'", "1: unknown key 'nme'; did you mean 'name'?"),
            ("[wake]\ntreshold = 0.5", "2: unknown key 'treshold'; did you mean 'threshold'?"),
            (
                "[zzzzzzzz]",
                "1: unknown key 'zzzzzzzz'; `hark config show` lists all that there are",
            ),
        ] {
            assert_eq!(parse(text).err().as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_wrong_value_is_named_with_its_line() {
        for (text, expected) in [
            ("[store.retention]\ntext = 'forever'", "2: understand the duration 'forever'"),
            ("\n[web]\nlisten = 'here'", "3: invalid socket address"),
            ("[wake]\nthreshold = 7.0", " wake.threshold is 7"),
            ("name = ", "1: "),
        ] {
            let error = parse(text).err().unwrap();
            assert!(error.starts_with(expected), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn every_value_is_shown_with_its_source() {
        let (config, written) = parse("name = 'hall'").unwrap();
        let shown = Loaded { config, path: None, written }.show().unwrap();
        assert!(shown.contains("name = \"hall\"  # file"), "{shown}");
        assert!(shown.contains("web.enabled = true  # default"), "{shown}");
    }
}
