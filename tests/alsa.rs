//! Through real sound devices.
