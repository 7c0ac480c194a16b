//! What the fuzzer once found worth keeping, in every run of the tests: nothing of it may panic.

use std::path::Path;

#[test]
fn nothing_that_was_found_panics() {
    let corpus = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus"));
    let mut folders: Vec<_> = std::fs::read_dir(corpus)
        .expect("a folder")
        .map(|folder| folder.expect("readable").file_name().into_string().expect("a name"))
        .collect();
    folders.sort();
    let names: Vec<_> = fuzzed::TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(folders, names, "each target has a corpus");
    for (name, target) in fuzzed::TARGETS {
        let mut files: Vec<_> = std::fs::read_dir(corpus.join(name))
            .expect("a folder")
            .map(|file| file.expect("readable").path())
            .collect();
        files.sort();
        assert!(!files.is_empty(), "{name}");
        for file in files {
            let bytes = std::fs::read(&file).expect("readable");
            // Which it is stands above the panic.
            println!("{}", file.display());
            target(&bytes);
        }
    }
}
