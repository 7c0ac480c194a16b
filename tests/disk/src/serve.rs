//! The thread that answers the kernel.

#![expect(unsafe_code, reason = "the standard library has no file descriptors of one thread")]

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::thread;

use anyhow::{Context, Result};
use fuser::{MountOption, Session};

use crate::card::{Card, NAME};

/// Shows a card as the only file in `folder`, until that is unmounted.
///
/// A process that is killed lives on while one of its threads waits for the card, which nobody
/// answers for any more: that would be for ever, since the kernel gives a file system of our own up
/// only when the last descriptor of it is closed, and descriptors stay open as long as the process
/// lives. So this one belongs to the answering thread alone, which waits for nothing.
pub fn serve(card: Card, folder: PathBuf) -> Result<()> {
    let (tell, told) = sync_channel(1);
    let answer = move || match start(card, &folder) {
        Ok(session) => {
            let _ = tell.send(Ok(()));
            // It ends when the folder is unmounted; then nobody is there to hear of an error.
            let _ = session.run();
        }
        Err(error) => {
            let _ = tell.send(Err(error));
        }
    };
    thread::Builder::new().name(NAME.to_owned()).spawn(answer)?;
    told.recv().context("the thread of the card has panicked")?
}

fn start(card: Card, folder: &Path) -> Result<Session<Card>> {
    own_descriptors().context("no descriptors of its own")?;
    let mut config = fuser::Config::default();
    config.mount_options =
        vec![MountOption::FSName(NAME.to_owned()), MountOption::NoSuid, MountOption::NoDev];
    Session::new(card, folder, &config)
        .with_context(|| format!("{}: no file system of our own", folder.display()))
}

/// Gives this thread, and those it starts, file descriptors of their own, of which only standard
/// input, output and error are open.
fn own_descriptors() -> io::Result<()> {
    let flags = libc::CLOSE_RANGE_UNSHARE.cast_signed();
    // SAFETY: the descriptors are copies that only this thread has, and it owns no file yet.
    match unsafe { libc::close_range(3, libc::c_uint::MAX, flags) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
