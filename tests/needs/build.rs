//! Looks what is there. A file that is missing makes Cargo look again at every build.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// Its name, the variable that names its folder, that folder beside the repository, a file of it.
const MATERIAL: [(&str, &str, &str, &str); 6] = [
    ("recordings", "HARK_TEST_DATA", "data", "audio/commands/transcripts.tsv"),
    ("network", "HARK_MODELS", "models", "zipformer-en-3.3M/encoder.int8.onnx"),
    ("whisper", "HARK_MODELS", "models", "whisper/ggml-tiny.en-q5_1.bin"),
    ("sentences", "HARK_TEST_DATA", "data", "ha_intents/golden/new_en_3.12.jsonl"),
    ("houses", "HARK_TEST_DATA", "data", "house/fixtures/templates/templates.jsonl.gz"),
    ("vectors", "HARK_SPECS", "specs", "hearing_golden.json"),
];

/// What a disk of its own is made of.
const DISK: [&str; 2] = ["/dev/fuse", "/dev/loop-control"];

/// The numbers of the rights to mount, to look into other processes and to act as another user, from
/// `capabilities(7)`.
const CAP_SYS_ADMIN: u32 = 21;
const CAP_SYS_PTRACE: u32 = 19;
const CAP_SETUID: u32 = 7;

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
    for device in DISK {
        println!("cargo::rerun-if-changed={device}");
    }
    println!("cargo::rerun-if-env-changed=USER");
    let is_required = env::var_os("CI").is_some();
    let runs =
        is_required || has_right(CAP_SYS_ADMIN) && DISK.iter().all(|file| Path::new(file).exists());
    let reason = if runs { "" } else { "no disk of its own: be root, with FUSE and loop devices" };
    println!("cargo::rustc-env=DISK={reason}");
    let runs = is_required || has_right(CAP_SYS_PTRACE);
    let reason = if runs { "" } else { "the memory of others may not be read: be root" };
    println!("cargo::rustc-env=MEMORY={reason}");
    let runs = is_required || has_right(CAP_SETUID);
    let reason = if runs { "" } else { "other users cannot be tried: be root" };
    println!("cargo::rustc-env=USERS={reason}");
}

/// Whether this process has a right that root has.
fn has_right(right: u32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let rights = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let rights = rights.and_then(|rights| u64::from_str_radix(rights.trim(), 16).ok());
    rights.is_some_and(|rights| rights >> right & 1 == 1)
}
