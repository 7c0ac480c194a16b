//! `hark doctor`: all checks on one page.

use std::time::{SystemTime, UNIX_EPOCH};

use store::Store;

use super::{Common, json, line, runtime};

#[derive(serde::Serialize)]
struct Check {
    #[serde(rename = "check")]
    what: &'static str,
    fine: bool,
    says: String,
}

/// A clock before this date was never set: 1 January 2026.
const CLOCK_IS_SET_S: u64 = 1_767_225_600;

pub(super) fn run(common: &Common) -> anyhow::Result<()> {
    let mut checks = Vec::new();
    let mut check = |what, result: Result<String, String>| {
        let fine = result.is_ok();
        checks.push(Check { what, fine, says: result.unwrap_or_else(|why| why) });
    };
    let loaded = daemon::config::load(common.config.as_deref());
    check(
        "configuration",
        loaded.as_ref().map_err(|error| format!("{error:#}")).map(|loaded| match &loaded.path {
            Some(path) => path.display().to_string(),
            None => "defaults".to_owned(),
        }),
    );
    let mut config = loaded.map(|loaded| loaded.config).unwrap_or_default();
    config.wake.voices = common.voices();
    check(
        "microphone",
        audio::Microphone::open(&config.audio.microphone)
            .map(|_| config.audio.microphone.device.clone())
            .map_err(failed),
    );
    check(
        "loudspeaker",
        audio::Speaker::open(&config.audio.speaker)
            .map(|_| config.audio.speaker.device.clone())
            .map_err(failed),
    );
    let model = daemon::network(&config);
    check("speech network", network(&model, &config.stt));
    let model = model.ok().flatten();
    check(
        "wake word",
        wake::detector(&config.wake, model.as_ref()).map_err(failed).and_then(|_| {
            match wake::advice(&config.wake, model.as_ref()).as_slice() {
                [] => Ok(format!("\"{}\"", config.wake.word)),
                advice => Err(advice.join("; ")),
            }
        }),
    );
    check(
        "speech to text",
        daemon::cascade(&config, model.as_ref())
            .map(|cascade| cascade.notice().unwrap_or("ready").to_owned())
            .map_err(|error| crate::one_line(&error)),
    );
    check("voice", voice(&config));
    check("history", history(common, &config));
    check("deletion", deletion(common, &config.store));
    let swaps = std::fs::read_to_string("/proc/swaps").unwrap_or_default();
    check("swap", swap(&swaps, crate::private::may_lock_memory()));
    check("clock", clock());
    check("page", page(&config));
    show(&checks, common)
}

/// Prints the checks, and fails if one of them found something.
fn show(checks: &[Check], common: &Common) -> anyhow::Result<()> {
    let bad = checks.iter().filter(|check| !check.fine).count();
    for Check { what, fine, says } in checks {
        if common.json {
            json(&Check { what, fine: *fine, says: says.clone() })?;
        } else {
            line(&format!("{} {what:15} {says}", if *fine { "✓" } else { "✗" }))?;
        }
    }
    anyhow::ensure!(bad == 0, "{bad} of {} checks found something to mend", checks.len());
    Ok(())
}

/// Whether the voice can be heard.
fn voice(config: &daemon::Config) -> Result<String, String> {
    let usual = || daemon::words(&config.language).map(|words| words.voice);
    let voice =
        config.tts.voice.clone().map_or_else(usual, Ok).map_err(|error| crate::one_line(&error))?;
    daemon::synthesizer(config)
        .speak("one", &mut |_| std::ops::ControlFlow::Break(()))
        .map(|()| format!("voice {voice}"))
        .map_err(failed)
}

/// Whether the clock was set.
fn clock() -> Result<String, String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    if now > CLOCK_IS_SET_S {
        Ok(jiff::Zoned::now().strftime("%Y-%m-%d %H:%M %Z").to_string())
    } else {
        Err("not set; timers and expiry need it".to_owned())
    }
}

/// Who can reach the page.
fn page(config: &daemon::Config) -> Result<String, String> {
    if config.web.listen.ip().is_loopback() {
        Ok(format!(
            "http://{}, for whoever runs the speaker; `hark page` opens it",
            config.web.listen
        ))
    } else {
        Err(web::Error::Exposed(config.web.listen).to_string())
    }
}

/// An error and its causes in one line.
fn failed(error: impl std::error::Error + Send + Sync + 'static) -> String {
    crate::one_line(&super::failed(error))
}

/// What is kept, and whether it can be opened.
fn history(common: &Common, config: &daemon::Config) -> Result<String, String> {
    match common.data() {
        Ok(data) if data.join("vault.db").exists() => {
            runtime().map_err(|error| crate::one_line(&error))?.block_on(async {
                let store = match Store::open(&data, &config.store).await {
                    Ok(store) => store,
                    Err(store::Error::InUse { .. }) => {
                        return Ok(format!("in {}, in use by the running speaker", data.display()));
                    }
                    Err(error) => return Err(failed(error)),
                };
                if store.is_locked() {
                    store.close().await;
                    return Ok(format!("locked by its passphrase, in {}", data.display()));
                }
                let count = store.count(&store::Filter::default(), SystemTime::now());
                let retention = store.settings().borrow().retention;
                store.close().await;
                Ok(format!(
                    "{count} turns in {}; text {}, audio {}",
                    data.display(),
                    retention.text,
                    retention.audio
                ))
            })
        }
        Ok(data) => Ok(format!("nothing kept yet in {}", data.display())),
        Err(error) => Err(crate::one_line(&error)),
    }
}

/// Memory that the system puts on the disk would leave words there; `swaps` is how it lists the places.
fn swap(swaps: &str, is_locked: bool) -> Result<String, String> {
    if is_locked {
        return Ok("memory is locked and never written to one".to_owned());
    }
    let on_disk = swaps.lines().skip(1).find(|line| !line.starts_with("/dev/zram"));
    match on_disk.and_then(|line| line.split_whitespace().next()) {
        None => Ok("none on a disk".to_owned()),
        Some(place) => Err(format!(
            "{place} may hold what was said; run `swapoff {place}`, or let hark lock its memory \
             (`ulimit -l unlimited`, LimitMEMLOCK=infinity)"
        )),
    }
}

/// Where the root of the history is, and what that means.
fn deletion(common: &Common, config: &store::Config) -> Result<String, String> {
    if let Ok(data) = common.data()
        && let Some(uncertain) = store::uncertain(&store::doubts_of(&data, config))
    {
        return Err(uncertain);
    }
    let place = match config.root {
        store::Tier::Chip => match std::fs::metadata(&config.root_at) {
            Ok(_) => format!(" ({})", config.root_at.display()),
            Err(error) => {
                return Err(format!("failed to find {}: {error}", config.root_at.display()));
            }
        },
        store::Tier::Card => match store::chips().first() {
            Some(chip) => format!(
                " (this machine has a clock chip with memory: set store.root = \"chip\" and \
                 store.root_at = {:?})",
                chip.display().to_string()
            ),
            None => String::new(),
        },
        store::Tier::Memory => String::new(),
    };
    Ok(format!("root in {}{place}", config.root.as_str()))
}

fn network(
    model: &anyhow::Result<Option<std::sync::Arc<transducer::Model>>>,
    config: &stt::Config,
) -> Result<String, String> {
    match model {
        Ok(Some(_)) => Ok("ready".to_owned()),
        Ok(None) => Err(daemon::passed_over(config).unwrap_or_else(|| {
            "not there: get it with `models/fetch zipformer-en-3.3M`".to_owned()
        })),
        Err(error) => Err(format!("{error:#}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// E3: the person is told of every place on a disk that words may be put to.
    #[test]
    fn swap_on_a_disk_is_told_of() {
        let head = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
        let zram = "/dev/zram0 partition 524284 0 100\n";
        let file = "/var/swap file 102396 512 -2\n";
        for fine in ["", head, &format!("{head}{zram}")] {
            assert!(swap(fine, false).is_ok(), "{fine}");
        }
        for bad in [format!("{head}{file}"), format!("{head}{zram}{file}")] {
            assert!(swap(&bad, true).is_ok(), "{bad}");
            let says = swap(&bad, false).expect_err("words may be there");
            assert!(says.contains("swapoff /var/swap"), "{says}");
        }
    }
}
