//! Files that somebody asked for: new, for their owner alone, and under their name only when they are whole.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::Context as _;

/// Makes the file at `path`, which must not be there yet, from what `write` puts into a part of it.
///
/// # Errors
/// When it is there already or cannot be written. Nothing is left then.
pub(super) fn privately(
    path: &Path,
    write: impl FnOnce(&mut File, &Path) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let failed = || format!("failed to write {}", path.display());
    anyhow::ensure!(!path.exists(), "{}: it is there already; name another file", failed());
    let mut name = path.file_name().with_context(failed)?.to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    // What a power cut left, or somebody else put there: that would keep its owner, its rights, and where it leads.
    match std::fs::remove_file(&part) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).with_context(failed);
        }
        _ => {}
    }
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part);
    let mut file = file.with_context(failed)?;
    let written = write(&mut file, &part)
        .and_then(|()| file.sync_all().with_context(failed))
        .and_then(|()| std::fs::rename(&part, path).with_context(failed));
    written.inspect_err(|_| {
        // Half of it is of no use to anyone.
        let _ = std::fs::remove_file(&part);
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn what_others_put_there_is_not_written_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let words = |file: &mut File| Ok(file.write_all(b"private")?);
        // A file that everybody may read, with the name of the part; another one; and a link.
        std::fs::write(at("a.tar.part"), "theirs").expect("it is written");
        let open = std::fs::Permissions::from_mode(0o666);
        std::fs::set_permissions(at("a.tar.part"), open).expect("it is ours");
        std::fs::hard_link(at("a.tar.part"), at("theirs")).expect("the same file");
        privately(&at("a.tar"), |file, _| words(file)).expect("it is written");
        symlink(at("theirs"), at("b.tar.part")).expect("a link");
        privately(&at("b.tar"), |file, _| words(file)).expect("it is written");
        assert_eq!(std::fs::read(at("theirs")).expect("it is there"), b"theirs");
        for name in ["a.tar", "b.tar"] {
            assert_eq!(std::fs::read(at(name)).expect("it is there"), b"private");
            let mode = std::fs::metadata(at(name)).expect("it is there").mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
            assert!(!at(&format!("{name}.part")).exists(), "{name}");
        }
    }

    #[test]
    fn nothing_is_written_over_and_no_half_is_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("clip.wav");
        let broken = privately(&path, |file, _| {
            file.write_all(b"half")?;
            anyhow::bail!("failed to go on")
        });
        assert!(broken.is_err_and(|error| error.to_string() == "failed to go on"));
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
        std::fs::write(&path, "older").expect("it is written");
        let refused = privately(&path, |_, _| Ok(())).expect_err("it is there");
        assert!(refused.to_string().contains("name another file"), "{refused}");
        assert_eq!(std::fs::read(&path).expect("it is there"), b"older");
    }
}
