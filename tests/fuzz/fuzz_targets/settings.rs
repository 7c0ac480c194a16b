//! Configuration, house files and durations.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok((config, _)) = daemon::config::parse(text) {
        let _ = home::House::new(&config.home);
    }
    if let Ok(config) = home::Config::from_yaml(text) {
        let _ = home::House::new(&config);
    }
    let _ = text.parse::<store::Keep>();
});
