//! The store from outside.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod clock;
mod common;
mod dropped;
mod expiry;
mod history;
mod household;
mod inventory;
mod lifetimes;
mod lists;
mod locked;
mod log;
mod passphrase;
