//! Looks what is there. A file that is missing makes Cargo look again at every build.

use std::env;
use std::path::{Path, PathBuf};

/// Its name, the variable that names its folder, that folder beside the repository, a file of it.
const MATERIAL: [(&str, &str, &str, &str); 4] = [
    ("recordings", "HARK_TEST_DATA", "data", "audio/commands/transcripts.tsv"),
    ("network", "HARK_MODELS", "models", "zipformer-en-3.3M/encoder.int8.onnx"),
    ("sentences", "HARK_TEST_DATA", "data", "ha_intents/golden/new_en_3.12.jsonl"),
    ("vectors", "HARK_SPECS", "specs", "hearing_golden.json"),
];

fn main() {
    let shared = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
    println!("cargo::rerun-if-env-changed=CI");
    for (name, variable, folder, file) in MATERIAL {
        let named = env::var_os(variable).map(PathBuf::from);
        let file = named.unwrap_or_else(|| shared.join(folder)).join(file);
        println!("cargo::rerun-if-env-changed={variable}");
        println!("cargo::rerun-if-changed={}", file.display());
        let runs = file.exists() || env::var_os("CI").is_some();
        let reason = if runs { String::new() } else { format!("no {name}: set {variable}") };
        println!("cargo::rustc-env={}={reason}", name.to_uppercase());
    }
}
