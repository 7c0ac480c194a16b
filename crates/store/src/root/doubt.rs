//! What an erasure relies on: that what is overwritten is overwritten where it stands. A file system that writes
//! elsewhere (copy-on-write, log-structured), keeps data in its journal, or shares blocks breaks that, and so
//! does one on a device that does (a loop device on such a file, thin volumes).

use std::fmt;
use std::fs::File;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, IFlags, StatxFlags, ioctl_getflags, statx};

use super::ioctl::{Extent, extents, trim};
use super::{HOUSEHOLD, Tier, place_of_household};
use crate::Config;

/// File systems that overwrite in place, as long as no block is shared and data stays out of the journal; the
/// last two have no device.
const IN_PLACE: [&str; 6] = ["ext2", "ext3", "ext4", "xfs", "tmpfs", "ramfs"];
const IN_MEMORY: [&str; 2] = ["tmpfs", "ramfs"];
/// Devices on devices are looked through so far.
const DEEPEST: usize = 8;

/// A reason for which what was overwritten may still be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It stands on a file system that does not, or is not known to, overwrite in place.
    FileSystem {
        /// Its name: `btrfs`.
        name: String,
    },
    /// The file system keeps what is written in its journal, too.
    Journal,
    /// Other files, or a snapshot, have the same blocks.
    Shared,
    /// What was overwritten was written elsewhere: seen after an erasure.
    Moved,
    /// The device below writes elsewhere what is overwritten.
    Device {
        /// Its name, and what it is: `dm-3 (a thin volume)`.
        name: String,
    },
    /// It could not be looked at.
    Unseen {
        /// What could not, and why.
        what: String,
    },
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FileSystem { name } | Self::Device { name } => {
                write!(f, "it is on {name}, which may write elsewhere what is overwritten")
            }
            Self::Journal => write!(f, "its file system keeps what is written in a journal, too"),
            Self::Shared => write!(f, "other files or a snapshot have the same blocks"),
            Self::Moved => write!(f, "what was overwritten was written elsewhere"),
            Self::Unseen { what } => write!(f, "{what} cannot be looked at"),
        }
    }
}

/// Says that deletion is not certain, why, and what would help; nothing where it is.
pub fn uncertain(doubts: &[Doubt]) -> Option<String> {
    let doubts: Vec<_> = doubts.iter().map(ToString::to_string).collect();
    (!doubts.is_empty()).then(|| {
        format!(
            "Deletion is not certain here: {}. What was deleted may still be read from the card. Set \
             store.root = \"chip\" (a clock chip with memory) or \"memory\", or store.root_at to a raw \
             partition; `hark doctor` shows what there is.",
            doubts.join("; ")
        )
    })
}

/// What speaks against relying on an erasure in that folder, without opening what is in it; the folder need not be
/// there yet.
pub fn doubts_of(folder: &Path, config: &Config) -> Vec<Doubt> {
    let household = match place_of_household(config) {
        Ok(Some(_)) => None,
        Ok(None) => Some(folder.join(HOUSEHOLD)),
        Err(error) => return vec![Doubt::Unseen { what: error.to_string() }],
    };
    let at = &config.root_at;
    let history = match config.root {
        Tier::Card if at.as_os_str().is_empty() => Some(folder.join("root")),
        Tier::Card => Some(at.clone()),
        Tier::Chip | Tier::Memory => None,
    };
    once_each([history, household].into_iter().flatten().flat_map(|it| doubts_at(&it)).collect())
}

fn doubts_at(path: &Path) -> Vec<Doubt> {
    let Some(file) = path.ancestors().find_map(|path| File::open(path).ok()) else {
        return vec![Doubt::Unseen { what: path.display().to_string() }];
    };
    match file.metadata() {
        Ok(of) if of.file_type().is_block_device() => doubts_of_device(&file),
        Ok(of) if of.is_file() => doubts(&file, of.len()).0,
        _ => {
            let mut found = Vec::new();
            match Mount::of(&file) {
                Ok(mount) => mount.doubt(0, &mut found),
                Err(what) => found.push(Doubt::Unseen { what }),
            }
            once_each(found)
        }
    }
}

/// What speaks against overwriting this file, of which the first `bytes` matter, and where these lie.
pub(super) fn doubts(file: &File, bytes: u64) -> (Vec<Doubt>, Vec<Extent>) {
    let mut found = Vec::new();
    let mount = match Mount::of(file) {
        Ok(mount) => mount,
        Err(what) => return (vec![Doubt::Unseen { what }], Vec::new()),
    };
    mount.doubt(0, &mut found);
    if mount.is_in_memory() {
        return (found, Vec::new());
    }
    if ioctl_getflags(file).is_ok_and(|flags| flags.contains(IFlags::JOURNALING)) {
        found.push(Doubt::Journal);
    }
    let lies = extents(file, bytes).unwrap_or_default();
    if lies.iter().any(|extent| extent.is_shared()) {
        found.push(Doubt::Shared);
    }
    let covered: u64 = lies.iter().map(|extent| extent.bytes).sum();
    if covered < bytes || !lies.iter().all(|extent| extent.is_plain()) {
        found.push(Doubt::Unseen { what: "the place where it stands on the device".to_owned() });
    }
    (once_each(found), lies)
}

/// What speaks against overwriting a raw device.
pub(super) fn doubts_of_device(file: &File) -> Vec<Doubt> {
    use std::os::unix::fs::MetadataExt as _;
    let mut found = Vec::new();
    match file.metadata() {
        Ok(of) => {
            let (major, minor) = (rustix::fs::major(of.rdev()), rustix::fs::minor(of.rdev()));
            doubt_device(&PathBuf::from(format!("/sys/dev/block/{major}:{minor}")), 0, &mut found);
        }
        Err(error) => found.push(Doubt::Unseen { what: format!("the device ({error})") }),
    }
    once_each(found)
}

/// Whether it lies elsewhere than before, or shares what it has.
pub(super) fn has_moved(file: &File, bytes: u64, before: &[Extent]) -> Option<Doubt> {
    let places = |extents: &[Extent]| -> Vec<_> {
        extents.iter().map(|it| (it.logical, it.physical, it.bytes)).collect()
    };
    match extents(file, bytes) {
        Ok(now) if now.iter().any(|extent| extent.is_shared()) => Some(Doubt::Shared),
        Ok(now) => (places(&now) != places(before)).then_some(Doubt::Moved),
        // Where it was is not known either, and that has been said.
        Err(_) => None,
    }
}

/// Has the file system of this folder give back what it no longer uses, where the device takes that and this
/// process may ask for it; says whether it did.
pub(crate) fn give_back(folder: &Path) -> bool {
    let trimmed = File::open(folder).and_then(|folder| {
        // What was overwritten is in use until the file system has written that it is not.
        rustix::fs::syncfs(&folder)?;
        trim(&folder)
    });
    match trimmed {
        Ok(bytes) => {
            tracing::debug!(bytes, "the file system gave back what it no longer uses");
            true
        }
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::debug!(error, "the file system does not give back what it no longer uses");
            false
        }
    }
}

pub(crate) fn once_each(doubts: Vec<Doubt>) -> Vec<Doubt> {
    doubts.into_iter().fold(Vec::new(), |mut seen, doubt| {
        if !seen.contains(&doubt) {
            seen.push(doubt);
        }
        seen
    })
}

/// The line of `/proc/self/mountinfo` that a file is on.
struct Mount {
    file_system: String,
    options: String,
    /// Its device as the system's folder of devices, if it has one.
    device: PathBuf,
}

impl Mount {
    fn of(file: &File) -> Result<Self, String> {
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

    fn is_in_memory(&self) -> bool {
        IN_MEMORY.contains(&&*self.file_system)
    }

    fn doubt(&self, depth: usize, found: &mut Vec<Doubt>) {
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
fn doubt_device(device: &Path, depth: usize, found: &mut Vec<Doubt>) {
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
