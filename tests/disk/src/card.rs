//! The card: one file of a file system of our own, which keeps everything that is written to it.

use std::ffi::OsStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use fuser::{
    BsdFileFlags, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation,
    INodeNo, LockOwner, OpenFlags, ReplyAttr, ReplyData, ReplyEmpty, ReplyEntry, ReplyOpen,
    ReplyStatfs, ReplyWrite, Request, TimeOrNow, WriteFlags,
};

use crate::{Event, History};

/// The name of the file.
pub const NAME: &str = "card";

const INODE: INodeNo = INodeNo(2);

/// How long the kernel may believe what it was told about the file, of which nothing ever changes.
const FOR_EVER: Duration = Duration::from_secs(1 << 30);

/// Of how many bytes cards discard at least; the loop device asks for it.
const DISCARD_BYTES: u32 = 4096;

/// `FALLOC_FL_KEEP_SIZE` and `FALLOC_FL_PUNCH_HOLE`, with which the kernel asks to discard.
const PUNCH: i32 = 1 | 2;

/// A card; clones are the same one.
#[derive(Clone)]
pub struct Card(Arc<Mutex<State>>);

pub struct State {
    base: Arc<[u8]>,
    /// What the card holds now.
    pub image: Vec<u8>,
    /// What reached it.
    pub events: Vec<Event>,
    /// How many writes still succeed; all of them if it is not given.
    pub writes_left: Option<u64>,
}

impl State {
    pub fn history(&self) -> History {
        History::new(self.base.clone(), self.events.clone())
    }

    /// What a read of up to `size` bytes finds.
    fn read(&self, at: u64, size: usize) -> &[u8] {
        let start = self.image.len().min(at as usize);
        &self.image[start..self.image.len().min(start + size)]
    }

    fn change(&mut self, event: Event) -> Result<(), Errno> {
        if event.range().end > self.image.len() {
            return Err(Errno::ENOSPC);
        }
        match (&mut self.writes_left, &event) {
            (Some(0), _) => return Err(Errno::EIO),
            (Some(left), Event::Write { .. }) => *left -= 1,
            (Some(_) | None, _) => {}
        }
        event.apply(&mut self.image);
        self.events.push(event);
        Ok(())
    }
}

impl Card {
    pub fn new(base: Vec<u8>) -> Self {
        let state =
            State { base: base.as_slice().into(), image: base, events: vec![], writes_left: None };
        Self(Arc::new(Mutex::new(state)))
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        // No change is ever half done when a thread panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn attributes(&self, inode: INodeNo) -> FileAttr {
        let file = inode == INODE;
        let size = if file { self.state().image.len() as u64 } else { 0 };
        let never = SystemTime::UNIX_EPOCH;
        FileAttr {
            ino: inode,
            size,
            blocks: size / 512,
            atime: never,
            mtime: never,
            ctime: never,
            crtime: never,
            kind: if file { FileType::RegularFile } else { FileType::Directory },
            perm: if file { 0o600 } else { 0o700 },
            nlink: if file { 1 } else { 2 },
            uid: 0,
            gid: 0,
            rdev: 0,
            blksize: DISCARD_BYTES,
            flags: 0,
        }
    }
}

fn answer(result: Result<(), Errno>, reply: ReplyEmpty) {
    match result {
        Ok(()) => reply.ok(),
        Err(error) => reply.error(error),
    }
}

/// One thread answers all requests, so that the order of events is the order of the answers.
impl Filesystem for Card {
    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        if parent == INodeNo::ROOT && name == NAME {
            reply.entry(&FOR_EVER, &self.attributes(INODE), Generation(0));
        } else {
            reply.error(Errno::ENOENT);
        }
    }

    fn getattr(&self, _: &Request, inode: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        reply.attr(&FOR_EVER, &self.attributes(inode));
    }

    fn setattr(
        &self,
        _: &Request,
        inode: INodeNo,
        _: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        size: Option<u64>,
        _: Option<TimeOrNow>,
        _: Option<TimeOrNow>,
        _: Option<SystemTime>,
        _: Option<FileHandle>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let attributes = self.attributes(inode);
        if size.is_some_and(|size| size != attributes.size) {
            // A card does not grow.
            return reply.error(Errno::EPERM);
        }
        reply.attr(&FOR_EVER, &attributes);
    }

    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        // Without it the kernel would answer reads by itself, and could hold writes back.
        reply.opened(FileHandle(0), FopenFlags::FOPEN_DIRECT_IO);
    }

    fn read(
        &self,
        _: &Request,
        _: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        reply.data(self.state().read(offset, size as usize));
    }

    fn write(
        &self,
        _: &Request,
        _: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        match self.state().change(Event::Write { at: offset, bytes: data.into() }) {
            Ok(()) => reply.written(data.len() as u32),
            Err(error) => reply.error(error),
        }
    }

    /// Somebody closed the file, which promises nothing.
    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }

    fn fsync(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        answer(self.state().change(Event::Flush), reply);
    }

    fn fallocate(
        &self,
        _: &Request,
        _: INodeNo,
        _: FileHandle,
        offset: u64,
        length: u64,
        mode: i32,
        reply: ReplyEmpty,
    ) {
        if mode == PUNCH {
            answer(self.state().change(Event::Discard { at: offset, len: length }), reply);
        } else {
            // The kernel writes zeros instead.
            reply.error(Errno::EOPNOTSUPP);
        }
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        reply.statfs(0, 0, 0, 1, 0, DISCARD_BYTES, 255, DISCARD_BYTES);
    }
}
