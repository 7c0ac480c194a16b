//! The program itself, as it is installed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::recordings;

/// Builds `hark` into the folder that this test runs from, and says where it is. It takes no time
/// where it is built already. `HARK_BIN` names a ready one.
pub fn hark() -> PathBuf {
    if let Some(ready) = std::env::var_os("HARK_BIN") {
        return ready.into();
    }
    let test = std::env::current_exe().expect("this program has a path");
    // target/debug/deps/test-0123 stands beside target/debug/hark.
    let profile = test.ancestors().nth(2).expect("the test stands in a target folder");
    let target = profile.parent().expect("the profile has a folder");
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build
        .current_dir(recordings::root())
        // With this package beside it, dependencies have the features that they have here.
        .args(["build", "--quiet", "--locked", "-p", "daemon", "-p", "e2e", "--bin", "hark"])
        .arg("--target-dir")
        .arg(target);
    if profile.ends_with("release") {
        build.arg("--release");
    }
    let built = build.status().expect("cargo runs");
    assert!(built.success(), "hark builds");
    profile.join("hark")
}

/// A command line of `hark` that sees no configuration and no data but its own in `folder`, and
/// writes no logs to standard error beyond warnings.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(hark());
    command
        .current_dir(folder)
        .env("HOME", folder)
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("XDG_DATA_HOME")
        .env_remove("STATE_DIRECTORY")
        .env_remove("RUST_LOG")
        .stdin(Stdio::null());
    command
}
