//! Errors of a broken configuration.

use wake::Config;

#[test]
fn a_word_without_references_and_broken_files_are_named_in_one_line() {
    let folder = std::env::temp_dir();
    let broken = folder.join(format!("hark-broken-{}.rpw", std::process::id()));
    std::fs::write(&broken, "no references").expect("written");
    let with = |word: &str, references: Option<&std::path::Path>| Config {
        word: word.to_owned(),
        references: references.map(Into::into),
        ..Config::default()
    };
    let cases = [
        (with("jeeves", None), "only \"computer\" is built in"),
        (with("computer", Some(&folder.join("not-there.rpw"))), "not-there.rpw"),
        (with("computer", Some(&broken)), "not a .rpw file"),
    ];
    for (config, part) in cases {
        let error = wake::detector(&config, None).err().expect("refused");
        let line = voice::Error::from(error).to_string();
        assert!(line.contains(part) && line.lines().count() == 1, "{line}");
    }
    std::fs::remove_file(broken).expect("removed");
}
