//! Which file system a file is on, and which devices that is on: whether they overwrite in place.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, StatxFlags, statx};

use super::doubt::Doubt;

/// File systems that overwrite in place, as long as no block is shared and data stays out of the journal; the
/// last two have no device.
const IN_PLACE: [&str; 6] = ["ext2", "ext3", "ext4", "xfs", "tmpfs", "ramfs"];
const IN_MEMORY: [&str; 2] = ["tmpfs", "ramfs"];
/// Devices on devices are looked through so far.
const DEEPEST: usize = 8;

/// The line of `/proc/self/mountinfo` that a file is on.
pub(super) struct Mount {
    file_system: String,
    options: String,
    /// Its device as the system's folder of devices, if it has one.
    device: PathBuf,
}

impl Mount {
    pub fn of(file: &File) -> Result<Self, String> {
        let unseen = |why: &dyn fmt::Display| format!("the file system ({why})");
        let stat = statx(file, "", AtFlags::EMPTY_PATH, StatxFlags::MNT_ID);
        let id = stat.map_err(|error| unseen(&error))?.stx_mnt_id.to_string();
        let mounts = std::fs::read_to_string("/proc/self/mountinfo");
        let mounts = mounts.map_err(|error| unseen(&error))?;
        let line = mounts.lines().find(|line| line.split(' ').next() == Some(&id));
        line.and_then(Self::parsed).ok_or_else(|| unseen(&"it is not mounted here"))
    }

    /// See `proc_pid_mountinfo(5)`: some fields, any number of optional ones, a dash, type, source, options.
    fn parsed(line: &str) -> Option<Self> {
        let (before, after) = line.split_once(" - ")?;
        let mut before = before.split(' ');
        let device = before.nth(2)?;
        let own = before.nth(2)?;
        let mut after = after.split(' ');
        let (file_system, _, of_all) = (after.next()?, after.next()?, after.next()?);
        Some(Self {
            file_system: file_system.to_owned(),
            options: format!("{own},{of_all}"),
            device: Path::new("/sys/dev/block").join(device),
        })
    }

    pub fn is_in_memory(&self) -> bool {
        IN_MEMORY.contains(&&*self.file_system)
    }

    pub fn doubt(&self, depth: usize, found: &mut Vec<Doubt>) {
        if !IN_PLACE.contains(&&*self.file_system) {
            found.push(Doubt::FileSystem { name: self.file_system.clone() });
            return;
        }
        if self.is_in_memory() {
            return;
        }
        if self.keeps_data_in_the_journal() {
            found.push(Doubt::Journal);
        }
        doubt_device(&self.device, depth, found);
    }

    /// The options of the mount leave out what the file system has as its default; ext4 tells all of them elsewhere.
    fn keeps_data_in_the_journal(&self) -> bool {
        let name = self.device.canonicalize().ok();
        let name = name.as_deref().and_then(Path::file_name);
        let told = name.map(|name| Path::new("/proc/fs").join(&self.file_system).join(name));
        let told = told.and_then(|folder| std::fs::read_to_string(folder.join("options")).ok());
        let told = told.unwrap_or_default();
        told.lines().chain(self.options.split(',')).any(|option| option == "data=journal")
    }
}

/// Adds what speaks against a device, and against those that it is made of.
pub(super) fn doubt_device(device: &Path, depth: usize, found: &mut Vec<Doubt>) {
    let unseen = |what: String| Doubt::Unseen { what };
    let Ok(device) = device.canonicalize() else {
        found.push(unseen("the device below it".to_owned()));
        return;
    };
    if depth > DEEPEST {
        found.push(unseen("what is below so many devices".to_owned()));
        return;
    }
    if device.join("partition").exists() {
        return match device.parent() {
            Some(whole) => doubt_device(whole, depth + 1, found),
            None => found.push(unseen("the device of a partition".to_owned())),
        };
    }
    let name = device.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let read = |file: &str| std::fs::read_to_string(device.join(file)).unwrap_or_default();
    if device.join("loop").exists() {
        let file = read("loop/backing_file");
        match File::open(file.trim_end()).map_err(|error| error.to_string()) {
            Ok(file) => match Mount::of(&file) {
                Ok(mount) => mount.doubt(depth + 1, found),
                Err(what) => found.push(unseen(what)),
            },
            Err(error) => found.push(unseen(format!("the file behind {name} ({error})"))),
        }
        return;
    }
    if let Some(doubt) =
        moves_what_is_overwritten(&name, &read("dm/uuid"), &read("md/consistency_policy"))
            .or_else(|| device.join("bcache").exists().then_some("a cache"))
    {
        found.push(Doubt::Device { name: format!("{name} ({doubt})") });
    }
    for below in std::fs::read_dir(device.join("slaves")).into_iter().flatten().flatten() {
        doubt_device(&below.path(), depth + 1, found);
    }
}

/// What a device is that does not overwrite in place, by its name in the system, its name in the device mapper
/// and how a RAID stays consistent.
fn moves_what_is_overwritten(name: &str, mapped: &str, consistency: &str) -> Option<&'static str> {
    const PARTS_OF_OTHERS: [&str; 5] = ["-tpool", "-tdata", "-cow", "-real", "-cdata"];
    const MAPPED_IN_PLACE: [&str; 4] = ["LVM-", "CRYPT-", "part", "mpath-"];
    let mapped = mapped.trim_end();
    if PARTS_OF_OTHERS.iter().any(|part| mapped.ends_with(part)) {
        return Some("a thin volume, a snapshot or a cache");
    }
    if name.starts_with("dm-") && !MAPPED_IN_PLACE.iter().any(|kind| mapped.starts_with(kind)) {
        return Some("a mapped device of an unknown kind");
    }
    if consistency.trim_end() == "journal" {
        return Some("a RAID with a journal");
    }
    let far = ["nbd", "rbd", "drbd"];
    if far.iter().any(|far| name.starts_with(far)) {
        return Some("a disk elsewhere");
    }
    name.starts_with("zd").then_some("a volume of zfs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_mount_is_read() {
        let line = "36 35 7:3 / /mnt/a\\040b rw,noatime shared:1 master:2 - ext4 /dev/loop3 rw,data=journal";
        let mount = Mount::parsed(line).unwrap();
        assert_eq!(
            (&*mount.file_system, mount.device.to_str()),
            ("ext4", Some("/sys/dev/block/7:3"))
        );
        assert!(mount.options.split(',').any(|option| option == "data=journal"));
        assert!(Mount::parsed("36 35 7:3 / /mnt rw").is_none());
    }

    #[test]
    fn only_what_is_known_to_overwrite_in_place_is_trusted() {
        for (name, mapped, consistency, is_trusted) in [
            ("mmcblk0", "", "", true),
            ("sda", "", "", true),
            ("zram0", "", "", true),
            ("md0", "", "resync\n", true),
            ("md0", "", "journal\n", false),
            ("dm-0", "LVM-abcdef\n", "", true),
            ("dm-1", "CRYPT-LUKS2-abc-root\n", "", true),
            ("dm-2", "LVM-abcdef-tpool\n", "", false),
            ("dm-3", "LVM-abcdef-real\n", "", false),
            ("dm-4", "LVM-abcdef-cow\n", "", false),
            ("dm-5", "VDO-abc\n", "", false),
            ("dm-6", "", "", false),
            ("nbd0", "", "", false),
            ("zd16", "", "", false),
        ] {
            let found = moves_what_is_overwritten(name, mapped, consistency);
            assert_eq!(found.is_none(), is_trusted, "{name} {mapped}: {found:?}");
        }
    }
}
