//! What an erasure relies on: that what is overwritten is overwritten where it stands. A file system that writes
//! elsewhere (copy-on-write, log-structured), keeps data in its journal, or shares blocks breaks that, and so
//! does one on a device that does (a loop device on such a file, thin volumes).

use std::fs::File;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{IFlags, ioctl_getflags};

use super::doubt::{Doubt, once_each};
use super::ioctl::{Extent, extents, trim};
use super::mount::{Mount, doubt_device};
use super::{HOUSEHOLD, Tier, place_of_household};
use crate::Config;

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
