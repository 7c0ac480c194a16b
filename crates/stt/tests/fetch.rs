//! `models/fetch` with files in the place of a server.

use std::path::Path;
use std::process::{Command, Output};

const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn fetch(folder: &Path, manifest: &str, name: &str) -> Output {
    let path = folder.join("manifest.toml");
    std::fs::write(&path, manifest).expect("written");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/fetch");
    Command::new("sh")
        .args([script, name])
        .arg(folder.join("models"))
        .env("HARK_MODEL_MANIFEST", path)
        .output()
        .expect("sh is there")
}

fn entry(folder: &Path, hash: &str) -> String {
    let source = folder.join("source.bin");
    std::fs::write(&source, "abc").expect("written");
    format!(
        "[[model]]\nname = \"a\"\nfile = \"a.bin\"\nurl = \"file://{}\"\nsha256 = \"{hash}\"\n",
        source.display()
    )
}

#[test]
fn a_right_file_is_kept_and_a_half_one_is_completed() {
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = entry(folder.path(), ABC);
    std::fs::create_dir(folder.path().join("models")).expect("made");
    std::fs::write(folder.path().join("models/a.bin.part"), "a").expect("written");
    for _ in 0..2 {
        let output = fetch(folder.path(), &manifest, "a");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(std::fs::read(folder.path().join("models/a.bin")).expect("there"), b"abc");
        assert!(!folder.path().join("models/a.bin.part").exists());
    }
}

#[test]
fn a_wrong_file_is_deleted_and_one_without_a_hash_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let cases = [
        (entry(folder.path(), &ABC.replace("ba78", "ba79")), "a", "not the file it should be"),
        (entry(folder.path(), ABC).replace("sha256", "#"), "a", "no hash"),
        (entry(folder.path(), ABC), "b", "no model"),
        (entry(folder.path(), ABC).replace("source.bin", "gone.bin"), "a", "the download stopped"),
        (entry(folder.path(), ABC).replace("\"a.bin\"", "\"../a.bin\""), "a", "odd file"),
    ];
    for (manifest, name, part) in cases {
        let output = fetch(folder.path(), &manifest, name);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{part}: {said}");
        assert!(said.contains(part), "{part}: {said}");
        let left = std::fs::read_dir(folder.path().join("models")).map_or(0, Iterator::count);
        assert_eq!(left, 0, "{part}: something was kept");
    }
}

#[test]
fn members_of_an_archive_are_found_by_their_hashes() {
    let folder = tempfile::tempdir().expect("a folder");
    let inside = folder.path().join("whatever");
    std::fs::create_dir(&inside).expect("made");
    std::fs::write(inside.join("other-name.onnx"), "abc").expect("written");
    let archive = folder.path().join("a.tar");
    let mut command = Command::new("tar");
    let tar = command.arg("-cf").arg(&archive).arg("-C").arg(folder.path());
    let mut tar = tar.arg("whatever").spawn().expect("tar");
    assert!(tar.wait().expect("ended").success());
    let manifest = |hash: &str| {
        format!(
            "[[model]]\nname = \"z\"\nfile = \"z\"\nurl = \"file://{}\"\n\n[[model.member]]\nfile = \"m.onnx\"\nsha256 = \"{hash}\"\n",
            archive.display()
        )
    };
    let wrong = fetch(folder.path(), &manifest(&ABC.replace('b', "c")), "z");
    assert_eq!(wrong.status.code(), Some(1));
    let right = fetch(folder.path(), &manifest(ABC), "z");
    assert!(right.status.success(), "{}", String::from_utf8_lossy(&right.stderr));
    assert_eq!(std::fs::read(folder.path().join("models/z/m.onnx")).expect("there"), b"abc");
}
